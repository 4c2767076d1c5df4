package calibrate

import (
	"cmp"
	"slices"
)

// step returns the right-continuous step function through knots, ascending in U: the
// P of the last knot at or below u, and the first knot's P below all of them.
func step(knots []Knot) func(u float64) float64 {
	return func(u float64) float64 {
		return knots[max(0, lastAtOrBelow(knots, u))].P
	}
}

// lines returns the function that is linear between neighbouring knots, ascending
// in U and P, and constant outside them.
func lines(knots []Knot) func(u float64) float64 {
	return func(u float64) float64 {
		i := lastAtOrBelow(knots, u)
		switch {
		case i < 0:
			return knots[0].P
		case i == len(knots)-1:
			return knots[i].P
		}
		a, b := knots[i], knots[i+1]
		return min(b.P, a.P+float64((u-a.U)/(b.U-a.U)*(b.P-a.P)))
	}
}

// lastAtOrBelow returns the index of the last knot whose U is at most u, −1 if
// there is none.
func lastAtOrBelow(knots []Knot, u float64) int {
	i, found := slices.BinarySearchFunc(knots, u, func(k Knot, u float64) int { return cmp.Compare(k.U, u) })
	if found {
		return i
	}
	return i - 1
}
