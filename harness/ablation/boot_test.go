package ablation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"uacs/harness/experiment"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
)

// trial is a made-up panel.
type trial struct {
	videos   []string
	clusters *infer.Clusters
	cluster  []int32
	keep     []float64
	large    []float64
	u        [][]float64
	fused    [][]float64
}

// newTrial makes n clips, some 9 to a video, measures of which every fifth is
// coarse, and fusions that differ from the large model here and there.
func newTrial(n, measures, fusions int, seed uint64) trial {
	rng := rand.New(rand.NewPCG(seed, 1))
	var t trial
	for v := 0; len(t.videos) < n; v++ {
		for range 1 + rng.IntN(17) {
			t.videos = append(t.videos, fmt.Sprint(v))
		}
	}
	t.videos = t.videos[:n]
	t.clusters = infer.NewClusters(t.videos)
	hard := make([]float64, n)
	coin := func(p float64) float64 {
		if rng.Float64() < p {
			return 1
		}
		return 0
	}
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

func (t trial) flips() []flips {
	var out []flips
	for _, q := range t.fused {
		f := make(flips, len(q))
		for i := range q {
			f[i] = int8(q[i] - t.keep[i])
		}
		out = append(out, f)
	}
	return out
}

func perCluster(c *infer.Clusters, x []float64) []int {
	out := make([]int, c.Len())
	for i, v := range x {
		out[c.Of(i)] += int(v)
	}
	return out
}

func (t trial) boot(tb testing.TB, plan infer.Plan, rates []float64) ([][]booted, []span) {
	reps, err := newReplicates(t.clusters, plan)
	if err != nil {
		tb.Fatal(err)
	}
	keep, large := reps.sums(perCluster(t.clusters, t.keep)), reps.sums(perCluster(t.clusters, t.large))
	var out [][]booted
	var errs []span
	k := newKernel(reps, keep, large, rates, plan.Level)
	for _, u := range t.u {
		rank := newRanking(u, t.cluster, t.clusters.Len())
		b, e := k.bootstrap(rank, t.flips(), t.wrong())
		out, errs = append(out, b), append(errs, e)
	}
	return out, errs
}

var testRates = func() []float64 {
	rates := []float64{0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005}
	for i := 1; i <= 100; i++ {
		rates = append(rates, float64(i)/100)
	}
	return rates
}()

func weightedAUROC(u []float64, positive []bool, w []float64) float64 {
	num, p, n := 0.0, 0.0, 0.0
	for i := range u {
		if !positive[i] {
			n += w[i]
			continue
		}
		p += w[i]
		for j := range u {
			switch {
			case positive[j]:
			case u[j] < u[i]:
				num += w[i] * w[j]
			case u[j] == u[i]:
				num += w[i] * w[j] / 2
			}
		}
	}
	return num / (p * n)
}

func TestBootstrapAgreesWithBand(t *testing.T) {
	for _, size := range []int{40, 400} {
		tr := newTrial(size, 5, 13, 5)
		plan := infer.Plan{Replicates: 1500, Level: 0.95, Seed: 3, Stream: 7}
		got, errs := tr.boot(t, plan, testRates)
		for m := range tr.u {
			for f := range tr.fused {
				one := make([]float64, len(tr.keep))
				band, err := route.NewBand(route.Clips{U: tr.u[m], Keep: tr.keep, Defer: tr.fused[f], First: one, Second: one}, tr.clusters, testRates, plan)
				if err != nil {
					t.Fatal(err)
				}
				g := got[m][f]
				for r := range testRates {
					if math.Abs(g.lo[r]-band.Lo[r]) > 1e-12 || math.Abs(g.hi[r]-band.Hi[r]) > 1e-12 {
						t.Fatalf("n %d measure %d fusion %d rate %v: [%v,%v] want [%v,%v]", size, m, f, testRates[r], g.lo[r], g.hi[r], band.Lo[r], band.Hi[r])
					}
				}
				if g.audc.lo != band.AUDC.Lo || g.audc.hi != band.AUDC.Hi {
					t.Errorf("audc %v, want %v %v", g.audc, band.AUDC.Lo, band.AUDC.Hi)
				}
			}
			if size > 100 {
				continue
			}
			wrong := tr.wrong()
			var x []float64
			_ = infer.Resample(tr.clusters.Len(), plan, func(_ int, w []int32) {
				wt := make([]float64, len(wrong))
				for i := range wt {
					wt[i] = float64(w[tr.cluster[i]])
				}
				if a := weightedAUROC(tr.u[m], wrong, wt); !math.IsNaN(a) {
					x = append(x, a)
				}
			})
			slices.Sort(x)
			if lo, hi := infer.Quantile(x, 0.025), infer.Quantile(x, 0.975); math.Abs(lo-errs[m].lo) > 1e-12 || math.Abs(hi-errs[m].hi) > 1e-12 || len(x) != errs[m].b {
				t.Errorf("auroc %v, want %v %v %d", errs[m], lo, hi, len(x))
			}
		}
	}
}

func BenchmarkKernel(b *testing.B) {
	tr := newTrial(1034, 20, 10, 5)
	plan := infer.Plan{Replicates: 10000, Level: 0.95, Seed: 3, Stream: 7}
	reps, err := newReplicates(tr.clusters, plan)
	if err != nil {
		b.Fatal(err)
	}
	keep, large := reps.sums(perCluster(tr.clusters, tr.keep)), reps.sums(perCluster(tr.clusters, tr.large))
	fl, wr := tr.flips(), tr.wrong()
	b.Logf("clusters %d width %d most %d", tr.clusters.Len(), reps.width, reps.most)
	i := 0
	k := newKernel(reps, keep, large, testRates, plan.Level)
	for b.Loop() {
		rank := newRanking(tr.u[i%20], tr.cluster, tr.clusters.Len())
		k.bootstrap(rank, fl, wr)
		i++
	}
}

var (
	_ = experiment.Open
	_ = metric.AUROC
)
