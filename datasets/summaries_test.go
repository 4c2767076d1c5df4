package datasets

import (
	"testing"

	"uacs/harness/sample"
)

// Expected values are counted by hand.
func TestSummaries(t *testing.T) {
	clip := func(split sample.Split, label float64) sample.Sample {
		return sample.Sample{Dataset: "by-hand", Video: "a", Split: split, Label: label}
	}
	d := &Dataset{Name: "by-hand", Samples: []sample.Sample{
		clip(sample.Test, 2), clip(sample.Train, 1), clip(sample.Train, -1), clip(sample.Train, 0), clip(sample.Test, -0.5), clip(sample.Test, 0.5),
	}}
	got := d.Summaries()
	for i, want := range []struct{ n, negative, neutral, positive int }{{3, 1, 1, 1}, {}, {3, 1, 0, 2}} {
		s := got[i]
		if s.Split != sample.Splits[i] || s.N != want.n || s.Negative != want.negative || s.Neutral != want.neutral || s.Positive != want.positive {
			t.Errorf("%s: %+v, want %+v", sample.Splits[i], s, want)
		}
	}
}

func TestProjectRootIsFoundFromBelow(t *testing.T) {
	if got, want := ProjectRoot("testdata"), ProjectRoot(".."); got != want {
		t.Errorf("from testdata %q, from the project %q", got, want)
	}
}
