package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// EnsembleStd is the spread of an ensemble's scores.
var EnsembleStd = register(Measure{
	Name:     "ensemble-std",
	Doc:      "Population standard deviation of the members' scores over half the label scale; in [0,1] for scores on the scale.",
	Formula:  "sqrt(Σ (y_m − ȳ)²/M) / R",
	Citation: "Lakshminarayanan, Pritzel and Blundell, Deep Ensembles (NeurIPS 2017)",
	Needs:    "member_scores of two or more members",
	Cost:     "M runs of the model",
	column: perClip("member_scores of two or more members", func(p *sample.Prediction, halfRange float64) (float64, bool) {
		if len(p.MemberScores) < 2 {
			return 0, false
		}
		mean := detsum.Mean(p.MemberScores)
		deviations := make([]float64, len(p.MemberScores))
		for i, y := range p.MemberScores {
			deviations[i] = float64((y - mean) * (y - mean))
		}
		return math.Sqrt(detsum.Mean(deviations)) / halfRange, true
	}),
})
