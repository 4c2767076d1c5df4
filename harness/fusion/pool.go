package fusion

import (
	"math"
	"slices"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// pool combines both distributions bin by bin, normalises, and answers with the
// mean of the result.
func pool(c Clip, combine func(s, l float64) float64) Outcome {
	if !poolable(c) {
		return fellBack(c)
	}
	p := make([]float64, len(c.Small.Probs))
	for k := range p {
		p[k] = combine(c.Small.Probs[k], c.Large.Probs[k])
	}
	total := detsum.Sum(p)
	if !(total > 0) || math.IsInf(total, 1) {
		return fellBack(c)
	}
	for k := range p {
		p[k] /= total
	}
	mean, variance := momentsOf(c.Large.Bins, p)
	return Outcome{
		Answer: Answer{Score: mean, Polarity: sample.PolarityOf(mean), OK: true, Variance: variance, Bins: c.Large.Bins, Probs: p},
		Stage:  Averaged, Calls: 1,
	}
}

// poolable reports whether both answers are distributions over the same bins.
func poolable(c Clip) bool {
	s, l := c.Small, c.Large
	return len(s.Bins) > 0 && slices.Equal(s.Bins, l.Bins) && len(s.Probs) == len(s.Bins) && len(l.Probs) == len(l.Bins)
}

// momentsOf returns the mean and variance of a distribution over bins. A mean
// that is zero but for rounding is zero, so that a symmetric distribution is
// neutral.
func momentsOf(bins, p []float64) (mean, variance float64) {
	mean = detsum.Dot(bins, p)
	if size := math.Max(math.Abs(slices.Min(bins)), math.Abs(slices.Max(bins))); math.Abs(mean) <= 1e-15*size {
		mean = 0
	}
	terms := make([]float64, len(p))
	for k := range p {
		d := bins[k] - mean
		terms[k] = float64(float64(d*d) * p[k])
	}
	return mean, detsum.Sum(terms)
}

// VarianceOf returns the variance of a record's score, in squared label units:
// that of its probabilities over the bins; without them the sample variance
// (divisor n−1) of its members' scores; NaN without either, and for an error
// record. An ensemble whose members all agree has variance 0, which fusion reads
// as unknown: it would outweigh everything.
func VarianceOf(p *sample.Prediction) float64 {
	switch n := len(p.MemberScores); {
	case !p.OK():
		return math.NaN()
	case len(p.Probs) > 0 && len(p.Probs) == len(p.Bins):
		_, v := momentsOf(p.Bins, p.Probs)
		return v
	case n > 1:
		mean := detsum.Mean(p.MemberScores)
		terms := make([]float64, n)
		for i, y := range p.MemberScores {
			terms[i] = float64((y - mean) * (y - mean))
		}
		return detsum.Sum(terms) / float64(n-1)
	}
	return math.NaN()
}
