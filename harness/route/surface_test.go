package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// By hand: three clips. Clip 0 is kept at τ_S = 0.35, clips 1 and 2 are escalated;
// at τ_L = 0.5 clip 1 is accepted and clip 2 settled by a second call.
func TestSurfaceByHand(t *testing.T) {
	s := Stages{
		Small: []float64{0.2, 0.5, 0.9}, Large: []float64{0.1, 0.4, 0.6},
		Keep: []float64{1, 0, 0}, Accept: []float64{0, 1, 0}, Settle: []float64{0, 0, 1},
		First: []float64{1, 1, 1}, Second: []float64{0, 1, 1},
	}
	f, err := NewSurface(s, 0)
	if err != nil {
		t.Fatal(err)
	}
	inf := math.Inf(1)
	if diff := cmp.Diff([]float64{inf, 0.7, 0.35, -inf}, f.Small, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Error(diff)
	}
	want := Cell{TauSmall: 0.35, TauLarge: 0.5, Rate: 2. / 3, Quality: 1, First: 2. / 3, Second: 1. / 3}
	if diff := cmp.Diff(want, f.At(2, 1), cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Calls: nothing costs 0 (quality 1/3); clip 2 alone, settled, 2/3 of a call
	// (2/3); clips 1 and 2 one call (1). All three lie on one line.
	front, hull, err := f.Frontier(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for _, c := range front {
		got = append(got, 3*c.Quality, 3*(c.First+c.Second))
	}
	if diff := cmp.Diff([]float64{1, 0, 2, 2, 3, 3}, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("front: quality and calls (-want +got):\n%s", diff)
	}
	if len(hull) != 2 || hull[0].Rate != 0 || hull[1].Quality != 1 {
		t.Errorf("hull %+v", hull)
	}
	if want := "n = 3 clips; all 4 × 4 pairs of thresholds"; f.Note() != want {
		t.Errorf("note %q, want %q", f.Note(), want)
	}
}

func drawStages(t *rapid.T) Stages {
	n := rapid.IntRange(1, 12).Draw(t, "n")
	levels := rapid.SliceOfN(rapid.SampledFrom([]float64{0, .1, .2, .3, .5, .8, math.Inf(1)}), n, n)
	bits := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1}), n, n)
	return Stages{
		Small: levels.Draw(t, "small"), Large: levels.Draw(t, "large"),
		Keep: bits.Draw(t, "keep"), Accept: bits.Draw(t, "accept"), Settle: bits.Draw(t, "settle"),
		First: bits.Draw(t, "first"), Second: bits.Draw(t, "second"),
	}
}

// Every cell agrees with running the cascade under its thresholds, and the
// frontier with comparing all pairs of cells.
func TestSurfaceAgreesWithCascade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStages(t)
		limit := rapid.SampledFrom([]int{-1, 0, 2, 3}).Draw(t, "limit")
		f, err := NewSurface(s, limit)
		if err != nil {
			t.Fatal(err)
		}
		if limit <= 0 && !f.Exact() {
			t.Fatal("not exact without a cap")
		}
		var cells []Cell
		for row := range f.Small {
			for column := range f.Large {
				got := f.At(row, column)
				cells = append(cells, got)
				if diff := cmp.Diff(run(s, got.TauSmall, got.TauLarge), got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
					t.Fatalf("(-cascade +surface):\n%s", diff)
				}
				at, err := s.At(got.TauSmall, got.TauLarge)
				if diff := cmp.Diff(at, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" || err != nil {
					t.Fatalf("(-At +surface): %v\n%s", err, diff)
				}
			}
		}
		front, _, err := f.Frontier(nil)
		if err != nil {
			t.Fatal(err)
		}
		cost := func(c Cell) float64 { return c.First + c.Second }
		for _, c := range cells {
			if !slices.ContainsFunc(front, func(o Cell) bool { return cost(o) <= cost(c)+1e-9 && o.Quality >= c.Quality-1e-9 }) {
				t.Fatalf("nothing on the front is as good as %+v", c)
			}
		}
		for _, c := range front {
			if slices.ContainsFunc(cells, func(o Cell) bool {
				return cost(o) <= cost(c)+1e-9 && o.Quality > c.Quality+1e-9 || cost(o) < cost(c)-1e-9 && o.Quality >= c.Quality-1e-9
			}) {
				t.Fatalf("%+v is on the front but beaten", c)
			}
		}
	})
}

// run is the cascade, clip by clip.
func run(s Stages, tauSmall, tauLarge float64) Cell {
	c := Cell{TauSmall: tauSmall, TauLarge: tauLarge}
	for i := range s.Small {
		switch {
		case s.Small[i] <= tauSmall:
			c.Quality += s.Keep[i]
			continue
		case s.Large[i] <= tauLarge:
			c.Quality += s.Accept[i]
		default:
			c.Quality += s.Settle[i]
			c.Second += s.Second[i]
		}
		c.Rate++
		c.First += s.First[i]
	}
	n := float64(len(s.Small))
	return Cell{tauSmall, tauLarge, c.Rate / n, c.Quality / n, c.First / n, c.Second / n}
}

// Whole numbers keep the comparison exact. A point is on the hull if no other
// point, and no segment between two others, is as cheap and as good.
func TestParetoAgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 15).Draw(t, "n")
		whole := rapid.SliceOfN(rapid.IntRange(0, 9), n, n)
		x, y := whole.Draw(t, "cost"), whole.Draw(t, "quality")
		cost, quality := make([]float64, n), make([]float64, n)
		for i := range n {
			cost[i], quality[i] = float64(x[i]), float64(y[i])
		}
		var front, hull []int
		for i := range n {
			beaten, under := false, false
			for a := range n {
				same := x[a] == x[i] && y[a] == y[i]
				beaten = beaten || (x[a] <= x[i] && y[a] >= y[i] && (!same || a < i))
				for b := range n {
					if x[a] < x[i] && x[i] < x[b] { // y[i] at or under the segment
						under = under || (y[i]-y[a])*(x[b]-x[a]) <= (y[b]-y[a])*(x[i]-x[a])
					}
				}
			}
			if !beaten {
				front = append(front, i)
				if !under {
					hull = append(hull, i)
				}
			}
		}
		byCost := func(a, b int) int { return x[a] - x[b] }
		slices.SortFunc(front, byCost)
		slices.SortFunc(hull, byCost)
		gotFront, gotHull, err := Pareto(cost, quality)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(front, gotFront) || !slices.Equal(hull, gotHull) {
			t.Fatalf("front %v, want %v; hull %v, want %v", gotFront, front, gotHull, hull)
		}
	})
}

// 0.1+0.2 and 0.3 are the same cost, and one wrong sum is no gain.
func TestParetoIgnoresRounding(t *testing.T) {
	front, _, err := Pareto([]float64{0.3, 0.1 + 0.2, 1}, []float64{0.5, 0.75, 0.75 + 1e-13})
	if err != nil || !slices.Equal(front, []int{1}) {
		t.Errorf("front %v, %v, want [1]", front, err)
	}
	if _, _, err := Pareto([]float64{math.NaN()}, []float64{1}); err == nil {
		t.Error("a NaN was accepted")
	}
}

func TestStagesRejects(t *testing.T) {
	one := []float64{1}
	for _, c := range []struct {
		name, want string
		s          Stages
		limit      int
	}{
		{"nothing", "route: no clips", Stages{}, 0},
		{"lengths", "route: columns of 1 and 0 clips", Stages{Small: one}, 0},
		{"NaN", "route: the large model's uncertainty of clip 0 is NaN", Stages{one, []float64{math.NaN()}, one, one, one, one, one}, 0},
		{"limit", "route: a surface of 1 threshold per axis", Stages{one, one, one, one, one, one, one}, 1},
	} {
		if _, err := NewSurface(c.s, c.limit); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}

// Two thresholds are chosen on other folds by giving rules the columns under
// several τ_L.
func TestStagesAsVariants(t *testing.T) {
	s := simulatedStages(200, 1)
	var variants []Clips
	taus := []float64{math.Inf(1), 0.6, 0.3, math.Inf(-1)}
	for _, tau := range taus {
		variants = append(variants, s.Clips(tau))
	}
	fit, err := Judge(Budget, variants, variants, RuleOptions{Budget: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	cell, err := s.At(fit.Policies[0].Threshold, taus[fit.Policies[0].Variant])
	if err != nil {
		t.Fatal(err)
	}
	if p := fit.Point(); p.Quality != cell.Quality || p.First != cell.First || p.Second != cell.Second {
		t.Errorf("the fit is at %+v, the cell at %+v", p, cell)
	}
}

func simulatedStages(n int, seed uint64) Stages {
	rng := rand.New(rand.NewPCG(seed, 3))
	var s Stages
	for range n {
		u, v := rng.Float64(), rng.Float64()
		s.Small, s.Large = append(s.Small, u), append(s.Large, v)
		s.Keep = append(s.Keep, float64(b2i(rng.Float64() > u/2)))
		s.Accept = append(s.Accept, float64(b2i(rng.Float64() > v/2)))
		s.Settle = append(s.Settle, float64(b2i(rng.Float64() > 0.2)))
		s.First, s.Second = append(s.First, 1), append(s.Second, float64(b2i(rng.Float64() > 0.6)))
	}
	return s
}

func BenchmarkSurface(b *testing.B) {
	for _, n := range []int{1034, 5000} {
		s := simulatedStages(n, 1)
		for _, limit := range []int{DefaultCap, -1} {
			b.Run(fmt.Sprintf("n=%d/cap=%d", n, limit), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f, err := NewSurface(s, limit)
					if err != nil {
						b.Fatal(err)
					}
					if _, _, err := f.Frontier(nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
