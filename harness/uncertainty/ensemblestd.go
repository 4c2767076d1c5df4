package uncertainty

import "uacs/harness/sample"

// EnsembleStd is the spread of an ensemble's scores.
var EnsembleStd = register(Measure{
	Name:     "ensemble-std",
	Doc:      "Population standard deviation of the members' scores over half the label scale; in [0,1] for scores on the scale.",
	Formula:  "sqrt(Σ (y_m − ȳ)²/M) / R",
	Citation: "Lakshminarayanan, Pritzel and Blundell, Deep Ensembles (NeurIPS 2017)",
	Needs:    "member_scores of two or more members",
	Requires: []Field{FieldMemberScores, FieldLabelScale},
	Cost:     "M runs of the model",
	Range:    unit,
	column: perClip("member_scores of two or more members", func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if len(p.MemberScores) < 2 {
			return 0, false
		}
		return spread(p.MemberScores) / halfRange, true
	}),
})
