package bootstrap

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/infer"
)

// The draws are those of package infer, bit for bit, whatever the lanes.
func TestReplicatesAreThoseOfInfer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var videos []string
		for v := range rapid.IntRange(1, 40).Draw(t, "videos") {
			size := rapid.SampledFrom([]int{1, 2, 9, 2000}).Draw(t, "size")
			videos = append(videos, slices.Repeat([]string{fmt.Sprint(v)}, size)...)
		}
		clusters := infer.NewClusters(videos)
		plan := infer.Plan{Replicates: rapid.IntRange(1, 800).Draw(t, "replicates"), Level: 0.95, Seed: rapid.Uint64().Draw(t, "seed"), Stream: 9}
		r, err := NewReplicates(clusters, plan)
		if err != nil {
			t.Fatal(err)
		}
		at := make([]int, plan.Replicates) // place in order of use
		for place, b := range r.drawn {
			at[b] = place
		}
		size := make([]int, clusters.Len())
		for i := range clusters.Clips() {
			size[clusters.Of(i)]++
		}
		totals := r.Count(slices.Repeat([]float64{1}, clusters.Clips()))
		err = infer.Resample(clusters.Len(), plan, func(b int, weight []int32) {
			got, total := r.weights(at[b]), 0
			for c, w := range weight {
				total += int(w) * size[c]
				if got[c] != int(w) {
					t.Fatalf("replicate %d drew cluster %d %d times, want %d", b, c, got[c], w)
				}
			}
			if r.total[at[b]] != total || totals[at[b]] != total {
				t.Fatalf("replicate %d has %d clips, summed %d, want %d", b, r.total[at[b]], totals[at[b]], total)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestReplicatesOfNothing(t *testing.T) {
	if _, err := NewReplicates(infer.NewClusters(nil), infer.Plan{Replicates: 10}); err == nil {
		t.Error("no clusters were resampled")
	}
}

func TestReplicatesOfALargeCluster(t *testing.T) {
	_, err := NewReplicates(infer.NewClusters(slices.Repeat([]string{"a"}, 1<<16)), infer.Plan{Replicates: 10, Level: 0.95})
	if err == nil || err.Error() != "a cluster has 65536 clips, more than are counted here" {
		t.Errorf("a cluster of 65,536 clips: %v", err)
	}
}

// weights returns how often the replicate at a place in order of use drew each
// cluster.
func (r *Replicates) weights(at int) []int {
	out := make([]int, r.clusters)
	for c := range out {
		out[c] = r.get(&r.block(at / r.per)[c], at%r.per)
	}
	return out
}
