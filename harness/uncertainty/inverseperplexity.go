package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// InversePerplexity is [TokenNLLMean] mapped to [0,1], for uses of a confidence
// 1−u such as weighted means. It ranks the clips alike.
var InversePerplexity = register(Measure{
	Name:     "inverse-perplexity",
	Doc:      "One minus the geometric mean of the token probabilities, in [0,1].",
	Formula:  "1 − exp(Σ_t ln p(y_t | y_<t)/T)",
	Citation: "length-normalised sequence likelihood; one of the hypotheses for the uncertainty of the large model in U-ACS, which names no formula",
	Needs:    needsTokens,
	Requires: []Field{FieldTokenLogprobs},
	Cost:     "none, if the server returns log-probabilities",
	Range:    unit,
	column: perClip(needsTokens, func(p *sample.Prediction, _ float64) (float64, bool) {
		nll, ok := tokenNLLs(p)
		if !ok {
			return 0, false
		}
		return 1 - math.Exp(-detsum.Mean(nll)), true
	}),
})
