package calibrate_test

import (
	"math"
	"os"
	"testing"

	"uacs/datasets"
	"uacs/harness/calibrate"
	"uacs/harness/importer"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/mirror"
)

// regressorPairs returns, for the clips of a split of SIMS v2 that are not neutral,
// the distance measure of the three regressors' mean and whether its sign is wrong.
func regressorPairs(t *testing.T, split sample.Split) (u []float64, wrong []bool) {
	t.Helper()
	data := os.DirFS(mirror.Need(t))
	set, err := datasets.Load(data, "simsv2")
	if err != nil {
		t.Fatal(err)
	}
	clips := set.Split(split)
	imported, err := importer.Regressors.Import(importer.Request{
		FS: data, Path: "chsims_v2/spp72kimo/fusion_Video_videoMAE_with_labels.csv", Clips: clips,
	})
	if err != nil {
		t.Fatal(err)
	}
	mean, err := imported.Of("spp72kimo-mean")
	if err != nil {
		t.Fatal(err)
	}
	answers := make([]*sample.Prediction, len(mean))
	for i := range mean {
		answers[i] = &mean[i]
	}
	all, err := uncertainty.DistanceToNeutral.Column(uncertainty.Input{Answers: answers, HalfRange: set.Range[1]})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range clips {
		if s.Label != 0 {
			u = append(u, all[i])
			wrong = append(wrong, !answers[i].OK() || sample.PolarityOf(*answers[i].Score) != sample.PolarityOf(s.Label))
		}
	}
	return u, wrong
}

func brier(p []float64, wrong []bool) float64 {
	sum := 0.0
	for i := range p {
		d := p[i]
		if wrong[i] {
			d--
		}
		sum += d * d
	}
	return sum / float64(len(p))
}

// What valid teaches holds on test: the distance from neutral is no probability,
// and becomes one that is right on average and says more than the error rate does.
func TestRegressorsOfSIMSv2(t *testing.T) {
	validU, validWrong := regressorPairs(t, sample.Valid)
	testU, testWrong := regressorPairs(t, sample.Test)
	errors := 0.0
	for _, w := range testWrong {
		if w {
			errors++
		}
	}
	if n := len(testWrong); n != 911 || errors != 911-781 {
		t.Fatalf("%v wrong of %d, want 130 of 911: the project's reference notes on its data", errors, n)
	}
	rate := errors / float64(len(testWrong))
	identity, err := calibrate.Identity.Fit(validU, validWrong)
	if err != nil {
		t.Fatal(err)
	}
	before := brier(identity.Apply(testU), testWrong)
	for _, m := range calibrate.All() {
		c, err := m.Fit(validU, validWrong)
		if err != nil {
			t.Fatal(err)
		}
		p := c.Apply(testU)
		expected := 0.0
		for _, v := range p {
			expected += v / float64(len(p))
		}
		score := brier(p, testWrong)
		t.Logf("%-15s Brier %.4f, mean %.3f; error rate %.3f, its Brier %.4f; %v", m.Name, score, expected, rate, rate*(1-rate), c.Warnings)
		if m.Name == calibrate.Identity.Name || m.Name == calibrate.TemperatureScaling.Name {
			continue // a distance from neutral is no probability to begin with
		}
		if score >= before {
			t.Errorf("%s: Brier %.4f, %.4f before", m.Name, score, before)
		}
		if score >= rate*(1-rate) {
			t.Errorf("%s: Brier %.4f, no better than the error rate alone, %.4f", m.Name, score, rate*(1-rate))
		}
		if math.Abs(expected-rate) > 0.05 {
			t.Errorf("%s expects %.3f wrong answers, and there are %.3f", m.Name, expected, rate)
		}
	}
}
