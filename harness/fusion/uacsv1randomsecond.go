package fusion

// UACSv1RandomSecond asks random clips again instead of those in conflict: whether
// conflict is a good reason to ask. For equal cost, set Params.SecondShare to the
// share of conflicts among the clips that the large model is unsure of. A clip
// without a key falls back to the large model.
var UACSv1RandomSecond = register(Strategy{
	Name:        "uacs-v1-random-second",
	Doc:         "U-ACS v1 that asks a random share of the unsure clips again; the others are averaged.",
	Formula:     "u_L ≤ τ_L: y_L; else with probability q: y_2; else (w_S y_S + w_L y_L)/(w_S + w_L)",
	Citation:    "ablation of U-ACS, arXiv 2509.04459v1",
	Cost:        "1 call, 2 for the share q of unsure clips",
	NeedsSecond: true,
	NeedsTau:    true,
	NeedsKey:    true,
	Control:     true,
	fuse:        tossForSecond(averageBoth),
})
