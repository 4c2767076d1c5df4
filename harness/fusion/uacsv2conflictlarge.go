package fusion

// UACSv2ConflictLarge has no second round: the large model wins a conflict.
// Its answers are those of [Replace]; its stages tell why.
var UACSv2ConflictLarge = register(Strategy{
	Name:     "uacs-v2-conflict-large",
	Doc:      "U-ACS v2 without the second round: on conflict the large model stands.",
	Formula:  "u_L ≤ τ_L: y_L; else sign y_S = sign y_L: y_L; else y_L",
	Citation: "ablation of U-ACS, arXiv 2509.04459v2",
	Cost:     "1 call",
	NeedsTau: true,
	fuse:     cascade(confident, acceptLarge, takeLarge),
})
