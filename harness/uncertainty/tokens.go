package uncertainty

import (
	"slices"

	"uacs/harness/sample"
)

// logprobTolerance is how far above 0 a log-probability may lie: some servers
// compute in half precision.
const logprobTolerance = 1e-3

// needsTokens is what [tokenNLLs] needs, in words.
const needsTokens = "token_logprobs, none above 0"

// tokenNLLs returns the negative log-probabilities of the generated tokens, in
// order, and false if there is none or one belongs to no probability.
func tokenNLLs(p *sample.Prediction) (nll []float64, ok bool) {
	nll = make([]float64, len(p.TokenLogprobs))
	for i, l := range p.TokenLogprobs {
		if !(l <= logprobTolerance) { // a NaN is not below it either
			return nil, false
		}
		nll[i] = max(0, -l)
	}
	return nll, len(nll) > 0
}

// quantile returns the q-quantile of x, which is not empty, with linear
// interpolation between the order statistics (numpy's default, type 7).
func quantile(x []float64, q float64) float64 {
	x = slices.Sorted(slices.Values(x))
	at := float64(q * float64(len(x)-1))
	below := int(at)
	if below+1 >= len(x) {
		return x[len(x)-1]
	}
	return x[below] + float64((at-float64(below))*(x[below+1]-x[below]))
}
