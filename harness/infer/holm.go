package infer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Holm returns p-values adjusted for their number by Holm's step-down method, in
// the order of p: the i-th smallest of m, from 1, becomes the largest of
// (m-j+1)p_j over j up to i, at most 1. Comparing an adjusted value with alpha
// keeps the chance of any false rejection below alpha, whatever the dependence.
//
// A NaN is a comparison that was not made: it stays NaN and does not count in m,
// as NA in R's p.adjust. A value outside [0,1] is an error.
//
// Source: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65.
func Holm(p []float64) ([]float64, error) {
	adjusted := slices.Clone(p)
	var order []int
	for i, v := range p {
		if math.IsNaN(v) {
			continue
		}
		if v < 0 || v > 1 {
			return nil, fmt.Errorf("Holm: p-value %d is %v, outside [0,1]", i, v)
		}
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	largest := 0.0
	for rank, i := range order {
		largest = math.Max(largest, math.Min(1, float64(len(order)-rank)*p[i]))
		adjusted[i] = largest
	}
	return adjusted, nil
}
