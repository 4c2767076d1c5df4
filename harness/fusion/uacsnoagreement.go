package fusion

// UACSNoAgreement is either version of U-ACS without the agreement rule: what the
// large model is not sure of is asked again, agreement or not. The versions differ
// in what follows agreement, so without it they are one.
var UACSNoAgreement = register(Strategy{
	Name:        "uacs-no-agreement",
	Doc:         "Accept a confident large model; else ask again, whether the models agree or not.",
	Formula:     "u_L ≤ τ_L: y_L; else y_2",
	Citation:    "ablation of U-ACS, arXiv 2509.04459v1 and v2",
	Cost:        "1 call, 2 where the large model is unsure",
	NeedsSecond: true,
	NeedsTau:    true,
	fuse: func(c Clip, p Params) Outcome {
		if confident(c, p) {
			return Outcome{Answer: c.Large, Stage: Confident, Calls: 1}
		}
		return requery(c)
	},
})
