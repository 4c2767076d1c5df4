package ablation

import "math"

// cptShares are the shares of the gap between both ends of a curve whose recovery
// the call-performance thresholds time.
var cptShares = [...]float64{0.2, 0.5, 0.8}

// ascent is what a cell's curve needs to be climbed: the entries, in order of
// deferral, whose clips escalation changes.
type ascent []climb

// climb is one entry of an ascent.
type climb struct {
	cluster    uint32
	first, end int32 // the entries of its group
	net        int32 // corrected minus broken clips
	last       bool  // the last of its group in this ascent
}

// newAscent gathers the entries that one cell changes.
func newAscent(r *ranking, f flips) ascent {
	net := make([]int32, len(r.cluster))
	for clip, e := range r.entry {
		net[e] += int32(f[clip])
	}
	var a ascent
	for e, n := range net {
		if n != 0 {
			a = append(a, climb{cluster: r.cluster[e], first: r.first[e], end: r.end[e], net: n})
		}
	}
	for i := range a {
		a[i].last = i+1 == len(a) || a[i+1].first != a[i].first
	}
	return a
}

// cpt appends, for the replicate in lane i of a row, the deferral rates at which a
// cell first recovers each share of the gap, if there is one: [route.Curve.CPT].
func (k *kernel) cpt(dst *[len(cptShares)][]float64, a ascent, weights []uint64, i, kept, end int) {
	total, mask, shift := float64(k.lane[i].total), k.reps.mask, uint(i*k.reps.width)&63
	small, gap := float64(kept)/total, float64(end)/total-float64(kept)/total
	if gap <= noGap {
		return
	}
	next, right := 0, int64(kept)
	want := small + float64(cptShares[0]*gap)
	before := float64(kept)
	for j := range a {
		c := &a[j]
		right += int64(weights[c.cluster]>>shift&mask) * int64(c.net)
		if !c.last {
			continue
		}
		now := float64(right)
		for now/total >= want-noGap {
			start := float64(k.prefix[c.first] >> shift & mask)
			width := float64(k.prefix[c.end]>>shift&mask) - start
			part := math.Min(1, (want-before/total)/(now/total-before/total))
			dst[next] = append(dst[next], start/total+float64(width/total*part))
			if next++; next == len(cptShares) {
				return
			}
			want = small + float64(cptShares[next]*gap)
		}
		before = now
	}
}
