package experiment

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/infer"
	"uacs/harness/sample"
)

// By hand, from the comment on fourVideos: the cascade escalates a alone, which it
// corrects; b stays wrong. Clip e counts in the confusion only.
func TestDiagnosisByHand(t *testing.T) {
	d := mustRun(t, tinyConfig(), fourVideos).Diagnosis
	if got, want := [4]int{d.BothRight, d.Broken, d.Corrected, d.BothWrong}, [4]int{12, 0, 4, 4}; got != want {
		t.Errorf("both right, broken, corrected, both wrong: %v, want %v", got, want)
	}
	if diff := cmp.Diff([]VideoCount{{5, 3, 4}, {5, 3, 4}, {5, 3, 4}, {5, 3, 4}}, d.Videos); diff != "" {
		t.Errorf("videos (-want +got):\n%s", diff)
	}
	want := []ConfusionMatrix{
		{System: "small", Counts: [3][3]int{{4, 0, 4}, {4, 0, 0}, {4, 0, 8}}},
		{System: "large", Counts: [3][3]int{{8, 0, 0}, {0, 0, 4}, {8, 0, 4}}},
		{System: "cascade", Counts: [3][3]int{{8, 0, 0}, {4, 0, 0}, {4, 0, 8}}},
	}
	if diff := cmp.Diff(want, d.Confusion); diff != "" {
		t.Errorf("confusion (-want +got):\n%s", diff)
	}
	if d.Reliability != nil {
		t.Errorf("a reliability without confidences: %v", d.Reliability)
	}
}

// Sorted by u the clips of a video are f, d, c right, then b, a wrong: nothing is
// wrong up to 60 % coverage, 1 of 4 at 80 %, 2 of 5 at the end.
func TestRiskByHand(t *testing.T) {
	d := mustRun(t, tinyConfig(), fourVideos).Diagnosis
	c := d.Risk[0]
	got := map[Number]Number{}
	for k := range c.Coverage {
		got[c.Coverage[k]] = c.Risk[k]
	}
	for coverage, risk := range map[Number]Number{0.2: 0, 0.6: 0, 0.8: 0.25, 1: 0.4} {
		if diff := cmp.Diff(risk, got[coverage], approximately); diff != "" {
			t.Errorf("risk at coverage %v (-want +got):\n%s", coverage, diff)
		}
	}
}

// The videos are alike, so that every replicate has the curve of the whole.
func TestRiskIntervalOfLikeVideos(t *testing.T) {
	for _, c := range mustRun(t, tinyConfig(), fourVideos).Diagnosis.Risk {
		if diff := cmp.Diff(c.Risk, c.Lo, approximately); diff != "" {
			t.Errorf("%s: lower ends (-risk +lo):\n%s", c.Measure, diff)
		}
		if diff := cmp.Diff(c.Risk, c.Hi, approximately); diff != "" {
			t.Errorf("%s: upper ends (-risk +hi):\n%s", c.Measure, diff)
		}
	}
}

// Six videos of one clip each, two of them wrong: the interval holds 4/6. With four
// videos, or all right, there is none.
func TestCalibrationBinInterval(t *testing.T) {
	r := &runner{h: &Cohort{Config: Config{Replicates: 1000, Level: 0.95, Seed: 1}}, clusters: infer.NewClusters([]string{"a", "b", "c", "d", "e", "f"})}
	all := []bool{true, true, true, true, true, true}
	right := []float64{1, 0, 1, 1, 0, 1}
	b, err := r.calibrationBin(all, 4.5, right)
	if err != nil || b.N != 6 || b.Mean != 0.75 || !(b.RightLo < b.Right && b.Right < b.RightHi) {
		t.Errorf("of six videos: %+v, %v", b, err)
	}
	for name, b := range map[string]CalibrationBin{
		"four videos": must(r.calibrationBin([]bool{true, true, true, true, false, false}, 3, right)),
		"all right":   must(r.calibrationBin(all, 3, []float64{1, 1, 1, 1, 1, 1})),
	} {
		if !math.IsNaN(float64(b.RightLo)) || !math.IsNaN(float64(b.RightHi)) {
			t.Errorf("%s: interval %v to %v", name, b.RightLo, b.RightHi)
		}
	}
}

func must(b CalibrationBin, err error) CalibrationBin {
	if err != nil {
		panic(err)
	}
	return b
}

func TestHistogramCountsEveryClip(t *testing.T) {
	h := mustRun(t, tinyConfig(), fourVideos).Diagnosis.Histogram
	right, wrong := 0, 0
	for k := range h.Right {
		right += h.Right[k]
		wrong += h.Wrong[k]
	}
	if right != 12 || wrong != 8 || h.Outside != 0 {
		t.Errorf("%d right, %d wrong, %d outside, want 12, 8, 0", right, wrong, h.Outside)
	}
	if h.Right[0] != 4 || h.Wrong[histogramBins-1] != 4 {
		t.Errorf("f is not in the first bin or a not in the last: %v %v", h.Right, h.Wrong)
	}
	if h.Threshold < 0.8 || h.Threshold >= 0.9 {
		t.Errorf("threshold %v does not part a from b", h.Threshold)
	}
}

func TestConfidence(t *testing.T) {
	verbal := 0.3
	for _, c := range []struct {
		name     string
		p        sample.Prediction
		polarity sample.Polarity
		want     float64
		what     string
	}{
		{"probabilities", sample.Prediction{Bins: []float64{-1, 0, 0.5, 1}, Probs: []float64{0.125, 0.25, 0.125, 0.5}}, sample.Positive, 0.625, "class probabilities"},
		{"votes", sample.Prediction{Votes: map[string]int{"negative": 3, "weakly negative": 1, "unsure": 1, "positive": 3}}, sample.Negative, 0.5, "share of votes"},
		{"stated", sample.Prediction{VerbalConfidence: &verbal}, sample.Negative, 0.3, "stated confidence"},
		{"none", sample.Prediction{Label: "positive"}, sample.Positive, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, what := confidence(&c.p, c.polarity)
			if got != c.want || what != c.what {
				t.Errorf("%v by %q, want %v by %q", got, what, c.want, c.what)
			}
		})
	}
}
