package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// OrdinalStd is the spread of the predictive distribution on the label scale. Mass
// on both ends is less sure than mass on two neighbours, which [Entropy] cannot tell.
var OrdinalStd = register(Measure{
	Name:     "ordinal-std",
	Doc:      "Standard deviation of the predictive distribution over half the label scale; 1 for half the mass on either end.",
	Formula:  "sqrt(Σ p_k (c_k − μ)²)/R, μ = Σ p_k c_k",
	Citation: "variance as the ordinal dispersion of a predictive distribution; standard, compared with others in Haas and Hüllermeier, arXiv:2507.00733 (2025)",
	Needs:    "probs over bins",
	Requires: []Field{FieldProbs, FieldLabelScale},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs over bins", func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if !hasBins(p) {
			return 0, false
		}
		mean := detsum.Dot(p.Probs, p.Bins)
		squares := make([]float64, len(p.Bins))
		for k, c := range p.Bins {
			squares[k] = float64((c - mean) * (c - mean))
		}
		return math.Sqrt(detsum.Dot(p.Probs, squares)) / halfRange, true
	}),
})
