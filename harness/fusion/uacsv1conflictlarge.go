package fusion

// UACSv1ConflictLarge has no second round: the large model wins a conflict.
var UACSv1ConflictLarge = register(Strategy{
	Name:     "uacs-v1-conflict-large",
	Doc:      "U-ACS v1 without the second round: on conflict the large model stands.",
	Formula:  "u_L ≤ τ_L: y_L; else sign y_S = sign y_L: (w_S y_S + w_L y_L)/(w_S + w_L); else y_L",
	Citation: "ablation of U-ACS, arXiv 2509.04459v1",
	Cost:     "1 call",
	NeedsTau: true,
	fuse:     cascade(confident, averageBoth, takeLarge),
})
