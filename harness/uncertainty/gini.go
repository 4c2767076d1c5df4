package uncertainty

import (
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Gini is the chance that two draws from the class probabilities differ, over its
// maximum.
var Gini = register(Measure{
	Name:     "gini",
	Doc:      "Gini impurity of the class probabilities, rescaled to [0,1].",
	Formula:  "(1 − Σ p_k²)·K/(K−1)",
	Citation: "Breiman, Friedman, Olshen and Stone, Classification and Regression Trees (1984), chapter 4",
	Needs:    "probs",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs", func(p *sample.Prediction, _ float64) (float64, bool) {
		k := float64(len(p.Probs))
		if k < 2 {
			return 0, false
		}
		return inUnit((1 - detsum.Dot(p.Probs, p.Probs)) * k / (k - 1)), true
	}),
})
