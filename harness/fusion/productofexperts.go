package fusion

// ProductOfExperts multiplies both distributions bin by bin. It takes the
// models for independent: two that agree come out surer than either, so equal
// answers keep their polarity but not their score. Where the bins differ, or no
// bin is possible to both, the large model's answer stands.
var ProductOfExperts = register(Strategy{
	Name:       "product-of-experts",
	Doc:        "Normalised product of both distributions over the bins; the score is its mean.",
	Formula:    "p_k = p_Sk p_Lk / Σ_j p_Sj p_Lj, ŷ = Σ p_k c_k",
	Citation:   "Hinton, Products of Experts (1999)",
	Cost:       "1 call",
	NeedsProbs: true,
	needsBoth:  true,
	fuse: func(c Clip, _ Params) Outcome {
		return pool(c, func(s, l float64) float64 { return s * l })
	},
})
