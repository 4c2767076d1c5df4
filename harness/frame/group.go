package frame

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"uacs/internal/detsum"
)

// Groups is the rows of a frame divided by the cells of some columns.
type Groups struct {
	frame DataFrame
	by    []string
	parts partition
}

// GroupBy divides the rows of df by the columns by, of any kind; groups stand in
// the order of their first row. Texts are compared byte by byte, floats by value
// (0 equals -0), and missing cells form a group of their own. Without by, all
// rows are one group. A frame with zero rows has no group. Cost: O(n).
func GroupBy(df DataFrame, by ...string) (Groups, error) {
	if err := check(df); err != nil {
		return Groups{}, err
	}
	keys := make([]column, len(by))
	for k, name := range by {
		var err error
		if keys[k], err = lookup(df, name); err != nil {
			return Groups{}, fmt.Errorf("group by %s: %w", strings.Join(by, ", "), err)
		}
	}
	return Groups{df, by, partitionBy(keys, df.Nrow())}, nil
}

// Len returns the number of groups.
func (g Groups) Len() int { return len(g.parts.first) }

// Aggregation reduces the values of one column in one group to a number. The
// constructors are [Mean], [Sum], [Min], [Max] and [Median].
type Aggregation struct {
	column, name string
	reduce       func(values []float64) float64 // of values without NaN
}

// Mean is the arithmetic mean; NaN if the group has no value.
func Mean(column string) Aggregation { return Aggregation{column, "mean", detsum.Mean} }

// Sum is the sum by compensated summation in row order; 0 if the group has no value.
func Sum(column string) Aggregation { return Aggregation{column, "sum", detsum.Sum} }

// Min is the smallest value; NaN if the group has none.
func Min(column string) Aggregation {
	return Aggregation{column, "min", orNaN(slices.Min[[]float64])}
}

// Max is the largest value; NaN if the group has none.
func Max(column string) Aggregation {
	return Aggregation{column, "max", orNaN(slices.Max[[]float64])}
}

// Median is the middle value, the mean of the middle two for an even number; NaN
// if the group has none.
func Median(column string) Aggregation {
	return Aggregation{column, "median", orNaN(func(values []float64) float64 {
		x := slices.Sorted(slices.Values(values))
		middle := len(x) / 2
		if len(x)%2 == 1 {
			return x[middle]
		}
		return x[middle-1]/2 + x[middle]/2 // halves, for their sum may overflow
	})}
}

func orNaN(reduce func([]float64) float64) func([]float64) float64 {
	return func(values []float64) float64 {
		if len(values) == 0 {
			return math.NaN()
		}
		return reduce(values)
	}
}

// Aggregate returns one row for each group: the grouping columns, the number of
// rows n, a column such as label_mean for each aggregation in the order given,
// and last, for each column aggregated, the number of missing cells that its
// aggregations skipped, such as label_missing. Two output columns of one name,
// and an aggregation of a column that is not Float or Int, are errors.
func (g Groups) Aggregate(aggregations ...Aggregation) (DataFrame, error) {
	if err := check(g.frame); err != nil {
		return DataFrame{}, err
	}
	var out []column
	for _, name := range g.by {
		c, err := lookup(g.frame, name)
		if err != nil {
			return DataFrame{}, err
		}
		out = append(out, c.take(g.parts.first))
	}
	out = append(out, g.counts("n", func(row int) bool { return true }))
	var skipped []column
	for _, a := range aggregations {
		x, err := Floats(g.frame, a.column)
		if err != nil {
			return DataFrame{}, fmt.Errorf("%s: %w", a.name, err)
		}
		out = append(out, g.reduce(a, x))
		missing := g.counts(a.column+"_missing", func(row int) bool { return math.IsNaN(x[row]) })
		if !slices.ContainsFunc(skipped, func(c column) bool { return c.name == missing.name }) {
			skipped = append(skipped, missing)
		}
	}
	return frameOf(append(out, skipped...))
}

// counts returns how many rows of each group satisfy the condition.
func (g Groups) counts(name string, condition func(row int) bool) column {
	c := column{name: name, kind: Int}
	for k := range g.Len() {
		n := 0
		for _, row := range g.parts.part(k) {
			if condition(row) {
				n++
			}
		}
		c.addInt(n, false)
	}
	return c
}

func (g Groups) reduce(a Aggregation, x []float64) column {
	c := column{name: a.column + "_" + a.name, kind: Float}
	var values []float64
	for k := range g.Len() {
		values = values[:0]
		for _, row := range g.parts.part(k) {
			if !math.IsNaN(x[row]) {
				values = append(values, x[row])
			}
		}
		c.floats = append(c.floats, a.reduce(values))
	}
	return c
}
