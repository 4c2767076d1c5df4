package fusion

// UACSv2ConflictCoin has a coin in place of the second round: what asking again
// must beat. A clip without a key falls back to the large model.
var UACSv2ConflictCoin = register(Strategy{
	Name:     "uacs-v2-conflict-coin",
	Doc:      "U-ACS v2 with a coin for the second round: on conflict either answer stands with even odds.",
	Formula:  "u_L ≤ τ_L: y_L; else sign y_S = sign y_L: y_L; else y_S or y_L, each with probability 1/2",
	Citation: "ablation of U-ACS, arXiv 2509.04459v2",
	Cost:     "1 call",
	NeedsTau: true,
	NeedsKey: true,
	Control:  true,
	fuse:     cascade(confident, acceptLarge, tossForAnswer),
})
