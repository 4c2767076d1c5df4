package uncertainty

import "uacs/harness/sample"

// ModalityStd doubts a clip whose words, voice and face say different things. It is
// [EnsembleStd], and refuses members that are anything but modalities.
var ModalityStd = register(Measure{
	Name:     "modality-std",
	Doc:      "Population standard deviation of the scores from single modalities over half the label scale; in [0,1] for scores on the scale.",
	Formula:  "sqrt(Σ (y_m − ȳ)²/M)/R, m over text, audio, video",
	Citation: "own measure: disagreement of the views as in co-testing, Muslea, Minton and Knoblock, Active Learning with Multiple Views (2006)",
	Needs:    needsModalities,
	Requires: []Field{FieldMemberScores, FieldUnimodal, FieldLabelScale},
	Cost:     "one unimodal model per modality",
	Range:    unit,
	column: perClip(needsModalities, func(p *sample.Prediction, halfRange float64) (float64, bool) {
		scores, ok := unimodalScores(p)
		if !ok {
			return 0, false
		}
		return spread(scores) / halfRange, true
	}),
})
