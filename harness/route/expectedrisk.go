package route

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// ConformalExpected bounds the expected joint loss of a new clip, which counts
// where the clip is kept and 0 where it is deferred. Unlike the loss of kept clips
// alone it can only rise with the threshold, which is what the theorem needs;
// with losses of 0 and 1 it is the probability of being kept and wrong, at most
// Alpha in expectation over the training clips and the new one.
//
// It reads Alpha, Loss and Unit; by video the loss is the mean over a video.
var ConformalExpected = register(Rule{
	Name:     "conformal-expected",
	Doc:      "Keeps as many clips as leave the expected loss by kept clips, over all clips, at most alpha.",
	Formula:  "sup{τ : (Σ_i l_i 1{u_i <= τ} + 1)/(n + 1) <= α}",
	Citation: "Angelopoulos, Bates, Fisch, Lei and Schuster, Conformal Risk Control (2022), theorem 1",
	Guarantee: "E[loss of a new clip, 0 if deferred] <= Alpha if training clips and the new one are exchangeable: in the mean over training sets, not " +
		"for the one at hand, and over all clips, not those kept; clips of one video are not exchangeable with those of a new one: use the unit video",
	Reads: "uncertainties and qualities of the small model",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if !(o.Alpha > 0 && o.Alpha < 1) {
			return Choice{}, fmt.Errorf("a risk of %v: Alpha must be in (0,1)", o.Alpha)
		}
		choice, err := prefer(variants, func(c Clips) (Choice, float64, error) {
			cal, caveat, err := calibrate(c, o)
			if err != nil {
				return Choice{}, 0, err
			}
			choice := Choice{Threshold: cal.expectedAtMost(o.Alpha)}
			if caveat != "" {
				choice.Warnings = append(choice.Warnings, caveat)
			}
			if 1/float64(cal.videos+1) > o.Alpha {
				choice.Warnings = append(choice.Warnings, fmt.Sprintf("%d exchangeable units cannot bound a risk of %v: everything is deferred", cal.videos, o.Alpha))
			}
			choice.Guarantee = fmt.Sprintf("the expected loss by kept clips, counted over all clips, is at most %v for a new %s exchangeable with the %d given",
				o.Alpha, o.unitName(), cal.videos)
			choice.Expected = pointAt(c, c.U, choice.Threshold)
			return choice, -choice.Expected.Quality, nil
		})
		if err == nil && !sameKept(variants) {
			choice.Guarantee = "none: the best of several variants was taken, and the bound holds for each in expectation only"
		}
		return choice, err
	},
})

func (o RuleOptions) unitName() string {
	if o.Unit == OnePerVideo || o.Unit == ByVideo {
		return "video"
	}
	return "clip"
}

// expectedAtMost returns the largest threshold whose corrected mean of losses is at
// most alpha, −∞ if there is none.
func (cal calibration) expectedAtMost(alpha float64) float64 {
	order := make([]int, len(cal.u))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(cal.u[a], cal.u[b]) })
	room := float64(alpha*float64(cal.videos+1)) + qualityEpsilon
	if room < 1 {
		return math.Inf(-1)
	}
	sum := 1.0
	for _, i := range order {
		if sum += cal.loss[i] / cal.size[cal.video[i]]; sum > room {
			return below(cal.u[i]) // the whole tie group is deferred
		}
	}
	return math.Inf(1)
}
