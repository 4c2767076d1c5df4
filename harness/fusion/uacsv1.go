package fusion

// UACSv1 is the three-stage rule of the paper's first version: an unsure large
// model is averaged with the small one where they agree, and asked again where
// they conflict.
var UACSv1 = register(Strategy{
	Name:        "uacs-v1",
	Doc:         "Accept a confident large model; else average on equal polarity, ask again on conflict.",
	Formula:     "u_L ≤ τ_L: y_L; else sign y_S = sign y_L: (w_S y_S + w_L y_L)/(w_S + w_L); else y_2",
	Citation:    "U-ACS, arXiv 2509.04459v1, abstract; thresholds, weights and uncertainties are hypotheses",
	Cost:        "1 call, 2 on conflict",
	NeedsSecond: true,
	NeedsTau:    true,
	fuse: func(c Clip, p Params) Outcome {
		switch {
		case confident(c, p):
			return Outcome{Answer: c.Large, Stage: Confident, Calls: 1}
		case c.Small.Polarity == c.Large.Polarity:
			return Outcome{Answer: average(c, p), Stage: Averaged, Calls: 1}
		}
		return requery(c)
	},
})
