package uncertainty

import (
	"math"

	"uacs/harness/sample"
)

// CrossPolarity is the conflict that sends a clip to cross-verification in U-ACS.
// The polarities are read by [Input.Decision] and [Input.LargeDecision].
var CrossPolarity = register(Measure{
	Name:     "cross-polarity",
	Doc:      "Half the distance of the two polarities: 0 if equal, 0.5 if one is neutral, 1 if opposite.",
	Formula:  "|s_s − s_L|/2, s the polarity in −1, 0, 1",
	Citation: "polarity conflict: U-ACS, arXiv:2509.04459",
	Needs:    "polarity of both models under their decision rules",
	Requires: []Field{FieldPolarity, FieldLarge},
	Cost:     "the large model's answer to every clip",
	Range:    unit,
	column: perPair("polarity of both models under their decision rules", func(small, large *sample.Prediction, in Input) (float64, bool) {
		s, ok := polarityBy(in.Decision, small)
		l, okLarge := polarityBy(in.LargeDecision, large)
		return math.Abs(float64(s)-float64(l)) / 2, ok && okLarge
	}),
})

// polarityBy reads a polarity by a rule; the zero rule is "auto".
func polarityBy(rule sample.Decision, p *sample.Prediction) (sample.Polarity, bool) {
	if rule.Of == nil {
		rule = sample.Decisions[0]
	}
	return rule.Of(p)
}
