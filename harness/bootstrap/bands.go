package bootstrap

import "slices"

// Span is the percentile interval of a number over the replicates that have one.
type Span struct {
	Lo, Hi float64
	N      int // replicates with a value
}

// Bands are what the replicates say about one cell.
type Bands struct {
	// Lo and Hi bound the accuracy at each rate, pointwise.
	Lo, Hi []float64
	// AUDC is the area under the curve; VsSmall, VsLarge and VsRandom are that area
	// less the accuracy of the small model alone, of the large one alone, and of
	// deferring at random.
	AUDC, VsSmall, VsLarge, VsRandom Span
	// APGR and CPT have a value only in replicates in which escalating everything is
	// better than nothing. AUROCGain is the AUROC that tells the clips that escalation
	// corrects from all others, over replicates that have both.
	APGR, AUROCGain Span
	CPT             [len(CPTShares)]Span
}

// noGap is the gap between two accuracies below which they count as equal, as in
// package route.
const noGap = 1e-9

// Bands walks all replicates down a ranking of the same clips for any number of cells,
// and returns what they say about each cell, and the interval of the AUROC of the small
// model's errors. wrong marks the clips that the small model gets wrong; cells flip those
// only upwards, and the others only downwards. Cells that are alike walk once and share
// their Lo and Hi. Sixteen cells at a time keep about 32·(1-level) numbers for each
// replicate and rate.
func (k *Kernel) Bands(rank *Ranking, cells []Flips, wrong []bool) ([]Bands, Span) {
	var distinct []Flips
	which := make([]int, len(cells))
	for i, f := range cells {
		which[i] = slices.IndexFunc(distinct, func(o Flips) bool { return slices.Equal(f, o) })
		if which[i] < 0 {
			which[i] = len(distinct)
			distinct = append(distinct, f)
		}
	}
	var walked []Bands
	var ofWrong Span
	many := k.reps.per
	for first := 0; first < len(distinct) || first == 0; first += many {
		some := distinct[first:min(first+many, len(distinct))]
		k.load(rank, newMovers(rank, some, wrong, &k.reps.layout), len(some))
		curves := k.curves()
		for lane := range some {
			curves[lane].fill(k, lane)
		}
		if first == 0 {
			ofWrong = k.auroc(&k.cell[len(some)])
		}
		walked = append(walked, curves...)
	}
	out := make([]Bands, len(cells))
	for i, at := range which {
		out[i] = walked[at]
	}
	return out, ofWrong
}

// curves walks until every tail holds its quantile, and returns the bands.
func (k *Kernel) curves() []Bands {
	out := make([]Bands, k.cells)
	for short := true; short; {
		k.walk()
		short = false
		for lane := range out {
			c := &out[lane]
			c.Lo, c.Hi = grow(c.Lo, len(k.rates)), grow(c.Hi, len(k.rates))
			for r := range k.rates {
				var ok bool
				t := &k.tails[r*k.cells+lane]
				if c.Lo[r], c.Hi[r], ok = t.bounds(&k.sel, len(k.reps.total), k.tail); !ok {
					t.deepen++
					short = true
				}
			}
		}
	}
	return out
}

// fill computes the intervals of a cell's scalars.
func (c *Bands) fill(k *Kernel, lane int) {
	s, n := &k.cell[lane], len(k.reps.total)
	for i, x := range k.climbs.found[lane] {
		c.CPT[i] = k.span(x)
	}
	x := &k.scalar
	for i := range x {
		x[i] = grow(x[i], n)
	}
	apgr := grow(k.some, n)[:0]
	x0, x1, x2, x3 := x[0], x[1][:n], x[2][:n], x[3][:n]
	areas, gained, lost, keep, alone := s.areas[:n], s.gained[:n], s.lost[:n], k.keep[:n], k.alone[:n]
	for b := range x0 {
		total, kept := k.reps.total[b], keep[b]
		t, small := float64(total), alone[b].small
		area := float64(2*int64(total)*int64(kept)+areas[b]) / float64(2*t*t)
		end := float64(kept+int(gained[b])-int(lost[b])) / t
		x0[b], x1[b], x2[b], x3[b] = area, area-small, area-alone[b].large, area-(small+end)/2
		if gap := end - small; gap > noGap {
			apgr = append(apgr, (area-small)/gap)
		}
	}
	k.some = apgr
	c.AUDC, c.VsSmall, c.VsLarge, c.VsRandom = k.span(x[0]), k.span(x[1]), k.span(x[2]), k.span(x[3])
	c.APGR = k.span(apgr)
	c.AUROCGain = k.auroc(s) // reuses the memory of apgr
}

// span is the percentile interval of x, in order of use. It looks at the tails only
// that the first of x tell, and at all of x if that was not enough.
func (k *Kernel) span(x []float64) Span {
	if n := k.reps.looks[min(1, len(k.reps.looks)-1)]; len(x) > 2*n {
		t := &k.spare
		t.pilot, t.deepen = x[:n], 0
		t.open(&k.sel, k.tail)
		below, above := t.side[0].edge, -t.side[1].edge
		for _, v := range x[n:] {
			if v <= below || v >= above {
				t.push(v)
			}
		}
		if lo, hi, ok := t.bounds(&k.sel, len(x), k.tail); ok {
			return Span{lo, hi, len(x)}
		}
	}
	lo, hi := k.sel.bounds(x, 1-float64(2*k.tail))
	return Span{lo, hi, len(x)}
}

// auroc is the interval of the AUROC that tells the corrected clips, or those that
// the small model gets wrong, from all others.
func (k *Kernel) auroc(s *scalars) Span {
	x := grow(k.some, len(s.ups))[:0]
	for b, total := range k.reps.total {
		p := int64(s.gained[b])
		if n := int64(total) - p; p > 0 && n > 0 {
			x = append(x, float64(s.ups[b]-p*p)/float64(2*p*n))
		}
	}
	k.some = x
	return k.span(x)
}
