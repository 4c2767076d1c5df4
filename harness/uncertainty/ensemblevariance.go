package uncertainty

import "uacs/harness/sample"

// EnsembleVariance is the variance of the scores of an ensemble, or of repeated
// passes with dropout left on. It ranks the clips as [EnsembleStd] does.
var EnsembleVariance = register(Measure{
	Name:     "ensemble-variance",
	Doc:      "Population variance of the members' scores (ensemble or dropout passes) over the square of half the label scale; in [0,1] for scores on the scale.",
	Formula:  "Σ (y_m − ȳ)²/(M R²)",
	Citation: "Gal and Ghahramani, Dropout as a Bayesian Approximation (ICML 2016); Lakshminarayanan, Pritzel and Blundell, Deep Ensembles (NeurIPS 2017)",
	Needs:    "member_scores of two or more members",
	Requires: []Field{FieldMemberScores, FieldLabelScale},
	Cost:     "M runs of the model",
	Range:    unit,
	column: perClip("member_scores of two or more members", func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if len(p.MemberScores) < 2 {
			return 0, false
		}
		std := spread(p.MemberScores) / halfRange
		return float64(std * std), true
	}),
})
