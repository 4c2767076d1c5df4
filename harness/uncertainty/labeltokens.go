package uncertainty

import (
	"maps"
	"math"
	"slices"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// needsLabels is what [labelDistribution] needs, in words.
const needsLabels = "label_logprobs of two or more labels"

// labelDistribution returns the probabilities of the allowed labels, in order of
// the labels, renormalised to sum to 1: what the model would say if it had to say
// one of them. A log-probability of −Inf is a probability of 0. It returns false
// for fewer than two labels, a NaN, or labels that are all impossible.
func labelDistribution(p *sample.Prediction) (q []float64, ok bool) {
	labels := slices.Sorted(maps.Keys(p.LabelLogprobs))
	if len(labels) < 2 {
		return nil, false
	}
	top := math.Inf(-1)
	for _, l := range labels {
		top = max(top, p.LabelLogprobs[l]) // NaN if one is
	}
	if math.IsNaN(top) || math.IsInf(top, 0) {
		return nil, false
	}
	q = make([]float64, len(labels))
	for i, l := range labels {
		q[i] = math.Exp(p.LabelLogprobs[l] - top)
	}
	total := detsum.Sum(q)
	for i := range q {
		q[i] /= total
	}
	return q, true
}
