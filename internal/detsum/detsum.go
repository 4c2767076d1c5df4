// Package detsum adds float64 numbers in one fixed order with compensation, so
// that a total has the same bits on every machine.
//
// gonum's floats.Sum and stat.Mean use SIMD kernels whose order of addition
// differs between architectures, and the compiler may fuse x*y+z where the
// hardware can. Every sum that reaches a result goes through this package.
package detsum

import "math"

// Sum returns the sum of x by Neumaier's compensated summation, first element
// first. The sum of nothing is 0; a NaN or infinity in x is in the result.
//
// Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation
// endlicher Summen", ZAMM 54 (1974), algorithm IV.
func Sum(x []float64) float64 {
	sum, lost := 0.0, 0.0
	for _, v := range x {
		t := sum + v
		if math.Abs(sum) >= math.Abs(v) {
			lost += (sum - t) + v
		} else {
			lost += (v - t) + sum
		}
		sum = t
	}
	if math.IsNaN(lost) { // an infinity passed: inf-inf above says nothing
		return sum
	}
	return sum + lost
}

// Mean returns Sum(x)/len(x), NaN for an empty x.
func Mean(x []float64) float64 {
	return Sum(x) / float64(len(x))
}

// Dot returns the sum of x[i]*y[i]. The explicit conversion forbids fusing the
// product into the addition. It panics if the lengths differ.
func Dot(x, y []float64) float64 {
	if len(x) != len(y) {
		panic("detsum: slices of different length")
	}
	products := make([]float64, len(x))
	for i := range x {
		products[i] = float64(x[i] * y[i])
	}
	return Sum(products)
}
