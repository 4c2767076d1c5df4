package ablation

import "math"

// areas sum, over the corrected and the broken clips of each cell, the weights and
// the a of the kernel: first over classes of movers that are alike in all cells,
// then over the classes of each cell.
type areas struct {
	// slots is the number of replicates per block, words that of words they take.
	// Where the sums of two replicates fit into a word, word j holds slots j and
	// j+words.
	slots, words int
	doubled      bool
	a            []uint32 // per mover and slot
	// Per class, and for a cell.
	class, weight []uint64
	plus, minus   []uint64
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

func (a *areas) load(k *kernel) {
	a.slots, a.words = k.slots, k.slots
	if a.doubled = k.reps.most < 46_000; a.doubled { // 2·46,000² is below 2^32
		a.words /= 2
	}
	// Some words more, so that a slice from the last slot on is not empty.
	a.a = grow(a.a, (len(k.move.list)+1)*a.slots)
	a.class = grow(a.class, len(k.move.classes)*a.words)
	a.weight = grow(a.weight, len(k.move.classes))
	a.plus, a.minus = grow(a.plus, a.words), grow(a.minus, a.words)
}

// weigh sums the weights of corrected, broken and wrong clips of the replicates in
// one row of packed weights, the first of which is number at in order of use.
func (a *areas) weigh(k *kernel, weights []uint64, at int) {
	for c, class := range k.move.classes {
		sum := uint64(0)
		for _, i := range class {
			sum += weights[k.move.list[i].cluster]
		}
		a.weight[c] = sum
	}
	for cell := range k.cells {
		a.unpackWeight(k, k.cell[cell].gained[at:], k.move.plus[cell])
		a.unpackWeight(k, k.cell[cell].lost[at:], k.move.minus[cell])
	}
	a.unpackWeight(k, k.cell[k.cells].gained[at:], k.move.wrong)
}

func (a *areas) unpackWeight(k *kernel, dst []int32, shares []share) {
	sum := uint64(0)
	for _, s := range shares {
		sum += a.weight[s.class] * s.clips
	}
	mask, width := k.reps.mask, uint(k.reps.width)&63
	for lane := range dst[:min(k.reps.per, len(dst))] {
		dst[lane] = int32(sum & mask)
		sum >>= width
	}
}

// sum sums the a of a block of n replicates from number first on.
func (a *areas) sum(k *kernel, first, n int) {
	for c, class := range k.move.classes {
		dst := a.class[c*a.words : (c+1)*a.words]
		clear(dst)
		for _, i := range class {
			a.add(dst, a.a[int(i)*a.slots:][:a.slots])
		}
	}
	for cell := range k.cells {
		a.total(a.plus, k.move.plus[cell])
		a.total(a.minus, k.move.minus[cell])
		a.unpack(&k.cell[cell], first, n)
	}
	clear(a.minus)
	a.total(a.plus, k.move.wrong)
	a.unpack(&k.cell[k.cells], first, n)
}

// add adds a mover's a to a class.
func (a *areas) add(dst []uint64, src []uint32) {
	if !a.doubled {
		for j, v := range src {
			dst[j] += uint64(v)
		}
		return
	}
	high := src[len(dst):][:len(dst)]
	for j, v := range src[:len(dst)] {
		dst[j] += uint64(v) | uint64(high[j])<<32
	}
}

func (a *areas) total(dst []uint64, shares []share) {
	clear(dst)
	// Four at a time, so that what is summed is loaded and stored less often.
	for ; len(shares) >= 4; shares = shares[4:] {
		src0, clips0 := a.share(shares[0])
		src1, clips1 := a.share(shares[1])
		src2, clips2 := a.share(shares[2])
		src3, clips3 := a.share(shares[3])
		for j := range dst[:a.words] {
			dst[j] += src0[j]*clips0 + src1[j]*clips1 + src2[j]*clips2 + src3[j]*clips3
		}
	}
	for _, s := range shares {
		src, clips := a.share(s)
		for j := range dst {
			dst[j] += src[j] * clips
		}
	}
}

// share returns the sums of a share's class, and how often they count.
func (a *areas) share(s share) ([]uint64, uint64) {
	return a.class[int(s.class)*a.words:][:a.words], s.clips
}

func (a *areas) unpack(dst *scalars, first, n int) {
	ups, net := dst.ups[first:first+n], dst.areas[first:first+n]
	mask := uint64(math.MaxUint64)
	if a.doubled {
		mask = math.MaxUint32
	}
	for j := range min(a.words, n) {
		up := a.plus[j] & mask
		ups[j], net[j] = int64(up), int64(up)-int64(a.minus[j]&mask)
	}
	for j := a.words; j < n; j++ {
		up := a.plus[j-a.words] >> 32
		ups[j], net[j] = int64(up), int64(up)-int64(a.minus[j-a.words]>>32)
	}
}
