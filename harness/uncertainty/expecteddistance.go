package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// ExpectedDistance is [DistanceToNeutral] of the expected score, for models whose
// record holds probabilities: temperature scaling moves it, and not the score.
var ExpectedDistance = register(Measure{
	Name:     "expected-distance-to-neutral",
	Doc:      "One minus the distance of the expected score from neutral over half the label scale, in [0,1].",
	Formula:  "1 − |Σ p_k c_k|/R",
	Citation: "as distance-to-neutral: Lewis and Gale, A Sequential Algorithm for Training Text Classifiers (1994)",
	Needs:    "probs over bins",
	Requires: []Field{FieldProbs, FieldLabelScale},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs over bins", func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if !hasBins(p) {
			return 0, false
		}
		return 1 - math.Abs(detsum.Dot(p.Probs, p.Bins))/halfRange, true
	}),
})
