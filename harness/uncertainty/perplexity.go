package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Perplexity is the exponential of [TokenNLLMean] and ranks the clips alike.
var Perplexity = register(Measure{
	Name:     "perplexity",
	Doc:      "Inverse geometric mean of the token probabilities: 1 for a certain answer, without bound above.",
	Formula:  "exp(−Σ_t ln p(y_t | y_<t)/T)",
	Citation: "Jelinek, Mercer, Bahl and Baker, Perplexity: a Measure of the Difficulty of Speech Recognition Tasks (1977)",
	Needs:    needsTokens,
	Requires: []Field{FieldTokenLogprobs},
	Cost:     "none, if the server returns log-probabilities",
	Range:    [2]float64{1, math.Inf(1)},
	column: perClip(needsTokens, func(p *sample.Prediction, _ float64) (float64, bool) {
		nll, ok := tokenNLLs(p)
		if !ok {
			return 0, false
		}
		return math.Exp(detsum.Mean(nll)), true
	}),
})
