package uncertainty

import (
	"strings"

	"uacs/harness/sample"
)

// RankTop doubts a ranking by the strength of the label on top.
var RankTop = register(Measure{
	Name:     "rank-top",
	Doc:      "Strength of the label on top of the ranking: 0 for a strong one, 0.5 for a weak one, 1 for neutral.",
	Formula:  "1 − strength(first label), strength 1 strong, ½ weak, 0 neutral",
	Citation: "own measure for models that only rank; a hypothesis, no published source",
	Needs:    "ranking",
	Requires: []Field{FieldRanking},
	Cost:     "none",
	Range:    unit,
	column: perClip("ranking", func(p *sample.Prediction, _ float64) (float64, bool) {
		if len(p.Ranking) == 0 {
			return 0, false
		}
		return doubt(p.Ranking[0]), true
	}),
})

// doubt is one minus the strength of a label word.
func doubt(word string) float64 {
	switch {
	case word == "neutral":
		return 1
	case strings.HasPrefix(word, "weakly "):
		return 0.5
	}
	return 0
}
