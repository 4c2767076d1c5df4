package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/infer"
)

// A replicate that draws every cluster once is the data themselves: its walk
// must be the curve. Repeating the clips must be the same as weighting them.
func TestWalkAgreesWithCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClips(t)
		n := len(c.U)
		videos, weight := make([]string, n), make([]int32, 0, n)
		for i := range videos {
			videos[i] = fmt.Sprint(rapid.IntRange(0, 4).Draw(t, "video"))
		}
		clusters := infer.NewClusters(videos)
		for range clusters.Len() {
			weight = append(weight, int32(rapid.IntRange(0, 3).Draw(t, "weight")))
		}
		var repeated Clips
		for i := range c.U {
			for range weight[clusters.Of(i)] {
				repeated.U, repeated.Keep = append(repeated.U, c.U[i]), append(repeated.Keep, c.Keep[i])
				repeated.Defer = append(repeated.Defer, c.Defer[i])
				repeated.First, repeated.Second = append(repeated.First, 1), append(repeated.Second, 0)
			}
		}
		rates := []float64{0, 0.1, 0.25, 0.5, 0.9, 1}
		got := make([]float64, len(rates))
		area, ok := newWalker(c, clusters).walk(weight, rates, func(i int, q float64) { got[i] = q })
		if ok != (len(repeated.U) > 0) {
			t.Fatalf("ok = %v with %d clips", ok, len(repeated.U))
		}
		if !ok {
			return
		}
		curve, err := NewCurve(repeated)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(area-curve.AUDC()) > 1e-12 {
			t.Fatalf("area %v, AUDC %v", area, curve.AUDC())
		}
		for i, r := range rates {
			if want := curve.At(r).Quality; math.Abs(got[i]-want) > 1e-12 {
				t.Fatalf("at rate %v: %v, curve %v", r, got[i], want)
			}
		}
	})
}

// The ends of the band are the intervals of the two models alone, which package
// infer computes in another way from the same draws.
func TestBandEnds(t *testing.T) {
	c, videos := simulated(300)
	clusters := infer.NewClusters(videos)
	plan := infer.Plan{Replicates: 500, Seed: 3}
	band, err := NewBand(c, clusters, []float64{0, 0.5, 1}, plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []struct {
		at int
		x  []float64
	}{{0, c.Keep}, {2, c.Defer}} {
		want, err := infer.Mean(clusters, end.x, nil, plan)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(band.Lo[end.at]-want.Lo) > 1e-12 || math.Abs(band.Hi[end.at]-want.Hi) > 1e-12 {
			t.Errorf("band at %v is [%v,%v], interval of the model alone [%v,%v]",
				band.Rates[end.at], band.Lo[end.at], band.Hi[end.at], want.Lo, want.Hi)
		}
	}
	if !(band.AUDC.Lo < band.AUDC.Estimate && band.AUDC.Estimate < band.AUDC.Hi) {
		t.Errorf("AUDC %+v does not lie in its interval", band.AUDC)
	}
}

func TestBandRejectsRates(t *testing.T) {
	c, videos := simulated(20)
	for _, rates := range [][]float64{nil, {0.5, 0.2}, {-0.1}, {1.1}} {
		if _, err := NewBand(c, infer.NewClusters(videos), rates, infer.Plan{Replicates: 100}); err == nil {
			t.Errorf("rates %v were accepted", rates)
		}
	}
}

// simulated returns n clips of 10 per video on which deferring helps.
func simulated(n int) (Clips, []string) {
	rng := rand.New(rand.NewPCG(1, 2))
	var u, keep, deferred []float64
	var videos []string
	for i := range n {
		hard := rng.Float64()
		u = append(u, hard)
		keep = append(keep, float64(b2i(rng.Float64() > hard/2)))
		deferred = append(deferred, float64(b2i(rng.Float64() > 0.15)))
		videos = append(videos, fmt.Sprint(i/10))
	}
	return clips(u, keep, deferred), videos
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The full band of a set of the size of SIMS v2's test split.
func BenchmarkBand(b *testing.B) {
	c, videos := simulated(911)
	clusters := infer.NewClusters(videos)
	rates := make([]float64, 101)
	for i := range rates {
		rates[i] = float64(i) / 100
	}
	for b.Loop() {
		if _, err := NewBand(c, clusters, rates, infer.Plan{Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

// Selecting gives what sorting gives, to the last bit.
func TestQuantileSelects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1, 1), rapid.Map(rapid.IntRange(0, 3), func(i int) float64 { return float64(i) / 3 })), 0, 60).Draw(t, "x")
		q := rapid.Float64Range(0, 0.999).Draw(t, "q")
		sorted := slices.Sorted(slices.Values(x))
		want := infer.Quantile(sorted, q)
		if got := quantile(x, q); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("quantile %v of %v is %v, want %v", q, sorted, got, want)
		}
	})
}
