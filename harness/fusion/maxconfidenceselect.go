package fusion

import "math"

// MaxConfidenceSelect takes the surer answer. It supposes that both
// uncertainties are on one scale, which those of different models are only after
// calibration. On a tie, and where the small model's uncertainty is unknown, the
// large model's answer is taken; an unknown uncertainty of the large model
// counts as the greatest.
var MaxConfidenceSelect = register(Strategy{
	Name:      "max-confidence-select",
	Doc:       "Whichever of the two answers has the lower uncertainty; the large model's on a tie.",
	Formula:   "ŷ = y_S if u_S < u_L, else y_L",
	Citation:  "max rule of Kittler et al., On Combining Classifiers (1998)",
	Cost:      "1 call",
	needsBoth: true,
	fuse: func(c Clip, _ Params) Outcome {
		// Negated, so that a NaN u_L loses.
		if !math.IsNaN(c.USmall) && !(c.ULarge <= c.USmall) {
			return Outcome{Answer: c.Small, Stage: Kept, Calls: 1}
		}
		return Outcome{Answer: c.Large, Stage: Replaced, Calls: 1}
	},
})
