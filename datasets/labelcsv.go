package datasets

import (
	"fmt"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
)

// labelColumns is the header of MMSA's label.csv. Files of MOSI and MOSEI may
// lack the modality columns or leave them empty; Self-MM's has one more column.
var labelColumns = csvtable.Columns{
	Required: []string{"video_id", "clip_id", "text", "label", "mode"},
	Optional: []string{"label_T", "label_A", "label_V", "annotation"},
	Spare:    true,
}

// ReadLabelCSV reads label.csv as MMSA and MMSA-FET use it: columns video_id,
// clip_id, text, label, label_T, label_A, label_V, annotation, mode, in any
// order, of which the modality labels and annotation may be missing; a last
// column of any other name is ignored. Ids are strings ("0001", an all-digit
// name, a name that begins with "-"), quoted cells may hold commas, quotes and
// line breaks, a byte order mark is skipped. mode is train, valid or test.
//
// Samples come in file order with ID = video_id + "_" + clip_id, the given
// dataset name, and NaN for a modality label that is empty. rng is the label
// scale, such as {-3, 3}. file stands for the file in errors, which begin with
// "file:line:". A row that is short or long, a label that is no number on the
// scale, an unknown mode, an empty id and an id given twice are errors; an empty
// text is not.
//
// An annotation (Negative, Neutral, Positive) that contradicts the sign of the
// label is a warning: the label counts.
//
// Source: thuiar/MMSA-FET, dataset.py.
func ReadLabelCSV(file string, data []byte, dataset string, rng [2]float64) ([]sample.Sample, []string, error) {
	rows, warnings, err := readLabelRows(file, data, dataset, rng)
	samples := make([]sample.Sample, len(rows))
	for i := range rows {
		samples[i] = rows[i].Sample
	}
	return samples, warnings, err
}

// labelRow is a sample and the line it was read from.
type labelRow struct {
	sample.Sample
	line int
}

func readLabelRows(file string, data []byte, dataset string, rng [2]float64) ([]labelRow, []string, error) {
	var rows []labelRow
	var contradictions []string
	seen := map[string]int{}
	err := eachRow(file, data, labelColumns, func(r row) error {
		s, err := r.sample(dataset, rng)
		if err == nil {
			err = r.unique(seen, s.ID)
		}
		if err != nil {
			return err
		}
		if word := r.Text("annotation"); word != "" && !strings.EqualFold(word, sample.PolarityOf(s.Label).String()) {
			contradictions = append(contradictions, fmt.Sprintf("%s:%d: annotation %q contradicts the label %v", file, r.Line, word, s.Label))
		}
		rows = append(rows, labelRow{s, r.Line})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return rows, contradictions, nil
}

// sample reads the columns of label.csv.
func (r row) sample(dataset string, rng [2]float64) (s sample.Sample, err error) {
	s = sample.Sample{Dataset: dataset, Text: r.Text("text")}
	if s.Video, err = r.Filled("video_id"); err != nil {
		return s, err
	}
	if s.Clip, err = r.Filled("clip_id"); err != nil {
		return s, err
	}
	s.ID = joinID(s.Video, s.Clip)
	if s.Split, err = r.split(); err != nil {
		return s, err
	}
	if s.Label, err = r.label("label", rng); err != nil {
		return s, err
	}
	for _, m := range []struct {
		column string
		value  *float64
	}{{"label_T", &s.LabelT}, {"label_A", &s.LabelA}, {"label_V", &s.LabelV}} {
		if *m.value, err = r.optionalLabel(m.column, rng); err != nil {
			return s, err
		}
	}
	return s, nil
}
