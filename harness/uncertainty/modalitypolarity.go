package uncertainty

import "uacs/harness/sample"

// ModalityPolarity is [ModalityStd] of the signs: how far the modalities are from
// taking the same side.
var ModalityPolarity = register(Measure{
	Name:     "modality-polarity",
	Doc:      "Population standard deviation of the signs of the scores from single modalities, in [0,1]; 0 if all take one side.",
	Formula:  "sqrt(Σ (s_m − s̄)²/M), s_m = sign(y_m) in −1, 0, 1",
	Citation: "own measure: disagreement of the views as in co-testing, Muslea, Minton and Knoblock, Active Learning with Multiple Views (2006)",
	Needs:    needsModalities,
	Requires: []Field{FieldMemberScores, FieldUnimodal},
	Cost:     "one unimodal model per modality",
	Range:    unit,
	column: perClip(needsModalities, func(p *sample.Prediction, _ float64) (float64, bool) {
		scores, ok := unimodalScores(p)
		if !ok {
			return 0, false
		}
		signs := make([]float64, len(scores))
		for m, y := range scores {
			signs[m] = float64(sample.PolarityOf(y))
		}
		return spread(signs), true
	}),
})
