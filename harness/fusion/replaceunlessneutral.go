package fusion

import "uacs/harness/sample"

// ReplaceUnlessNeutral takes the large model's answer unless it takes no side.
var ReplaceUnlessNeutral = register(Strategy{
	Name:     "replace-unless-neutral",
	Doc:      "The large model's answer replaces the small model's, unless it is neutral.",
	Formula:  "ŷ = y_L if sign(y_L) ≠ 0, else y_S",
	Citation: "own strategy for polarity-only models; a hypothesis, no published source",
	Cost:     "1 call",
	fuse: func(c Clip, _ Params) Outcome {
		if c.Large.Polarity == sample.Neutral {
			return Outcome{Answer: c.Small, Stage: FellBack, Calls: 1}
		}
		return Outcome{Answer: c.Large, Stage: Replaced, Calls: 1}
	},
})
