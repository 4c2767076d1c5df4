package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Renyi2 is the Rényi entropy of order 2 (collision entropy) over its maximum.
// It ranks the clips as [Gini] does where K is the same for all.
var Renyi2 = register(Measure{
	Name:     "renyi-2",
	Doc:      "Normalised Rényi entropy of order 2 of the class probabilities, in [0,1].",
	Formula:  "−ln Σ p_k² / ln K",
	Citation: "Rényi, On Measures of Entropy and Information (1961)",
	Needs:    "probs",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs", func(p *sample.Prediction, _ float64) (float64, bool) {
		if len(p.Probs) < 2 {
			return 0, false
		}
		return inUnit(-math.Log(detsum.Dot(p.Probs, p.Probs)) / math.Log(float64(len(p.Probs)))), true
	}),
})
