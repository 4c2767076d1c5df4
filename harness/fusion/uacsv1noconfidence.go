package fusion

// UACSv1NoConfidence never accepts the large model for being sure: only the
// agreement of both counts. It is the only ablation that needs no threshold.
var UACSv1NoConfidence = register(Strategy{
	Name:        "uacs-v1-no-confidence",
	Doc:         "U-ACS v1 without the confidence rule: averaged on equal polarity, else ask again.",
	Formula:     "sign y_S = sign y_L: (w_S y_S + w_L y_L)/(w_S + w_L); else y_2",
	Citation:    "ablation of U-ACS, arXiv 2509.04459v1",
	Cost:        "1 call, 2 on conflict",
	NeedsSecond: true,
	fuse:        cascade(nil, averageBoth, askAgain),
})
