package uncertainty

import (
	"math"

	"uacs/harness/sample"
)

// DistanceToNeutral doubts scores near zero. It is the measure for a plain
// regressor, which gives nothing but a score.
var DistanceToNeutral = register(Measure{
	Name:     "distance-to-neutral",
	Doc:      "One minus the distance of the score from neutral; 1 at neutral, below 0 for a score outside the label scale.",
	Formula:  "1 − |y|/R, R half the width of the label scale",
	Citation: "uncertainty sampling by distance to the decision boundary: Lewis and Gale, A Sequential Algorithm for Training Text Classifiers (1994)",
	Needs:    "score",
	Requires: []Field{FieldScore, FieldLabelScale},
	Cost:     "none",
	Range:    unit,
	column: perClip("score", func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if p.Score == nil {
			return 0, false
		}
		return 1 - math.Abs(*p.Score)/halfRange, true
	}),
})
