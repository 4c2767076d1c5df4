package importer

import (
	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/detsum"
)

// Regressors reads the scores of three unimodal regressors on CH-SIMS v2: CSV
// with columns video_id, clip_id, y_true, pred_v, pred_a, pred_t and others.
//
// It makes four models: text, audio and video, and their mean, which carries the
// three as member scores. Where one is empty, the mean is that of the others,
// and a note counts such means.
//
// Source: spp72kimo/chsims_v2, inference_data/fusion_Video_videoMAE_with_labels.csv.
var Regressors = register(Importer{
	Name: "simsv2-regressors",
	Doc:  "CSV of three unimodal regressors on CH-SIMS v2 (spp72kimo/chsims_v2); models spp72kimo-text, -audio, -video and -mean.",
	read: readRegressors,
})

// regressorColumns are the members in the order of their member scores.
var regressorColumns = []struct{ column, modality string }{
	{"pred_t", "text"}, {"pred_a", "audio"}, {"pred_v", "video"},
}

func readRegressors(r Request) (Import, error) {
	data, err := r.file()
	if err != nil {
		return Import{}, err
	}
	table, err := csvtable.Open(r.Path, data, csvtable.Columns{
		Required: []string{"video_id", "clip_id", "y_true", "pred_v", "pred_a", "pred_t"}, Any: true,
	})
	if err != nil {
		return Import{}, err
	}
	const revision = "videoMAE"
	var members []*sheet
	for _, m := range regressorColumns {
		members = append(members, r.sheet("spp72kimo-"+m.modality, revision, m.modality))
	}
	mean := r.sheet("spp72kimo-mean", revision, "text", "audio", "video")
	clips, partial := r.roster(), 0
	err = table.Each(func(row csvtable.Row) error {
		i, ok := clips.find(row.Text("video_id") + "_" + row.Text("clip_id"))
		if !ok {
			return nil
		}
		p, err := takeRow(mean, i, row)
		if err != nil {
			return err
		}
		if err := agrees(row, "y_true", r.Clips[i]); err != nil {
			return err
		}
		if err := fillMembers(p, members, i, row); err != nil {
			return err
		}
		if n := len(p.MemberScores); 0 < n && n < len(members) {
			partial++
		}
		return nil
	})
	if err != nil {
		return Import{}, err
	}
	im, err := r.collect([]string{r.Path}, clips, append(members, mean)...)
	im.note(partial, "%s: %d of %d means lack a member", mean.model(), partial, mean.answered())
	return im, err
}

// fillMembers reads the scores of clip i, and into mean their mean.
func fillMembers(mean *sample.Prediction, members []*sheet, i int, row csvtable.Row) error {
	var names []any // as JSON reads it back
	for m, c := range regressorColumns {
		p, err := takeRow(members[m], i, row)
		if err != nil {
			return err
		}
		if row.Text(c.column) == "" {
			p.Error = "missing: the cell " + c.column + " is empty"
			continue
		}
		y, err := row.Number(c.column)
		if err != nil {
			return err
		}
		p.Score = &y
		mean.MemberScores, names = append(mean.MemberScores, y), append(names, p.Model)
	}
	if names == nil {
		mean.Error = "missing: the cells of all members are empty"
		return nil
	}
	y := detsum.Mean(mean.MemberScores)
	mean.Score, mean.Params = &y, map[string]any{"members": names}
	return nil
}
