package ablation

import "math"

// blockRows is how many rows of packed replicates, of per each, pass down the
// ranking before what they say is filed: many, because to file a rate its tails
// must come into the nearest cache, but no more than 64 replicates. It is even.
func blockRows(per int) int { return min(12, 64/per) &^ 1 }

// coarseGroups is the number of groups of tied clips up to which most rates fall
// inside a group, so that sums are better taken as numbers at once.
const coarseGroups = 100

// kernel walks the replicates of one panel down one ranking for the cells in the
// lanes of two words, and files what each replicate says about each cell. It is
// reused for one ranking after the other.
//
// For a replicate, let D be the number of clips deferred so far, T that of all
// clips, w an entry's weight. The area under a cell's curve is linear in what
// escalation does to each clip, g in {-1,0,1}:
//
//	area = (2·T·K + sum g·a) / (2·T²),  a = w (2T - D before - D after the clip's group)
//
// where K counts the clips that the small model gets right. The a do not depend
// on the cell, and only clips with g ≠ 0 count. The same a give the AUROC of any
// set of positives, by the Mann-Whitney count: (sum a - P²) / (2 P (T-P)), P the
// weight of the set. All sums are integers and exact.
type kernel struct {
	reps  *replicates
	rates []float64
	tail  float64 // of either side of the intervals
	// keep and large count the clips that either model alone gets right, per
	// replicate in order of use.
	keep, large []int
	alone       []alone // per replicate in order of use

	rank   *ranking
	move   *movers
	cells  int
	coarse bool

	// ones has a 1 in every lane, guards the guard of every lane.
	ones, guards uint64
	laneOf       [64]uint8
	slots        int // replicates of a block

	prefix []uint64 // clips deferred before each entry, packed by replicate
	lane   []lane   // of the row being walked
	// places are tables by total, one more than the lanes of a row may need, and
	// newest the one made last.
	places []places
	newest int
	block  block
	areas  areas
	tails  []tails   // per rate and cell
	cell   []scalars // per cell; the last is the small model's errors
	climbs climbs
	// below and above are where the tails begin, per rate and cell.
	below, above []float64
	bounds       []bound
	marks        []mark // per rate, for the replicates last filed
	sel          selector
	spare        tails // of a scalar
	// scalar and some are memory for a cell's scalars, reused.
	scalar [4][]float64
	some   []float64
}

// lane is one replicate of a row.
type lane struct {
	total int
	twice uint64 // 2·total
	// place is by clips deferred.
	place []place
	// steps are what the sums gain on the way to each rate, and after the last.
	steps []step
	kept  uint64
}

// place is where some number of deferred clips stands among the rates: the first
// rate that needs as many clips, and how many clips it is from there back to the
// rate before, rounded down.
type place struct{ rate, room uint16 }

// alone is the accuracy of either model alone.
type alone struct{ small, large float64 }

// places are the places of replicates of total clips.
type places struct {
	total int
	at    []place
}

// step is what a replicate's sums gain, or the sums: a word for the first lanes, and
// one for the others.
type step struct{ a, b uint64 }

// newKernel makes a kernel for a panel.
func newKernel(reps *replicates, keep, large []int, rates []float64, level float64) *kernel {
	k := &kernel{reps: reps, rates: rates, tail: (1 - level) / 2, keep: keep, large: large, slots: blockRows(reps.per) * reps.per}
	for lane := range reps.per {
		k.ones |= 1 << uint(lane*reps.width)
		for bit := range reps.width {
			k.laneOf[lane*reps.width+bit] = uint8(lane)
		}
	}
	k.alone = make([]alone, len(reps.total))
	for b, total := range reps.total {
		k.alone[b] = alone{float64(keep[b]) / float64(total), float64(large[b]) / float64(total)}
	}
	k.guards = k.ones << uint(reps.width-1)
	k.lane = make([]lane, reps.per)
	for i := range k.lane {
		k.lane[i] = lane{steps: make([]step, len(rates)+1)}
	}
	k.places = make([]places, reps.per+1)
	for i := range k.places {
		k.places[i].at = make([]place, reps.most+1)
	}
	k.block = newBlock(len(rates), k.slots)
	k.tails = make([]tails, len(rates)*lanes(reps.width))
	k.cell = make([]scalars, lanes(reps.width)+1)
	return k
}

// load sets the ranking and the cells of the next walk.
func (k *kernel) load(rank *ranking, move *movers, cells int) {
	k.rank, k.move, k.cells, k.coarse = rank, move, cells, rank.groups <= coarseGroups
	k.prefix = grow(k.prefix, len(rank.cluster)+1)
	k.prefix[0] = 0
	k.areas.load(k)
	for i := range k.cell[:cells+1] {
		k.cell[i].load(len(k.reps.total))
	}
	for i := range k.tails {
		k.tails[i].deepen = 0
	}
	if k.coarse {
		k.block.values = grow(k.block.values, k.inUse()*k.slots)
	}
}

// inUse is the number of tails that the cells have.
func (k *kernel) inUse() int { return len(k.rates) * k.cells }

// walk passes all replicates down the ranking, block by block. The pilot's numbers
// are all kept, of the others the tails.
func (k *kernel) walk() {
	for i := range k.tails {
		k.tails[i].pilot = k.tails[i].pilot[:0]
	}
	k.climbs.load(k.cells)
	for first := 0; first < len(k.reps.total); first += k.slots {
		n := min(k.slots, len(k.reps.total)-first)
		k.pass(first, n)
		switch {
		case first+n <= k.reps.pilot:
			k.filePilot(n)
		case k.coarse:
			k.fileCoarse(n)
		default:
			k.fileFine(n)
		}
		switch first + n {
		case k.reps.pilot:
			k.open(func(t *tails) { t.open(&k.sel, k.tail) })
		case k.reps.early:
			k.open(func(t *tails) { t.tighten(&k.sel, first+n, k.tail) })
		}
	}
}

// pass passes a block of n replicates from number first on.
func (k *kernel) pass(first, n int) {
	k.block.start(k.reps.total[first : first+n])
	for slot := 0; slot < n; slot += k.reps.per {
		weights := k.reps.row((first + slot) / k.reps.per)
		k.deferAll(weights)
		k.areas.weigh(k, weights, first+slot)
		lanes := k.lane[:min(k.reps.per, n-slot)]
		for i := range lanes {
			k.prepare(i, first+slot+i)
			k.climb(weights, first+slot+i, i)
		}
		if k.coarse {
			for i := range lanes {
				k.walkCoarse(weights, i, slot)
			}
			continue
		}
		k.walkFine(weights, lanes, slot)
		k.sumUp(lanes, slot)
	}
	k.areas.sum(k, first, n)
}

// open ends the pilot, or another part of the walk after which it is known better
// where the tails begin.
func (k *kernel) open(open func(t *tails)) {
	k.below, k.above, k.marks = grow(k.below, k.inUse()), grow(k.above, k.inUse()), grow(k.marks, len(k.rates))
	k.bounds = grow(k.bounds, k.inUse())
	clear(k.marks)
	for i := range k.inUse() {
		t := &k.tails[i]
		open(t)
		k.below[i], k.above[i] = t.below, t.above
		k.bounds[i] = newBound(t.below, t.above)
	}
}

// deferAll sums the weights down the ranking.
func (k *kernel) deferAll(weights []uint64) {
	sum, prefix := uint64(0), k.prefix[1:]
	cluster, clips := k.rank.cluster[:len(prefix)], k.rank.clips[:len(prefix)]
	for e := range prefix {
		sum += weights[cluster[e]] * uint64(clips[e])
		prefix[e] = sum
	}
}

// prepare sets lane i for the replicate at a place in order of use.
func (k *kernel) prepare(i, at int) {
	l, total := &k.lane[i], k.reps.total[at]
	l.kept, l.total, l.twice = uint64(k.keep[at])*k.ones, total, uint64(2*total)
	if k.places[k.newest].total != total {
		k.newest = (k.newest + 1) % len(k.places)
		k.places[k.newest].set(total, k.rates)
	}
	l.place = k.places[k.newest].at[:total+1]
}

// set fills in the places of replicates of total clips.
func (p *places) set(total int, rates []float64) {
	p.total = total
	at, d, last := p.at[:total+1], 0, -math.MaxUint16
	for r, rate := range rates {
		// Up to here this rate is the first that needs as many clips.
		need := float64(rate * float64(total))
		for ; d < len(at) && float64(d) <= need; d++ {
			at[d] = place{uint16(r), uint16(min(d-last, math.MaxUint16))}
		}
		last = int(math.Ceil(need))
	}
	for ; d < len(at); d++ {
		at[d] = place{uint16(len(rates)), uint16(min(d-last, math.MaxUint16))}
	}
}
