package fusion

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestExpAgreesWithMath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.OneOf(
			rapid.Float64Range(-1, 1), rapid.Float64Range(-700, 709),
			rapid.SampledFrom([]float64{0, 1, math.Ln2 / 2, -math.Ln2 / 2, -1e300, 1e300, math.Inf(1), math.Inf(-1)}),
		).Draw(t, "x")
		got, want := exp(x), math.Exp(x)
		if got != want && !(math.Abs(got-want) <= 0x1p-51*want) {
			t.Fatalf("exp %v = %v, want %v", x, got, want)
		}
	})
}

// The bits of a fit, which goes through exp, Cholesky and sums: a machine that
// computes otherwise is found out.
func TestStackingBits(t *testing.T) {
	hash := uint64(0)
	for _, c := range readStackCases(t) {
		for _, s := range []Strategy{StackingRidge, StackingLogistic} {
			s, err := s.Fit(c.clips(), Training{})
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range s.Coefficients() {
				hash = hash*31 + math.Float64bits(k.Weight)
			}
		}
	}
	if want := uint64(0xc9fa7465ab272179); hash != want {
		t.Errorf("the coefficients have the hash %#x, want %#x", hash, want)
	}
}
