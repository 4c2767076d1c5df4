package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

const needsModalityAnswers = "answers to two or more single modalities: params modality_probs or modality_scores, or member_probs or member_scores of members that are modalities"

// ModalityDisagreement doubts a clip whose words, voice and face, each alone, make the model
// answer differently: by how far mass would have to be moved along the label scale. A
// clip with one modality alone has no such answers; the measure is then not applicable,
// not 0.
var ModalityDisagreement = register(Measure{
	Name:     "modality-disagreement",
	Doc:      "Mean over pairs of modalities of the Wasserstein-1 distance of the model's distributions given one modality alone, over the width of the label scale; in [0,1] for bins on the scale. Scores alone are taken as point masses.",
	Formula:  "mean over a<b of Σ_k |F_a(k) − F_b(k)|·(c_{k+1} − c_k) / 2R; |y_a − y_b| / 2R for scores",
	Citation: "distance on the line: Vallender, Calculation of the Wasserstein Distance Between Probability Distributions on the Line (1974); disagreement of the views as in co-testing, Muslea, Minton and Knoblock (2006)",
	Needs:    needsModalityAnswers,
	Requires: []Field{FieldModalities, FieldLabelScale},
	Cost:     "one further run of the model per modality",
	Range:    unit,
	column: perClip(needsModalityAnswers, func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if d, ok := distributionsByModality(p); ok {
			return meanOverPairs(len(d), func(a, b int) float64 { return wasserstein(p.Bins, d[a], d[b]) }) / (2 * halfRange), true
		}
		y, ok := scoresByModality(p)
		if !ok {
			return 0, false
		}
		return meanOverPairs(len(y), func(a, b int) float64 { return math.Abs(y[a] - y[b]) }) / (2 * halfRange), true
	}),
})

// wasserstein is the Wasserstein-1 distance of two distributions over ascending bins.
func wasserstein(bins, p, q []float64) float64 {
	var terms []float64
	above := 0.0 // F_p − F_q
	for k := range len(bins) - 1 {
		above += p[k] - q[k]
		terms = append(terms, math.Abs(above)*(bins[k+1]-bins[k]))
	}
	return detsum.Sum(terms)
}
