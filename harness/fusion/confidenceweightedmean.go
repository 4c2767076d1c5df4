package fusion

// ConfidenceWeightedMean averages both scores, the surer one weighing more.
var ConfidenceWeightedMean = register(Strategy{
	Name:        "confidence-weighted-mean",
	Doc:         "Mean of both scores, each weighted by its confidence 1−u.",
	Formula:     "ŷ = (w_S y_S + w_L y_L)/(w_S + w_L), w = 1−u",
	Citation:    "U-ACS v1 abstract names weighted averaging; the weights are a hypothesis",
	Cost:        "1 call",
	NeedsScores: true,
	fuse: func(c Clip, p Params) Outcome {
		return Outcome{Answer: average(c, p), Stage: Averaged, Calls: 1}
	},
})
