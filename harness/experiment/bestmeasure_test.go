package experiment

import (
	"math"
	"testing"
)

// Controls and measures that do not apply are no candidates, nor is a missing number.
func TestBestMeasure(t *testing.T) {
	r := &Result{Measures: []Measure{
		{Name: "oracle", Control: true, AUROCGain: 1},
		{Name: "absent", NA: "no votes", AUROCGain: 0.9},
		{Name: "undefined", AUROCGain: Number(math.NaN())},
		{Name: "good", AUROCGain: 0.7},
		{Name: "equal", AUROCGain: 0.7},
	}}
	if got := r.BestMeasure(func(m Measure) Number { return m.AUROCGain }); got == nil || got.Name != "good" {
		t.Errorf("best is %v, want good", got)
	}
	if got := (&Result{}).BestMeasure(func(m Measure) Number { return m.AUROCGain }); got != nil {
		t.Errorf("best of none is %v", got)
	}
}
