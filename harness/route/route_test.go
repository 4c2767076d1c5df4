package route

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// ones returns the columns of clips that take one call each.
func clips(u, keep, deferred []float64) Clips {
	c := Clips{U: u, Keep: keep, Defer: deferred, First: make([]float64, len(u)), Second: make([]float64, len(u))}
	for i := range u {
		c.First[i] = 1
	}
	return c
}

// By hand: five clips; the two with uncertainty 0.5 tie and move together.
func TestCurveByHand(t *testing.T) {
	curve, err := NewCurve(clips(
		[]float64{0.5, 0.9, 0.1, 0.5, 0.3},
		[]float64{0, 0, 1, 1, 1},
		[]float64{1, 1, 1, 0, 0},
	))
	if err != nil {
		t.Fatal(err)
	}
	want := []Point{
		{0, 0, math.Inf(1), 0.6, 0, 0},
		{1, 0.2, 0.7, 0.8, 0.2, 0},
		{3, 0.6, 0.4, 0.8, 0.6, 0},
		{4, 0.8, 0.2, 0.6, 0.8, 0},
		{5, 1, math.Inf(-1), 0.6, 1, 0},
	}
	if diff := cmp.Diff(want, curve.Points, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	if best := curve.Best(); best.Deferred != 1 {
		t.Errorf("Best defers %d clips, want 1: of equals the cheapest", best.Deferred)
	}
	// 0.2·(0.6+0.8)/2 + 0.4·0.8 + 0.2·(0.8+0.6)/2 + 0.2·0.6 = 0.72
	if got := curve.AUDC(); math.Abs(got-0.72) > 1e-12 {
		t.Errorf("AUDC = %v, want 0.72", got)
	}
	if _, err := curve.APGR(); !errors.Is(err, ErrNoGap) {
		t.Errorf("APGR with equal models: err = %v, want ErrNoGap", err)
	}
	if got := curve.At(0.4).Quality; math.Abs(got-0.8) > 1e-12 {
		t.Errorf("At(0.4) = %v, want 0.8", got)
	}
	if got := curve.At(0.9).First; math.Abs(got-0.9) > 1e-12 {
		t.Errorf("At(0.9) makes %v calls per clip, want 0.9", got)
	}
}

// By hand: small right on 1 of 4, large on 3 of 4; the curve climbs 1/4, 2/4
// (clip 2 gains nothing), 3/4.
func TestGapNumbersByHand(t *testing.T) {
	curve, err := NewCurve(clips([]float64{4, 3, 2, 1}, []float64{0, 0, 0, 1}, []float64{1, 0, 1, 1}))
	if err != nil {
		t.Fatal(err)
	}
	// Qualities .25 .5 .5 .75 .75: area (.375+.5+.625+.75)/4 = .5625; (.5625−.25)/.5 = .625
	if got, _ := curve.APGR(); math.Abs(got-0.625) > 1e-12 {
		t.Errorf("APGR = %v, want 0.625", got)
	}
	for _, c := range []struct{ share, want float64 }{{0, 0}, {0.25, 0.125}, {0.5, 0.25}, {0.75, 0.625}, {1, 0.75}} {
		if got, _ := curve.CPT(c.share); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("CPT(%v) = %v, want %v", c.share, got, c.want)
		}
	}
}

func TestBadColumns(t *testing.T) {
	for _, c := range []struct {
		name, want string
		clips      Clips
	}{
		{"no clips", "route: no clips", Clips{}},
		{"lengths", "route: columns of 2 and 1 clips", Clips{U: []float64{1, 2}, Keep: []float64{1}}},
		{"NaN uncertainty", "route: the uncertainty of clip 1 is NaN", clips([]float64{0, math.NaN()}, []float64{0, 0}, []float64{0, 0})},
		{"NaN quality", "route: the quality of clip 0 is NaN", clips([]float64{0}, []float64{math.NaN()}, []float64{0})},
	} {
		if _, err := NewCurve(c.clips); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}

// RouteLLM's closed form: right ones of the small model plus, one per call, the
// clips that only the large model gets right.
func TestOracleClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClips(t)
		oracle, err := Oracle(c)
		if err != nil {
			t.Fatal(err)
		}
		right, rescued := 0.0, 0.0
		for i := range c.U {
			right += c.Keep[i]
			rescued += c.Defer[i] * (1 - c.Keep[i])
		}
		for m := range len(c.U) + 1 {
			want := (right + min(float64(m), rescued)) / float64(len(c.U))
			if got := oracle.At(float64(m) / float64(len(c.U))).Quality; math.Abs(got-want) > 1e-9 {
				t.Fatalf("oracle at %d of %d = %v, want %v", m, len(c.U), got, want)
			}
		}
	})
}

// The curve agrees with applying every threshold to every clip, which is what it
// claims to summarise.
func TestCurveAgreesWithThresholds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClips(t)
		curve, err := NewCurve(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range curve.Points {
			deferred, quality := 0, 0.0
			for i, u := range c.U {
				q := c.Keep[i]
				if u > p.Threshold {
					q = c.Defer[i]
					deferred++
				}
				quality += q
			}
			if deferred != p.Deferred || math.Abs(quality/float64(len(c.U))-p.Quality) > 1e-9 {
				t.Fatalf("threshold %v defers %d clips, quality %v; the curve says %+v", p.Threshold, deferred, quality, p)
			}
		}
	})
}

// Only the order of the uncertainties matters, and the order of the clips does not.
func TestCurveInvariances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClips(t)
		curve, _ := NewCurve(c)
		monotone, reversed := c, Clips{}
		monotone.U = slices.Clone(c.U)
		for i, u := range c.U {
			monotone.U[i] = math.Exp(u)
		}
		for i := len(c.U) - 1; i >= 0; i-- {
			reversed.U, reversed.Keep = append(reversed.U, c.U[i]), append(reversed.Keep, c.Keep[i])
			reversed.Defer = append(reversed.Defer, c.Defer[i])
			reversed.First, reversed.Second = append(reversed.First, c.First[i]), append(reversed.Second, c.Second[i])
		}
		ignore := cmpopts.IgnoreFields(Point{}, "Threshold")
		for name, other := range map[string]Clips{"exp(u)": monotone, "reversed": reversed} {
			got, _ := NewCurve(other)
			if diff := cmp.Diff(curve, got, ignore, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Fatalf("%s:\n%s", name, diff)
			}
		}
	})
}

func drawClips(t *rapid.T) Clips {
	n := rapid.IntRange(1, 30).Draw(t, "n")
	levels := rapid.IntRange(0, 12)
	bits := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1}), n, n)
	u := make([]float64, n)
	for i := range u {
		u[i] = float64(levels.Draw(t, "u")) / 10
	}
	return clips(u, bits.Draw(t, "keep"), bits.Draw(t, "defer"))
}

func TestFolds(t *testing.T) {
	var videos []string
	for v := range 23 {
		for range v%5 + 1 {
			videos = append(videos, fmt.Sprintf("v%d", v))
		}
	}
	folds, err := Folds(videos, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	of, size := map[string]int{}, make([]int, 5)
	for i, v := range videos {
		if f, ok := of[v]; ok && f != folds[i] {
			t.Errorf("video %s is in folds %d and %d", v, f, folds[i])
		}
		of[v] = folds[i]
		size[folds[i]]++
	}
	if slices.Max(size)-slices.Min(size) > 5 {
		t.Errorf("fold sizes %v differ by more than the longest video", size)
	}
	again, _ := Folds(videos, 5, 1)
	other, _ := Folds(videos, 5, 2)
	if !slices.Equal(folds, again) || slices.Equal(folds, other) {
		t.Error("folds do not follow their seed")
	}
	if _, err := Folds(videos[:2], 5, 1); err == nil {
		t.Error("two videos were dealt to five folds")
	}
}

// A clip's policy must not depend on its own outcome: changing the labels of one
// fold leaves that fold's policy as it was.
func TestCrossFitDoesNotPeek(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClips(t)
		n := len(c.U)
		if n < 4 {
			t.Skip()
		}
		folds := make([]int, n)
		for i := range folds {
			folds[i] = i % 2
		}
		before, err := CrossFit([]Clips{c}, folds, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range folds {
			if folds[i] == 0 {
				c.Keep[i], c.Defer[i] = 1-c.Keep[i], 1-c.Defer[i]
			}
		}
		after, _ := CrossFit([]Clips{c}, folds, 0)
		if before.Policies[0] != after.Policies[0] {
			t.Fatalf("fold 0's policy went from %+v to %+v with fold 0's own labels", before.Policies[0], after.Policies[0])
		}
	})
}

// By hand: within 0.25 of the best quality, deferring nothing is cheapest; within
// 0.1 it takes the one clip that is worth it.
func TestCrossFitTolerance(t *testing.T) {
	c := clips([]float64{4, 4, 3, 3, 2, 2, 1, 1}, []float64{0, 0, 0, 0, 1, 1, 1, 1}, []float64{1, 1, 0, 0, 1, 1, 1, 1})
	folds := []int{0, 1, 0, 1, 0, 1, 0, 1}
	for _, want := range []struct{ tolerance, calls float64 }{{0.25, 0}, {0.1, 1}} {
		fit, err := CrossFit([]Clips{c}, folds, want.tolerance)
		if err != nil {
			t.Fatal(err)
		}
		if fit.First[0] != want.calls || fit.First[2] != 0 {
			t.Errorf("tolerance %v: calls %v", want.tolerance, fit.First)
		}
	}
}

// Of two variants the one that is better on the other folds is taken, whatever
// it does on the fold itself.
func TestCrossFitChoosesVariant(t *testing.T) {
	u := []float64{1, 1, 0, 0}
	good := clips(u, []float64{0, 0, 1, 1}, []float64{1, 1, 1, 1})
	bad := clips(u, []float64{0, 0, 1, 1}, []float64{0, 0, 0, 0})
	fit, err := CrossFit([]Clips{bad, good}, []int{0, 1, 0, 1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for k, p := range fit.Policies {
		if p.Variant != 1 || p.Threshold != 0.5 {
			t.Errorf("fold %d: policy %+v, want variant 1 at 0.5", k, p)
		}
	}
	if diff := cmp.Diff([]float64{1, 1, 1, 1}, fit.Quality); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{1, 1, 0, 0}, fit.First); diff != "" {
		t.Error(diff)
	}
}
