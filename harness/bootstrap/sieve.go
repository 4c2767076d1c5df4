package bootstrap

import (
	"math"
	"math/bits"
)

// sieve files what the replicates say at the rates, after the pilot in the tails only.
// Where there are vector instructions, they pass over sums as whole numbers first, and
// only what they find in a tail or next to it is looked at exactly.
type sieve struct {
	low, high []float64 // where the tails begin, per rate and lane
	edges     []edges   // per rate
	hits      []hit     // of one replicate
	lanes     uint32    // those with a cell, as in a hit
	trays     [][]filed // per rate, what is not in its tail yet
}

// edges are where the tails of the cells begin at a rate, in 2^16ths of the clips,
// rounded towards the middle. They are at most 2^16-1: no sum is above that for certain,
// so that a low tail from there on lets every sum through.
type edges struct{ low, high row }

// hit is a rate with the lanes that may be in a tail: two bits each, for the low tail
// and the high one. The rate is at the next point or before it, with so many clips
// before and in it.
type hit struct{ rate, lanes, before, clips uint32 }

// filed is a number with its tail: twice the cell, and one more for the high tail, of
// which the number has its sign turned. Many tails do not fit into the nearest cache, so
// numbers are filed in trays by rate first.
type filed struct {
	v  float64
	at uint
}

// trayLen is the length of a tray. A replicate files at most two numbers of a lane.
const trayLen = 128

func (s *sieve) load(rates, cells int) {
	s.edges, s.hits = grow(s.edges, rates), grow(s.hits, rates+1)
	s.low, s.high = grow(s.low, rates*maxLanes), grow(s.high, rates*maxLanes)
	for len(s.trays) < rates {
		s.trays = append(s.trays, make([]filed, 0, trayLen))
	}
	s.lanes = uint32(uint64(1)<<(2*cells) - 1)
}

// open begins the tails of a cell at a rate.
func (s *sieve) open(l *layout, r, cell int, t *tails) {
	below, above := t.side[0].edge, -t.side[1].edge
	s.low[r*maxLanes+cell], s.high[r*maxLanes+cell] = below, above
	if l.vector {
		const one = 1 << 16
		l.set(&s.edges[r].low, cell, int(min(math.Ceil(max(below, 0)*one), one-1)))
		l.set(&s.edges[r].high, cell, int(min(math.Floor(max(above, 0)*one), one-1)))
	}
}

// margin is more than sums can be off that vector instructions take, in units, where a
// replicate has so many of them. Between two points n clips apart these are half a unit
// by rounding the sum, n·unit/2^15 by rounding the part, n²·unit/2^31 by rounding its
// divisor, and unit/1024 by rounding what a rate needs. That is at most
// 0.5625 + 3·units/2^16.
func margin(units int) int { return 1 + units>>13 }

// sift notes the hits of the replicate being walked, in a lane of its block.
func (k *Kernel) sift(lane int) {
	s, p, points := &k.sieve, k.places, k.move.points
	s.hits = s.hits[:len(k.rates)+1]
	if k.reps.vector && len(points) > 0 {
		clear(k.done)
		column, units := column(k.prefix, lane), p.total*k.reps.unit
		passPoints(&k.done[0], &p.rate[0], column, &points[0], len(points))
		n := siftRates(&s.hits[0], &k.sums[0], column, &points[0], &k.done[0], &p.fine[0], &k.inverse[0], &s.edges[0],
			len(k.rates), uint16(units), uint16(margin(units)), s.lanes)
		s.hits = s.hits[:n]
		return
	}
	k.find(lane)
	s.hits = s.hits[:0]
	for r := range k.rates {
		if h := k.siftRate(r, lane); h.lanes != 0 {
			s.hits = append(s.hits, h)
		}
	}
}

// siftRate looks for the tails that a rate is in.
func (k *Kernel) siftRate(r, lane int) hit {
	h := k.hit(r, lane)
	var v [maxLanes]float64
	k.values(&h, &v)
	low, high := k.sieve.low[r*maxLanes:][:maxLanes], k.sieve.high[r*maxLanes:][:maxLanes]
	for cell, v := range v[:k.cells] {
		if v <= low[cell] || v >= high[cell] {
			h.lanes |= 3 << (2 * cell)
		}
	}
	return h
}

// hit returns a rate's place without lanes.
func (k *Kernel) hit(r, lane int) hit {
	h := hit{rate: uint32(r)}
	if i := int(k.done[r]); i < len(k.move.points) {
		p := &k.move.points[i]
		h.before = uint32(k.reps.get(&k.prefix[p.first], lane))
		h.clips = uint32(k.reps.get(&k.prefix[p.end], lane)) - h.before
	}
	return h
}

// part is the share of the clips of the next point that the rate of a hit defers.
func (p *places) part(h *hit) float64 {
	if need, before := p.need[h.rate], float64(h.before); need > before && h.clips > 0 {
		return (need - before) / float64(h.clips)
	}
	return 0
}

// values are the accuracies of all cells at the rate of a hit.
func (k *Kernel) values(h *hit, v *[maxLanes]float64) {
	i, l, part, scale := k.done[h.rate], &k.reps.layout, k.places.part(h), k.places.scale
	here, next := &k.sums[i], &k.sums[i+1]
	per, cell := l.per/rowWords, 0
	for w, x := range here {
		y := next[w]
		for range per {
			a, b := float64(int64(x&l.mask)), float64(int64(y&l.mask))
			v[cell&(maxLanes-1)] = (a + float64(part*(b-a))) * scale
			x, y = x>>(l.width&63), y>>(l.width&63)
			cell++
		}
		if cell >= k.cells {
			return
		}
	}
}

// file puts a hit into its tray.
func (k *Kernel) file(h *hit) {
	part, scale, i := k.places.part(h), k.places.scale, k.done[h.rate]
	here, next, tray := &k.sums[i], &k.sums[i+1], k.sieve.trays[h.rate]
	if len(tray)+2*maxLanes > trayLen {
		k.clearTray(int(h.rate))
		tray = tray[:0]
	}
	l := &k.reps.layout
	for lanes := h.lanes; lanes != 0; lanes &= lanes - 1 {
		at := uint(bits.TrailingZeros32(lanes))
		word, shift := l.at(int(at / 2))
		a, b := float64(int64(here[word]>>(shift&63)&l.mask)), float64(int64(next[word]>>(shift&63)&l.mask))
		v := (a + float64(part*(b-a))) * scale
		tray = append(tray, filed{math.Float64frombits(math.Float64bits(v) ^ uint64(at)<<63), at})
	}
	k.sieve.trays[h.rate] = tray
}

// clearTray puts what a tray holds into the tails.
//
//go:noinline
func (k *Kernel) clearTray(r int) {
	tails := k.tails[r*k.cells:][:k.cells]
	for _, f := range k.sieve.trays[r] {
		tails[f.at/2].side[f.at&1].push(f.v)
	}
	k.sieve.trays[r] = k.sieve.trays[r][:0]
}

// keepAll keeps what a replicate of the pilot says.
func (k *Kernel) keepAll(lane int) {
	k.find(lane)
	for r := range k.rates {
		h := k.hit(r, lane)
		var v [maxLanes]float64
		k.values(&h, &v)
		for cell, v := range v[:k.cells] {
			t := &k.tails[r*k.cells+cell]
			t.pilot = append(t.pilot, v)
		}
	}
}
