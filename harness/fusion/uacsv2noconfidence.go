package fusion

// UACSv2NoConfidence never accepts the large model for being sure: only the
// agreement of both counts. It is the only ablation that needs no threshold.
var UACSv2NoConfidence = register(Strategy{
	Name:        "uacs-v2-no-confidence",
	Doc:         "U-ACS v2 without the confidence rule: accepted on equal polarity, else ask again.",
	Formula:     "sign y_S = sign y_L: y_L; else y_2",
	Citation:    "ablation of U-ACS, arXiv 2509.04459v2",
	Cost:        "1 call, 2 on conflict",
	NeedsSecond: true,
	fuse:        cascade(nil, acceptLarge, askAgain),
})
