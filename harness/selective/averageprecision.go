package selective

import "uacs/internal/detsum"

// AveragePrecision returns the area under the precision–recall curve of u as a
// detector of the positive clips (AUPRC), as a sum of steps and without
// interpolation:
//
//	Σ_t (R_t − R_{t−1}) P_t
//
// over the distinct values of u, highest first; P_t and R_t are precision and
// recall if all clips with u ≥ t are called positive. Clips that tie are called
// together. This is average_precision_score of scikit-learn 1.2.1. It lies in
// (0,1]: 1 for a ranking without fault, the share of positives for a constant u,
// and, in a large sample, for a random one. Without positives it is
// [ErrUndefined] (scikit-learn gives 0 and a warning).
func AveragePrecision(u []float64, positive []bool) (float64, error) {
	if len(u) != len(positive) {
		return invalid("AveragePrecision: %d uncertainties for %d classes", len(u), len(positive))
	}
	negated, hit := make([]float64, len(u)), make([]float64, len(u))
	for i := range u {
		negated[i] = -u[i]
		if positive[i] {
			hit[i] = 1
		}
	}
	r, err := rank("AveragePrecision", negated, hit)
	if err != nil {
		return invalid("%w", err)
	}
	total := r.sum[len(r.sum)-1]
	if total == 0 {
		return undefined("AveragePrecision", "no clip is positive")
	}
	terms := make([]float64, len(r.sum))
	before := 0.0
	for g, found := range r.sum {
		terms[g] = float64((found-before)/total) * (found / float64(r.end[g]))
		before = found
	}
	return detsum.Sum(terms), nil
}

// averagePrecisionOfErrors is AveragePrecision with wrong answers as positives.
func averagePrecisionOfErrors(u, loss []float64) (float64, error) {
	positive := make([]bool, len(loss))
	for i, l := range loss {
		if l != 0 && l != 1 {
			return invalid("AveragePrecision: the loss of clip %d is %v, not 0 or 1", i, l)
		}
		positive[i] = l == 1
	}
	return AveragePrecision(u, positive)
}
