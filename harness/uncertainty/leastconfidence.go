package uncertainty

import (
	"slices"

	"uacs/harness/sample"
)

// LeastConfidence is one minus the largest probability, rescaled so that the
// uniform distribution has 1.
var LeastConfidence = register(Measure{
	Name:     "least-confidence",
	Doc:      "One minus the probability of the likeliest class, rescaled to [0,1].",
	Formula:  "(1 − max p)·K/(K−1)",
	Citation: "Settles, Active Learning Literature Survey (2009), section 3.1",
	Needs:    "probs",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs", func(p *sample.Prediction, _ float64) (float64, bool) {
		k := float64(len(p.Probs))
		if k < 2 {
			return 0, false
		}
		return inUnit((1 - slices.Max(p.Probs)) * k / (k - 1)), true
	}),
})
