package bootstrap

import (
	"slices"
	"unsafe"
)

// Kernel walks replicates down one ranking for as many cells, cascades that is, as a
// row has lanes, and files what each replicate says about each cell. It is reused for
// one ranking after the other, by one goroutine at a time.
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
//
// D and the a are taken for the replicates of a block at once, in the lanes of
// rows. The curves are then taken for one replicate after the other, with the
// cells in the lanes.
type Kernel struct {
	reps  *Replicates
	rates []float64
	tail  float64 // share of replicates beyond either bound of an interval
	// keep and large count the clips that either model alone gets right, per
	// replicate in order of use.
	keep, large []int
	alone       []alone // per replicate in order of use

	rank  *Ranking
	move  *movers
	cells int

	prefix []row // clips deferred before each entry, of the block being walked
	// sums holds the clips, in units, that the cells get right at the points of the
	// replicate being walked: first none escalated, then after each point, then room
	// for one.
	sums   []row
	climbs climbs
	places *places // of the replicate being walked
	// known are places by their total, passing those that were too many to keep.
	known   map[int]*places
	passing places
	// done is, per rate, how many points of the replicate it passes with all their clips.
	done []uint32
	// inverse is, by clips, 2^31 divided by their number, rounded down.
	inverse []uint32
	sieve   sieve
	areas   areas
	tails   []tails   // per rate and cell
	cell    []scalars // per cell; the last is the small model's errors
	sel     Selector
	spare   tails // of a scalar
	// scalar and some are memory for a cell's scalars, reused.
	scalar [4][]float64
	some   []float64
}

// alone is the accuracy of either model alone.
type alone struct{ small, large float64 }

// NewKernel makes a kernel for the replicates. keep and large are what
// [Replicates.Count] returns for the clips that the small and the large model alone get
// right; rates are the deferral rates at which curves are wanted, in [0,1] and ascending;
// level is that of the intervals, in (0,1).
func NewKernel(reps *Replicates, keep, large []int, rates []float64, level float64) *Kernel {
	k := &Kernel{reps: reps, rates: rates, tail: (1 - level) / 2, keep: keep, large: large}
	k.alone = make([]alone, len(reps.total))
	for b, total := range reps.total {
		k.alone[b] = alone{float64(keep[b]) / float64(total), float64(large[b]) / float64(total)}
	}
	k.places, k.known, k.done = &places{}, map[int]*places{}, make([]uint32, len(rates)+1)
	k.inverse = make([]uint32, reps.most+1)
	for n := 1; n <= reps.most; n++ {
		k.inverse[n] = 1 << 31 / uint32(n)
	}
	k.tails = make([]tails, len(rates)*reps.per)
	k.cell = make([]scalars, reps.per+1)
	return k
}

// load sets the ranking and the cells of the next walk.
func (k *Kernel) load(rank *Ranking, move *movers, cells int) {
	k.rank, k.move, k.cells = rank, move, cells
	k.prefix = grow(k.prefix, len(rank.cluster)+1)
	k.sums = grow(k.sums, len(move.points)+2)
	k.sieve.load(len(k.rates), cells)
	for i := range k.cell[:cells+1] {
		k.cell[i].load(len(k.reps.total))
	}
	for i := range k.tails {
		k.tails[i].deepen = 0
	}
}

// walk passes all replicates down the ranking. The pilot's numbers are all kept, of
// the others the tails.
func (k *Kernel) walk() {
	for i := range k.tails {
		k.tails[i].pilot = k.tails[i].pilot[:0]
	}
	k.climbs.load(k.cells)
	per := k.reps.per
	for first := 0; first < len(k.reps.total); first += per {
		n := min(per, len(k.reps.total)-first)
		weights := k.reps.block(first / per)
		k.prefixes(weights)
		k.areas.sum(k, weights, first)
		for lane := range n {
			k.replicate(weights, first+lane, lane)
		}
	}
	for r := range k.rates {
		k.clearTray(r)
	}
}

// replicate takes the curves of a replicate, number at in order of use, in a lane
// of its block, and files what it says.
func (k *Kernel) replicate(weights []row, at, lane int) {
	total := k.reps.total[at]
	if k.places.total != total {
		k.places = k.placesOf(total)
	}
	k.climbs.setOut(k, at)
	k.curve(weights, at, lane)
	k.climbs.arrive(k, at, lane)
	if at < k.reps.looks[0] {
		k.keepAll(lane)
	} else {
		k.sift(lane)
		for i := range k.sieve.hits {
			k.file(&k.sieve.hits[i])
		}
	}
	if i := slices.Index(k.reps.looks, at+1); i >= 0 {
		k.look(i)
	}
}

// look looks where the tails begin, for the first time if i is 0.
func (k *Kernel) look(i int) {
	for r := range k.rates {
		k.clearTray(r)
		for cell := range k.cells {
			t := &k.tails[r*k.cells+cell]
			if i == 0 {
				t.open(&k.sel, k.tail)
			} else {
				t.tighten(&k.sel, k.reps.looks[i], k.tail)
			}
			k.sieve.open(&k.reps.layout, r, cell, t)
		}
	}
}

// prefixes sums the weights of a block down the ranking.
func (k *Kernel) prefixes(weights []row) {
	prefix, sum := k.prefix[1:], row{}
	k.prefix[0] = sum
	if k.reps.vector {
		sumPrefixes(&prefix[0], &weights[0], &k.rank.cluster[0], &k.rank.clips[0], len(prefix))
		return
	}
	cluster, clips := k.rank.cluster[:len(prefix)], k.rank.clips[:len(prefix)]
	for e := range prefix {
		sum.addTimes(&weights[cluster[e]], uint64(clips[e]))
		prefix[e] = sum
	}
}

// column points to a lane of 16 bits in the first of the rows.
func column(rows []row, lane int) *uint16 {
	return (*uint16)(unsafe.Add(unsafe.Pointer(&rows[0]), 2*lane))
}

// curve sums what a replicate's clips gain down the ranking, and notes the point at
// which each cell arrives at each aim.
func (k *Kernel) curve(weights []row, at, lane int) {
	c, l := &k.climbs, &k.reps.layout
	word, shift := l.at(lane)
	sum, point := l.all(k.keep[at]*l.unit), 0
	if k.reps.vector && len(k.move.gains) > 0 {
		k.sums[0] = sum
		accumulate(&k.sums[1], &sum, column(weights, lane), &k.move.stirring[0], &k.move.gains[0], len(k.move.gains))
		arrivals(&c.at, &c.aim, &k.sums[1], len(k.move.points))
		return
	}
	c.start(l, len(k.move.points))
	k.sums[0] = sum
	for i, m := range k.move.stirring {
		sum.addTimes(&k.move.gains[i], weights[m.cluster][word]>>(shift&63)&l.mask)
		if m.last == 0 {
			continue
		}
		for w := range sum {
			if hit := ((sum[w] | l.guards) - c.next[w]) & l.guards; hit != 0 {
				c.reach(l, w, hit, sum[w], point)
			}
		}
		point++
		k.sums[point] = sum
	}
}
