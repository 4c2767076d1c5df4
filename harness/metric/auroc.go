package metric

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrOneClass says that a ranking measure has no value because all clips are
// positive, all are negative, or there are none.
var ErrOneClass = errors.New("all clips are of one class")

// AUROC returns the area under the ROC curve of u: the probability that a random
// positive clip has a larger u than a random negative one, ties counting one
// half (the Mann-Whitney statistic divided by its maximum). It is 0.5 for a
// constant u and 1 for one that ranks every positive above every negative;
// 1-AUROC is the value of -u.
//
// Pairs are counted in integers, so the result is the exact ratio rounded once.
// u may be infinite. A NaN in u is an error; without both classes the result is
// NaN and the error wraps [ErrOneClass]. Slices of different length are an
// error. The cost is that of a sort.
func AUROC(u []float64, positive []bool) (float64, error) {
	if len(u) != len(positive) {
		return math.NaN(), fmt.Errorf("AUROC: %d values for %d classes", len(u), len(positive))
	}
	order := make([]ranked, len(u))
	for i, v := range u {
		if math.IsNaN(v) {
			return math.NaN(), fmt.Errorf("AUROC: value %d is NaN", i)
		}
		order[i] = ranked{v, positive[i]}
	}
	slices.SortFunc(order, func(a, b ranked) int { return cmp.Compare(a.u, b.u) })
	var below, positives, twice uint64 // negatives and positives so far, twice the pairs won
	for start := 0; start < len(order); {
		var p, n uint64
		end := start
		for ; end < len(order) && order[end].u == order[start].u; end++ {
			if order[end].positive {
				p++
			} else {
				n++
			}
		}
		twice += 2*p*below + p*n
		positives, below, start = positives+p, below+n, end
	}
	if positives == 0 || below == 0 {
		return math.NaN(), fmt.Errorf("AUROC of %d clips, %d positive: %w", len(u), positives, ErrOneClass)
	}
	return float64(twice) / float64(2*positives*below), nil
}

type ranked struct {
	u        float64
	positive bool
}
