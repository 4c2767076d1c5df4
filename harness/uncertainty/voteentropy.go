package uncertainty

import "uacs/harness/sample"

// VoteEntropy is the entropy of the polarities that members or samples voted for.
var VoteEntropy = register(Measure{
	Name:     "vote-entropy",
	Doc:      "Normalised entropy of the vote shares of the three polarities, in [0,1].",
	Formula:  "−Σ v_k ln v_k / ln 3 over negative, neutral, positive; other words count as neutral",
	Citation: "Dagan and Engelson, Committee-Based Sampling for Training Probabilistic Classifiers (1995)",
	Needs:    "votes",
	Requires: []Field{FieldVotes},
	Cost:     "one run of the model per vote",
	Range:    unit,
	column: perClip("votes", func(p *sample.Prediction, _ float64) (float64, bool) {
		shares, ok := voteShares(p)
		if !ok {
			return 0, false
		}
		return normalisedEntropy(shares)
	}),
})
