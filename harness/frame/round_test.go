package frame

import (
	"math"
	"testing"
)

// Expected values by hand; the frame that is rounded does not change.
func TestRound(t *testing.T) {
	df := mustRead(t, "id,x\na,0.12345\nb,-2.5\nc,\nd,inf\n", Schema{{Name: "id", Kind: String}, {Name: "x", Kind: Float, Empty: true}})
	got, err := Floats(Round(df, 2), "x")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.12, -2.5, math.NaN(), math.Inf(1)} {
		if got[i] != want && !(math.IsNaN(got[i]) && math.IsNaN(want)) {
			t.Errorf("row %d: %v, want %v", i, got[i], want)
		}
	}
	if before, _ := Floats(df, "x"); before[0] != 0.12345 {
		t.Errorf("the frame itself was rounded to %v", before[0])
	}
}
