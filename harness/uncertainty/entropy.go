package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Entropy is the Shannon entropy of the class probabilities over its maximum.
var Entropy = register(Measure{
	Name:     "entropy",
	Doc:      "Normalised Shannon entropy of the class probabilities, in [0,1].",
	Formula:  "−Σ p_k ln p_k / ln K",
	Citation: "Shannon, A Mathematical Theory of Communication (1948); U-ACS v2 names entropy without a formula",
	Needs:    "probs",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs", func(p *sample.Prediction, _ float64) (float64, bool) {
		return normalisedEntropy(p.Probs)
	}),
})

// normalisedEntropy returns the entropy of p divided by ln len(p), and false
// for fewer than two classes, whose entropy has no scale.
func normalisedEntropy(p []float64) (float64, bool) {
	if len(p) < 2 {
		return 0, false
	}
	terms := make([]float64, len(p))
	for i, v := range p {
		terms[i] = xlogx(v)
	}
	return inUnit(-detsum.Sum(terms) / math.Log(float64(len(p)))), true
}
