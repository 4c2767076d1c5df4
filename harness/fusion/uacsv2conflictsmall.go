package fusion

// UACSv2ConflictSmall has no second round: the small model wins a conflict in
// which the large one is unsure. The stage is then [Kept], with a call.
var UACSv2ConflictSmall = register(Strategy{
	Name:     "uacs-v2-conflict-small",
	Doc:      "U-ACS v2 without the second round: on conflict the small model stands.",
	Formula:  "u_L ≤ τ_L: y_L; else sign y_S = sign y_L: y_L; else y_S",
	Citation: "ablation of U-ACS, arXiv 2509.04459v2",
	Cost:     "1 call",
	NeedsTau: true,
	fuse:     cascade(confident, acceptLarge, keepSmall),
})
