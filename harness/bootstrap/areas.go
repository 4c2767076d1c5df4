package bootstrap

// areas sum, over the corrected and the broken clips of each cell, the weights and
// the a of the kernel: first over classes of movers that are alike in all cells,
// then over the classes of each cell.
type areas struct {
	classes     []tally
	plus, minus tally // of a cell
}

// tally holds sums for each replicate of a row: of weights, and of a. There are two
// sums of a to a word, the first lower, where rows have 16 lanes, which 32 bits hold
// as a sum is at most the square of a total; else one.
type tally struct {
	weights row
	a       [2 * rowWords]uint64
}

// scalars are what one cell's replicates say beside the curve.
type scalars struct {
	// areas and ups are, per replicate, the sum of g·a and that of a over the
	// corrected clips; gained and lost the weights of corrected and broken clips.
	areas, ups   []int64
	gained, lost []int32
}

func (s *scalars) load(n int) {
	s.areas, s.ups, s.gained, s.lost = grow(s.areas, n), grow(s.ups, n), grow(s.gained, n), grow(s.lost, n)
}

// sum sums over the clips of a block of replicates, the first of which is number
// first in order of use.
func (a *areas) sum(k *Kernel, weights []row, first int) {
	a.classes = grow(a.classes, len(k.move.classes))
	var twice row
	twice.addTimes(&k.prefix[len(k.prefix)-1], 2)
	for c, class := range k.move.classes {
		a.classes[c].sum(k, weights, &twice, class)
	}
	for cell := range k.cells {
		a.plus.add(a.classes, k.move.plus[cell], k.reps.vector)
		a.minus.add(a.classes, k.move.minus[cell], k.reps.vector)
		a.unpack(k, &k.cell[cell], first)
	}
	a.plus.add(a.classes, k.move.wrong, k.reps.vector)
	a.minus = tally{}
	a.unpack(k, &k.cell[k.cells], first)
}

// sum sums over the movers of a class.
func (t *tally) sum(k *Kernel, weights []row, twice *row, class []int32) {
	if k.reps.vector {
		sumClass(t, &weights[0], &k.prefix[0], twice, &k.move.list[0], &class[0], len(class))
		return
	}
	*t = tally{}
	for _, i := range class {
		m := &k.move.list[i]
		w := &weights[m.cluster]
		t.weights.addTimes(w, 1)
		t.addArea(&k.reps.layout, w, twice, &k.prefix[m.first], &k.prefix[m.end])
	}
}

// addArea adds the a of a mover.
func (t *tally) addArea(l *layout, w, twice, before, after *row) {
	if l.per == 2*len(t.a) {
		for i := range w {
			w, d := w[i], twice[i]-before[i]-after[i]
			t.a[2*i] += w&0xffff*(d&0xffff) + w>>16&0xffff*(d>>16&0xffff)<<32
			t.a[2*i+1] += w>>32&0xffff*(d>>32&0xffff) + w>>48*(d>>48)<<32
		}
		return
	}
	for i := range w {
		w, d := w[i], twice[i]-before[i]-after[i]
		t.a[2*i] += w & 0xffffffff * (d & 0xffffffff)
		t.a[2*i+1] += w >> 32 * (d >> 32)
	}
}

// add sets t to a sum over classes.
func (t *tally) add(classes []tally, shares []share, vector bool) {
	if vector && len(shares) > 0 {
		sumShares(t, &classes[0], &shares[0], len(shares))
		return
	}
	*t = tally{}
	for _, s := range shares {
		class, clips := &classes[s.class], uint64(s.clips)
		t.weights.addTimes(&class.weights, clips)
		for i := range t.a {
			t.a[i] += class.a[i] * clips
		}
	}
}

// unpack takes the sums of a cell apart.
func (a *areas) unpack(k *Kernel, s *scalars, first int) {
	l, n := &k.reps.layout, min(k.reps.per, len(k.reps.total)-first)
	gained, lost := s.gained[first:][:n], s.lost[first:][:n]
	ups, net := s.ups[first:][:n], s.areas[first:][:n]
	for lane := range n {
		word, shift := l.at(lane)
		gained[lane] = int32(a.plus.weights[word] >> (shift & 63) & l.mask)
		lost[lane] = int32(a.minus.weights[word] >> (shift & 63) & l.mask)
	}
	if l.per == len(a.plus.a) {
		for j := range ups {
			ups[j], net[j] = int64(a.plus.a[j]), int64(a.plus.a[j])-int64(a.minus.a[j])
		}
		return
	}
	for j := range ups {
		shift := uint(j&1) * 32
		up := int64(uint32(a.plus.a[j/2] >> shift))
		ups[j], net[j] = up, up-int64(uint32(a.minus.a[j/2]>>shift))
	}
}
