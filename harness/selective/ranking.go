package selective

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// ranking is clips from the surest to the least sure, in groups of equal u.
type ranking struct {
	// n is the number of clips.
	n int
	// u is the uncertainty of each group; end is how many clips are in it and in
	// those before; sum is their loss.
	u   []float64
	end []int
	sum []float64
}

// rank checks and sorts the columns. Within a group, losses are added in their
// own order, so that the order of the clips does not reach the last bit.
func rank(name string, u, loss []float64) (ranking, error) {
	n := len(u)
	switch {
	case n != len(loss):
		return ranking{}, fmt.Errorf("%s: %d uncertainties for %d losses", name, n, len(loss))
	case n == 0:
		return ranking{}, fmt.Errorf("%s: no clips", name)
	}
	order := make([][2]float64, n)
	for i := range order {
		if math.IsNaN(u[i]) {
			return ranking{}, fmt.Errorf("%s: the uncertainty of clip %d is NaN", name, i)
		}
		if math.IsNaN(loss[i]) || math.IsInf(loss[i], 0) {
			return ranking{}, fmt.Errorf("%s: the loss of clip %d is %v", name, i, loss[i])
		}
		order[i] = [2]float64{u[i], loss[i]}
	}
	slices.SortFunc(order, func(a, b [2]float64) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	r := ranking{n: n}
	total := 0.0
	for start := 0; start < n; {
		var group []float64
		for end := start; end < n && order[end][0] == order[start][0]; end++ {
			group = append(group, order[end][1])
		}
		total += detsum.Sum(group)
		r.u = append(r.u, order[start][0])
		start += len(group)
		r.end, r.sum = append(r.end, start), append(r.sum, total)
	}
	return r, nil
}

// expected returns, for k = 1..n, the expected loss of the k surest clips if
// those of a group come in random order: between two groups it is a straight line.
func (r ranking) expected() []float64 {
	out := make([]float64, 0, r.n)
	start, before := 0, 0.0
	for g, end := range r.end {
		for k := start + 1; k < end; k++ {
			out = append(out, before+float64((r.sum[g]-before)*float64(k-start))/float64(end-start))
		}
		out = append(out, r.sum[g])
		start, before = end, r.sum[g]
	}
	return out
}

// ideal returns the ranking of the same losses by an uncertainty that is right
// and has no ties.
func ideal(loss []float64) ranking {
	sorted := slices.Clone(loss)
	slices.Sort(sorted)
	r := ranking{n: len(sorted)}
	total := 0.0
	for i, l := range sorted {
		total += l
		r.u, r.end, r.sum = append(r.u, float64(i)), append(r.end, i+1), append(r.sum, total)
	}
	return r
}

// binary reports whether every loss is 0 or 1.
func binary(loss []float64) bool {
	return !slices.ContainsFunc(loss, func(l float64) bool { return l != 0 && l != 1 })
}
