package uncertainty

import "uacs/harness/sample"

// PolarityEntropy is the doubt about the sign alone: what matters where a cascade
// is judged by polarity.
var PolarityEntropy = register(Measure{
	Name:     "polarity-entropy",
	Doc:      "Normalised entropy of the probabilities of a negative, a neutral and a positive answer, in [0,1]; at most ln 2/ln 3 for bins without a neutral one.",
	Formula:  "−Σ q ln q / ln 3 over q = P(y<0), P(y=0), P(y>0)",
	Citation: "Shannon entropy of the coarsened distribution; own choice for polarity metrics",
	Needs:    "probs over bins",
	Requires: []Field{FieldProbs},
	Cost:     "none",
	Range:    unit,
	column: perClip("probs over bins", func(p *sample.Prediction, _ float64) (float64, bool) {
		if !hasBins(p) {
			return 0, false
		}
		return normalisedEntropy(polarityShares(p))
	}),
})
