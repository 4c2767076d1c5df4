package uncertainty

import (
	"slices"

	"uacs/harness/sample"
)

// LabelTokenLeastConfidence is one minus the probability of the likeliest label,
// rescaled as [LeastConfidence] is.
var LabelTokenLeastConfidence = register(Measure{
	Name:     "label-token-least-confidence",
	Doc:      "One minus the probability of the likeliest allowed label, renormalised, rescaled to [0,1].",
	Formula:  "(1 − max q)·L/(L−1), q_l = p_l/Σ p",
	Citation: "least confidence over verbalisers: Settles, Active Learning Literature Survey (2009), section 3.1",
	Needs:    needsLabels,
	Requires: []Field{FieldLabelLogprobs},
	Cost:     "none, if the server returns log-probabilities of the labels",
	Range:    unit,
	column: perClip(needsLabels, func(p *sample.Prediction, _ float64) (float64, bool) {
		q, ok := labelDistribution(p)
		if !ok {
			return 0, false
		}
		l := float64(len(q))
		return inUnit((1 - slices.Max(q)) * l / (l - 1)), true
	}),
})
