package bootstrap

import (
	"math"
	"slices"

	"uacs/harness/infer"
	"uacs/harness/route"
)

// Ranking is the order in which one uncertainty defers the clips, sorted once for
// all cells that share the uncertainty. Clips that tie form a group and move
// together. Within a group, clips of one cluster are one entry: every replicate
// draws them alike.
type Ranking struct {
	// cluster and clips are the cluster and the number of clips of each entry.
	cluster []uint32
	clips   []uint32
	// first and end are the entries of each entry's group.
	first, end []int32
	// entry is each clip's entry.
	entry []int32
}

// NewRanking sorts the clips by descending uncertainty, which may be infinite. It
// panics if one is NaN.
func NewRanking(u []float64, clusters *infer.Clusters) *Ranking {
	if slices.ContainsFunc(u, math.IsNaN) {
		panic("bootstrap: an uncertainty is NaN")
	}
	r := &Ranking{entry: make([]int32, len(u))}
	order := route.ByUncertainty(u)
	seen := make([]int32, clusters.Len()) // 1 + the entry of a cluster in the current group
	for start := 0; start < len(order); {
		first := int32(len(r.cluster))
		end := start
		for ; end < len(order) && u[order[end]] == u[order[start]]; end++ {
			c := clusters.Of(order[end])
			if seen[c] <= first {
				r.cluster = append(r.cluster, uint32(c))
				r.clips = append(r.clips, 0)
				seen[c] = int32(len(r.cluster))
			}
			r.clips[seen[c]-1]++
			r.entry[order[end]] = seen[c] - 1
		}
		for range int32(len(r.cluster)) - first {
			r.first = append(r.first, first)
			r.end = append(r.end, int32(len(r.cluster)))
		}
		start = end
	}
	return r
}
