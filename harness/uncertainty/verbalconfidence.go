package uncertainty

import "uacs/harness/sample"

// VerbalConfidence is one minus the confidence that the model stated in words.
var VerbalConfidence = register(Measure{
	Name:     "verbal-confidence",
	Doc:      "One minus the confidence that the model stated, in [0,1].",
	Formula:  "1 − c",
	Citation: "Tian et al., Just Ask for Calibration (EMNLP 2023)",
	Needs:    "verbal_confidence",
	Requires: []Field{FieldVerbalConfidence},
	Cost:     "a few tokens of the answer",
	Range:    unit,
	column: perClip("verbal_confidence", func(p *sample.Prediction, _ float64) (float64, bool) {
		if p.VerbalConfidence == nil {
			return 0, false
		}
		return 1 - *p.VerbalConfidence, true
	}),
})
