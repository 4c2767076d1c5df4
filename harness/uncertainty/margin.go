package uncertainty

import "uacs/harness/sample"

// Margin is one minus the gap between the two likeliest classes.
var Margin = register(Measure{
	Name:     "margin",
	Doc:      "One minus the gap between the two likeliest classes, in [0,1].",
	Formula:  "1 − (p_(1) − p_(2))",
	Citation: "Scheffer, Decomain and Wrobel, Active Hidden Markov Models for Information Extraction (2001)",
	Needs:    "probs",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs", func(p *sample.Prediction, _ float64) (float64, bool) {
		if len(p.Probs) < 2 {
			return 0, false
		}
		first, second := topTwo(p.Probs)
		return inUnit(1 - (first - second)), true
	}),
})
