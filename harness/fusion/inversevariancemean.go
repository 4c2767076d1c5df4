package fusion

import "math"

// InverseVarianceMean weights both scores by their precision: the unbiased mean
// of least variance if the errors are independent and the variances right. With
// an unknown variance it is the plain mean; where a score is missing the large
// model's polarity stands. The blend has a variance of its own.
var InverseVarianceMean = register(Strategy{
	Name:          "inverse-variance-mean",
	Doc:           "Mean of both scores, each weighted by the inverse of its variance.",
	Formula:       "ŷ = (y_S/v_S + y_L/v_L)/(1/v_S + 1/v_L), with variance 1/(1/v_S + 1/v_L)",
	Citation:      "Cochran, Problems arising in the analysis of a series of similar experiments (1937)",
	Cost:          "1 call",
	NeedsScores:   true,
	NeedsVariance: true,
	needsBoth:     true,
	fuse: func(c Clip, p Params) Outcome {
		if !hasVariance(c.Small) || !hasVariance(c.Large) {
			return Mean.fuse(c, p)
		}
		c.USmall, c.ULarge = c.Small.Variance, c.Large.Variance
		p.Weight = func(v float64) float64 { return 1 / v }
		a := average(c, p)
		if !math.IsNaN(a.Score) {
			a.Variance = 1 / (1/c.Small.Variance + 1/c.Large.Variance)
		}
		return Outcome{Answer: a, Stage: Averaged, Calls: 1}
	},
})

// hasVariance reports whether a's variance is known and its inverse finite.
func hasVariance(a Answer) bool {
	return a.Variance > 0 && !math.IsInf(a.Variance, 1) && !math.IsInf(1/a.Variance, 1)
}
