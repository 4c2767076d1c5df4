package uncertainty

import (
	"slices"

	"uacs/harness/sample"
)

// CrossJS is how different the two models' distributions are.
var CrossJS = register(Measure{
	Name:     "cross-js",
	Doc:      "Jensen–Shannon divergence in bits of the two models' class probabilities, in [0,1]; it needs the same bins in both.",
	Formula:  "H₂(m) − (H₂(p_s) + H₂(p_L))/2, m = (p_s + p_L)/2, in bits",
	Citation: "Lin, Divergence Measures Based on the Shannon Entropy (1991)",
	Needs:    "probs over equal bins in both models",
	Requires: []Field{FieldProbs, FieldLarge},
	Cost:     "the large model's answer to every clip",
	Range:    unit,
	column: perPair("probs over equal bins in both models", func(small, large *sample.Prediction, in Input) (float64, bool) {
		if !hasBins(small) || !hasBins(large) || !slices.Equal(small.Bins, large.Bins) {
			return 0, false
		}
		return inUnit(jensenShannon(small.Probs, large.Probs)), true
	}),
})
