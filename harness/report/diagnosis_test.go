package report

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/figures"
	"uacs/harness/experiment"
)

// A made-up diagnosis of three videos with 12 clips.
func diagnosed() *experiment.Result {
	r := handMade()
	r.Diagnosis = &experiment.Diagnosis{
		Histogram: experiment.Histogram{Edges: []experiment.Number{0, 0.5, 1}, Right: []int{5, 3}, Wrong: []int{1, 3}, Threshold: 0.6},
		Risk:      []experiment.RiskCurve{{Measure: r.Setup.Headline.Measure, Coverage: []experiment.Number{0.5, 1}, Risk: []experiment.Number{0.1, 1. / 3}}},
		Reliability: []experiment.Calibration{{Model: "small", Confidence: "class probabilities", Bins: []experiment.CalibrationBin{
			{Lo: 0, Hi: 0.5, N: 0, Mean: na, Right: na}, {Lo: 0.5, Hi: 1, N: 12, Mean: 0.7, Right: 2. / 3},
		}}},
		Confusion: []experiment.ConfusionMatrix{{System: "small", Counts: [3][3]int{{3, 0, 1}, {0, 1, 1}, {1, 0, 5}}, Unanswered: 1}},
		Videos:    []experiment.VideoCount{{Clips: 4, Small: 2, Cascade: 3}, {Clips: 4, Small: 4, Cascade: 4}, {Clips: 4, Small: 2, Cascade: 2}},
		BothRight: 8, Corrected: 1, BothWrong: 3,
	}
	return r
}

// Each part of a diagnosis has its figure, which can be drawn and belongs to the
// experiment.
func TestDiagnosisFigures(t *testing.T) {
	drawn := diagnosisFigures(diagnosed())
	want := []string{"-confusion", "-cost", "-effects", "-flow", "-reliability", "-risk", "-uncertainty", "-videos"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(drawn))); diff != "" {
		t.Fatalf("figures (-want +got):\n%s", diff)
	}
	for suffix, fig := range drawn {
		if _, err := figures.Render(fig, "svg"); err != nil {
			t.Errorf("%s: %v", suffix, err)
		}
		if !Belongs("figures/out/hand"+suffix+".svg", "hand") {
			t.Errorf("%s does not belong to its experiment", suffix)
		}
	}
}

func TestTooManyVideosAreNotDrawn(t *testing.T) {
	r := diagnosed()
	r.Diagnosis.Videos = slices.Repeat(r.Diagnosis.Videos[:1], mostVideos+1)
	if _, ok := diagnosisFigures(r)["-videos"]; ok {
		t.Errorf("%d videos are drawn on one page", len(r.Diagnosis.Videos))
	}
}
