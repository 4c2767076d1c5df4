package frame

import (
	"math"
	"testing"
)

// Expected values by hand.
func TestSummarize(t *testing.T) {
	df := mustRead(t, "by,x\na,1\nb,5\na,3\nc,\nb,\n", Schema{{Name: "by", Kind: String}, {Name: "x", Kind: Float, Empty: true}})
	got, err := Summarize(df, "x", "by")
	if err != nil {
		t.Fatal(err)
	}
	wantStrings(t, got, "by", "b", "a", "c")
	for name, want := range map[string][3]float64{"mean": {5, 2, math.NaN()}, "min": {5, 1, math.NaN()}, "max": {5, 3, math.NaN()}} {
		x, err := Floats(got, name)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			if x[i] != w && !(math.IsNaN(x[i]) && math.IsNaN(w)) {
				t.Errorf("%s of row %d: %v, want %v", name, i, x[i], w)
			}
		}
	}
	if n, err := Ints(got, "n"); err != nil || n[0] != 2 || n[1] != 2 || n[2] != 1 {
		t.Errorf("n is %v, %v, want [2 2 1]", n, err)
	}
	if _, err := Summarize(df, "y", "by"); err == nil {
		t.Error("a column that is not there is summarised")
	}
}
