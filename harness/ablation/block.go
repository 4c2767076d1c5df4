package ablation

import (
	"math"
	"math/bits"
)

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
	g0, g1 := m.gain[0], m.gain[1]
	for j := range lanes {
		l := &lanes[j]
		w1, a1 := w&mask, after&mask
		w, after = w>>width, after>>width
		dst[j] = uint32(w1 * (l.twice - 2*a1 + w1))
		p := l.place[a1]
		s := &l.steps[p.rate]
		s[0] += w1 * g0
		s[1] += w1 * g1
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
			gain[0] += w * o.gain[0]
			gain[1] += w * o.gain[1]
		}
		before, after := k.prefix[m.first]>>shift&k.reps.mask, k.prefix[m.end]>>shift&k.reps.mask
		s := &l.steps[l.place[after].rate]
		s[0] += gain[0]
		s[1] += gain[1]
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
			sum[0] += l.steps[r][0]
			sum[1] += l.steps[r][1]
			k.block.sums[at] = sum
			at += k.slots
		}
		clear(l.steps)
	}
}

// mark is where the tails begin at a rate, in clips, per word. A sum is out of the
// low tail if (sum|guards)-low leaves the guard, out of the high one if high-sum does.
type mark struct{ low, high step }

// mark returns the marks of a rate for replicates of total clips.
func (k *kernel) mark(r int, total float64) (m mark) {
	width, per := uint(k.reps.width), k.reps.per
	top := uint64(1) << (width - 1)
	for lane := range 2 * per {
		low, high := uint64(0), 2*top-1 // a lane without a cell is never in a tail
		if lane < k.cells {
			f := &k.tails[r*k.cells+lane]
			low = uint64(min(max(f.below*total+1e-6, -1), total) + 1)
			high = top - 1 + uint64(min(max(math.Ceil(f.above*total-1e-6), 0), total))
		}
		m.low[lane/per] += low << (uint(lane%per) * width & 63)
		m.high[lane/per] += high << (uint(lane%per) * width & 63)
	}
	return m
}

// in returns the guards of the lanes whose sums are in the low and in the high tail.
func (m *mark) in(word int, sum, guards uint64) (low, high uint64) {
	return ^((sum | guards) - m.low[word]) & guards, ^(m.high[word] - sum) & guards
}

// fileFine files n slots of the block, rate by rate.
func (k *kernel) fileFine(n int) {
	for r := range k.rates {
		sums, split := k.block.sums[r*k.slots:][:n], k.block.split[r]
		k.block.split[r] = 0
		for _, run := range k.block.runs {
			m := k.mark(r, run.total)
			scale := 1 / run.total
			for in := m.marked(sums[run.start:run.end], k.guards)<<uint(run.start) | split&run.mask(); in != 0; in &= in - 1 {
				slot := bits.TrailingZeros64(in)
				if split>>uint(slot)&1 != 0 {
					k.fileSplit(r, slot, &m, scale)
					continue
				}
				k.fileWord(r, 0, sums[slot][0], &m, scale)
				k.fileWord(r, 1, sums[slot][1], &m, scale)
			}
		}
	}
}

// mask has a bit for every slot of the run.
func (r run) mask() uint64 { return (1<<uint(r.end-r.start) - 1) << uint(r.start) }

// marked returns a bit for every sum that has a lane in a tail, without a branch.
func (m *mark) marked(sums []step, guards uint64) (in uint64) {
	low0, low1, high0, high1 := m.low[0], m.low[1], m.high[0], m.high[1]
	for i := range sums {
		s := &sums[i]
		out := ((s[0] | guards) - low0) & (high0 - s[0]) & ((s[1] | guards) - low1) & (high1 - s[1]) & guards
		x := out ^ guards
		in |= (x | -x) >> 63 << (uint(i) & 63)
	}
	return in
}

// fileWord files the lanes of a word that are in a tail.
func (k *kernel) fileWord(r, word int, sum uint64, m *mark, scale float64) {
	width, largest := uint(k.reps.width), k.reps.mask>>1
	low, high := m.in(word, sum, k.guards)
	tails := k.tails[r*k.cells+word*k.reps.per:]
	for ; low != 0; low &= low - 1 {
		guard := uint(bits.TrailingZeros64(low))
		tails[k.laneOf[guard&63]].pushLow(float64(sum>>((guard+1-width)&63)&largest) * scale)
	}
	for ; high != 0; high &= high - 1 {
		guard := uint(bits.TrailingZeros64(high))
		tails[k.laneOf[guard&63]].pushHigh(float64(sum>>((guard+1-width)&63)&largest) * scale)
	}
}

// fileSplit files a rate inside a mover's group. A curve between two points that
// are out of the tails is out of them.
func (k *kernel) fileSplit(r, slot int, m *mark, scale float64) {
	at := r*k.slots + slot
	part, width, largest := k.block.part[at], uint(k.reps.width), k.reps.mask>>1
	for word := range 2 {
		sum := k.block.sums[at][word]
		next := sum + k.block.inside[at][word]
		low, high := m.in(word, sum, k.guards)
		low2, high2 := m.in(word, next, k.guards)
		for in := low | low2 | high | high2; in != 0; in &= in - 1 {
			guard := uint(bits.TrailingZeros64(in))
			shift := (guard + 1 - width) & 63
			a, b := float64(sum>>shift&largest), float64(next>>shift&largest)
			t := &k.tails[r*k.cells+word*k.reps.per+int(k.laneOf[guard&63])]
			t.push((a + float64(part*(b-a))) * scale)
		}
	}
}

// filePilot keeps every number of a block of n replicates.
func (k *kernel) filePilot(n int) {
	for r := range k.rates {
		for lane := range k.cells {
			t := &k.tails[r*k.cells+lane]
			for _, run := range k.block.runs {
				scale := 1 / run.total
				for slot := run.start; slot < run.end; slot++ {
					t.pilot = append(t.pilot, k.value(r, lane, slot, scale))
				}
			}
		}
		k.block.split[r] = 0
	}
}

// value is a cell's accuracy at a rate, inside a group a part of the way.
func (k *kernel) value(r, lane, slot int, scale float64) float64 {
	if k.coarse {
		return k.block.values[(r*k.slots+slot)*k.cells+lane]
	}
	at, word := r*k.slots+slot, lane/k.reps.per
	shift, largest := uint(lane%k.reps.per*k.reps.width)&63, k.reps.mask>>1
	sum := k.block.sums[at][word]
	a := float64(sum >> shift & largest)
	if k.block.split[r]>>uint(slot)&1 == 0 {
		return a * scale
	}
	b := float64((sum + k.block.inside[at][word]) >> shift & largest)
	return (a + float64(k.block.part[at]*(b-a))) * scale
}
