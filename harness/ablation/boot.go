package ablation

// span is the percentile interval of a number over the replicates that have one.
type span struct {
	lo, hi float64
	b      int // replicates with a value
}

// booted is what the replicates say about one cell.
type booted struct {
	// lo and hi bound the accuracy at each rate, pointwise.
	lo, hi []float64
	// audc is the area under the curve; vsSmall, vsLarge and vsRandom are that area
	// less the accuracy of the small model alone, of the large one alone, and of
	// deferring at random.
	audc, vsSmall, vsLarge, vsRandom span
	apgr, aurocGain                  span
	cpt                              [len(cptShares)]span
}

// noGap is the gap between two accuracies below which they count as equal, as in
// package route.
const noGap = 1e-9

// bootstrap walks all replicates down one ranking for any number of cells, and
// returns what they say about each cell and about the AUROC of the small model's
// errors. wrong marks the clips that the small model gets wrong.
func (k *kernel) bootstrap(rank *ranking, cells []flips, wrong []bool) ([]booted, span) {
	var out []booted
	var errors span
	many := lanes(k.reps.width)
	for first := 0; first < len(cells) || first == 0; first += many {
		some := cells[first:min(first+many, len(cells))]
		k.load(rank, newMovers(rank, some, wrong, k.reps.width), len(some))
		if k.coarse {
			k.block.values = grow(k.block.values, k.inUse()*k.slots)
		}
		k.climbs, k.cpts = nil, make([][len(cptShares)][]float64, len(some))
		for _, f := range some {
			k.climbs = append(k.climbs, newAscent(rank, f))
		}
		curves := k.curves()
		for lane := range some {
			curves[lane].fill(k, &k.cell[lane])
			for i, x := range k.cpts[lane] {
				curves[lane].cpt[i] = k.span(x)
			}
		}
		if first == 0 {
			errors = k.auroc(&k.cell[len(some)])
		}
		out = append(out, curves...)
	}
	return out, errors
}

// curves walks until every tail holds its quantile, and returns the bands.
func (k *kernel) curves() []booted {
	out := make([]booted, k.cells)
	for short := true; short; {
		k.walk()
		short = false
		for lane := range out {
			c := &out[lane]
			c.lo, c.hi = grow(c.lo, len(k.rates)), grow(c.hi, len(k.rates))
			for r := range k.rates {
				var ok bool
				t := &k.tails[r*k.cells+lane]
				if c.lo[r], c.hi[r], ok = t.bounds(&k.sel, len(k.reps.total), k.tail); !ok {
					t.deepen++
					short = true
				}
			}
		}
	}
	return out
}

// fill computes the intervals of a cell's scalars.
func (c *booted) fill(k *kernel, s *scalars) {
	n := len(k.reps.total)
	var x [4][]float64
	for i := range x {
		x[i] = make([]float64, n)
	}
	apgr := make([]float64, 0, n)
	for b, total := range k.reps.total {
		t, kept := float64(total), k.keep[b]
		area := float64(2*int64(total)*int64(kept)+s.areas[b]) / float64(2*t*t)
		small, end := float64(kept)/t, float64(kept+int(s.gained[b])-int(s.lost[b]))/t
		x[0][b], x[1][b], x[2][b], x[3][b] = area, area-small, area-float64(k.large[b])/t, area-(small+end)/2
		if gap := end - small; gap > noGap {
			apgr = append(apgr, (area-small)/gap)
		}
	}
	c.audc, c.vsSmall, c.vsLarge, c.vsRandom = k.span(x[0]), k.span(x[1]), k.span(x[2]), k.span(x[3])
	c.apgr, c.aurocGain = k.span(apgr), k.auroc(s)
}

func (k *kernel) span(x []float64) span {
	lo, hi := k.sel.bounds(x, 1-float64(2*k.tail))
	return span{lo, hi, len(x)}
}

// auroc is the interval of the AUROC that tells the corrected clips, or those that
// the small model gets wrong, from all others.
func (k *kernel) auroc(s *scalars) span {
	x := make([]float64, 0, len(s.ups))
	for b, total := range k.reps.total {
		p := int64(s.gained[b])
		if n := int64(total) - p; p > 0 && n > 0 {
			x = append(x, float64(s.ups[b]-p*p)/float64(2*p*n))
		}
	}
	return k.span(x)
}
