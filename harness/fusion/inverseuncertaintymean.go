package fusion

// InverseUncertaintyMean is the mean with the weights of [InverseUncertainty],
// whatever Params.Weight says. With an unknown uncertainty it is the plain mean;
// where a score is missing the large model's polarity stands.
var InverseUncertaintyMean = register(Strategy{
	Name:        "inverse-uncertainty-mean",
	Doc:         "Mean of both scores, each weighted by the inverse of its uncertainty.",
	Formula:     "ŷ = (y_S/u_S + y_L/u_L)/(1/u_S + 1/u_L), u cut at 1e-6 from below",
	Citation:    "U-ACS v1 abstract names weighted averaging; the weights are a hypothesis",
	Cost:        "1 call",
	NeedsScores: true,
	needsBoth:   true,
	fuse: func(c Clip, p Params) Outcome {
		p.Weight = InverseUncertainty
		return Outcome{Answer: average(c, p), Stage: Averaged, Calls: 1}
	},
})
