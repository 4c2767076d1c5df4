package metric

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"uacs/harness/sample"
)

// peerCase is a row of testdata/sklearn_cases.json, which sklearn_cases.py wrote
// with scikit-learn 1.2.1 and numpy 1.24.2. A null is a metric without a value.
type peerCase struct {
	Kind     string
	Score    []float64
	Polarity []sample.Polarity
	Truth    []float64
	Expect   map[string]map[string]*float64
}

type peerTable struct {
	Cases, Words []peerCase
	Ranks        []struct {
		U        []float64
		Positive []bool
		AUROC    float64
	}
}

func readPeerTable(t *testing.T) peerTable {
	t.Helper()
	data, err := os.ReadFile("testdata/sklearn_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table peerTable
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Cases) == 0 || len(table.Words) == 0 || len(table.Ranks) == 0 {
		t.Fatal("testdata/sklearn_cases.json is empty")
	}
	return table
}

func TestAgreesWithScikitLearn(t *testing.T) {
	table := readPeerTable(t)
	for i, c := range append(table.Cases, table.Words...) {
		kind := MOSI
		if c.Kind == "sims" {
			kind = SIMS
		}
		a := Answers{Score: c.Score, Polarity: c.Polarity, Truth: c.Truth}
		for profile, metrics := range c.Expect {
			result, err := Evaluate(profile, kind, a)
			if err != nil {
				t.Fatalf("case %d: %v", i, err)
			}
			if len(metrics) != len(result.Values) {
				t.Errorf("case %d: %d metrics of profile %s have an expected value, not all %d", i, len(metrics), profile, len(result.Values))
			}
			for name, want := range metrics {
				got, ok := result.Get(name)
				if !ok {
					t.Errorf("case %d: profile %s has no metric %s", i, profile, name)
				} else if err := sameOrNA(got, want); err != nil {
					t.Errorf("case %d, %s, %s, n=%d: %v", i, profile, name, len(c.Truth), err)
				}
			}
		}
	}
}

// sameOrNA compares with a number of the peer, nil where it has none.
func sameOrNA(got Value, want *float64) error {
	switch {
	case want == nil && (got.NA == "" || !math.IsNaN(got.Value)):
		return fmt.Errorf("got %v, want n/a", got.Value)
	case want != nil && !(math.Abs(got.Value-*want) <= 1e-12):
		return fmt.Errorf("got %v %q, want %v", got.Value, got.NA, *want)
	}
	return nil
}

func TestAUROCAgreesWithScikitLearn(t *testing.T) {
	for i, c := range readPeerTable(t).Ranks {
		got, err := AUROC(c.U, c.Positive)
		if err != nil || math.Abs(got-c.AUROC) > 1e-12 {
			t.Errorf("case %d: %v, %v, want %v", i, got, err, c.AUROC)
		}
	}
}
