package bootstrap

import (
	"fmt"
	"slices"

	"uacs/harness/infer"
)

// looks are after how many replicates, the first drawn, it is looked where the tails of
// a distribution begin, so that of those that follow only the tails are kept.
var looks = [...]int{64, 512, 2048}

// Replicates are the bootstrap draws of one panel, made once and shared by all
// its cells: common random numbers, which make differences between cells sharper.
// The draws are those of [infer.Resample] under the same plan.
//
// How often a replicate drew each cluster is a small number, so several
// replicates share a row, each in a lane of its own: one addition of two rows adds
// in all lanes.
//
// Replicates are kept in order of use: up to the first look, then up to the next, then
// the rest, each part in ascending order of the number of clips drawn, because much of
// what a replicate needs depends on that number only.
type Replicates struct {
	of       *infer.Clusters
	clusters int
	layout
	// packed holds, for every per replicates, a row per cluster.
	packed []row
	// total is the number of clips in each replicate, drawn the number under
	// which it was drawn; both in order of use.
	total []int
	drawn []int
	// looks are after how many replicates, in order of use, it is looked where tails
	// begin. The replicates up to the first are the pilot.
	looks []int
	most  int // the largest total
}

// NewReplicates draws the plan's replicates of the clusters. It is an error if there is
// no cluster, or one of more than 65,535 clips.
func NewReplicates(clusters *infer.Clusters, plan infer.Plan) (*Replicates, error) {
	r := &Replicates{of: clusters, clusters: clusters.Len()}
	size := make([]int, r.clusters)
	for i := range clusters.Clips() {
		size[clusters.Of(i)]++
	}
	// Zero replicates mean the plan's default; the room is then made as needed.
	weight, totals := make([]uint16, 0, max(plan.Replicates, 0)*r.clusters), make([]int, 0, max(plan.Replicates, 0))
	var tooOften int32
	err := infer.Resample(r.clusters, plan, func(_ int, w []int32) {
		total := 0
		for c, m := range w {
			total += int(m) * size[c]
			weight = append(weight, uint16(m))
			tooOften = max(tooOften, m)
		}
		totals = append(totals, total)
	})
	if err != nil {
		return nil, err
	}
	if tooOften > 1<<16-1 {
		return nil, fmt.Errorf("a replicate drew one cluster %d times, more than are counted here", tooOften)
	}
	if n := slices.Max(size); n > 1<<16-1 {
		return nil, fmt.Errorf("a cluster has %d clips, more than are counted here", n)
	}
	r.arrange(totals, clusters.Clips())
	r.pack(weight)
	return r, nil
}

// arrange puts the replicates in order of use and chooses the width of a lane.
func (r *Replicates) arrange(totals []int, clips int) {
	r.most = slices.Max(totals)
	r.layout = newLayout(max(r.most, clips))
	for _, n := range looks {
		r.looks = append(r.looks, min(n, len(totals)))
	}
	r.looks = slices.Compact(r.looks)
	r.drawn = make([]int, len(totals))
	for b := range r.drawn {
		r.drawn[b] = b
	}
	byTotal := func(a, b int) int { return totals[a] - totals[b] }
	from := 0
	for _, to := range append(r.looks, len(totals)) {
		slices.SortStableFunc(r.drawn[from:to], byTotal)
		from = to
	}
	r.total = make([]int, len(totals))
	for at, b := range r.drawn {
		r.total[at] = totals[b]
	}
}

// pack lays the weights, one row of clusters per replicate in order of drawing,
// into lanes.
func (r *Replicates) pack(weight []uint16) {
	r.packed = make([]row, r.blocks()*r.clusters)
	for at, b := range r.drawn {
		block := r.block(at / r.per)
		word, shift := r.at(at % r.per)
		for c, w := range weight[b*r.clusters : (b+1)*r.clusters] {
			block[c][word] |= uint64(w) << shift
		}
	}
}

// blocks is the number of blocks of per replicates; the last may have empty lanes.
func (r *Replicates) blocks() int { return (len(r.drawn) + r.per - 1) / r.per }

// block returns the weights of replicates k·per to (k+1)·per-1, a row per cluster.
func (r *Replicates) block(k int) []row { return r.packed[k*r.clusters : (k+1)*r.clusters] }

// Count returns, for each replicate in order of use, how many clips it draws of those
// that have a 1 in a column of ones and zeros.
func (r *Replicates) Count(ones []float64) []int {
	x := make([]uint64, r.clusters)
	for i, v := range ones {
		if v == 1 {
			x[r.of.Of(i)]++
		}
	}
	out := make([]int, len(r.total))
	for k := range r.blocks() {
		var sum row
		for c := range r.block(k) {
			sum.addTimes(&r.block(k)[c], x[c])
		}
		for lane := 0; lane < r.per && k*r.per+lane < len(out); lane++ {
			out[k*r.per+lane] = r.get(&sum, lane)
		}
	}
	return out
}

// Mean is the percentile interval, at a level, of the share of clips that right counts
// in each replicate, less the share that less counts, nil for none. Both are what
// [Replicates.Count] returns.
func (r *Replicates) Mean(sel *Selector, right, less []int, level float64) (lo, hi float64) {
	x := make([]float64, len(right))
	for i, total := range r.total {
		n := right[i]
		if less != nil {
			n -= less[i]
		}
		x[i] = float64(n) / float64(total)
	}
	return sel.bounds(x, level)
}
