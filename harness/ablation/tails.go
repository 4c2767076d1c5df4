package ablation

import "math"

// tails keep what a percentile interval needs of the replicates of one number:
// the smallest and the largest. Where the tails begin is read off the pilot;
// should a tail come out too short, the walk is repeated with a longer one, so
// that the interval is exact always.
type tails struct {
	// below and above are where the tails begin. All values strictly beyond them
	// are kept, and some others may be. Values equal to them are counted only, if
	// they are so many that the number is all but constant (steep).
	below, above     float64
	low, high        []float64
	steep            bool
	atBelow, atAbove int
	pilot            []float64
	// least and most are the extremes of the pilot.
	least, most float64
	// deepen is how often the walk was repeated for want of this number.
	deepen int
}

// push files a value that may be in either tail.
func (t *tails) push(v float64) {
	if v <= t.below {
		t.pushLow(v)
	}
	if v >= t.above {
		t.pushHigh(v)
	}
}

// pushLow files a value in the low tail, or next to it.
func (t *tails) pushLow(v float64) {
	if t.steep && v >= t.below {
		t.atBelow += b2i(v == t.below)
		return
	}
	t.low = append(t.low, v)
}

// pushHigh files a value in the high tail, or next to it.
func (t *tails) pushHigh(v float64) {
	if t.steep && v <= t.above {
		t.atAbove += b2i(v == t.above)
		return
	}
	t.high = append(t.high, v)
}

// open sets where the tails of a two-sided interval begin, a margin of standard
// errors of the pilot's quantile beyond it, and files the pilot.
func (t *tails) open(s *selector, tail float64) {
	n := float64(len(t.pilot))
	share := t.share(n, tail)
	t.low, t.high, t.atBelow, t.atAbove, t.steep = t.low[:0], t.high[:0], 0, 0, false
	t.least, t.most = t.pilot[0], t.pilot[0]
	for _, v := range t.pilot {
		t.least, t.most = min(t.least, v), max(t.most, v)
	}
	if share >= 0.5 || t.deepen > 3 {
		t.below, t.above = math.Inf(1), math.Inf(-1)
	} else {
		s.loadWithin(t.pilot, t.least, t.most)
		t.below, t.above = s.edges(int(share*n), t.least, t.most)
	}
	for _, v := range t.pilot {
		t.push(v)
	}
	// Ties must be met exactly, and the edges of bins are no values.
	if most := 4 * share * n; !math.IsInf(t.below, 0) && float64(max(len(t.low), len(t.high))) > most {
		t.steepen(s, int(share*n))
	}
}

// share is the share of replicates that a tail is made to hold, so that it all but
// certainly holds the quantile once n more have told where it lies.
func (t *tails) share(n, tail float64) float64 {
	return tail + float64((4.5+float64(4*t.deepen))*math.Sqrt(float64(tail*(1-tail))/n)) + 2/n
}

// tighten shortens tails that were opened by the pilot, now that n replicates are
// known.
func (t *tails) tighten(s *selector, n int, tail float64) {
	k := int(t.share(float64(n), tail) * float64(n))
	if t.steep || k >= len(t.low) || k >= len(t.high) || math.IsInf(t.below, 0) {
		return
	}
	s.loadWithin(t.low, t.least, min(t.below, t.most))
	t.below, _ = s.rank(k)
	s.loadWithin(t.high, max(t.above, t.least), t.most)
	t.above, _ = s.rank(len(t.high) - 1 - k)
	low, high := t.low, t.high
	t.low, t.high = t.low[:0], t.high[:0]
	for _, v := range low {
		if v <= t.below {
			t.low = append(t.low, v)
		}
	}
	for _, v := range high {
		if v >= t.above {
			t.high = append(t.high, v)
		}
	}
}

// steepen begins the tails at a value each that many replicates have.
func (t *tails) steepen(s *selector, k int) {
	t.steep, t.low, t.high = true, t.low[:0], t.high[:0]
	t.below, _ = s.rank(k)
	t.above, _ = s.rank(len(t.pilot) - 1 - k)
	for _, v := range t.pilot {
		t.push(v)
	}
}

// bounds returns the quantiles of n replicates at both tails; ok is false if a
// tail is too short to hold them.
func (t *tails) bounds(s *selector, n int, tail float64) (lo, hi float64, ok bool) {
	k := placeBelow(n, tail)
	next := min(k+1, n-1)
	if next >= len(t.low)+t.atBelow {
		return 0, 0, false
	}
	a, b := t.lowest(s, k, next)
	if b > t.below {
		return 0, 0, false
	}
	lo = between(n, tail, a, b)
	k = placeBelow(n, 1-tail)
	next = min(k+1, n-1)
	if n-k > len(t.high)+t.atAbove {
		return 0, 0, false
	}
	a, b = t.highest(s, n-1-k, n-1-next)
	return lo, between(n, 1-tail, a, b), a >= t.above
}

// lowest returns the values at places k and next, the same or the one after it,
// from the bottom: the kept ones, then as many times the bound as needed.
func (t *tails) lowest(s *selector, k, next int) (a, b float64) {
	if k >= len(t.low) {
		return t.below, t.below
	}
	s.loadWithin(t.low, t.least, min(t.below, t.most))
	a, b = s.rank(k)
	switch {
	case next == k:
		b = a
	case next >= len(t.low):
		b = t.below
	}
	return a, b
}

// highest returns the values at places k and next, the same or the one before it,
// from the top.
func (t *tails) highest(s *selector, k, next int) (a, b float64) {
	if next >= len(t.high) {
		return t.above, t.above
	}
	s.loadWithin(t.high, max(t.above, t.least), t.most)
	if k >= len(t.high) {
		b, _ = s.rank(len(t.high) - 1 - next)
		return t.above, b
	}
	a, b = s.rank(len(t.high) - 1 - k)
	if k == next {
		b = a
	}
	return a, b
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
