package uncertainty

import (
	"math"

	"uacs/harness/sample"
)

// CrossScore is how far the two models' scores are apart.
var CrossScore = register(Measure{
	Name:     "cross-score",
	Doc:      "Distance between the two models' scores over the label scale; in [0,1] for scores on the scale.",
	Formula:  "|y_s − y_L|/(2R)",
	Citation: "disagreement of a committee of two: Seung, Opper and Sompolinsky, Query by Committee (1992)",
	Needs:    "score of both models",
	Requires: []Field{FieldScore, FieldLarge, FieldLabelScale},
	Cost:     "the large model's answer to every clip",
	Range:    unit,
	column: perPair("score of both models", func(small, large *sample.Prediction, in Input) (float64, bool) {
		if small.Score == nil || large.Score == nil {
			return 0, false
		}
		return math.Abs(*small.Score-*large.Score) / (2 * in.HalfRange), true
	}),
})
