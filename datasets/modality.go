package datasets

import (
	"fmt"
	"math"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/hint"
)

// modalityRow is what annotators said who had only one modality.
type modalityRow struct {
	id      string
	video   string
	split   sample.Split
	label   float64
	t, a, v float64
	line    int
}

// modalityColumns is the header of the file of modality labels. The pred_*
// columns are another project's regressors and are read by their importer.
var modalityColumns = csvtable.Columns{Required: []string{
	"video_id", "clip_id", "y_true", "pred_v", "pred_a", "pred_t", "mode", "video_path", "text_len",
	"has_face", "has_audio", "has_text", "label_A", "label_V", "label_T",
}}

// readModalityLabels reads the CH-SIMS v2 labels of single modalities. The file
// repeats overall label (y_true) and split (mode) of each clip, which
// [addModalityLabels] compares. Rows come in file order; an empty or foreign
// label, an unknown mode and an id given twice are errors.
//
// Source: spp72kimo/chsims_v2,
// inference_data/fusion_Video_videoMAE_with_labels.csv.
func readModalityLabels(file string, data []byte, rng [2]float64) ([]modalityRow, error) {
	var all []modalityRow
	seen := map[string]int{}
	err := eachRow(file, data, modalityColumns, func(r row) error {
		m, err := r.modalities(rng)
		if err == nil {
			err = r.unique(seen, m.id)
		}
		all = append(all, m)
		return err
	})
	return all, err
}

func (r row) modalities(rng [2]float64) (m modalityRow, err error) {
	m.line = r.Line
	if m.video, err = r.Filled("video_id"); err != nil {
		return m, err
	}
	clip, err := r.Filled("clip_id")
	if err != nil {
		return m, err
	}
	m.id = joinID(m.video, clip)
	if m.split, err = r.split(); err != nil {
		return m, err
	}
	for _, f := range []struct {
		column string
		value  *float64
	}{{"y_true", &m.label}, {"label_T", &m.t}, {"label_A", &m.a}, {"label_V", &m.v}} {
		if *f.value, err = r.label(f.column, rng); err != nil {
			return m, err
		}
	}
	return m, nil
}

// addModalityLabels gives each sample its modality labels. Where overall label,
// split or video differ the two files are of different versions: an error. So is
// a sample without a row. A row without a sample is one too if whole; SIMS takes
// its part of the SIMS v2 file, so there it is not.
func addModalityLabels(samples []sample.Sample, file string, rows []modalityRow, whole bool) error {
	index := indexByID(samples)
	found := 0
	for _, m := range rows {
		i, ok := index[m.id]
		if !ok && whole {
			return hint.Add(fmt.Errorf("%s:%d: %q has modality labels but no label", file, m.line, m.id), mixedFiles)
		}
		if !ok {
			continue
		}
		s := &samples[i]
		if s.Label != m.label || s.Split != m.split {
			err := fmt.Errorf("%s:%d: %q has label %v in %s, elsewhere %v in %s", file, m.line, m.id, m.label, m.split, s.Label, s.Split)
			return hint.Add(err, mixedFiles)
		}
		if s.Video != m.video {
			return fmt.Errorf("%s:%d: %q is of video %q, elsewhere of %q", file, m.line, m.id, m.video, s.Video)
		}
		s.LabelT, s.LabelA, s.LabelV = m.t, m.a, m.v
		found++
	}
	if found == len(samples) {
		return nil
	}
	for i := range samples {
		if math.IsNaN(samples[i].LabelT) { // not set above
			err := fmt.Errorf("%s: %q has no modality labels (%d of %d clips lack them)", file, samples[i].ID, len(samples)-found, len(samples))
			return hint.Add(err, mixedFiles)
		}
	}
	return nil
}
