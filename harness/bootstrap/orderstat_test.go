package bootstrap

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/infer"
)

func drawValues(t *rapid.T) []float64 {
	scale := rapid.SampledFrom([]float64{1, 1e-300, 1e300, 0}).Draw(t, "scale")
	values := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.5), rapid.Float64Range(0, 1)), 1, 300).Draw(t, "x")
	for i := range values {
		values[i] *= scale
	}
	return values
}

func TestSelectorIsSorting(t *testing.T) {
	var s Selector
	rapid.Check(t, func(t *rapid.T) {
		x := drawValues(t)
		sorted := slices.Sorted(slices.Values(x))
		k := rapid.IntRange(0, len(x)-1).Draw(t, "k")
		s.load(x)
		if at, next := s.rank(k); at != sorted[k] || next != sorted[min(k+1, len(x)-1)] {
			t.Fatalf("rank %d: %v, %v; sorted %v", k, at, next, sorted)
		}
		level := rapid.Float64Range(0.01, 0.99).Draw(t, "level")
		lo, hi := s.bounds(x, level)
		if want := infer.Quantile(sorted, (1-level)/2); lo != want {
			t.Fatalf("lower bound %v, quantile %v", lo, want)
		}
		if want := infer.Quantile(sorted, 1-(1-level)/2); hi != want {
			t.Fatalf("upper bound %v, quantile %v", hi, want)
		}
	})
	if lo, hi := s.bounds(nil, 0.95); !math.IsNaN(lo) || !math.IsNaN(hi) {
		t.Errorf("bounds of nothing are %v and %v", lo, hi)
	}
}

// Tails hold the quantiles or say that they do not, wherever they begin.
func TestTailsAreSorting(t *testing.T) {
	var s Selector
	rapid.Check(t, func(t *rapid.T) {
		x := append(drawValues(t), drawValues(t)...)
		pilot := rapid.IntRange(1, len(x)).Draw(t, "pilot")
		tail := rapid.Float64Range(0.005, 0.4).Draw(t, "tail")
		f := tails{pilot: x[:pilot]}
		sorted := slices.Sorted(slices.Values(x))
		for {
			f.open(&s, tail)
			for _, v := range x[pilot:] {
				f.push(v)
			}
			lo, hi, ok := f.bounds(&s, len(x), tail)
			if !ok {
				if f.deepen++; f.deepen > 5 {
					t.Fatal("the tails are too short for ever")
				}
				continue
			}
			if lo != infer.Quantile(sorted, tail) || hi != infer.Quantile(sorted, 1-tail) {
				t.Fatalf("[%v,%v], want [%v,%v]", lo, hi, infer.Quantile(sorted, tail), infer.Quantile(sorted, 1-tail))
			}
			return
		}
	})
}
