package uncertainty

import (
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// BALD is the mutual information between the answer and the choice of the member:
// what the members disagree on, without what each is unsure of by itself.
var BALD = register(Measure{
	Name:     "bald",
	Doc:      "Entropy of the members' mean distribution minus the mean of their entropies, over ln K; in [0,1], 0 if all members say the same.",
	Formula:  "(H(p̄) − Σ H(p_m)/M)/ln K",
	Citation: "Houlsby, Huszár, Ghahramani and Lengyel, Bayesian Active Learning for Classification and Preference Learning, arXiv:1112.5745 (2011)",
	Needs:    "member_probs of two or more members",
	Requires: []Field{FieldMemberProbs},
	Cost:     "M runs of the model",
	Range:    unit,
	column: perClip("member_probs of two or more members", func(p *sample.Prediction, _ float64) (float64, bool) {
		if len(p.MemberProbs) < 2 {
			return 0, false
		}
		entropies := make([]float64, len(p.MemberProbs))
		for m, probs := range p.MemberProbs {
			var ok bool
			if entropies[m], ok = normalisedEntropy(probs); !ok || len(probs) != len(p.MemberProbs[0]) {
				return 0, false
			}
		}
		total, ok := normalisedEntropy(meanDistribution(p.MemberProbs))
		return inUnit(total - detsum.Mean(entropies)), ok
	}),
})

// meanDistribution returns the mean of distributions over the same classes.
func meanDistribution(members [][]float64) []float64 {
	mean, column := make([]float64, len(members[0])), make([]float64, len(members))
	for k := range mean {
		for m := range members {
			column[m] = members[m][k]
		}
		mean[k] = detsum.Mean(column)
	}
	return mean
}
