package uncertainty

import (
	"math"

	"uacs/harness/sample"
)

// PolarityMargin is one minus the lead of the likelier sign. Mass on neutral counts
// as doubt.
var PolarityMargin = register(Measure{
	Name:     "polarity-margin",
	Doc:      "One minus the difference of the probabilities of a positive and a negative answer, in [0,1].",
	Formula:  "1 − |P(y>0) − P(y<0)|",
	Citation: "margin sampling on the coarsened distribution: Settles, Active Learning Literature Survey (2009), section 3.1",
	Needs:    "probs over bins",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs over bins", func(p *sample.Prediction, _ float64) (float64, bool) {
		if !hasBins(p) {
			return 0, false
		}
		q := polarityShares(p)
		return inUnit(1 - math.Abs(q[2]-q[0])), true
	}),
})
