package uncertainty

import (
	"slices"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// TokenEntropyMean is the mean over the tokens of how open the choice was. Unlike
// [TokenNLLMean] it does not depend on which token was taken.
var TokenEntropyMean = register(Measure{
	Name:     "token-entropy-mean",
	Doc:      "Mean entropy of the next-token distributions that the answer was taken from, in nats.",
	Formula:  "Σ_t H(p(· | y_<t))/T",
	Citation: "Malinin and Gales, Uncertainty Estimation in Autoregressive Structured Prediction (ICLR 2021)",
	Needs:    "token_entropies, none below 0",
	Requires: []Field{FieldTokenEntropies},
	Cost:     "none, if the server returns the distribution at each token",
	Range:    nonNegative,
	column: perClip("token_entropies, none below 0", func(p *sample.Prediction, _ float64) (float64, bool) {
		if len(p.TokenEntropies) == 0 || slices.Min(p.TokenEntropies) < 0 {
			return 0, false
		}
		return detsum.Mean(p.TokenEntropies), true
	}),
})
