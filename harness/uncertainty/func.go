package uncertainty

import (
	"math"

	"uacs/harness/sample"
)

// Func makes a measure of your own from a formula for one answer, higher = less
// sure. A NaN says that the answer lacks what the formula reads: the measure is
// then not applicable. The formula never sees an error record. The measure is not
// registered: what takes measures by name does not know it.
func Func(name string, formula func(p *sample.Prediction) float64) Measure {
	const needs = "value under the formula"
	return Measure{
		Name: name, Doc: "Own measure.", Formula: "own", Citation: "own", Needs: needs, Cost: "unknown", Range: unbounded,
		column: perClip(needs, func(p *sample.Prediction, _ float64) (float64, bool) {
			u := formula(p)
			return u, !math.IsNaN(u)
		}),
	}
}
