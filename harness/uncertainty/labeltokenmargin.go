package uncertainty

import "uacs/harness/sample"

// LabelTokenMargin is one minus the gap between the two likeliest labels.
var LabelTokenMargin = register(Measure{
	Name:     "label-token-margin",
	Doc:      "One minus the gap between the two likeliest allowed labels, renormalised; in [0,1].",
	Formula:  "1 − (q_(1) − q_(2)), q_l = p_l/Σ p",
	Citation: "margin sampling over verbalisers: Settles, Active Learning Literature Survey (2009), section 3.1",
	Needs:    needsLabels,
	Requires: []Field{FieldLabelLogprobs},
	Cost:     "none, if the server returns log-probabilities of the labels",
	Range:    unit,
	column: perClip(needsLabels, func(p *sample.Prediction, _ float64) (float64, bool) {
		q, ok := labelDistribution(p)
		if !ok {
			return 0, false
		}
		first, second := topTwo(q)
		return inUnit(1 - (first - second)), true
	}),
})
