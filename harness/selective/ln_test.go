package selective

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestLnAgreesWithMath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.OneOf(
			rapid.Float64Range(0x1p-1022, 1), rapid.Float64Range(0.7, 1.5), rapid.Float64Range(1, 1e300),
			rapid.SampledFrom([]float64{0, 1, SklearnClip, 1 - SklearnClip, 0x1p-1022, math.Sqrt2 / 2, math.MaxFloat64}),
		).Draw(t, "x")
		got, want := ln(x), math.Log(x)
		if got != want && !(math.Abs(got-want) <= 0x1p-51*math.Abs(want)) {
			t.Fatalf("ln %v = %v, want %v", x, got, want)
		}
	})
}

// The least float64 is 2⁻¹⁰⁷⁴. On amd64 math.Log is wrong for it and its like.
func TestLnOfSubnormal(t *testing.T) {
	if got, want := ln(0x1p-1074), -1074*math.Ln2; math.Abs(got-want) > 1e-12 {
		t.Errorf("ln 2⁻¹⁰⁷⁴ = %v, want %v", got, want)
	}
}

// The bits, so that a machine that computes otherwise is found out.
func TestLnBits(t *testing.T) {
	hash, x := uint64(0), 1e-300
	for range 5000 {
		hash = hash*31 + math.Float64bits(ln(x))
		if x = float64(x * 1.3172); x > 1e300 {
			x = math.Ldexp(x, -1990)
		}
	}
	if want := uint64(0x945903ab4ce2bb56); hash != want {
		t.Errorf("5000 logarithms have the hash %#x, want %#x", hash, want)
	}
}
