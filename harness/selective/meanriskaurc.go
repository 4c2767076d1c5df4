package selective

import (
	"math"

	"uacs/internal/detsum"
)

// MeanRiskAURC returns the mean, over k = 1..n, of the mean loss of the k surest
// clips, in units of loss; lower is better. A constant u gives the mean loss.
// Clips that tie count as in random order, in expectation.
//
// It is the area under the same curve as [AURC] by another rule, and another
// number: rcc-auc of lm-polygraph efea882, but that rescales losses to [0,1] by
// their minimum and maximum first (which does nothing to losses of 0 and 1 if
// both occur) and leaves ties in the order of the clips.
//
// Source: the empirical AURC of Geifman, Uziel and El-Yaniv (ICLR 2019).
func MeanRiskAURC(u, loss []float64) (float64, error) {
	r, err := rank("MeanRiskAURC", u, loss)
	if err != nil {
		return math.NaN(), err
	}
	return r.meanRisk(), nil
}

func (r ranking) meanRisk() float64 {
	risks := r.expected()
	for k := range risks {
		risks[k] /= float64(k + 1)
	}
	return detsum.Mean(risks)
}

// EMeanRiskAURC returns [MeanRiskAURC] less that of the same losses in ascending
// order. It is at least 0, with or without ties, and 0 only for a ranking without
// fault.
func EMeanRiskAURC(u, loss []float64) (float64, error) {
	r, err := rank("EMeanRiskAURC", u, loss)
	if err != nil {
		return math.NaN(), err
	}
	return max(0, r.meanRisk()-ideal(loss).meanRisk()), nil // below 0 is rounding
}
