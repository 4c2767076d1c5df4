package importer

import (
	"io/fs"
	"strconv"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/detsum"
)

// Regressors reads the scores of three unimodal regressors on CH-SIMS v2: CSV
// with columns video_id, clip_id, y_true, pred_v, pred_a, pred_t and others.
//
// It makes four models: text, audio and video, and their mean, which carries the
// three as member scores. Where one is empty, the mean is that of the others.
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
	data, err := fs.ReadFile(r.FS, r.Path)
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
	var members [][]sample.Prediction
	for _, m := range regressorColumns {
		members = append(members, r.blank("spp72kimo-"+m.modality, revision, m.modality))
	}
	mean := r.blank("spp72kimo-mean", revision, "text", "audio", "video")
	asked, line, unasked := r.asked(), make([]int, len(r.Clips)), 0
	err = table.Each(func(row csvtable.Row) error {
		id := row.Text("video_id") + "_" + row.Text("clip_id")
		i, ok := asked[id]
		if !ok {
			unasked++
			return nil
		}
		if line[i] > 0 {
			return row.Errorf("clip %s stands in line %d too", id, line[i])
		}
		line[i] = row.Line
		if err := agrees(row, "y_true", r.Clips[i]); err != nil {
			return err
		}
		return fillMembers(row, members, mean, i)
	})
	if err != nil {
		return Import{}, err
	}
	im := Import{Files: []string{r.Path}}
	for _, records := range append(members, mean) {
		im.Predictions = append(im.Predictions, records...)
		im.noteMissing(records)
	}
	im.note(unasked, "rows are for clips that are not in the split")
	return im, nil
}

// fillMembers reads the scores of clip i and their mean.
func fillMembers(row csvtable.Row, members [][]sample.Prediction, mean []sample.Prediction, i int) error {
	var scores []float64
	var names []any
	for m, c := range regressorColumns {
		if row.Text(c.column) == "" {
			members[m][i].Error = "missing: the cell " + c.column + " is empty in line " + strconv.Itoa(row.Line)
			continue
		}
		y, err := row.Number(c.column)
		if err != nil {
			return err
		}
		members[m][i].Error, members[m][i].Score = "", &y
		scores, names = append(scores, y), append(names, c.modality)
	}
	if len(scores) == 0 {
		return nil
	}
	y := detsum.Mean(scores)
	mean[i].Error, mean[i].Score, mean[i].MemberScores = "", &y, scores
	mean[i].Params = map[string]any{"members": names}
	return nil
}
