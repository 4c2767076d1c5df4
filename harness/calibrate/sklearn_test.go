package calibrate

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// peerTable is testdata/sklearn_cases.json, which sklearn_cases.py wrote with
// scikit-learn 1.2.1, scipy 1.10.1 and numpy 1.24.2.
type peerTable struct {
	Binary []struct {
		U               []float64
		Wrong           []bool
		At, Isotonic    []float64
		Logistic, Platt [2]float64
		Temperature     float64
	}
	Classes []struct {
		Probs                    [][]float64
		Class                    []int
		Temperature, Before, NLL float64
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
	if len(table.Binary) == 0 || len(table.Classes) == 0 {
		t.Fatal("testdata/sklearn_cases.json is empty")
	}
	return table
}

func fit(t *testing.T, m Method, u []float64, wrong []bool) Calibration {
	t.Helper()
	c, err := m.Fit(u, wrong)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// IsotonicRegression interpolates; the step function must agree where the peer was
// fitted. The table has 14 decimals.
func TestIsotonicAgreesWithScikitLearn(t *testing.T) {
	for row, c := range readPeerTable(t).Binary {
		linear, steps := fit(t, IsotonicLinear, c.U, c.Wrong), fit(t, Isotonic, c.U, c.Wrong)
		seen := map[float64]bool{}
		for _, u := range c.U {
			seen[u] = true
		}
		for i, u := range c.At {
			if got := linear.At(u); math.Abs(got-c.Isotonic[i]) > 1e-13 {
				t.Errorf("row %d: linear at %v is %v, peer says %v", row, u, got, c.Isotonic[i])
			}
			if got := steps.At(u); seen[u] && math.Abs(got-c.Isotonic[i]) > 1e-13 {
				t.Errorf("row %d: steps at %v are %v, peer says %v", row, u, got, c.Isotonic[i])
			}
		}
	}
}

// peerTolerance is what LogisticRegression's own search leaves open.
const peerTolerance = 1e-6

// With targets 0 and 1 the curve is plain logistic regression; with Platt's it is
// the same on answers weighted by their targets.
func TestPlattAgreesWithScikitLearn(t *testing.T) {
	for row, c := range readPeerTable(t).Binary {
		groups, _, err := grouped(c.U, c.Wrong)
		if err != nil {
			t.Fatal(err)
		}
		curve := newLogistic(groups, 0, 1)
		slope, level := curve.fit()
		intercept := level - slope*curve.mean
		if math.Abs(slope-c.Logistic[0]) > peerTolerance || math.Abs(intercept-c.Logistic[1]) > peerTolerance {
			t.Errorf("row %d: logistic %v, %v, peer says %v", row, slope, intercept, c.Logistic)
		}
		p := fit(t, Platt, c.U, c.Wrong).Params
		if math.Abs(p[0].Value-c.Platt[0]) > peerTolerance || math.Abs(p[1].Value-c.Platt[1]) > peerTolerance {
			t.Errorf("row %d: Platt %v, peer says %v", row, p, c.Platt)
		}
	}
}

func TestTemperatureAgreesWithSciPy(t *testing.T) {
	table := readPeerTable(t)
	for row, c := range table.Binary {
		got := fit(t, TemperatureScaling, c.U, c.Wrong).Params[0].Value
		if math.Abs(got/c.Temperature-1) > 1e-10 {
			t.Errorf("row %d: T = %v, peer says %v", row, got, c.Temperature)
		}
	}
	for row, c := range table.Classes {
		got, err := FitTemperature(c.Probs, c.Class)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.T/c.Temperature-1) > 1e-10 || math.Abs(got.NLLBefore-c.Before) > 1e-12 || math.Abs(got.NLL-c.NLL) > 1e-12 {
			t.Errorf("row %d: %+v, peer says T = %v, %v before, %v after", row, got, c.Temperature, c.Before, c.NLL)
		}
	}
}
