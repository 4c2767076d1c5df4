package uncertainty

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"uacs/harness/sample"
)

// peerTable is testdata/scipy_cases.json, which scipy_cases.py wrote with scipy
// 1.10.1 and numpy 1.24.2. The scale is that of MOSI.
type peerTable struct {
	Classes []struct {
		Bins, P, Q []float64
		Expect     map[string]float64
	}
	Members []struct {
		Probs  [][]float64
		Scores []float64
		Expect map[string]float64
	}
	Tokens []struct {
		Logprobs []float64
		Expect   map[string]float64
	}
	Labels []struct {
		Logprobs map[string]float64
		Expect   map[string]float64
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
	if len(table.Classes) == 0 || len(table.Members) == 0 || len(table.Tokens) == 0 || len(table.Labels) == 0 {
		t.Fatal("testdata/scipy_cases.json is empty")
	}
	return table
}

func TestAgreesWithSciPy(t *testing.T) {
	table := readPeerTable(t)
	for i, c := range table.Classes {
		comparePeer(t, i, c.Expect, Input{
			Answers: []*sample.Prediction{{Bins: c.Bins, Probs: c.P}},
			Large:   []*sample.Prediction{{Bins: c.Bins, Probs: c.Q}},
		})
	}
	for i, c := range table.Members {
		comparePeer(t, i, c.Expect, Input{Answers: []*sample.Prediction{{MemberProbs: c.Probs, MemberScores: c.Scores}}})
	}
	for i, c := range table.Tokens {
		comparePeer(t, i, c.Expect, Input{Answers: []*sample.Prediction{{TokenLogprobs: c.Logprobs}}})
	}
	for i, c := range table.Labels {
		comparePeer(t, i, c.Expect, Input{Answers: []*sample.Prediction{{LabelLogprobs: c.Logprobs}}})
	}
}

func comparePeer(t *testing.T, row int, expect map[string]float64, in Input) {
	t.Helper()
	in.HalfRange = 3
	for name, want := range expect {
		m, err := ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		u, err := m.Column(in)
		if err != nil {
			t.Fatalf("row %d: %v", row, err)
		}
		if math.Abs(u[0]-want) > 1e-12*max(1, math.Abs(want)) {
			t.Errorf("row %d: %s = %v, peer says %v", row, name, u[0], want)
		}
	}
}
