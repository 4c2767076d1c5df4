package fusion

// UACSv1ShuffledSecond resolves a conflict by the second answer to another clip:
// what is left of the second round if it knows the distribution of answers and
// nothing of the clip. [ShuffleSecond] gives the answers.
var UACSv1ShuffledSecond = register(Strategy{
	Name:       "uacs-v1-shuffled-second",
	Doc:        "U-ACS v1 whose second answers are those of other clips.",
	Formula:    "u_L ≤ τ_L: y_L; else sign y_S = sign y_L: (w_S y_S + w_L y_L)/(w_S + w_L); else y_2 of another clip",
	Citation:   "ablation of U-ACS, arXiv 2509.04459v1",
	Cost:       "1 call, 2 on conflict",
	NeedsTau:   true,
	NeedsOther: true,
	Control:    true,
	fuse:       cascade(confident, averageBoth, takeOther),
})
