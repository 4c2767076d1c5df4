package uncertainty

import "uacs/harness/sample"

// LabelTokenEntropy is the entropy over the labels that the model was allowed to
// say.
var LabelTokenEntropy = register(Measure{
	Name:     "label-token-entropy",
	Doc:      "Normalised entropy of the allowed labels, their probabilities renormalised to sum to 1; in [0,1].",
	Formula:  "−Σ q_l ln q_l / ln L, q_l = p_l/Σ p",
	Citation: "entropy over verbalisers; one of the hypotheses for the uncertainty of the large model in U-ACS, which names no formula",
	Needs:    needsLabels,
	Requires: []Field{FieldLabelLogprobs},
	Cost:     "none, if the server returns log-probabilities of the labels",
	Range:    unit,
	column: perClip(needsLabels, func(p *sample.Prediction, _ float64) (float64, bool) {
		q, ok := labelDistribution(p)
		if !ok {
			return 0, false
		}
		return normalisedEntropy(q)
	}),
})
