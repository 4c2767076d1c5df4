package fusion

// UACSv1NoAveraging is the first version with acceptance in place of averaging. By
// construction it is [UACSv2], and a test holds it to that: what sets the versions
// apart is the averaging and nothing else.
var UACSv1NoAveraging = register(Strategy{
	Name:        "uacs-v1-no-averaging",
	Doc:         "U-ACS v1 that accepts the large model on equal polarity instead of averaging; the same rule as uacs-v2.",
	Formula:     "u_L ≤ τ_L or sign y_S = sign y_L: y_L; else y_2",
	Citation:    "ablation of U-ACS, arXiv 2509.04459v1",
	Cost:        "1 call, 2 on conflict",
	NeedsSecond: true,
	NeedsTau:    true,
	fuse:        cascade(confident, acceptLarge, askAgain),
})
