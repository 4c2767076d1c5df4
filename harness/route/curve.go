// Package route decides which clips are escalated, and measures how well: the
// deferral curve, its areas and summary numbers, thresholds chosen without
// looking at the clips they are judged on.
//
// A clip is escalated if its uncertainty is above a threshold. Everything comes
// from one sort and prefix sums; the curve of n clips costs O(n log n).
//
// Most readers want [NewCurve], [Curve.At] and [CrossFit]. Ways to choose a
// threshold are registered as [Rule], one file each: [ByName], [Rule.Choose],
// [CrossFitRule]. Two thresholds at once are a [Surface].
package route

import (
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// Clips are columns aligned by clip: what is known about each, whatever the
// threshold.
type Clips struct {
	// U is the uncertainty of the small model's answer, higher = less sure.
	U []float64
	// Keep and Defer are the quality of the cascade's answer if the clip is kept
	// or escalated: 1 for right and 0 for wrong, or minus a loss.
	Keep, Defer []float64
	// First and Second are the numbers of first-round and second-round calls that
	// an escalated clip takes.
	First, Second []float64
	// Videos names the video of each clip and Features are further columns. Both
	// may be nil: only rules that say so read them, curves never do.
	Videos   []string
	Features []Feature
}

// Feature is one column of numbers that a learned router may read.
type Feature struct {
	// Name is how warnings call the column.
	Name string
	// Values holds one finite number per clip.
	Values []float64
}

// validate reports columns that do not fit and uncertainties that cannot be sorted.
func (c Clips) validate() error {
	n := len(c.U)
	if n == 0 {
		return fmt.Errorf("route: no clips")
	}
	for _, col := range [][]float64{c.Keep, c.Defer, c.First, c.Second} {
		if len(col) != n {
			return fmt.Errorf("route: columns of %d and %d clips", n, len(col))
		}
	}
	if c.Videos != nil && len(c.Videos) != n {
		return fmt.Errorf("route: %d clips but %d names of videos", n, len(c.Videos))
	}
	for _, f := range c.Features {
		if len(f.Values) != n {
			return fmt.Errorf("route: %d clips but %d values of feature %s", n, len(f.Values), f.Name)
		}
	}
	for i, u := range c.U {
		if math.IsNaN(u) {
			return fmt.Errorf("route: the uncertainty of clip %d is NaN", i)
		}
		if math.IsNaN(c.Keep[i]) || math.IsNaN(c.Defer[i]) {
			return fmt.Errorf("route: the quality of clip %d is NaN", i)
		}
	}
	return nil
}

// Point is one operating point of a cascade.
type Point struct {
	// Deferred is how many clips are escalated, Rate the share of them.
	Deferred int
	Rate     float64
	// Threshold escalates exactly these clips: those with an uncertainty above it.
	Threshold float64
	// Quality is the mean quality over all clips.
	Quality float64
	// First and Second are the mean numbers of calls per clip, over all clips.
	First, Second float64
}

// Curve is the deferral curve of one measure: its points from nothing deferred
// to everything deferred, one for each distinct uncertainty and one more. Clips
// that tie move together.
type Curve struct {
	N      int
	Points []Point
}

// NewCurve returns the deferral curve of c, deferring the least sure first. It
// is an error if c is empty, if its columns differ in length, or if an
// uncertainty or quality is NaN.
func NewCurve(c Clips) (Curve, error) {
	if err := c.validate(); err != nil {
		return Curve{}, err
	}
	order := ByUncertainty(c.U)
	n := len(order)
	quality, first, second := detsum.Sum(c.Keep), 0.0, 0.0
	curve := Curve{N: n, Points: make([]Point, 0, n+1)}
	for i := 0; ; {
		curve.Points = append(curve.Points, Point{
			Deferred: i, Rate: float64(i) / float64(n), Threshold: threshold(c.U, order, i),
			Quality: quality / float64(n), First: first / float64(n), Second: second / float64(n),
		})
		if i == n {
			return curve, nil
		}
		for u := c.U[order[i]]; i < n && c.U[order[i]] == u; i++ {
			clip := order[i]
			quality += c.Defer[clip] - c.Keep[clip]
			first += c.First[clip]
			second += c.Second[clip]
		}
	}
}

// ByUncertainty returns the places of the clips from the least sure to the surest; clips that
// tie stay in the order given.
func ByUncertainty(u []float64) []int {
	order := make([]int, len(u))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case u[a] > u[b]:
			return -1
		case u[a] < u[b]:
			return 1
		}
		return 0
	})
	return order
}

// threshold returns a number that the first i uncertainties of order are above
// and the others are not: halfway, so that a threshold found on some clips errs
// to neither side on others.
func threshold(u []float64, order []int, i int) float64 {
	switch {
	case i == 0:
		return math.Inf(1)
	case i == len(order):
		return math.Inf(-1)
	}
	above, below := u[order[i-1]], u[order[i]]
	middle := below + (above-below)/2
	if middle >= above || math.IsNaN(middle) { // neighbours, or an infinity
		return below
	}
	return middle
}

// At returns the expected operating point at a deferral rate in [0,1]. Between
// two points it interpolates, which is exact in expectation if a random part of
// the tie group between them is deferred. Threshold is that of the point before.
func (c Curve) At(rate float64) Point {
	i, _ := slices.BinarySearchFunc(c.Points, rate, func(p Point, r float64) int {
		switch {
		case p.Rate < r:
			return -1
		case p.Rate > r:
			return 1
		}
		return 0
	})
	switch {
	case i == len(c.Points):
		return c.Points[len(c.Points)-1]
	case i == 0 || c.Points[i].Rate == rate:
		return c.Points[i]
	}
	a, b := c.Points[i-1], c.Points[i]
	w := (rate - a.Rate) / (b.Rate - a.Rate)
	mix := func(x, y float64) float64 { return x + float64(w*(y-x)) }
	return Point{
		Deferred: int(math.Round(rate * float64(c.N))), Rate: rate, Threshold: a.Threshold,
		Quality: mix(a.Quality, b.Quality), First: mix(a.First, b.First), Second: mix(a.Second, b.Second),
	}
}

// Best returns the point of highest quality, the one that defers least among
// equals. Chosen on the clips it is judged on, it is an oracle threshold: its
// quality is too good.
func (c Curve) Best() Point {
	best := c.Points[0]
	for _, p := range c.Points[1:] {
		if p.Quality > best.Quality+qualityEpsilon {
			best = p
		}
	}
	return best
}

// Cheapest returns the point with the fewest calls whose quality is at least
// quality, and false if there is none. Chosen on the clips it is judged on, it is
// an oracle threshold like [Curve.Best].
func (c Curve) Cheapest(quality float64) (Point, bool) {
	var best Point
	found := false
	for _, p := range c.Points {
		if p.Quality >= quality-qualityEpsilon && (!found || p.First+p.Second < best.First+best.Second) {
			best, found = p, true
		}
	}
	return best, found
}

// qualityEpsilon is far below the quality of a single clip and far above the
// rounding error of a sum of them, so that equals are recognised.
const qualityEpsilon = 1e-9

// Random returns the curve of deferring at random, in expectation: the straight
// line between nothing and everything deferred.
func (c Curve) Random() Curve {
	return Curve{N: c.N, Points: []Point{c.Points[0], c.Points[len(c.Points)-1]}}
}

// Oracle returns the curve of deferring by the true gain and stopping where
// deferring begins to hurt: the best that any router of these two answers can
// do. Past that point the quality stays, and First and Second are a budget that is
// better not spent.
func Oracle(c Clips) (Curve, error) {
	gain := make([]float64, len(c.U))
	for i := range gain {
		gain[i] = c.Defer[i] - c.Keep[i]
	}
	c.U = gain
	curve, err := NewCurve(c)
	if err != nil {
		return Curve{}, err
	}
	for i := 1; i < len(curve.Points); i++ {
		p, before := &curve.Points[i], curve.Points[i-1]
		p.Quality = max(p.Quality, before.Quality)
	}
	return curve, nil
}
