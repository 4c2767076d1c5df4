package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// MedianDeviation is the mean distance from the median of the predictive
// distribution: the expected absolute error of the best single answer.
var MedianDeviation = register(Measure{
	Name:     "median-deviation",
	Doc:      "Mean absolute deviation from the median over half the label scale; 1 for half the mass on either end.",
	Formula:  "Σ p_k |c_k − m|/R, m the least c_k with P(Y ≤ c_k) ≥ ½",
	Citation: "standard: the Bayes risk under absolute error, whose best answer is the median",
	Needs:    "probs over bins",
	Requires: []Field{FieldProbs, FieldLabelScale},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs over bins", func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if !hasBins(p) {
			return 0, false
		}
		m := median(p)
		distances := make([]float64, len(p.Bins))
		for k, c := range p.Bins {
			distances[k] = math.Abs(c - m)
		}
		return detsum.Dot(p.Probs, distances) / halfRange, true
	}),
})

// median returns the least bin at which half the mass is reached. Where the mass
// below a bin is one half but for rounding, the bins on both sides have the same
// mean deviation, so that it does not matter which one is taken.
func median(p *sample.Prediction) float64 {
	for k := range p.Probs {
		if detsum.Sum(p.Probs[:k+1]) >= 0.5 {
			return p.Bins[k]
		}
	}
	return p.Bins[len(p.Bins)-1]
}
