package uncertainty

import (
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// TokenNLLSum is how unlikely the whole answer was. It doubts long answers.
var TokenNLLSum = register(Measure{
	Name:     "token-nll-sum",
	Doc:      "Negative log-probability of the whole answer, in nats; it grows with the length of the answer.",
	Formula:  "−Σ_t ln p(y_t | y_<t)",
	Citation: "Gupta, Narasimhan, Jitkrittum, Rawat, Menon and Kumar, Language Model Cascades: Token-Level Uncertainty and Beyond (ICLR 2024), Chow-Sum, negated",
	Needs:    needsTokens,
	Requires: []Field{FieldTokenLogprobs},
	Cost:     "none, if the server returns log-probabilities",
	Range:    nonNegative,
	column: perClip(needsTokens, func(p *sample.Prediction, _ float64) (float64, bool) {
		nll, ok := tokenNLLs(p)
		if !ok {
			return 0, false
		}
		return detsum.Sum(nll), true
	}),
})
