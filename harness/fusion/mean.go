package fusion

// Mean averages both scores with equal weights: the blend that knows nothing of
// uncertainty. Where a score is missing the large model's polarity stands.
var Mean = register(Strategy{
	Name:        "mean",
	Doc:         "Mean of both scores.",
	Formula:     "ŷ = (y_S + y_L)/2",
	Citation:    "baseline; sum rule of Kittler et al., On Combining Classifiers (1998)",
	Cost:        "1 call",
	NeedsScores: true,
	needsBoth:   true,
	fuse: func(c Clip, p Params) Outcome {
		p.Weight = func(float64) float64 { return 1 }
		return Outcome{Answer: average(c, p), Stage: Averaged, Calls: 1}
	},
})
