package fusion

// LinearOpinionPool averages both distributions bin by bin. Its score is that of
// [Mean] if the models' scores are the means of their distributions; its
// variance is not, as it holds their disagreement. Where the bins differ the
// large model's answer stands.
var LinearOpinionPool = register(Strategy{
	Name:       "linear-opinion-pool",
	Doc:        "Mean of both distributions over the bins; the score is its mean.",
	Formula:    "p_k = (p_Sk + p_Lk)/2, ŷ = Σ p_k c_k",
	Citation:   "Stone, The Opinion Pool (1961)",
	Cost:       "1 call",
	NeedsProbs: true,
	needsBoth:  true,
	fuse: func(c Clip, _ Params) Outcome {
		return pool(c, func(s, l float64) float64 { return s + l })
	},
})
