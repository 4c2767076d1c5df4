package route

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// peerTable is testdata/cases.json, which cases.py wrote with scipy 1.10.1 and
// scikit-learn 1.2.1.
type peerTable struct {
	Exact []struct {
		K, N          int
		Level, Lo, Hi float64
	}
	PValues []struct {
		K, Alpha, CDF, HB float64
		N                 int
	}
	Logistic []struct {
		Features      [][]float64
		Gained        []bool
		L2, Intercept float64
		Weights       []float64
		Probability   []float64
	}
}

func readPeerTable(t *testing.T) peerTable {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table peerTable
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Exact) == 0 || len(table.PValues) == 0 || len(table.Logistic) == 0 {
		t.Fatal("testdata/cases.json is empty")
	}
	return table
}

func TestClopperPearsonAgreesWithSciPy(t *testing.T) {
	for _, c := range readPeerTable(t).Exact {
		lo, hi, err := ClopperPearson(c.K, c.N, c.Level)
		if err != nil || math.Abs(lo-c.Lo) > 1e-10 || math.Abs(hi-c.Hi) > 1e-10 {
			t.Errorf("%d of %d at %v: [%v, %v], %v; scipy [%v, %v]", c.K, c.N, c.Level, lo, hi, err, c.Lo, c.Hi)
		}
	}
	for _, bad := range []struct {
		k, n  int
		level float64
	}{{-1, 5, 0.9}, {6, 5, 0.9}, {0, 0, 0.9}, {1, 5, 1}, {1, 5, math.NaN()}} {
		if _, _, err := ClopperPearson(bad.k, bad.n, bad.level); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

func TestPValuesAgreeWithSciPy(t *testing.T) {
	for _, c := range readPeerTable(t).PValues {
		if got := BinomialCDF(int(c.K), c.N, c.Alpha); math.Abs(got-c.CDF) > 1e-9*c.CDF {
			t.Errorf("binomial %+v: %v", c, got)
		}
		if got := HoeffdingBentkus(c.K, c.N, c.Alpha); math.Abs(got-c.HB) > 1e-9*c.HB {
			t.Errorf("Hoeffding–Bentkus %+v: %v", c, got)
		}
	}
	if HoeffdingBentkus(0, 0, 0.1) != 1 || BinomialCDF(0, 0, 0.1) != 1 {
		t.Error("nothing kept is evidence of something")
	}
}

// The p-value is at most delta exactly if the upper bound is at most alpha.
func TestBoundInvertsTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 500).Draw(t, "n")
		k := rapid.IntRange(0, n-1).Draw(t, "k")
		delta := rapid.Float64Range(0.001, 0.5).Draw(t, "delta")
		bound := UpperBinomial(k, n, delta)
		if got := BinomialCDF(k, n, bound); math.Abs(got-delta) > 1e-8 {
			t.Fatalf("at the bound %v the p-value is %v, want %v", bound, got, delta)
		}
	})
}

func columnsOf(values [][]float64) []Feature {
	var out []Feature
	for j, v := range values {
		out = append(out, Feature{Name: fmt.Sprint("x", j), Values: v})
	}
	return out
}

func TestRouterAgreesWithScikitLearn(t *testing.T) {
	for k, c := range readPeerTable(t).Logistic {
		features := columnsOf(c.Features)
		r, err := FitRouter(features, c.Gained, c.L2)
		if err != nil {
			t.Fatal(err)
		}
		for j, w := range append([]float64{c.Intercept}, c.Weights...) {
			if got := append([]float64{r.Intercept}, r.Weights...)[j]; math.Abs(got-w) > 1e-6 {
				t.Errorf("case %d: parameter %d = %v, scikit-learn %v", k, j, got, w)
			}
		}
		scores, err := r.Scores(features)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range c.Probability {
			if math.Abs(scores[i]-p) > 1e-6 {
				t.Errorf("case %d: clip %d scores %v, scikit-learn %v", k, i, scores[i], p)
			}
		}
		if len(r.Warnings) > 0 || r.Iterations > 30 {
			t.Errorf("case %d: %d iterations, warnings %v", k, r.Iterations, r.Warnings)
		}
	}
}

// A constant column changes nothing but the warnings, even one whose mean rounds.
func TestRouterDropsConstants(t *testing.T) {
	c := readPeerTable(t).Logistic[1]
	features := columnsOf(c.Features)
	plain, err := FitRouter(features, c.Gained, c.L2)
	if err != nil {
		t.Fatal(err)
	}
	constant := make([]float64, len(c.Gained))
	for i := range constant {
		constant[i] = 0.1
	}
	more := append([]Feature{{Name: "same", Values: constant}}, features...)
	got, err := FitRouter(more, c.Gained, c.L2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"learned router: feature same is constant and was dropped"}, got.Warnings); diff != "" {
		t.Error(diff)
	}
	got.Warnings = nil
	if diff := cmp.Diff(plain, got); diff != "" {
		t.Errorf("the constant changed the fit:\n%s", diff)
	}
}

func TestRouterEdges(t *testing.T) {
	x := []Feature{{Name: "x", Values: []float64{1, 2, 3}}}
	for _, c := range []struct {
		gained []bool
		want   float64
	}{{[]bool{true, true, true}, 1}, {[]bool{false, false, false}, 0}} {
		r, err := FitRouter(x, c.gained, 1)
		if err != nil || len(r.Warnings) != 1 {
			t.Fatalf("%v: %+v, %v", c.gained, r, err)
		}
		if s, err := r.Scores(x); err != nil || s[0] != c.want || s[2] != c.want {
			t.Errorf("%v: scores %v, %v, want %v", c.gained, s, err, c.want)
		}
	}
	// Separable clips have a finite fit thanks to the penalty; the scores rank them.
	r, err := FitRouter(x, []bool{false, true, true}, 1e-6)
	if err != nil || len(r.Warnings) > 0 || math.IsInf(r.Intercept, 0) {
		t.Fatalf("separable: %+v, %v", r, err)
	}
	if s, _ := r.Scores(x); !(s[0] < 0.01 && s[1] > 0.99) {
		t.Errorf("separable: scores %v", s)
	}
	for _, c := range []struct {
		name, want string
		features   []Feature
		l2         float64
	}{
		{"no features", "learned router: 0 features of 3 clips", nil, 1},
		{"length", "learned router: feature y has 1 values for 3 clips", []Feature{{"y", []float64{1}}}, 1},
		{"NaN", "learned router: feature y of clip 2 is NaN", []Feature{{"y", []float64{1, 2, math.NaN()}}}, 1},
		{"penalty", "learned router: a penalty of 0 is not positive and finite", x, 0},
	} {
		if _, err := FitRouter(c.features, []bool{true, false, true}, c.l2); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := r.Scores([]Feature{{Name: "y", Values: []float64{1}}}); err == nil || err.Error() != "learned router: feature x is missing" {
		t.Errorf("missing feature: err = %v", err)
	}
}
