package panel_test

import (
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/panel"
	"uacs/harness/route"
	"uacs/harness/sample"
)

// handmade is a cohort of five clips in three videos. By hand: the third is neutral, so
// that the profile polarity does not count it; of the others the small model gets the
// second wrong and the large one the last, to which it gives no answer.
func handmade() (*experiment.Cohort, experiment.Config) {
	h := &experiment.Cohort{Kind: metric.MOSI, HalfRange: 3}
	for i, c := range []struct {
		video               string
		label, small, large float64
	}{
		{"a", 1, 2, 1}, {"a", 1, -1, 2}, {"b", 0, 1, 1}, {"b", -2, -3, -1}, {"c", -1, -2, math.NaN()},
	} {
		id := fmt.Sprint("clip", i)
		h.Clips = append(h.Clips, sample.Sample{Dataset: "mosi", ID: id, Video: c.video, Split: sample.Test, Label: c.label, Text: "two words"})
		h.Small = append(h.Small, &sample.Prediction{ID: id, Score: &c.small})
		h.SmallAnswers = append(h.SmallAnswers, fusion.Answer{Score: c.small, Polarity: sample.PolarityOf(c.small), OK: true})
		if math.IsNaN(c.large) {
			h.Large, h.LargeAnswers = append(h.Large, nil), append(h.LargeAnswers, fusion.Answer{Score: c.large})
			continue
		}
		h.Large = append(h.Large, &sample.Prediction{ID: id, Score: &c.large})
		h.LargeAnswers = append(h.LargeAnswers, fusion.Answer{Score: c.large, Polarity: sample.PolarityOf(c.large), OK: true})
	}
	return h, experiment.Config{Profile: "polarity", Failures: experiment.Wrong, Weights: "confidence", Folds: 3, Seed: 1}
}

func TestColumns(t *testing.T) {
	h, c := handmade()
	p, err := panel.New(h, c, panel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{p.Counted, p.Keep, p.Wrong, p.Large, p.Videos, p.AllKeep[1]}
	want := []any{[]int{0, 1, 3, 4}, []float64{1, 0, 1, 1}, []bool{false, true, false, false}, []float64{1, 1, 1, 0}, []string{"a", "a", "b", "c"}, 0.0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	s, err := p.Signals(panel.Signal{Measure: "distance-to-neutral", Uncertainty: panel.Own, Calibration: panel.Uncalibrated})
	if err != nil {
		t.Fatal(err)
	}
	f, err := p.Fuse(fusion.Replace, s)
	if err != nil {
		t.Fatal(err)
	}
	if stage := f.Outcomes[0][4].Stage; stage != panel.Unanswered {
		t.Errorf("a clip without a large answer is %s", stage)
	}
	v := p.Variants(s, f)[0]
	// By hand: 1-|y|/3 of the small model's scores.
	rows := [][]float64{v.U, v.Keep, v.Defer, v.First, v.Second}
	expect := [][]float64{{1. / 3, 2. / 3, 0, 1. / 3}, {1, 0, 1, 1}, {1, 1, 1, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}}
	if diff := cmp.Diff(expect, rows, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Errorf("clips to route (-want +got):\n%s", diff)
	}
}

// What the answers cannot give is not applicable, and says why.
func TestNotApplicable(t *testing.T) {
	h, c := handmade()
	p, err := panel.New(h, c, panel.Options{Shuffle: []string{"entropy"}})
	if err != nil {
		t.Fatal(err)
	}
	own := panel.Signal{Measure: "distance-to-neutral", Uncertainty: panel.Own, Calibration: panel.Uncalibrated}
	for _, c := range []struct {
		change func(*panel.Signal)
		want   string
	}{
		{func(s *panel.Signal) { s.Measure = "entropy" }, "uncertainty entropy: not applicable: 5 of 5 answers have no probs (first: clip0)"},
		{func(s *panel.Signal) { s.Measure = "shuffled" }, "no measure of the plan that is no control applies: there is nothing to shuffle"},
		{func(s *panel.Signal) { s.Uncertainty = panel.Swapped }, "the pair names no large_measure: there is nothing to swap with"},
		{func(s *panel.Signal) { s.Measure, s.Calibration = "random", "isotonic" }, "random is a control: it is not calibrated"},
	} {
		signal := own
		c.change(&signal)
		_, err := p.Signals(signal)
		var na *panel.NotApplicable
		if !errors.As(err, &na) || err.Error() != c.want {
			t.Errorf("%+v: %v, want %q", signal, err, c.want)
		}
	}
	s, err := p.Signals(own)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Fuse(fusion.UACSv2, s); err == nil || err.Error() != "uacs-v2 accepts a confident answer: the pair names no large_measure with tau_large" {
		t.Errorf("U-ACS without a large measure: %v", err)
	}
}

func Example() {
	root := os.DirFS("../..")
	predictors, err := experiment.LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		log.Fatal(err)
	}
	config, err := experiment.LoadConfig(root, "configs/experiments/synth-mosi.yaml")
	if err != nil {
		log.Fatal(err)
	}
	cohort, err := experiment.Open(config, predictors, nil)
	if err != nil {
		log.Fatal(err)
	}
	p, err := panel.New(cohort, config, panel.Options{})
	if err != nil {
		log.Fatal(err)
	}
	s, err := p.Signals(panel.Signal{Measure: "entropy", Uncertainty: panel.Own, Calibration: panel.Uncalibrated})
	if err != nil {
		log.Fatal(err)
	}
	fused, err := p.Fuse(fusion.Replace, s)
	if err != nil {
		log.Fatal(err)
	}
	curve, err := route.NewCurve(p.Variants(s, fused)[0])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("SYNTHETIC: %d clips, %s at 30 %% deferred: %.3f\n", len(p.Counted), p.Quality, curve.At(0.3).Quality)
	// Output: SYNTHETIC: 646 clips, Acc_2 at 30 % deferred: 0.828
}

// Whether a calibration applies does not depend on which fold the video without a
// counted clip is dealt to.
func TestFoldWithoutCountedClips(t *testing.T) {
	for seed := range uint64(8) {
		h, c := handmade()
		c.Folds, c.Seed = 3, seed
		h.Clips[3].Label = 0 // all of video b is neutral
		h.Clips = append(h.Clips, h.Clips[4])
		h.Clips[5].ID, h.Clips[5].Label = "clip5", 1
		h.Small, h.SmallAnswers = append(h.Small, h.Small[4]), append(h.SmallAnswers, h.SmallAnswers[4])
		h.Large, h.LargeAnswers = append(h.Large, h.Large[4]), append(h.LargeAnswers, h.LargeAnswers[4])
		p, err := panel.New(h, c, panel.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{0, 1}, slices.Compact(slices.Sorted(slices.Values(p.Folds)))); diff != "" {
			t.Errorf("seed %d: folds with counted clips (-want +got):\n%s", seed, diff)
		}
		_, err = p.Signals(panel.Signal{Measure: "distance-to-neutral", Uncertainty: panel.Own, Calibration: "isotonic"})
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}
