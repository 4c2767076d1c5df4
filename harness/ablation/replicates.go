package ablation

import (
	"fmt"
	"math/bits"
	"slices"

	"uacs/harness/infer"
)

// pilotReplicates is how many replicates, the first drawn, tell where the tails
// of a distribution begin, so that of the others only the tails are kept.
// earlyReplicates is after how many this is looked at again.
const (
	pilotReplicates = 360
	earlyReplicates = 2048
)

// replicates are the bootstrap draws of one panel, made once and shared by all
// its cells: common random numbers, which make differences between cells sharper.
// The draws are those of [infer.Resample] under the same plan.
//
// How often a replicate drew each cluster is a small number, so several
// replicates share a 64-bit word, each in a lane of its own: one addition of two
// words adds in all lanes. A lane is one bit wider than the largest sum that can
// stand in it; the spare bit, the guard, catches comparisons.
//
// Replicates are kept in order of use: first the pilot, then some more, then the
// rest, each part in ascending order of the number of clips drawn, because much of what a replicate
// needs depends on that number only.
type replicates struct {
	clusters int
	// width is the width of a lane in bits, per the number of lanes in a word.
	width, per int
	mask       uint64
	// packed holds a row of one word per cluster for every per replicates.
	packed []uint64
	// total is the number of clips in each replicate, drawn the number under
	// which it was drawn; both in order of use.
	total []int
	drawn []int
	// pilot and early are how many replicates, in order of use, tell roughly and
	// better where tails begin; early is 0 if there are too few.
	pilot, early int
	most         int // the largest total
}

// newReplicates draws the plan's replicates of the clusters.
func newReplicates(clusters *infer.Clusters, plan infer.Plan) (*replicates, error) {
	r := &replicates{clusters: clusters.Len()}
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
	r.arrange(totals)
	r.pack(weight)
	return r, nil
}

// arrange puts the replicates in order of use and chooses the width of a lane.
func (r *replicates) arrange(totals []int) {
	r.most = slices.Max(totals)
	r.width = bits.Len(uint(r.most+1)) + 1
	r.per = min(64/r.width, maxPer)
	// The pilot ends with a block.
	slots := blockRows(r.per) * r.per
	r.pilot = min((pilotReplicates+slots-1)/slots*slots, len(totals))
	if early := (earlyReplicates + slots - 1) / slots * slots; early < len(totals) {
		r.early = early
	}
	r.drawn = make([]int, len(totals))
	for b := range r.drawn {
		r.drawn[b] = b
	}
	byTotal := func(a, b int) int { return totals[a] - totals[b] }
	slices.SortStableFunc(r.drawn[:r.pilot], byTotal)
	slices.SortStableFunc(r.drawn[r.pilot:max(r.early, r.pilot)], byTotal)
	slices.SortStableFunc(r.drawn[max(r.early, r.pilot):], byTotal)
	r.total = make([]int, len(totals))
	for at, b := range r.drawn {
		r.total[at] = totals[b]
	}
	r.mask = 1<<r.width - 1
}

// pack lays the weights, one row of clusters per replicate in order of drawing,
// into lanes.
func (r *replicates) pack(weight []uint16) {
	r.packed = make([]uint64, r.rows()*r.clusters)
	for at, b := range r.drawn {
		row := r.row(at / r.per)
		shift := uint(at % r.per * r.width)
		for c, w := range weight[b*r.clusters : (b+1)*r.clusters] {
			row[c] |= uint64(w) << shift
		}
	}
}

// rows is the number of rows of packed replicates; the last may have empty lanes.
func (r *replicates) rows() int { return (len(r.drawn) + r.per - 1) / r.per }

// row returns the packed weights of replicates k·per to (k+1)·per-1.
func (r *replicates) row(k int) []uint64 { return r.packed[k*r.clusters : (k+1)*r.clusters] }

// sums returns, for each replicate in order of use, the sum over clusters of the
// weight times x. x holds counts of clips, at most the cluster's own number of
// them, so that no lane overflows.
func (r *replicates) sums(x []int) []int {
	out := make([]int, len(r.total))
	for k := range r.rows() {
		var sum uint64
		for c, w := range r.row(k) {
			sum += w * uint64(x[c])
		}
		for lane := 0; lane < r.per && k*r.per+lane < len(out); lane++ {
			out[k*r.per+lane] = int(sum >> uint(lane*r.width) & r.mask)
		}
	}
	return out
}

// weights returns how often the replicate at a place in order of use drew each
// cluster.
func (r *replicates) weights(at int) []int {
	out := make([]int, r.clusters)
	for c, w := range r.row(at / r.per) {
		out[c] = int(w >> uint(at%r.per*r.width) & r.mask)
	}
	return out
}
