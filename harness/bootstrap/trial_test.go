package bootstrap

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"uacs/harness/infer"
)

// trial is a made-up panel: columns of ones and zeros and uncertainties.
type trial struct {
	clusters    *infer.Clusters
	cluster     []int32
	keep, large []float64
	u           [][]float64
	fused       [][]float64
}

// newTrial makes n clips, some nine to a video, as right as the models of the real
// data are (86 %, and 58 % where the other is wrong). Every fifth measure has few
// values; fusions differ from the large model here and there.
func newTrial(n, measures, fusions int, seed uint64) trial {
	rng := rand.New(rand.NewPCG(seed, 1))
	var videos []string
	for v := 0; len(videos) < n; v++ {
		for range 1 + rng.IntN(17) {
			videos = append(videos, fmt.Sprint(v))
		}
	}
	t := trial{clusters: infer.NewClusters(videos[:n])}
	coin := func(p float64) float64 { return float64(b2i(rng.Float64() < p)) }
	hard := make([]float64, n)
	for i := range n {
		t.cluster = append(t.cluster, int32(t.clusters.Of(i)))
		hard[i] = rng.Float64()
		t.keep = append(t.keep, coin(1-0.4*hard[i]*hard[i]))
		t.large = append(t.large, coin(0.58+0.33*t.keep[i]))
	}
	for m := range measures {
		u := make([]float64, n)
		for i := range u {
			u[i] = hard[i] + rng.NormFloat64()*0.05*float64(m+1)
			if m%5 == 4 {
				u[i] = math.Round(u[i] * 4)
			}
		}
		t.u = append(t.u, u)
	}
	for f := range fusions {
		q := make([]float64, n)
		for i := range q {
			q[i] = t.large[i]
			if rng.Float64() < 0.04*float64(f) {
				q[i] = t.keep[i]
			}
		}
		t.fused = append(t.fused, q)
	}
	return t
}

func (t trial) wrong() []bool {
	out := make([]bool, len(t.keep))
	for i, q := range t.keep {
		out[i] = q == 0
	}
	return out
}

func (t trial) flips() []Flips {
	var out []Flips
	for _, q := range t.fused {
		f := make(Flips, len(q))
		for i := range q {
			f[i] = int8(q[i] - t.keep[i])
		}
		out = append(out, f)
	}
	return out
}

// kernel draws a plan's replicates.
func (t trial) kernel(tb testing.TB, plan infer.Plan, rates []float64) *Kernel {
	tb.Helper()
	reps, err := NewReplicates(t.clusters, plan)
	if err != nil {
		tb.Fatal(err)
	}
	return NewKernel(reps, reps.Count(t.keep), reps.Count(t.large), rates, plan.Level)
}

// boot bootstraps all cells of a measure.
func (t trial) boot(k *Kernel, measure int) ([]Bands, Span) {
	return k.Bands(NewRanking(t.u[measure], t.clusters), t.flips(), t.wrong())
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
