package uncertainty

import (
	"slices"

	"uacs/harness/sample"
)

// rankScale is the number of labels in a full ranking: two of either polarity
// and neutral.
const rankScale = 5

// RankGap doubts a ranking that places both polarities close together.
var RankGap = register(Measure{
	Name:     "rank-gap",
	Doc:      "How close the first positive and the first negative label stand in the ranking; 0 if four places apart, 0.75 if adjacent.",
	Formula:  "1 − |r₊ − r₋|/4, r the place of the first label of a polarity, 4 (the last) if it is absent",
	Citation: "own measure for models that only rank; a hypothesis, no published source",
	Needs:    "ranking",
	Requires: []Field{FieldRanking},
	Cost:     "none",
	Range:    unit,
	column: perClip("ranking", func(p *sample.Prediction, _ float64) (float64, bool) {
		if len(p.Ranking) == 0 {
			return 0, false
		}
		gap := firstOf(p.Ranking, sample.Positive) - firstOf(p.Ranking, sample.Negative)
		return 1 - float64(float64(max(gap, -gap))/(rankScale-1)), true
	}),
})

// firstOf returns the place, from 0, of the first label with the polarity, the
// last place of a full ranking if there is none.
func firstOf(ranking []string, want sample.Polarity) int {
	i := slices.IndexFunc(ranking, func(word string) bool {
		polarity, _ := sample.ParsePolarity(word)
		return polarity == want
	})
	if i < 0 {
		return rankScale - 1
	}
	return i
}
