package ubm

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// By hand, over the bins −3 … 3.
func TestTargets(t *testing.T) {
	bins := []float64{-3, -2, -1, 0, 1, 2, 3}
	e := math.Exp(-0.5) // one bin away at width 1
	cases := []struct {
		name   string
		target TargetConfig
		y      float64
		want   map[int]float64 // bin: probability; the rest is not looked at
	}{
		{"hard, nearest", TargetConfig{Kind: Hard}, 1.4, map[int]float64{4: 1, 5: 0}},
		{"hard, a half goes towards neutral", TargetConfig{Kind: Hard}, 1.5, map[int]float64{4: 1}},
		{"hard, beyond", TargetConfig{Kind: Hard}, 9, map[int]float64{6: 1}},
		{"two-hot, between", TargetConfig{Kind: TwoHot}, -0.4, map[int]float64{2: 0.4, 3: 0.6}},
		{"two-hot, on a bin", TargetConfig{Kind: TwoHot}, 2, map[int]float64{5: 1}},
		{"two-hot, first", TargetConfig{Kind: TwoHot}, -3, map[int]float64{0: 1}},
		{"two-hot, beyond", TargetConfig{Kind: TwoHot}, 5, map[int]float64{6: 1}},
		{"gaussian, ratio of neighbours", TargetConfig{Kind: Gaussian, Width: 1}, 0, map[int]float64{3: 1 / (1 + 2*e + 2*math.Pow(e, 4) + 2*math.Pow(e, 9))}},
		{"gaussian, narrow", TargetConfig{Kind: Gaussian, Width: 1e-3}, 0.4, map[int]float64{3: 1}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := make([]float64, 7)
			tc.target.set(bins, tc.y, got)
			for k, want := range tc.want {
				if math.Abs(got[k]-want) > 1e-12 {
					t.Errorf("bin %v: %v, want %v", bins[k], got[k], want)
				}
			}
		})
	}
}

// Every target is a distribution, and two-hot keeps the label as its mean.
func TestTargetsAreDistributions(t *testing.T) {
	bins := []float64{-1, -0.4, 0, 0.3, 1}
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.Float64Range(-1, 1).Draw(t, "y")
		kind := rapid.SampledFrom([]TargetKind{Hard, TwoHot, Gaussian}).Draw(t, "kind")
		got := make([]float64, 5)
		TargetConfig{kind, 0.2}.set(bins, y, got)
		sum, mean := 0.0, 0.0
		for k, p := range got {
			if !(p >= 0 && p <= 1) {
				t.Fatalf("probability %v", p)
			}
			sum, mean = sum+p, mean+p*bins[k]
		}
		if math.Abs(sum-1) > 1e-12 || kind == TwoHot && math.Abs(mean-y) > 1e-12 {
			t.Fatalf("sum %v, mean %v for label %v", sum, mean, y)
		}
	})
}

// logProbs of any outputs are log-probabilities.
func TestLogProbsSumToOne(t *testing.T) {
	for _, kind := range []LossKind{CrossEntropy, CORN} {
		o := objective{loss: kind, bins: []float64{-1, 0, 1}}
		for _, big := range []float64{0, 1, 50, 800} {
			z := []float64{big, -big, 0.5}[:o.outputs()]
			logp := make([]float64, 3)
			logProbs(o, z, logp)
			sum := 0.0
			for _, l := range logp {
				sum += math.Exp(l)
			}
			if math.Abs(sum-1) > 1e-12 {
				t.Errorf("%s, outputs %v: probabilities sum to %v", kind, z, sum)
			}
		}
	}
	// By hand: log-odds 0 halve what is left.
	logp := make([]float64, 3)
	logProbs(objective{loss: CORN, bins: []float64{-1, 0, 1}}, []float64{0, 0}, logp)
	for k, want := range []float64{0.5, 0.25, 0.25} {
		if math.Abs(math.Exp(logp[k])-want) > 1e-15 {
			t.Errorf("bin %d: %v, want %v", k, math.Exp(logp[k]), want)
		}
	}
}
