package frame

import (
	"fmt"
	"slices"

	"uacs/harness/sample"
)

// SampleSchema returns the schema of a frame of samples: what the utterance is,
// its labels (NaN where a modality has none), then the long texts, so that gota's
// shortened printing shows the labels.
func SampleSchema() Schema {
	return Schema{
		{Name: "dataset"},
		{Name: "split"},
		{Name: "id"},
		{Name: "video", Empty: true},
		{Name: "clip", Empty: true},
		{Name: "label", Kind: Float},
		{Name: "label_t", Kind: Float, Empty: true},
		{Name: "label_a", Kind: Float, Empty: true},
		{Name: "label_v", Kind: Float, Empty: true},
		{Name: "text", Empty: true},
		{Name: "text_en", Empty: true},
	}
}

// place points at the field of s that column name holds, a text or a number.
func place(s *sample.Sample, name string) (text *string, number *float64) {
	switch name {
	case "dataset":
		return &s.Dataset, nil
	case "split":
		return (*string)(&s.Split), nil
	case "id":
		return &s.ID, nil
	case "video":
		return &s.Video, nil
	case "clip":
		return &s.Clip, nil
	case "label":
		return nil, &s.Label
	case "label_t":
		return nil, &s.LabelT
	case "label_a":
		return nil, &s.LabelA
	case "label_v":
		return nil, &s.LabelV
	case "text":
		return &s.Text, nil
	case "text_en":
		return &s.TextEN, nil
	}
	panic("frame: no field of sample.Sample for column " + name)
}

// FromSamples returns a frame with the columns of [SampleSchema], one row for
// each sample in the given order. No samples make a frame with zero rows; a split
// other than train, valid and test is an error.
func FromSamples(samples []sample.Sample) (DataFrame, error) {
	schema := SampleSchema()
	cols := make([]column, len(schema))
	for k, c := range schema {
		cols[k] = column{name: c.Name, kind: c.Kind}
		cols[k].grow(len(samples))
	}
	for i, s := range samples {
		if err := checkSplit(i, s.Split); err != nil {
			return DataFrame{}, err
		}
		for k := range cols {
			text, number := place(&s, cols[k].name)
			if text != nil {
				cols[k].texts = append(cols[k].texts, *text)
			} else {
				cols[k].floats = append(cols[k].floats, *number)
			}
		}
	}
	return frameOf(cols)
}

// ToSamples is the inverse of [FromSamples]: one sample for each row, equal to
// the one the row was made of. It wants every column of [SampleSchema] with its
// kind, in any order, and leaves aside columns that the schema does not have,
// such as predictions joined to the samples.
func ToSamples(df DataFrame) ([]sample.Sample, error) {
	if err := check(df); err != nil {
		return nil, err
	}
	samples := make([]sample.Sample, df.Nrow())
	for _, c := range SampleSchema() {
		col, err := lookup(df, c.Name, c.Kind)
		if err != nil {
			return nil, fmt.Errorf("samples: %w", err)
		}
		for i := range samples {
			text, number := place(&samples[i], c.Name)
			if text != nil {
				*text = col.texts[i]
			} else {
				*number = col.floats[i]
			}
		}
	}
	for i := range samples {
		if err := checkSplit(i, samples[i].Split); err != nil {
			return nil, err
		}
	}
	return samples, nil
}

func checkSplit(row int, s sample.Split) error {
	if !slices.Contains(sample.Splits, s) {
		return fmt.Errorf("samples: row %d: split %q is not train, valid or test", row, s)
	}
	return nil
}
