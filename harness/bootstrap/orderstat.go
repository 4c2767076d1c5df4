package bootstrap

import (
	"math"
	"slices"
)

// Selector finds order statistics without sorting everything: it counts the
// values in bins of equal width and sorts only the bin that holds the rank. Its
// memory is reused from one set of values to the next.
type Selector struct {
	x     []float64
	bin   []uint16
	count []int32
	some  []float64
}

// maxBins bounds the bins of a selector; a bin's number fits in 16 bits.
const maxBins = 1 << 11

// load takes the finite values whose order statistics are wanted. x must not
// change before the last call of rank.
func (s *Selector) load(x []float64) {
	lo, hi := x[0], x[0]
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	s.loadWithin(x, lo, hi)
}

// loadWithin is load for values most of which lie between lo and hi; those
// outside are found as well, if slower.
func (s *Selector) loadWithin(x []float64, lo, hi float64) {
	bins := min(max(len(x)/4, 1), maxBins)
	scale := float64(bins) / (hi - lo)
	if !(scale > 0) || math.IsInf(scale, 0) { // values too close to be told apart
		bins, scale = 1, 0
	}
	s.x, s.bin, s.count = x, grow(s.bin, len(x)), grow(s.count, bins)
	clear(s.count)
	bin, count := s.bin, s.count
	for i, v := range x {
		// The map from value to bin never decreases, whatever its rounding.
		k := int((v - lo) * scale)
		if uint(k) >= uint(len(count)) {
			k = 0
			if v > lo {
				k = len(count) - 1
			}
		}
		bin[i] = uint16(k)
		count[k]++
	}
}

// rank returns the values that would stand at places k and k+1, from 0, if the
// values were sorted; the second is the first if k is the last place.
func (s *Selector) rank(k int) (at, next float64) {
	bin := 0
	for k >= int(s.count[bin]) {
		k -= int(s.count[bin])
		bin++
	}
	sorted := s.gather(bin)
	at = sorted[k]
	if k+1 < len(sorted) {
		return at, sorted[k+1]
	}
	for bin++; bin < len(s.count); bin++ {
		if s.count[bin] > 0 {
			return at, slices.Min(s.gather(bin))
		}
	}
	return at, at
}

// gather returns the values of a bin, sorted.
func (s *Selector) gather(bin int) []float64 {
	some := grow(s.some, len(s.bin))
	n := 0
	for i, b := range s.bin {
		some[n] = s.x[i] // overwritten unless kept: cheaper than a branch
		if int(b) == bin {
			n++
		}
	}
	s.some = some
	slices.Sort(some[:n])
	return some[:n]
}

// bounds returns the percentile interval of x at a level, what [infer.Quantile]
// gives for the sorted x at both tails. It is NaN for an empty x.
func (s *Selector) bounds(x []float64, level float64) (lo, hi float64) {
	if len(x) == 0 {
		return math.NaN(), math.NaN()
	}
	s.load(x)
	tail := (1 - level) / 2
	a, b := s.rank(placeBelow(len(x), tail))
	lo = between(len(x), tail, a, b)
	a, b = s.rank(placeBelow(len(x), 1-tail))
	return lo, between(len(x), 1-tail, a, b)
}

// placeBelow is the place, among n sorted values, of the one just below the q-quantile.
func placeBelow(n int, q float64) int { return int(float64(float64(n-1) * q)) }

// between is the q-quantile of n values of which the one at [placeBelow] and the next
// are known, by the formula of [infer.Quantile].
func between(n int, q, below, above float64) float64 {
	h := float64(float64(n-1) * q)
	if int(h) == n-1 {
		return below
	}
	step := (h - float64(int(h))) * (above - below)
	return below + float64(step)
}

// grow returns s with n elements whose values are arbitrary.
func grow[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
