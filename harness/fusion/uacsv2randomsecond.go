package fusion

// UACSv2RandomSecond asks random clips again instead of those in conflict: whether
// conflict is a good reason to ask. For equal cost, set Params.SecondShare to the
// share of conflicts among the clips that the large model is unsure of. A clip
// without a key falls back to the large model.
var UACSv2RandomSecond = register(Strategy{
	Name:        "uacs-v2-random-second",
	Doc:         "U-ACS v2 that asks a random share of the unsure clips again; the others are accepted.",
	Formula:     "u_L ≤ τ_L: y_L; else with probability q: y_2; else y_L",
	Citation:    "ablation of U-ACS, arXiv 2509.04459v2",
	Cost:        "1 call, 2 for the share q of unsure clips",
	NeedsSecond: true,
	NeedsTau:    true,
	NeedsKey:    true,
	Control:     true,
	fuse:        tossForSecond(takeLarge),
})
