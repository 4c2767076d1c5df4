package experiment

import (
	"math"
	"slices"
)

// BestMeasure returns the measure that could be deployed with the greatest value,
// such as its AUROCGain, the first of equals; nil if none has one.
func (r *Result) BestMeasure(value func(Measure) Number) *Measure {
	best := -1
	for i, m := range r.Measures {
		x := float64(value(m))
		if m.Control || m.NA != "" || math.IsNaN(x) {
			continue
		}
		if best < 0 || x > float64(value(r.Measures[best])) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return &slices.Clone(r.Measures)[best]
}
