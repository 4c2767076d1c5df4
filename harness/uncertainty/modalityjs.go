package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

const needsModalityProbs = "distributions given two or more single modalities: params modality_probs, or member_probs of members that are modalities, with bins"

// ModalityJS is [ModalityDisagreement] for bins without order: it sees that modalities say
// different things, not how far apart these are.
var ModalityJS = register(Measure{
	Name:     "modality-js",
	Doc:      "Mean over pairs of modalities of the Jensen–Shannon divergence, in bits, of the model's distributions given one modality alone; in [0,1].",
	Formula:  "mean over a<b of H₂(m) − (H₂(p_a) + H₂(p_b))/2, m = (p_a + p_b)/2",
	Citation: "Lin, Divergence Measures Based on the Shannon Entropy (1991); disagreement of the views as in co-testing, Muslea, Minton and Knoblock (2006)",
	Needs:    needsModalityProbs,
	Requires: []Field{FieldModalities},
	Cost:     "one further run of the model per modality",
	Range:    unit,
	column: perClip(needsModalityProbs, func(p *sample.Prediction, _ float64) (float64, bool) {
		d, ok := distributionsByModality(p)
		if !ok {
			return 0, false
		}
		return inUnit(meanOverPairs(len(d), func(a, b int) float64 { return jensenShannon(d[a], d[b]) })), true
	}),
})

// jensenShannon is the Jensen–Shannon divergence in bits.
func jensenShannon(p, q []float64) float64 {
	terms := make([]float64, len(p))
	for k, v := range p {
		terms[k] = float64((xlogx(v)+xlogx(q[k]))/2) - xlogx((v+q[k])/2)
	}
	return detsum.Sum(terms) / math.Ln2
}
