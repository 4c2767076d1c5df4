package pava

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// Expected values are by hand.
func TestOrdered(t *testing.T) {
	for _, c := range []struct {
		name string
		y, w []float64
		want []float64
	}{
		{name: "nothing", want: []float64{}},
		{name: "already in order", y: []float64{1, 2, 2, 3}, want: []float64{1, 2, 2, 3}},
		{name: "one violation", y: []float64{1, 3, 2}, want: []float64{1, 2.5, 2.5}},
		{name: "a late low value pools backwards", y: []float64{2, 3, -2}, want: []float64{1, 1, 1}},
		{name: "weights: (3·1 + 1·(−3))/4 = 0", y: []float64{1, -3}, w: []float64{3, 1}, want: []float64{0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Ordered(c.y, c.w)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// By hand: the two points at 1 are pooled to 2 before fitting.
func TestFitPoolsTies(t *testing.T) {
	got, err := Fit([]float64{3, 1, 1, 2}, []float64{4, 3, 1, 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Map{X: []float64{1, 2, 3}, Y: []float64{4.0 / 3, 4.0 / 3, 4}}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, at := range []struct{ x, want float64 }{{-5, 4.0 / 3}, {2.5, 8.0 / 3}, {math.Inf(1), 4}} {
		if v := got.At(at.x); math.Abs(v-at.want) > 1e-15 {
			t.Errorf("At(%v) = %v, want %v", at.x, v, at.want)
		}
	}
	if !math.IsNaN(got.At(math.NaN())) {
		t.Error("At(NaN) is a number")
	}
}

func TestFitRejects(t *testing.T) {
	nan, one := math.NaN(), []float64{1}
	for _, c := range []struct {
		name    string
		x, y, w []float64
		want    string
	}{
		{"nothing", nil, nil, nil, "isotonic regression of no points"},
		{"lengths", one, nil, nil, "isotonic regression: 1 arguments, 0 values, 0 weights"},
		{"NaN argument", []float64{nan}, one, nil, "isotonic regression: argument 0 is NaN"},
		{"NaN value", one, []float64{nan}, nil, "isotonic regression: value 0 is NaN"},
		{"weight 0", one, one, []float64{0}, "isotonic regression: weight 0 is 0, not positive and finite"},
	} {
		if _, err := Fit(c.x, c.y, c.w); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}

// testdata/cases.json was written by cases.py with scikit-learn 1.2.1.
func TestFitAgreesWithScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Cases []struct{ X, Y, W, At, Value []float64 }
	}
	if err := json.Unmarshal(data, &table); err != nil || len(table.Cases) == 0 {
		t.Fatalf("testdata/cases.json: %d cases, %v", len(table.Cases), err)
	}
	for k, c := range table.Cases {
		m, err := Fit(c.X, c.Y, c.W)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range c.At {
			if got := m.At(x); math.Abs(got-c.Value[i]) > 1e-12 {
				t.Errorf("case %d: At(%v) = %v, scikit-learn %v", k, x, got, c.Value[i])
			}
		}
	}
}

// The fit is nondecreasing, and it is the projection onto such sequences: by the
// min-max formula each value is max over l<=i of min over r>=i of the mean of y
// from l to r (Barlow et al. 1972, theorem 1.4).
func TestOrderedIsMinMax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-9, 9), 1, 12).Draw(t, "y")
		w := rapid.SliceOfN(rapid.Float64Range(0.1, 5), len(y), len(y)).Draw(t, "w")
		got := Ordered(y, w)
		if !slices.IsSorted(got) {
			t.Fatalf("%v is not nondecreasing", got)
		}
		for i := range y {
			want := math.Inf(-1)
			for l := range i + 1 {
				least, sum, weight := math.Inf(1), 0.0, 0.0
				for r := l; r < len(y); r++ {
					sum, weight = sum+y[r]*w[r], weight+w[r]
					if r >= i {
						least = min(least, sum/weight)
					}
				}
				want = max(want, least)
			}
			if math.Abs(got[i]-want) > 1e-12 {
				t.Fatalf("value %d = %v, want %v", i, got[i], want)
			}
		}
	})
}
