package experiment

import (
	"fmt"
	"io/fs"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/sample"
)

// ReadAnswers reduces records to what fusion reads, under a role's decision and
// score rules; kind is the label scale. An error record becomes an answer that is
// not OK. A usable record that the decision finds no polarity in is an error.
func ReadAnswers(records []*sample.Prediction, role Role, kind metric.Kind) ([]fusion.Answer, error) {
	if err := role.Score.validate(); err != nil {
		return nil, err
	}
	h := Cohort{HalfRange: halfRange(kind)}
	return h.read(records, role)
}

// HalfRange is half the width of a label scale: 3 for MOSI, 1 for SIMS.
func HalfRange(kind metric.Kind) float64 { return halfRange(kind) }

// Records returns the records of a predictor about one split of its dataset, one
// for each of the split's clips in their order. data is the root of the public data,
// which a generated predictor does not need.
func (p Predictors) Records(name string, data fs.FS, split sample.Split) ([]sample.Prediction, error) {
	e, err := p.Find(name)
	if err != nil {
		return nil, err
	}
	c := Config{Dataset: e.Dataset, Split: split, Tier: "public"}
	if e.Format == synthFormat || IsGenerated(e.Dataset) {
		c.Tier = "synth"
	}
	from, err := loadClips(c, data)
	if err != nil {
		return nil, err
	}
	if len(from.clips) == 0 {
		return nil, fmt.Errorf("%s has no clip in split %s", e.Dataset, split)
	}
	a, err := p.load(name, data, from.clips, from.set)
	return a.predictions, err
}

// IsGenerated reports whether a dataset of that name is made by datasets/synth.
func IsGenerated(name string) bool {
	_, err := synthConfig(name)
	return err == nil
}

// OpenDataset returns all splits of a dataset of either tier: public ones from
// data, generated ones from nothing.
func OpenDataset(name string, data fs.FS) (*datasets.Dataset, error) {
	if IsGenerated(name) {
		c, err := synthConfig(name)
		if err != nil {
			return nil, err
		}
		set, err := synth.Generate(c)
		if err != nil {
			return nil, err
		}
		half := 3.0
		if c.Grid != synth.GridMOSI {
			half = 1
		}
		return &datasets.Dataset{Name: name, Title: set.Title, Samples: set.Samples, Range: [2]float64{-half, half}}, nil
	}
	if data == nil {
		return nil, fetchHint(fmt.Errorf("dataset %s: %w", name, fs.ErrNotExist), name)
	}
	if err := datasetReady(name, data); err != nil {
		return nil, err
	}
	return datasets.Load(data, name)
}
