// Package pava fits the nondecreasing function closest to weighted points in
// squared error: isotonic regression by pooling adjacent violators.
//
// Most readers want [Fit], which takes points in any order, and [Map.At]. A
// nonincreasing fit is the negated fit of the negated values.
package pava

import (
	"fmt"
	"math"
	"slices"
)

// Map is a nondecreasing function given by its values at distinct arguments.
type Map struct {
	// X are the distinct arguments, ascending; Y the fitted value at each.
	X, Y []float64
}

// Fit returns the isotonic regression of y on x. Points with the same x are
// pooled to their weighted mean first, as scikit-learn does. w holds positive
// weights; nil weighs all points alike. The input is not changed. It is an error
// if there are no points, if lengths differ, if an x is NaN, or if a y or weight
// is not finite or a weight not positive. The cost is one sort.
//
// Source: Barlow, Bartholomew, Bremner and Brunk, Statistical Inference under
// Order Restrictions (1972), section 1.2.
func Fit(x, y, w []float64) (Map, error) {
	if err := check(x, y, w); err != nil {
		return Map{}, err
	}
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	var m Map
	var mean, weight []float64
	for i := 0; i < len(order); {
		at, pool := x[order[i]], block{}
		for ; i < len(order) && x[order[i]] == at; i++ {
			pool = pool.with(point(y, w, order[i]))
		}
		m.X = append(m.X, at)
		mean, weight = append(mean, pool.mean()), append(weight, pool.weight)
	}
	m.Y = Ordered(mean, weight)
	return m, nil
}

func check(x, y, w []float64) error {
	if len(x) == 0 {
		return fmt.Errorf("isotonic regression of no points")
	}
	if len(y) != len(x) || (w != nil && len(w) != len(x)) {
		return fmt.Errorf("isotonic regression: %d arguments, %d values, %d weights", len(x), len(y), len(w))
	}
	for i := range x {
		if math.IsNaN(x[i]) {
			return fmt.Errorf("isotonic regression: argument %d is NaN", i)
		}
		if math.IsNaN(y[i]) || math.IsInf(y[i], 0) {
			return fmt.Errorf("isotonic regression: value %d is %v", i, y[i])
		}
		if w != nil && !(w[i] > 0 && !math.IsInf(w[i], 1)) {
			return fmt.Errorf("isotonic regression: weight %d is %v, not positive and finite", i, w[i])
		}
	}
	return nil
}

// Ordered returns the nondecreasing sequence closest to y in weighted squared
// error, for points already in order of their arguments; nil weighs all alike.
// It panics if w has another length than y. The cost is linear.
func Ordered(y, w []float64) []float64 {
	if w != nil && len(w) != len(y) {
		panic("pava: values and weights of different length")
	}
	blocks := make([]block, 0, len(y))
	for i := range y {
		last := point(y, w, i)
		for len(blocks) > 0 && blocks[len(blocks)-1].mean() >= last.mean() {
			last = blocks[len(blocks)-1].with(last)
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, last)
	}
	out := make([]float64, 0, len(y))
	for _, b := range blocks {
		for range b.points {
			out = append(out, b.mean())
		}
	}
	return out
}

// block is a run of points that share one fitted value.
type block struct {
	sum, weight float64
	points      int
}

func point(y, w []float64, i int) block {
	if w == nil {
		return block{y[i], 1, 1}
	}
	return block{float64(w[i] * y[i]), w[i], 1}
}

func (b block) mean() float64 { return b.sum / b.weight }

func (b block) with(o block) block {
	return block{b.sum + o.sum, b.weight + o.weight, b.points + o.points}
}

// At returns the value at x: linear between neighbouring arguments, as
// scikit-learn predicts, and the first or last value beyond them. At(NaN) is NaN.
func (m Map) At(x float64) float64 {
	if math.IsNaN(x) {
		return x
	}
	i, found := slices.BinarySearch(m.X, x)
	switch {
	case found:
		return m.Y[i]
	case i == 0:
		return m.Y[0]
	case i == len(m.X):
		return m.Y[i-1]
	}
	share := (x - m.X[i-1]) / (m.X[i] - m.X[i-1])
	if math.IsNaN(share) || math.IsInf(share, 0) { // a neighbour is infinite
		return m.Y[i-1]
	}
	return m.Y[i-1] + float64(share*(m.Y[i]-m.Y[i-1]))
}
