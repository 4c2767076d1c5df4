package infer

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// peerTable is testdata/scipy_cases.json, which scipy_cases.py wrote with scipy
// 1.10.1 and numpy 1.24.2.
type peerTable struct {
	McNemar []struct {
		B, C               int
		Exact, Chi2, Chi2P float64
	}
	Quantiles []struct {
		X        []float64
		Q, Value float64
	}
	Flips []struct {
		D []float64
		P float64
	}
}

func readPeerTable(t *testing.T) peerTable {
	t.Helper()
	data, err := os.ReadFile("testdata/scipy_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table peerTable
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.McNemar) == 0 || len(table.Quantiles) == 0 || len(table.Flips) == 0 {
		t.Fatal("testdata/scipy_cases.json is empty")
	}
	return table
}

// near allows for the rounding of the peer's own p-values.
func near(got, want float64) bool {
	return math.Abs(got-want) <= 1e-9*math.Abs(want)
}

func TestMcNemarAgreesWithSciPy(t *testing.T) {
	for _, c := range readPeerTable(t).McNemar {
		got, err := McNemar(c.B, c.C)
		if err != nil || !near(got.ExactP, c.Exact) || !near(got.Chi2, c.Chi2) || !near(got.Chi2P, c.Chi2P) {
			t.Errorf("McNemar(%d, %d) = %+v, %v\nwant exact %v, chi2 %v, p %v", c.B, c.C, got, err, c.Exact, c.Chi2, c.Chi2P)
		}
	}
}

func TestQuantileAgreesWithNumPy(t *testing.T) {
	for _, c := range readPeerTable(t).Quantiles {
		if got := Quantile(c.X, c.Q); math.Abs(got-c.Value) > 1e-14 {
			t.Errorf("Quantile(%v, %v) = %v, want %v", c.X, c.Q, got, c.Value)
		}
	}
}

// permutation_test doubles the smaller tail, which for a null distribution that
// is symmetric about 0 is the share of |T| that reach |t|.
func TestSignFlipAgreesWithSciPy(t *testing.T) {
	for _, c := range readPeerTable(t).Flips {
		got, err := SignFlip(Singletons(len(c.D)), c.D, make([]float64, len(c.D)), nil, Plan{})
		if err != nil || !got.Exact || !near(got.P, c.P) {
			t.Errorf("SignFlip(%v) = %+v, %v, want %v", c.D, got, err, c.P)
		}
	}
}
