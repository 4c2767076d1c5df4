package uncertainty

import (
	"fmt"
	"strconv"

	"uacs/harness/sample"
)

// TokenNLLQ20, TokenNLLQ50 and TokenNLLQ80 are quantiles of how unlikely the
// tokens were. Quantile q of the negative log-probabilities is minus quantile 1−q
// of the log-probabilities, in which Chow-Quantile is written; [TokenNLLMax] is
// the limit q = 1.
var (
	TokenNLLQ20 = register(tokenNLLQuantile(20))
	TokenNLLQ50 = register(tokenNLLQuantile(50))
	TokenNLLQ80 = register(tokenNLLQuantile(80))
)

func tokenNLLQuantile(percent int) Measure {
	q := float64(percent) / 100
	share := strconv.FormatFloat(q, 'g', -1, 64)
	return Measure{
		Name:     fmt.Sprintf("token-nll-q%d", percent),
		Doc:      fmt.Sprintf("Quantile %s of the negative log-probabilities of the generated tokens, in nats, interpolated linearly.", share),
		Formula:  fmt.Sprintf("quantile_%s over t of −ln p(y_t | y_<t)", share),
		Citation: fmt.Sprintf("Gupta, Narasimhan, Jitkrittum, Rawat, Menon and Kumar, Language Model Cascades: Token-Level Uncertainty and Beyond (ICLR 2024), Chow-Quantile of order %s, negated", strconv.FormatFloat(float64(100-percent)/100, 'g', -1, 64)),
		Needs:    needsTokens,
		Requires: []Field{FieldTokenLogprobs},
		Cost:     "none, if the server returns log-probabilities",
		Range:    nonNegative,
		column: perClip(needsTokens, func(p *sample.Prediction, _ float64) (float64, bool) {
			nll, ok := tokenNLLs(p)
			if !ok {
				return 0, false
			}
			return quantile(nll, q), true
		}),
	}
}
