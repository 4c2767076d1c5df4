package route

import (
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// Stages are columns aligned by clip for a cascade with two thresholds: a clip
// is kept if the small model's uncertainty is at most τ_S; otherwise the large
// model's answer is accepted if its uncertainty is at most τ_L, and settled in
// another way if not, such as by agreement, averaging, or a second call.
type Stages struct {
	// Small and Large are the uncertainties of both models, higher = less sure.
	// An infinite Large marks an answer that only τ_L = +∞ accepts.
	Small, Large []float64
	// Keep, Accept and Settle are the quality of a clip that ends in each way.
	Keep, Accept, Settle []float64
	// First is the number of first-round calls of an escalated clip, Second that of
	// the further calls of one that is settled.
	First, Second []float64
}

func (s Stages) validate() error {
	n := len(s.Small)
	for _, col := range [][]float64{s.Large, s.Keep, s.Accept, s.Settle, s.First, s.Second} {
		if len(col) != n {
			return fmt.Errorf("route: columns of %d and %d clips", n, len(col))
		}
	}
	if n == 0 {
		return fmt.Errorf("route: no clips")
	}
	for name, col := range s.columns() {
		if i := slices.IndexFunc(col, math.IsNaN); i >= 0 {
			return fmt.Errorf("route: %s of clip %d is NaN", name, i)
		}
	}
	return nil
}

// columns yields each column with its name.
func (s Stages) columns() func(yield func(string, []float64) bool) {
	return func(yield func(string, []float64) bool) {
		_ = yield("the small model's uncertainty", s.Small) && yield("the large model's uncertainty", s.Large) &&
			yield("the quality", s.Keep) && yield("the quality", s.Accept) && yield("the quality", s.Settle) &&
			yield("the number of calls", s.First) && yield("the number of calls", s.Second)
	}
}

// Clips returns the columns under one threshold on the large model, for rules
// that choose the other; several are the variants of [CrossFitRule].
func (s Stages) Clips(tauLarge float64) Clips {
	n := len(s.Small)
	c := Clips{U: s.Small, Keep: s.Keep, Defer: make([]float64, n), First: s.First, Second: make([]float64, n)}
	for i, u := range s.Large {
		c.Defer[i] = s.Accept[i]
		if !(u <= tauLarge) {
			c.Defer[i], c.Second[i] = s.Settle[i], s.Second[i]
		}
	}
	return c
}

// At returns the operating point under both thresholds: judges on test what
// was chosen on a surface of valid. An error is a defect of the columns.
func (s Stages) At(tauSmall, tauLarge float64) (Cell, error) {
	if err := s.validate(); err != nil {
		return Cell{}, err
	}
	p := pointAt(s.Clips(tauLarge), s.Small, tauSmall)
	return Cell{
		TauSmall: tauSmall, TauLarge: tauLarge,
		Rate: p.Rate, Quality: p.Quality, First: p.First, Second: p.Second,
	}, nil
}

// Cell is one operating point of a cascade with two thresholds.
type Cell struct {
	TauSmall, TauLarge float64
	// Rate is the share of clips escalated, Quality the mean quality, First and
	// Second the mean numbers of calls per clip, each over all clips.
	Rate, Quality, First, Second float64
}

// DefaultCap is the number of thresholds per axis above which [NewSurface] takes
// quantiles.
const DefaultCap = 1200

// Surface holds the operating points of all pairs of thresholds.
type Surface struct {
	// N is the number of clips.
	N int
	// Small and Large are the thresholds of the rows and columns, descending
	// from +∞, which escalates nothing or accepts everything, to −∞.
	Small, Large []float64
	// AllSmall and AllLarge are how many there would be without a cap: one more
	// than the distinct uncertainties.
	AllSmall, AllLarge int

	rate, first     []float64 // by row
	quality, second []float64 // by row, then column
}

// NewSurface returns the surface over all pairs of thresholds that differ in
// effect. An axis with more than limit thresholds keeps limit of them at evenly
// spaced places, both ends included; a limit of 0 means [DefaultCap], a negative
// one none. It is an error if the columns are empty, of different length, or
// contain a NaN, or if limit is 1.
//
// The cost is one addition per pair, 16 bytes per pair, and two sorts.
func NewSurface(s Stages, limit int) (Surface, error) {
	if err := s.validate(); err != nil {
		return Surface{}, err
	}
	if limit == 0 {
		limit = DefaultCap
	}
	if limit == 1 {
		return Surface{}, fmt.Errorf("route: a surface of 1 threshold per axis")
	}
	out := Surface{N: len(s.Small)}
	out.Small, out.AllSmall = axis(s.Small, limit)
	out.Large, out.AllLarge = axis(s.Large, limit)
	out.fill(s)
	return out, nil
}

// axis returns the thresholds to take, descending, and how many there are.
func axis(u []float64, limit int) (thresholds []float64, all int) {
	order := ByUncertainty(u)
	for i := 0; i <= len(order); i++ {
		if i == 0 || i == len(order) || u[order[i]] != u[order[i-1]] {
			thresholds = append(thresholds, threshold(u, order, i))
		}
	}
	all = len(thresholds)
	if limit < 0 || all <= limit {
		return thresholds, all
	}
	kept := make([]float64, limit)
	for k := range kept {
		kept[k] = thresholds[k*(all-1)/(limit-1)]
	}
	return kept, all
}

// fill walks the clips from the least sure of the small model, keeping, for each
// column, by how much it differs from the one before.
func (f *Surface) fill(s Stages) {
	rows, columns, n := len(f.Small), len(f.Large), float64(f.N)
	f.rate, f.first = make([]float64, rows), make([]float64, rows)
	f.quality, f.second = make([]float64, rows*columns), make([]float64, rows*columns)
	stepQuality, stepSecond := make([]float64, columns+1), make([]float64, columns+1)
	order, at := ByUncertainty(s.Small), 0
	accepted, first := detsum.Sum(s.Keep), 0.0
	for row, tau := range f.Small {
		for ; at < f.N && s.Small[order[at]] > tau; at++ {
			clip := order[at]
			accepted += s.Accept[clip] - s.Keep[clip]
			first += s.First[clip]
			column := f.firstSettled(s.Large[clip])
			stepQuality[column] += s.Settle[clip] - s.Accept[clip]
			stepSecond[column] += s.Second[clip]
		}
		f.rate[row], f.first[row] = float64(at)/n, first/n
		quality, second := accepted, 0.0
		qualities, seconds := f.quality[row*columns:(row+1)*columns], f.second[row*columns:(row+1)*columns]
		for column := range qualities {
			quality += stepQuality[column]
			second += stepSecond[column]
			qualities[column], seconds[column] = quality/n, second/n
		}
	}
}

// firstSettled returns the first column whose threshold does not accept an
// uncertainty; thresholds descend, so later ones do not either.
func (f *Surface) firstSettled(u float64) int {
	lo, hi := 0, len(f.Large)
	for lo < hi {
		if middle := (lo + hi) / 2; u > f.Large[middle] {
			hi = middle
		} else {
			lo = middle + 1
		}
	}
	return lo
}

// At returns the operating point of a row and a column. It panics when there is
// no such pair.
func (f Surface) At(row, column int) Cell {
	i := row*len(f.Large) + column
	return Cell{
		TauSmall: f.Small[row], TauLarge: f.Large[column],
		Rate: f.rate[row], Quality: f.quality[i], First: f.first[row], Second: f.second[i],
	}
}

// Exact reports whether the surface has every pair of thresholds that differ in
// effect.
func (f Surface) Exact() bool { return len(f.Small) == f.AllSmall && len(f.Large) == f.AllLarge }

// Note says in one line which pairs the surface has, to print beside it.
func (f Surface) Note() string {
	if f.Exact() {
		return fmt.Sprintf("n = %d clips; all %d × %d pairs of thresholds", f.N, len(f.Small), len(f.Large))
	}
	return fmt.Sprintf("n = %d clips; quantile grid of %d × %d of %d × %d thresholds", f.N, len(f.Small), len(f.Large), f.AllSmall, f.AllLarge)
}

// Frontier returns the cells that no other cell beats in price and quality, by
// ascending price, and those of them on the upper convex hull, as [Pareto] does;
// of equal cells the first row and column. A nil price counts calls. Chosen on
// the clips they are judged on, they are oracle thresholds.
func (f Surface) Frontier(price func(first, second float64) float64) (front, hull []Cell, err error) {
	o := RuleOptions{Price: price}
	var cells []Cell
	var cost, quality []float64
	for row := range f.Small {
		// A cell that an earlier one of its row beats need not be sorted.
		best, bestCost := math.Inf(-1), math.Inf(1)
		for column := range f.Large {
			i := row*len(f.Large) + column
			c := o.price(Point{First: f.first[row], Second: f.second[i]})
			q := f.quality[i]
			if q <= best && c >= bestCost {
				continue
			}
			if q > best || (q == best && c < bestCost) {
				best, bestCost = q, c
			}
			cells, cost, quality = append(cells, f.At(row, column)), append(cost, c), append(quality, q)
		}
	}
	onFront, onHull, err := Pareto(cost, quality)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range onFront {
		front = append(front, cells[i])
	}
	for _, i := range onHull {
		hull = append(hull, cells[i])
	}
	return front, hull, nil
}
