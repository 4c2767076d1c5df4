package fusion

import "uacs/harness/sample"

// OracleSelect picks whichever first-round answer is right: the ceiling of every
// strategy that selects one of the two.
var OracleSelect = register(Strategy{
	Name:     "oracle-select",
	Doc:      "Whichever of the two answers has the label's polarity.",
	Formula:  "ŷ = y_S if sign y_S = sign y, else y_L",
	Citation: "control; oracle router of RouterBench (Hu et al. 2024)",
	Cost:     "1 call",
	Control:  true,
	fuse: func(c Clip, _ Params) Outcome {
		if c.Small.OK && c.Small.Polarity == sample.PolarityOf(c.Truth) {
			return Outcome{Answer: c.Small, Stage: Kept, Calls: 1}
		}
		return Outcome{Answer: c.Large, Stage: Replaced, Calls: 1}
	},
})
