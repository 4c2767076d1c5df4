package experiment

import (
	"context"
	"fmt"
	"testing"

	"uacs/harness/cost"
	"uacs/harness/metric"
	"uacs/harness/sample"
)

// row is a clip of a hand-made cohort. A score of none is an error record.
type row struct {
	video                       string
	label, small, large, second float64
}

const none = 1e9

// tinyConfig is an experiment on hand-made clips of the scale of MOSI.
func tinyConfig() Config {
	return Config{
		Name: "tiny", Title: "Tiny set, hand-made", Tier: "synth", Dataset: "synth-mosi", Split: sample.Test, Profile: "polarity",
		Small: Role{Predictor: "s", Label: "small"}, Large: Role{Predictor: "l", Label: "large"},
		Failures: FallbackSmall, Weights: "confidence",
		Measures: []string{"distance-to-neutral"}, Fusions: []string{"replace"},
		Headline: Headline{Measure: "distance-to-neutral", Fusion: "replace"},
		Costs:    []cost.Axis{{Name: "calls", Unit: "calls per clip", Small: 1, Large: 10, Source: "by hand"}},
		Folds:    2, Seed: 1, Replicates: 200, Level: 0.95,
	}
}

// cohortOf aligns hand-made clips under a config, after the failures policy.
func cohortOf(c Config, rows []row) (*Cohort, error) {
	h := &Cohort{Config: c, Kind: metric.MOSI, HalfRange: 3, Total: len(rows)}
	var small, large, second []*sample.Prediction
	for i, r := range rows {
		id := fmt.Sprintf("%s_%d", r.video, i)
		h.Clips = append(h.Clips, sample.Sample{Dataset: c.Dataset, Split: c.Split, ID: id, Video: r.video, Label: r.label, Text: id})
		small = append(small, answer(id, r.small))
		large = append(large, answer(id, r.large))
		second = append(second, answer(id, r.second))
	}
	columns := map[string][]*sample.Prediction{"small": small, "large": large, "second": second}
	for _, role := range c.roles() {
		if err := h.fill(role, columns[role.key]); err != nil {
			return nil, err
		}
	}
	return h, h.applyFailures()
}

func answer(id string, score float64) *sample.Prediction {
	p := &sample.Prediction{Dataset: "synth-mosi", Split: sample.Test, ID: id, Model: "m", Round: 1}
	if score == none {
		p.Error = "refused"
	} else {
		p.Score = &score
	}
	return p
}

func mustRun(t testing.TB, c Config, rows []row) *Result {
	t.Helper()
	h, err := cohortOf(c, rows)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
