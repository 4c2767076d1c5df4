package ablation

import (
	"math"
	"math/bits"
)

// cptShares are the shares of the gap between both ends of a curve whose recovery
// the call-performance thresholds time.
var cptShares = [...]float64{0.2, 0.5, 0.8}

// climbs time when, on the way down the ranking, the cells of a replicate first
// recover each share of the gap: [route.Curve.CPT] of all lanes at once.
type climbs struct {
	// found are, per cell and share, the deferral rates of the replicates that have one.
	found [][len(cptShares)][]float64

	// State of one replicate: per cell the share that is next, the accuracy that
	// recovers it, and the gap; per word the clips that it takes, in lanes.
	next      [maxLanes]int
	want, gap [maxLanes]float64
	need      [2]uint64
}

func (c *climbs) load(cells int) {
	c.found = grow(c.found, cells)
	for i := range c.found {
		for j := range c.found[i] {
			c.found[i][j] = c.found[i][j][:0]
		}
	}
}

// climb times one replicate, number at in order of use, in lane i of a row.
func (k *kernel) climb(weights []uint64, at, i int) {
	l, mask, shift := &k.lane[i], k.reps.mask, uint(i*k.reps.width)&63
	k.setOut(l, at)
	sum0, sum1 := l.kept, l.kept
	before0, before1 := sum0, sum1
	need0, need1, guards := k.climbs.need[0], k.climbs.need[1], k.guards
	for j := range k.move.stirring {
		m := &k.move.stirring[j]
		w := weights[m.cluster] >> shift & mask
		sum0 += w * m.gain.a
		sum1 += w * m.gain.b
		if !m.last {
			continue
		}
		hit0, hit1 := ((sum0|guards)-need0)&guards, ((sum1|guards)-need1)&guards
		if hit0|hit1 != 0 {
			start, end := float64(k.prefix[m.first]>>shift&mask), float64(k.prefix[m.end]>>shift&mask)
			k.reach(l, 0, hit0, before0, sum0, start, end)
			k.reach(l, 1, hit1, before1, sum1, start, end)
			if need0, need1 = k.climbs.need[0], k.climbs.need[1]; need0&need1&guards == guards {
				return // all cells have arrived
			}
		}
		before0, before1 = sum0, sum1
	}
}

// setOut sets the first aims of a replicate.
func (k *kernel) setOut(l *lane, at int) {
	c, total, kept := &k.climbs, float64(l.total), k.keep[at]
	small := float64(kept) / total
	c.need = [2]uint64{k.guards, k.guards} // out of reach
	for cell := range k.cells {
		s := &k.cell[cell]
		end := kept + int(s.gained[at]) - int(s.lost[at])
		c.gap[cell] = float64(end)/total - small
		if c.gap[cell] <= noGap {
			continue
		}
		c.next[cell] = 0
		k.aim(l, cell, small)
	}
}

// aim sets a cell's next aim.
func (k *kernel) aim(l *lane, cell int, small float64) {
	c, width := &k.climbs, k.reps.width
	word, shift := 0, uint(cell*width)
	if cell >= k.reps.per {
		word, shift = 1, uint((cell-k.reps.per)*width)
	}
	c.need[word] &^= k.reps.mask << (shift & 63)
	if c.next[cell] == len(cptShares) {
		c.need[word] |= 1 << ((shift + uint(width) - 1) & 63)
		return
	}
	c.want[cell] = small + float64(cptShares[c.next[cell]]*c.gap[cell])
	// Rounding cannot matter: the aim is off the whole numbers by total·1e-9.
	c.need[word] |= uint64(math.Ceil((c.want[cell]-noGap)*float64(l.total))) << (shift & 63)
}

// reach notes the aims that the lanes in hit have reached between two sums.
func (k *kernel) reach(l *lane, word int, hit, before, now uint64, start, end float64) {
	width, largest, total := uint(k.reps.width), k.reps.mask>>1, float64(l.total)
	c := &k.climbs
	for ; hit != 0; hit &= hit - 1 {
		guard := uint(bits.TrailingZeros64(hit))
		shift := (guard + 1 - width) & 63
		cell := word*k.reps.per + int(k.laneOf[guard&63])
		q0, q1 := float64(before>>shift&largest)/total, float64(now>>shift&largest)/total
		for c.next[cell] < len(cptShares) && q1 >= c.want[cell]-noGap {
			part := min(1, (c.want[cell]-q0)/(q1-q0))
			f := &c.found[cell][c.next[cell]]
			*f = append(*f, start/total+float64((end-start)/total*part))
			c.next[cell]++
			k.aim(l, cell, float64(l.kept&largest)/total)
		}
	}
}
