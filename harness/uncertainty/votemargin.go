package uncertainty

import "uacs/harness/sample"

// VoteMargin is one minus the lead of the polarity with the most votes.
var VoteMargin = register(Measure{
	Name:     "vote-margin",
	Doc:      "One minus the lead in vote share of the first polarity over the second, in [0,1].",
	Formula:  "1 − (v_(1) − v_(2)); other words count as neutral",
	Citation: "margin sampling applied to committee votes: Settles, Active Learning Literature Survey (2009), sections 3.1 and 3.2",
	Needs:    "votes",
	Requires: []Field{FieldVotes},
	Cost:     "one run of the model per vote",
	Range:    unit,
	column: perClip("votes", func(p *sample.Prediction, _ float64) (float64, bool) {
		shares, ok := voteShares(p)
		if !ok {
			return 0, false
		}
		first, second := topTwo(shares)
		return 1 - (first - second), true
	}),
})
