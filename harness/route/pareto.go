package route

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Pareto returns the places of the points that no other point beats: none has at
// most the cost and more quality, or less cost and at least the quality. Of equal
// points the first is taken. The front ascends in both. The hull is the part of
// the front on its upper convex hull: no mixture of two other points has at most
// the cost and at least the quality. It is the non-decreasing hull that AIQ
// integrates.
//
// Costs and qualities that differ by rounding only count as equal. It is an
// error if lengths differ or a number is not finite. The cost is one sort.
//
// Source: for the hull, Andrew's monotone chain (1979); AIQ: Hu et al.,
// RouterBench (2024).
func Pareto(cost, quality []float64) (front, hull []int, err error) {
	if len(cost) != len(quality) {
		return nil, nil, fmt.Errorf("route: %d costs and %d qualities", len(cost), len(quality))
	}
	for i := range cost {
		if bad := cost[i] + quality[i]; math.IsNaN(bad) || math.IsInf(bad, 0) {
			return nil, nil, fmt.Errorf("route: point %d has cost %v and quality %v", i, cost[i], quality[i])
		}
	}
	order := make([]int, len(cost))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(cost[a], cost[b]), cmp.Compare(quality[b], quality[a]))
	})
	for _, i := range order {
		last := len(front) - 1
		if last >= 0 && quality[i] <= quality[front[last]]+qualityEpsilon {
			continue
		}
		if last >= 0 && cost[i]-cost[front[last]] <= priceEpsilon(cost[i]) {
			front = front[:last]
		}
		front = append(front, i)
	}
	for _, i := range front {
		for len(hull) > 1 && !above(cost, quality, hull[len(hull)-2], hull[len(hull)-1], i) {
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, i)
	}
	return front, hull, nil
}

// above reports whether point b lies above the line from a to c.
func above(x, y []float64, a, b, c int) bool {
	left := float64((y[b] - y[a]) * (x[c] - x[a]))
	right := float64((y[c] - y[a]) * (x[b] - x[a]))
	return left > right
}
