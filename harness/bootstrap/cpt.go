package bootstrap

import "math/bits"

// CPTShares are the shares of the gap between both ends of a curve whose recovery
// the call-performance thresholds time.
var CPTShares = [...]float64{0.2, 0.5, 0.8}

// climbs time when, on the way down the ranking, the cells of a replicate first
// recover each share of the gap: [route.Curve.CPT] of all cells at once.
type climbs struct {
	// found are, per cell and share, the deferral rates of the replicates that have one.
	found [][len(CPTShares)][]float64

	// Of one replicate, with a lane per cell: aim is the clips to get right for each
	// share, in units, beyond all numbers where there is no gap; at is the point that
	// gets there.
	aim, at [len(CPTShares)]row
	// next is the aim that is next, share its number.
	next  row
	share [maxLanes]uint8
}

func (c *climbs) load(cells int) {
	c.found = grow(c.found, cells)
	for i := range c.found {
		for j := range c.found[i] {
			c.found[i][j] = c.found[i][j][:0]
		}
	}
}

// setOut sets the aims of a replicate, number at in order of use.
func (c *climbs) setOut(k *Kernel, at int) {
	l, kept := &k.reps.layout, k.keep[at]
	none := l.all(l.beyond())
	for s := range c.aim {
		c.aim[s] = none
	}
	for cell := range k.cells {
		gap := int(k.cell[cell].gained[at] - k.cell[cell].lost[at])
		if gap <= 0 {
			continue
		}
		word, shift := l.at(cell)
		for s, share := range CPTShares {
			// Rounding cannot matter: a share of a whole number is whole, or a tenth off.
			aim := kept + int(float64(share*float64(gap))-1e-6) + 1
			c.aim[s][word] -= uint64(l.beyond()-aim*l.unit) << (shift & 63)
		}
	}
}

// start begins to look for the points that reach the aims; there are so many points.
func (c *climbs) start(l *layout, points int) {
	for s := range c.at {
		c.at[s] = l.all(points)
	}
	c.next, c.share = c.aim[0], [maxLanes]uint8{}
}

// reach notes a point at which the lanes marked in hit, of a word of sums, have
// reached their next aim.
func (c *climbs) reach(l *layout, word int, hit, sums uint64, point int) {
	for ; hit != 0; hit &= hit - 1 {
		shift := uint(bits.TrailingZeros64(hit)) + 1 - l.width
		lane := int((uint(word)*64 + shift) / l.width)
		s := &c.share[lane&(maxLanes-1)]
		for next := l.beyond(); ; {
			l.set(&c.at[*s], lane, point)
			if *s++; int(*s) < len(CPTShares) {
				next = l.get(&c.aim[*s], lane)
			}
			l.set(&c.next, lane, next)
			if int(sums>>shift&l.mask) < next {
				break
			}
			next = l.beyond()
		}
	}
}

// arrive notes the deferral rates at which a replicate, number at in order of use,
// in a lane of its block, has reached its aims.
func (c *climbs) arrive(k *Kernel, at, lane int) {
	l, kept, mask := &k.reps.layout, k.keep[at], k.reps.mask
	unit, scale := float64(l.unit), k.places.scale*float64(l.unit)
	clips, up := l.at(lane)
	for cell := range k.cells {
		gap := int(k.cell[cell].gained[at] - k.cell[cell].lost[at])
		if gap <= 0 {
			continue
		}
		word, shift := l.at(cell)
		found := &c.found[cell]
		for s, share := range CPTShares {
			i := c.at[s][word] >> (shift & 63) & mask
			q0, q1 := k.sums[i][word]>>(shift&63)&mask, k.sums[i+1][word]>>(shift&63)&mask
			p, want := k.move.points[i], (float64(kept)+float64(share*float64(gap)))*unit
			start := k.prefix[p.first][clips] >> (up & 63) & mask
			width := k.prefix[p.end][clips]>>(up&63)&mask - start
			part := min(1, (want-float64(int64(q0)))/float64(int64(q1-q0)))
			found[s] = append(found[s], (float64(int64(start))+float64(float64(int64(width))*part))*scale)
		}
	}
}
