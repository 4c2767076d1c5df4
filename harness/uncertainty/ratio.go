package uncertainty

import "uacs/harness/sample"

// Ratio is the second largest probability over the largest.
var Ratio = register(Measure{
	Name:     "ratio",
	Doc:      "The second largest class probability over the largest, in [0,1]; 1 at a tie.",
	Formula:  "p_(2)/p_(1)",
	Citation: "ratio of confidence: Monarch, Human-in-the-Loop Machine Learning (2021), chapter 3",
	Needs:    "probs",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs", func(p *sample.Prediction, _ float64) (float64, bool) {
		if len(p.Probs) < 2 {
			return 0, false
		}
		first, second := topTwo(p.Probs)
		return second / first, first > 0
	}),
})
