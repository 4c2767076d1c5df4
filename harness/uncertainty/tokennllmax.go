package uncertainty

import (
	"slices"

	"uacs/harness/sample"
)

// TokenNLLMax is the doubt at the least likely token.
var TokenNLLMax = register(Measure{
	Name:     "token-nll-max",
	Doc:      "Largest negative log-probability among the generated tokens, in nats.",
	Formula:  "max_t −ln p(y_t | y_<t)",
	Citation: "Gupta, Narasimhan, Jitkrittum, Rawat, Menon and Kumar, Language Model Cascades: Token-Level Uncertainty and Beyond (ICLR 2024), Chow-Quantile of order 0, negated",
	Needs:    needsTokens,
	Requires: []Field{FieldTokenLogprobs},
	Cost:     "none, if the server returns log-probabilities",
	Range:    nonNegative,
	column: perClip(needsTokens, func(p *sample.Prediction, _ float64) (float64, bool) {
		nll, ok := tokenNLLs(p)
		if !ok {
			return 0, false
		}
		return slices.Max(nll), true
	}),
})
