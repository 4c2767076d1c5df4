package bootstrap

import (
	"math"
	"slices"
)

// tails keep what a percentile interval needs of the replicates of one number:
// the smallest and the largest. Where the tails begin is read off the pilot, and
// again at each later look. If a tail comes out too short, a longer one is tried, and
// after four times all values, so that the interval is exact always.
type tails struct {
	// side are the low tail, and the high one as the low tail of the numbers with
	// their signs turned.
	side [2]tail
	// pilot are the values up to the first look, or a scalar's first values.
	pilot []float64
	// deepen is how often the walk was repeated for want of this number.
	deepen int
}

// tail keeps the smallest of some values: all that are smaller than its edge.
// Values equal to the edge are counted only, if they are so many that the number is
// all but constant (steep).
type tail struct {
	kept   []float64
	edge   float64
	steep  bool
	atEdge int
	// least and most are the extremes of the pilot, later the least that is kept: they
	// lay out the selector's bins, no more.
	least, most float64
}

// push files a value that may be in either tail.
func (t *tails) push(v float64) {
	t.side[0].push(v)
	t.side[1].push(-v)
}

// push files a value if it is in the tail.
func (t *tail) push(v float64) {
	switch {
	case v > t.edge:
	case t.steep && v == t.edge:
		t.atEdge++
	default:
		t.kept = append(t.kept, v)
	}
}

// open sets where the tails of a two-sided interval begin, a margin of standard
// errors of the pilot's quantile beyond it, and files the pilot.
func (t *tails) open(s *Selector, share float64) {
	n := len(t.pilot)
	least, most := t.pilot[0], t.pilot[0]
	for _, v := range t.pilot {
		least, most = min(least, v), max(most, v)
	}
	below, above, k := math.Inf(1), math.Inf(-1), t.place(n, share)
	if 2*k < n && t.deepen <= 3 {
		s.loadWithin(t.pilot, least, most)
		below, _ = s.rank(k)
		above, _ = s.rank(n - 1 - k)
	}
	t.side[0].open(t.pilot, 1, below, least, most, 2*k)
	t.side[1].open(t.pilot, -1, -above, -most, -least, 2*k)
}

// open files a pilot of values, times a sign. Should that be more than many values, the
// tail is steep.
func (t *tail) open(pilot []float64, sign, edge, least, most float64, many int) {
	for _, steep := range []bool{false, true} {
		*t = tail{kept: t.kept[:0], edge: edge, steep: steep, least: least, most: most}
		for _, v := range pilot {
			t.push(sign * v)
		}
		if len(t.kept) <= many || math.IsInf(edge, 0) {
			return
		}
	}
}

// place is the place in order of the value at which a tail is made to begin, so that it
// all but certainly holds the quantile, after n replicates.
func (t *tails) place(n int, share float64) int {
	se := math.Sqrt(float64(share*(1-share)) / float64(n))
	return int(float64((share+float64((4.5+float64(4*t.deepen))*se))*float64(n))) + 2
}

// tighten shortens tails that were opened by the pilot, now that n replicates are
// known.
func (t *tails) tighten(s *Selector, n int, share float64) {
	if t.deepen > 3 {
		return
	}
	for i := range t.side {
		t.side[i].tighten(s, t.place(n, share))
	}
}

// tighten shortens the tail to the value at place k.
func (t *tail) tighten(s *Selector, k int) {
	if t.steep || k >= len(t.kept) {
		return
	}
	t.least = slices.Min(t.kept)
	s.loadWithin(t.kept, t.least, min(t.edge, t.most))
	t.edge, _ = s.rank(k)
	kept := t.kept
	t.kept = t.kept[:0]
	for _, v := range kept {
		if v <= t.edge {
			t.kept = append(t.kept, v)
		}
	}
}

// bounds returns the quantiles of n replicates at both tails; ok is false if a
// tail is too short to hold them.
func (t *tails) bounds(s *Selector, n int, share float64) (lo, hi float64, ok bool) {
	k := placeBelow(n, share)
	a, b, ok := t.side[0].lowest(s, k, min(k+1, n-1))
	if !ok {
		return 0, 0, false
	}
	lo = between(n, share, a, b)
	k = placeBelow(n, 1-share)
	b, a, ok = t.side[1].lowest(s, n-1-min(k+1, n-1), n-1-k)
	return lo, between(n, 1-share, -a, -b), ok
}

// lowest returns the values at places k and next, the same or the one after it: the
// kept ones, then as many times the edge as were counted. ok is false if the tail
// does not reach as far.
func (t *tail) lowest(s *Selector, k, next int) (a, b float64, ok bool) {
	if next >= len(t.kept)+t.atEdge {
		return 0, 0, false
	}
	if k >= len(t.kept) {
		return t.edge, t.edge, true
	}
	s.loadWithin(t.kept, t.least, min(t.edge, t.most))
	a, b = s.rank(k)
	switch {
	case next == k:
		b = a
	case next >= len(t.kept):
		b = t.edge
	}
	return a, b, true
}
