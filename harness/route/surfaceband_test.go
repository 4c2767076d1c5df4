package route

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uacs/harness/infer"
)

// By hand: the three clips of TestSurfaceByHand in two videos, clip 0 alone in the
// first. A replicate draws the first video twice, the second twice, or each once:
// with chances 1/4, 1/4, 1/2. Under τ_S = 0.35 and τ_L = 0.5 all three clips are
// right, so that all replicates are 1. With nothing escalated clip 0 alone is: the
// replicates are 1, 0 and 1/3, and the 2.5 and 97.5 % points are 0 and 1. With all
// escalated and accepted, clip 1 alone is: 0, 1/2 and 1/3, from 0 to 1/2.
func TestSurfaceBandByHand(t *testing.T) {
	s := Stages{
		Small: []float64{0.2, 0.5, 0.9}, Large: []float64{0.1, 0.4, 0.6},
		Keep: []float64{1, 0, 0}, Accept: []float64{0, 1, 0}, Settle: []float64{0, 0, 1},
		First: []float64{1, 1, 1}, Second: []float64{0, 1, 1},
	}
	f, err := NewSurface(s, 0)
	if err != nil {
		t.Fatal(err)
	}
	band, err := f.Band(s, infer.NewClusters([]string{"a", "b", "b"}), infer.Plan{Replicates: 2000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		row, column int
		lo, hi      float64
	}{
		{"the right thresholds", 2, 1, 1, 1},
		{"nothing escalated", 0, 1, 0, 1},
		{"all escalated and accepted", 3, 0, 0, 0.5},
	} {
		if lo, hi := band.At(c.row, c.column); math.Abs(lo-c.lo) > 1e-12 || math.Abs(hi-c.hi) > 1e-12 {
			t.Errorf("%s: from %v to %v, want %v to %v", c.name, lo, hi, c.lo, c.hi)
		}
	}
}

// The interval of a cell is that of the mean over the clips as its two thresholds
// treat them, with the same draws.
func TestSurfaceBandIsThatOfTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStages(t)
		videos := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), len(s.Small), len(s.Small)).Draw(t, "videos")
		clusters, plan := infer.NewClusters(videos), infer.Plan{Replicates: 50, Level: 0.9, Seed: 3, Stream: 5}
		f, err := NewSurface(s, rapid.SampledFrom([]int{-1, 2, 3}).Draw(t, "limit"))
		if err != nil {
			t.Fatal(err)
		}
		band, err := f.Band(s, clusters, plan)
		if err != nil {
			t.Fatal(err)
		}
		for row, tauSmall := range f.Small {
			for column, tauLarge := range f.Large {
				clips := s.Clips(tauLarge)
				treated := make([]float64, len(clips.U))
				for i, u := range clips.U {
					treated[i] = clips.Keep[i]
					if u > tauSmall {
						treated[i] = clips.Defer[i]
					}
				}
				want, err := infer.Mean(clusters, treated, nil, plan)
				if err != nil {
					t.Fatal(err)
				}
				lo, hi := band.At(row, column)
				if diff := cmp.Diff([]float64{want.Lo, want.Hi}, []float64{lo, hi}, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
					t.Fatalf("thresholds %v and %v (-mean +surface):\n%s", tauSmall, tauLarge, diff)
				}
			}
		}
	})
}

func TestSurfaceBandRejects(t *testing.T) {
	s := simulatedStages(5, 1)
	f, err := NewSurface(s, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		s          Stages
		clips      int
		plan       infer.Plan
	}{
		{"nothing", "route: no clips", Stages{}, 5, infer.Plan{}},
		{"other columns", "route: a surface of 5 clips, columns of 4, clusters of 5", simulatedStages(4, 1), 5, infer.Plan{}},
		{"other clusters", "route: a surface of 5 clips, columns of 5, clusters of 6", s, 6, infer.Plan{}},
		{"level", "confidence level 2 is outside (0,1)", s, 5, infer.Plan{Level: 2}},
	} {
		if _, err := f.Band(c.s, infer.Singletons(c.clips), c.plan); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}

func BenchmarkSurfaceBand(b *testing.B) {
	s := simulatedStages(646, 1)
	f, err := NewSurface(s, 51)
	if err != nil {
		b.Fatal(err)
	}
	videos := make([]string, f.N)
	for i := range videos {
		videos[i] = string(rune('a' + i/20))
	}
	clusters := infer.NewClusters(videos)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Band(s, clusters, infer.Plan{}); err != nil {
			b.Fatal(err)
		}
	}
}
