package detsum

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestSum(t *testing.T) {
	for _, c := range []struct {
		name string
		x    []float64
		want float64
	}{
		{"nothing", nil, 0},
		{"cancellation that a plain loop loses", []float64{1, 1e100, 1, -1e100}, 2}, // Neumaier's own example
		{"infinity", []float64{1, math.Inf(1)}, math.Inf(1)},
		{"ten tenths", []float64{.1, .1, .1, .1, .1, .1, .1, .1, .1, .1}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Sum(c.x); got != c.want {
				t.Errorf("Sum = %v, want %v", got, c.want)
			}
		})
	}
	if !math.IsNaN(Mean(nil)) {
		t.Error("the mean of nothing is not NaN")
	}
	if got := Dot([]float64{1, 2}, []float64{3, 4}); got != 11 {
		t.Errorf("Dot = %v, want 11", got)
	}
}

// The compensated sum is within one rounding of the exact one.
func TestSumAgreesWithExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOf(rapid.Float64Range(-1e6, 1e6)).Draw(t, "x")
		exact, size := new(big.Float).SetPrec(2000), 0.0
		for _, v := range x {
			exact.Add(exact, big.NewFloat(v))
			size += math.Abs(v)
		}
		want, _ := exact.Float64()
		if got := Sum(x); math.Abs(got-want) > 1e-15*math.Abs(want)+1e-30*size*float64(len(x)) {
			t.Fatalf("Sum = %v, exact %v", got, want)
		}
	})
}
