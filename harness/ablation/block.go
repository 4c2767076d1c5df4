package ablation

import "math/bits"

// block is what the replicates of a block say at every rate, before it is filed:
// for each rate a row of slots. It is filed rate by rate, so that what is written
// to stays near.
type block struct {
	// sums hold, in each lane of two words, how many clips a cell gets right.
	sums []step
	// split marks the slots where the rate falls inside a mover's group; part is
	// then the share of the group that is deferred, inside what all of it would add.
	split  []uint64
	part   []float64
	inside []step
	// values hold, for coarse rankings, the accuracy of each cell, in a row per
	// rate and slot.
	values []float64
	// runs are slots with equal totals.
	runs []run
}

type run struct {
	start, end int
	total      float64
}

// newBlock makes a block of at most 64 slots.
func newBlock(rates, slots int) block {
	n := rates * slots
	return block{sums: make([]step, n), split: make([]uint64, rates), part: make([]float64, n), inside: make([]step, n)}
}

// start notes the totals of the replicates that come.
func (b *block) start(totals []int) {
	b.runs = b.runs[:0]
	for i, t := range totals {
		if i == 0 || t != totals[i-1] {
			b.runs = append(b.runs, run{start: i, total: float64(t)})
		}
		b.runs[len(b.runs)-1].end = i + 1
	}
}

// walkFine gives every mover its place in each replicate of a row: what it adds to
// the cells' sums, and from which rate on. slot is the row's first.
func (k *kernel) walkFine(weights []uint64, lanes []lane, slot int) {
	for i := range k.move.list {
		m := &k.move.list[i]
		dst := k.areas.a[i*k.slots+slot:][:len(lanes)]
		switch {
		case m.single:
			k.walkSingle(weights[m.cluster], k.prefix[m.end], m, lanes, dst, slot)
			continue
		case m.last:
			k.walkGroup(i, weights, lanes, slot)
		}
		mask, w, before, after := k.reps.mask, weights[m.cluster], k.prefix[m.first], k.prefix[m.end]
		for j := range lanes {
			shift := uint(j*k.reps.width) & 63
			dst[j] = uint32(w >> shift & mask * (lanes[j].twice - before>>shift&mask - after>>shift&mask))
		}
	}
}

// walkSingle is walkFine for a mover that is a group of one clip.
func (k *kernel) walkSingle(w, after uint64, m *mover, lanes []lane, dst []uint32, slot int) {
	mask, width := k.reps.mask, uint(k.reps.width)&63
	g0, g1 := m.gain.a, m.gain.b
	for j := range lanes {
		l := &lanes[j]
		w1, a1 := w&mask, after&mask
		w, after = w>>width, after>>width
		dst[j] = uint32(w1 * (l.twice - 2*a1 + w1))
		p := l.place[a1]
		s := &l.steps[p.rate]
		s.a += w1 * g0
		s.b += w1 * g1
		if w1 > uint64(p.room) {
			k.split(l, slot+j, a1-w1, a1, step{w1 * g0, w1 * g1})
		}
	}
}

// walkGroup is walkFine for a group with several movers, of which number i is the last.
func (k *kernel) walkGroup(i int, weights []uint64, lanes []lane, slot int) {
	m := &k.move.list[i]
	start := i
	for start > 0 && k.move.list[start-1].first == m.first {
		start--
	}
	for j := range lanes {
		l, shift := &lanes[j], uint(j*k.reps.width)&63
		var gain step
		for _, o := range k.move.list[start : i+1] {
			w := weights[o.cluster] >> shift & k.reps.mask
			gain.a += w * o.gain.a
			gain.b += w * o.gain.b
		}
		before, after := k.prefix[m.first]>>shift&k.reps.mask, k.prefix[m.end]>>shift&k.reps.mask
		s := &l.steps[l.place[after].rate]
		s.a += gain.a
		s.b += gain.b
		k.split(l, slot+j, before, after, gain)
	}
}

// split notes the rates that fall inside a mover's group.
func (k *kernel) split(l *lane, slot int, before, after uint64, gain step) {
	for r := int(l.place[before].rate); r < int(l.place[after].rate); r++ {
		k.block.split[r] |= 1 << uint(slot)
		at := r*k.slots + slot
		k.block.part[at] = (float64(k.rates[r]*float64(l.total)) - float64(before)) / float64(after-before)
		k.block.inside[at] = gain
	}
}

// sumUp runs a row's steps up into sums, from those of the small model alone.
func (k *kernel) sumUp(lanes []lane, slot int) {
	for j := range lanes {
		l := &lanes[j]
		sum := step{l.kept, l.kept}
		at := slot + j
		for r := range len(k.rates) {
			sum.a += l.steps[r].a
			sum.b += l.steps[r].b
			k.block.sums[at] = sum
			at += k.slots
		}
		clear(l.steps)
	}
}

// mark is where the tails begin at a rate, in clips, per word. A sum is out of the
// low tail if (sum|guards)-low leaves the guard, out of the high one if high-sum does.
type mark struct {
	total     float64 // of the replicates it is for
	low, high step
}

// bound is where a cell's tails begin at a rate, as fixed-point numbers that a
// total turns into clips; a little to the safe side, what is filed looks again.
type bound struct{ low, high int64 }

// fraction is the number of binary places of a bound: totals have 22 bits or less.
const fraction = 40

// newBound rounds where a cell's tails begin, which may be infinite.
func newBound(below, above float64) bound {
	return bound{
		low:  int64(min(below, 1)*(1<<fraction)) + 2,
		high: int64(max(above, 0)*(1<<fraction)) - 2,
	}
}

// mark returns the marks of a rate for replicates of total clips.
func (k *kernel) mark(r int, total float64) mark {
	m := mark{total: total}
	width, t := uint(k.reps.width), int64(total)
	top := uint64(1) << ((width - 1) & 63)
	// A lane without a cell is never in a tail.
	m.high.a, m.high.b = k.ones*(2*top-1), k.ones*(2*top-1)
	bounds := k.bounds[r*k.cells:][:k.cells]
	first := min(k.reps.per, len(bounds))
	m.low.a, m.high.a = pack(bounds[:first], t, top, width, m.high.a)
	m.low.b, m.high.b = pack(bounds[first:], t, top, width, m.high.b)
	return m
}

// pack lays the marks of some cells into the lanes of a word. high holds what no sum
// exceeds in every lane.
func pack(bounds []bound, total int64, top uint64, width uint, high uint64) (low, lowered uint64) {
	shift := uint(0)
	for _, b := range bounds {
		low |= uint64(b.low*total>>fraction+1) << (shift & 63)
		high -= (top - uint64(b.high*total>>fraction+1)) << (shift & 63)
		shift += width
	}
	return low, high
}

// fileFine files n slots of the block, rate by rate.
func (k *kernel) fileFine(n int) {
	for r := range k.rates {
		sums, split := k.block.sums[r*k.slots:][:n], k.block.split[r]
		k.block.split[r] = 0
		for _, run := range k.block.runs {
			m, scale := &k.marks[r], 1/run.total
			if m.total != run.total {
				*m = k.mark(r, run.total)
			}
			for in := m.marked(sums[run.start:run.end], k.guards)<<uint(run.start) | split&run.mask(); in != 0; in &= in - 1 {
				slot := bits.TrailingZeros64(in)
				if split>>uint(slot)&1 != 0 {
					k.fileSplit(r, slot, m, scale)
					continue
				}
				tails := k.tails[r*k.cells:][:k.cells]
				k.fileWord(tails, sums[slot].a, m.low.a, m.high.a, scale)
				if k.cells > k.reps.per {
					k.fileWord(tails[k.reps.per:], sums[slot].b, m.low.b, m.high.b, scale)
				}
			}
		}
	}
}

// mask has a bit for every slot of the run.
func (r run) mask() uint64 { return (1<<uint(r.end-r.start) - 1) << uint(r.start) }

// marked returns a bit for every sum that has a lane in a tail, without a branch.
func (m *mark) marked(sums []step, guards uint64) (in uint64) {
	low0, low1, high0, high1 := m.low.a, m.low.b, m.high.a, m.high.b
	for i := range sums {
		s := &sums[i]
		out := ((s.a | guards) - low0) & (high0 - s.a) & ((s.b | guards) - low1) & (high1 - s.b) & guards
		x := out ^ guards
		in |= (x | -x) >> 63 << (uint(i) & 63)
	}
	return in
}

// fileWord files the lanes of a word that are in a tail.
func (k *kernel) fileWord(tails []tails, sum, below, above uint64, scale float64) {
	width, largest := uint(k.reps.width), k.reps.mask>>1
	for low := ^((sum | k.guards) - below) & k.guards; low != 0; low &= low - 1 {
		guard := uint(bits.TrailingZeros64(low))
		tails[k.laneOf[guard&63]].pushLow(float64(sum>>((guard+1-width)&63)&largest) * scale)
	}
	for high := ^(above - sum) & k.guards; high != 0; high &= high - 1 {
		guard := uint(bits.TrailingZeros64(high))
		tails[k.laneOf[guard&63]].pushHigh(float64(sum>>((guard+1-width)&63)&largest) * scale)
	}
}

// fileSplit files a rate inside a mover's group. A curve between two points that
// are out of the tails is out of them.
func (k *kernel) fileSplit(r, slot int, m *mark, scale float64) {
	at := r*k.slots + slot
	part, sum, inside := k.block.part[at], k.block.sums[at], k.block.inside[at]
	tails := k.tails[r*k.cells:][:k.cells]
	k.fileBetween(tails, sum.a, sum.a+inside.a, m.low.a, m.high.a, part, scale)
	if k.cells > k.reps.per {
		k.fileBetween(tails[k.reps.per:], sum.b, sum.b+inside.b, m.low.b, m.high.b, part, scale)
	}
}

// fileBetween files the lanes of a word that may be in a tail, a part of the way
// from sum to next.
func (k *kernel) fileBetween(tails []tails, sum, next, below, above uint64, part, scale float64) {
	width, largest, guards := uint(k.reps.width), k.reps.mask>>1, k.guards
	out := ((sum | guards) - below) & (above - sum) & ((next | guards) - below) & (above - next)
	for in := ^out & guards; in != 0; in &= in - 1 {
		guard := uint(bits.TrailingZeros64(in))
		shift := (guard + 1 - width) & 63
		a, b := float64(sum>>shift&largest), float64(next>>shift&largest)
		tails[k.laneOf[guard&63]].push((a + float64(part*(b-a))) * scale)
	}
}

// filePilot keeps every number of a block of n replicates.
func (k *kernel) filePilot(n int) {
	for r := range k.rates {
		for _, run := range k.block.runs {
			scale := 1 / run.total
			for slot := run.start; slot < run.end; slot++ {
				k.keepAll(r, slot, scale)
			}
		}
		k.block.split[r] = 0
	}
}

// keepAll keeps every cell's accuracy at a rate, inside a group a part of the way.
func (k *kernel) keepAll(r, slot int, scale float64) {
	tails, at := k.tails[r*k.cells:][:k.cells], r*k.slots+slot
	if k.coarse {
		for cell, v := range k.block.values[at*k.cells:][:k.cells] {
			tails[cell].pilot = append(tails[cell].pilot, v)
		}
		return
	}
	sum, part := k.block.sums[at], 0.0
	next := sum
	if k.block.split[r]>>uint(slot)&1 != 0 {
		part = k.block.part[at]
		next.a += k.block.inside[at].a
		next.b += k.block.inside[at].b
	}
	var a, b [maxLanes]float64
	k.apart(sum, &a)
	k.apart(next, &b)
	for cell := range tails {
		t := &tails[cell]
		t.pilot = append(t.pilot, (a[cell]+float64(part*(b[cell]-a[cell])))*scale)
	}
}
