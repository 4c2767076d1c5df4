package uncertainty

import (
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// BinaryEntropy asks of every cut between two bins how unsure the model is on
// which side the answer lies. Unlike [Entropy] it knows the order of the classes.
var BinaryEntropy = register(Measure{
	Name:     "binary-entropy",
	Doc:      "Mean over the cuts of the ordered classes of the entropy of lying below the cut, in [0,1]; 1 for half the mass on either end.",
	Formula:  "Σ_{j<K} H₂(P(Y ≤ c_j))/(K−1), in bits",
	Citation: "binary reduction: Haas and Hüllermeier, Aleatoric and Epistemic Uncertainty Measures for Ordinal Classification through Binary Reduction, arXiv:2507.00733 (2025)",
	Needs:    "probs over bins",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs over bins", func(p *sample.Prediction, _ float64) (float64, bool) {
		if !hasBins(p) {
			return 0, false
		}
		cuts := make([]float64, len(p.Probs)-1)
		for j := range cuts {
			cuts[j] = binaryEntropy(detsum.Sum(p.Probs[:j+1]))
		}
		return detsum.Mean(cuts), true
	}),
})
