package route

import (
	"fmt"
	"slices"
)

// BestWithTolerance takes the fewest calls that lose little against the best.
var BestWithTolerance = register(Rule{
	Name:      "best-with-tolerance",
	Doc:       "The fewest calls whose quality on the training clips is within a tolerance of the best.",
	Formula:   "min calls(τ) subject to Q(τ) >= max Q − Tolerance",
	Citation:  "own default; the rule of CrossFit",
	Guarantee: "none: the best quality on the training clips is too good, see Optimism",
	Reads:     "uncertainties, qualities and calls",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if !(o.Tolerance >= 0) {
			return Choice{}, fmt.Errorf("a tolerance of %v is not 0 or more", o.Tolerance)
		}
		folds := slices.Repeat([]int{0}, len(variants[0].U))
		policy, err := choose(variants, folds, 1, o.Tolerance) // no clip is in fold 1
		if err != nil {
			return Choice{}, err
		}
		c := variants[policy.Variant]
		return Choice{
			Variant: policy.Variant, Threshold: policy.Threshold,
			Expected: pointAt(c, c.U, policy.Threshold),
		}, nil
	},
})
