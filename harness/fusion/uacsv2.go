package fusion

// UACSv2 is the three-stage rule of the paper's second version: the large model
// is accepted if it is confident or agrees with the small one, else asked again.
var UACSv2 = register(Strategy{
	Name:        "uacs-v2",
	Doc:         "Accept a large model that is confident or agrees in polarity; else ask again.",
	Formula:     "u_L ≤ τ_L or sign y_S = sign y_L: y_L; else y_2",
	Citation:    "U-ACS, arXiv 2509.04459v2, abstract; thresholds and uncertainties are hypotheses",
	Cost:        "1 call, 2 on conflict",
	NeedsSecond: true,
	NeedsTau:    true,
	fuse: func(c Clip, p Params) Outcome {
		switch {
		case confident(c, p):
			return Outcome{Answer: c.Large, Stage: Confident, Calls: 1}
		case c.Small.Polarity == c.Large.Polarity:
			return Outcome{Answer: c.Large, Stage: Agreed, Calls: 1}
		}
		return requery(c)
	},
})
