package uncertainty

import (
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// TokenNLLMean is the mean over the tokens of how unlikely each was. For a sampled
// answer it estimates the mean token entropy, from one draw per position; for a
// greedy one it does not.
var TokenNLLMean = register(Measure{
	Name:     "token-nll-mean",
	Doc:      "Mean negative log-probability of the generated tokens, in nats.",
	Formula:  "−Σ_t ln p(y_t | y_<t)/T",
	Citation: "Gupta, Narasimhan, Jitkrittum, Rawat, Menon and Kumar, Language Model Cascades: Token-Level Uncertainty and Beyond (ICLR 2024), Chow-Average, negated",
	Needs:    needsTokens,
	Requires: []Field{FieldTokenLogprobs},
	Cost:     "none, if the server returns log-probabilities",
	Range:    nonNegative,
	column: perClip(needsTokens, func(p *sample.Prediction, _ float64) (float64, bool) {
		nll, ok := tokenNLLs(p)
		if !ok {
			return 0, false
		}
		return detsum.Mean(nll), true
	}),
})
