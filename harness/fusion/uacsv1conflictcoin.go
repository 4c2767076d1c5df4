package fusion

// UACSv1ConflictCoin has a coin in place of the second round: what asking again
// must beat. A clip without a key falls back to the large model.
var UACSv1ConflictCoin = register(Strategy{
	Name:     "uacs-v1-conflict-coin",
	Doc:      "U-ACS v1 with a coin for the second round: on conflict either answer stands with even odds.",
	Formula:  "u_L ≤ τ_L: y_L; else sign y_S = sign y_L: (w_S y_S + w_L y_L)/(w_S + w_L); else y_S or y_L, each with probability 1/2",
	Citation: "ablation of U-ACS, arXiv 2509.04459v1",
	Cost:     "1 call",
	NeedsTau: true,
	NeedsKey: true,
	Control:  true,
	fuse:     cascade(confident, averageBoth, tossForAnswer),
})
