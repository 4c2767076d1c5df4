package uncertainty

import "uacs/harness/sample"

// LabelNeutral doubts an answer that takes no side. It is all that a model
// which answers with one word leaves to go by.
var LabelNeutral = register(Measure{
	Name:     "label-neutral",
	Doc:      "1 for the answer neutral, 0.5 for a weak label, 0 for a strong one.",
	Formula:  "1 − strength(label), strength 1 strong, ½ weak, 0 neutral",
	Citation: "own measure for models that answer with one word; a hypothesis, no published source",
	Needs:    "label",
	Requires: []Field{FieldLabel},
	Cost:     "none",
	Range:    unit,
	column: perClip("label", func(p *sample.Prediction, _ float64) (float64, bool) {
		return doubt(p.Label), p.Label != ""
	}),
})
