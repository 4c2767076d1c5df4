package bootstrap

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uacs/harness/experiment"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
)

const near = 1e-12

func alike(a, b float64) bool { return math.Abs(a-b) < near || math.IsNaN(a) && math.IsNaN(b) }

// clips are a trial's columns for package route.
func (t trial) clips(measure, fusion int) route.Clips {
	calls := slices.Repeat([]float64{1}, len(t.keep))
	return route.Clips{U: t.u[measure], Keep: t.keep, Defer: t.fused[fusion], First: calls, Second: calls}
}

// Bands and areas agree with package route, which draws the same replicates and
// walks each of them clip by clip.
func TestBandsAreThoseOfRoute(t *testing.T) {
	rates := experiment.CurveRates()
	for _, c := range []struct {
		name       string
		n, fusions int
		plan       infer.Plan
	}{
		{"one pilot", 60, 3, infer.Plan{Replicates: 300, Level: 0.95, Seed: 3}},
		{"more cells than lanes", 400, 19, infer.Plan{Replicates: 1500, Level: 0.95, Seed: 3, Stream: 7}},
		{"another level", 200, 2, infer.Plan{Replicates: 1200, Level: 0.5, Seed: 4}},
		{"thin tails", 200, 2, infer.Plan{Replicates: 1300, Level: 0.999, Seed: 5}},
		{"many clips", 9000, 2, infer.Plan{Replicates: 600, Level: 0.9, Seed: 6}},
		{"wide lanes", 33_000, 2, infer.Plan{Replicates: 150, Level: 0.9, Seed: 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := newTrial(c.n, 5, c.fusions, 5)
			k := tr.kernel(t, c.plan, rates)
			for m := range tr.u {
				got, _ := tr.boot(k, m)
				for f := range tr.fused {
					band, err := route.NewBand(tr.clips(m, f), tr.clusters, rates, c.plan)
					if err != nil {
						t.Fatal(err)
					}
					for r := range rates {
						if !alike(got[f].Lo[r], band.Lo[r]) || !alike(got[f].Hi[r], band.Hi[r]) {
							t.Fatalf("measure %d fusion %d rate %v: [%v,%v], want [%v,%v]", m, f, rates[r], got[f].Lo[r], got[f].Hi[r], band.Lo[r], band.Hi[r])
						}
					}
					if a := got[f].AUDC; !alike(a.Lo, band.AUDC.Lo) || !alike(a.Hi, band.AUDC.Hi) {
						t.Errorf("measure %d fusion %d: AUDC %v, want %v %v", m, f, a, band.AUDC.Lo, band.AUDC.Hi)
					}
				}
			}
		})
	}
}

// Vector instructions change no bit: all sizes of units, rankings with few and with many
// groups, as many cells as lanes and one more, and replicates that end around a look.
func TestVectorsChangeNothing(t *testing.T) {
	if !haveVectors {
		t.Skip("no vector instructions here")
	}
	for _, c := range []struct {
		n, fusions, replicates int
		level                  float64
	}{
		{1, 2, 100, 0.95},
		{20, 16, 64, 0.95},
		{300, 17, 65, 0.9999},
		{300, 3, 1, 0.95},
		{1034, 10, 2500, 0.95},
		{4700, 10, 512, 0.5},
		{20_000, 4, 513, 0.95},
	} {
		n, plan := c.n, infer.Plan{Replicates: c.replicates, Level: c.level, Seed: 8}
		tr := newTrial(n, 5, c.fusions, 6)
		with, without := tr.kernel(t, plan, experiment.CurveRates()), tr.kernel(t, plan, experiment.CurveRates())
		if !with.reps.vector {
			t.Fatalf("%d clips are too many for vector instructions", n)
		}
		without.reps.vector = false
		for m := range tr.u {
			got, errs := tr.boot(with, m)
			want, wantErrs := tr.boot(without, m)
			all := []cmp.Option{cmp.AllowUnexported(Bands{}, Span{}), cmpopts.EquateNaNs()}
			if diff := cmp.Diff(want, got, all...) + cmp.Diff(wantErrs, errs, all...); diff != "" {
				t.Fatalf("%d clips, measure %d (-without +with):\n%s", n, m, diff)
			}
		}
	}
}

// brute is the bootstrap as one would write it down: each replicate's clips, each
// as often as its video was drawn, and the functions that judge clips.
type brute struct {
	values map[string][]float64
}

func (b *brute) add(name string, v float64) {
	if !math.IsNaN(v) {
		b.values[name] = append(b.values[name], v)
	}
}

func (b *brute) span(name string, level float64) Span {
	x := slices.Clone(b.values[name])
	slices.Sort(x)
	return Span{infer.Quantile(x, (1-level)/2), infer.Quantile(x, 1-(1-level)/2), len(x)}
}

func newBrute(t *rapid.T, tr trial, c route.Clips, rates []float64, plan infer.Plan) *brute {
	b := &brute{map[string][]float64{}}
	err := infer.Resample(tr.clusters.Len(), plan, func(_ int, weight []int32) {
		var some route.Clips
		large := 0.0
		for i := range c.U {
			for range weight[tr.cluster[i]] {
				some.U, some.Keep, some.Defer = append(some.U, c.U[i]), append(some.Keep, c.Keep[i]), append(some.Defer, c.Defer[i])
				some.First, some.Second = append(some.First, 1), append(some.Second, 0)
				large += tr.large[i]
			}
		}
		b.judge(t, some, large/float64(len(some.U)), rates)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *brute) judge(t *rapid.T, c route.Clips, large float64, rates []float64) {
	curve, err := route.NewCurve(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rates {
		b.add("at "+fmt.Sprint(r), curve.At(r).Quality)
	}
	area, small, end := curve.AUDC(), curve.Points[0].Quality, curve.Points[len(curve.Points)-1].Quality
	b.add("audc", area)
	b.add("vs small", area-small)
	b.add("vs large", area-large)
	b.add("vs random", area-(small+end)/2)
	apgr, err := curve.APGR()
	if err != nil && !errors.Is(err, route.ErrNoGap) {
		t.Fatal(err)
	}
	b.add("apgr", apgr)
	for i, share := range CPTShares {
		v, _ := curve.CPT(share)
		b.add([]string{"cpt20", "cpt50", "cpt80"}[i], v)
	}
	wrong, up := make([]bool, len(c.U)), make([]bool, len(c.U))
	for i := range c.U {
		wrong[i], up[i] = c.Keep[i] == 0, c.Defer[i] > c.Keep[i]
	}
	errs, _ := metric.AUROC(c.U, wrong)
	gain, _ := metric.AUROC(c.U, up)
	b.add("auroc error", errs)
	b.add("auroc gain", gain)
}

// drawTrial makes a small trial with ties, and sometimes with a model that is
// always right, or uncertainties that are all equal.
func drawTrial(t *rapid.T) trial {
	n := rapid.IntRange(1, 30).Draw(t, "n")
	column := func(name string, values int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(rapid.IntRange(0, values).Draw(t, name))
		}
		return x
	}
	videos := make([]string, n)
	for i := range videos {
		videos[i] = string(rune('a' + rapid.IntRange(0, 6).Draw(t, "video")))
	}
	tr := trial{clusters: infer.NewClusters(videos), keep: column("keep", 1), large: column("large", 1)}
	for i := range videos {
		tr.cluster = append(tr.cluster, int32(tr.clusters.Of(i)))
	}
	if rapid.IntRange(0, 4).Draw(t, "perfect") == 0 {
		tr.keep = slices.Repeat([]float64{1}, n)
	}
	tr.u = [][]float64{column("u", rapid.SampledFrom([]int{0, 2, 100}).Draw(t, "values"))}
	for range rapid.IntRange(1, 3).Draw(t, "fusions") {
		tr.fused = append(tr.fused, column("fused", 1))
	}
	return tr
}

func TestBootstrapIsBruteForce(t *testing.T) {
	rates := []float64{0, 0.1, 1.0 / 3, 0.5, 0.9, 1}
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTrial(t)
		plan := infer.Plan{Replicates: rapid.SampledFrom([]int{100, 700}).Draw(t, "replicates"), Level: 0.9, Seed: rapid.Uint64().Draw(t, "seed")}
		reps, err := NewReplicates(tr.clusters, plan)
		if err != nil {
			t.Fatal(err)
		}
		k := NewKernel(reps, reps.Count(tr.keep), reps.Count(tr.large), rates, plan.Level)
		got, errs := tr.boot(k, 0)
		for f := range tr.fused {
			want := newBrute(t, tr, tr.clips(0, f), rates, plan)
			g := got[f]
			for name, s := range map[string]Span{
				"audc": g.AUDC, "vs small": g.VsSmall, "vs large": g.VsLarge, "vs random": g.VsRandom, "apgr": g.APGR,
				"cpt20": g.CPT[0], "cpt50": g.CPT[1], "cpt80": g.CPT[2], "auroc gain": g.AUROCGain, "auroc error": errs,
			} {
				if w := want.span(name, plan.Level); !alike(s.Lo, w.Lo) || !alike(s.Hi, w.Hi) || s.N != w.N {
					t.Fatalf("fusion %d: %s is %v, brute force %v", f, name, s, w)
				}
			}
			for r, rate := range rates {
				if w := want.span("at "+fmt.Sprint(rate), plan.Level); !alike(g.Lo[r], w.Lo) || !alike(g.Hi[r], w.Hi) {
					t.Fatalf("fusion %d at %v: [%v,%v], brute force %v", f, rate, g.Lo[r], g.Hi[r], w)
				}
			}
		}
	})
}

// A cell's numbers do not depend on the cells that share its walk.
func TestCellsDoNotMeet(t *testing.T) {
	tr := newTrial(150, 1, 19, 8)
	plan := infer.Plan{Replicates: 900, Level: 0.95, Seed: 2}
	k := tr.kernel(t, plan, []float64{0, 0.3, 1})
	rank := NewRanking(tr.u[0], tr.clusters)
	together, _ := k.Bands(rank, tr.flips(), tr.wrong())
	for f, one := range tr.flips() {
		alone, _ := k.Bands(rank, []Flips{one}, tr.wrong())
		if !slices.Equal(alone[0].Lo, together[f].Lo) || alone[0].AUDC != together[f].AUDC || alone[0].CPT != together[f].CPT {
			t.Errorf("cell %d: alone %v, together %v", f, alone[0], together[f])
		}
	}
}

// Uncertainties that are infinite, or zeros of either sign, are put in order as route
// does; deferral rates may be equal.
func TestOddUncertaintiesAndRates(t *testing.T) {
	tr := newTrial(90, 1, 2, 4)
	for i := range tr.u[0] {
		tr.u[0][i] = []float64{math.Inf(-1), math.Copysign(0, -1), 0, 0.5, math.Inf(1)}[i%5]
	}
	rates := []float64{0.2, 0.2, 0.5, math.Nextafter(1, 0)}
	plan := infer.Plan{Replicates: 700, Level: 0.95, Seed: 3}
	got, _ := tr.boot(tr.kernel(t, plan, rates), 0)
	for f := range tr.fused {
		band, err := route.NewBand(tr.clips(0, f), tr.clusters, rates, plan)
		if err != nil {
			t.Fatal(err)
		}
		for r := range rates {
			if !alike(got[f].Lo[r], band.Lo[r]) || !alike(got[f].Hi[r], band.Hi[r]) {
				t.Errorf("fusion %d rate %v: [%v,%v], want [%v,%v]", f, rates[r], got[f].Lo[r], got[f].Hi[r], band.Lo[r], band.Hi[r])
			}
		}
	}
}

func TestRankingOfNaN(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an uncertainty that is NaN was put in order")
		}
	}()
	NewRanking([]float64{1, math.NaN(), 0}, infer.NewClusters([]string{"a", "b", "c"}))
}
