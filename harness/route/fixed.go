package route

import (
	"fmt"
	"math"
)

// Fixed escalates above a threshold that the options give.
var Fixed = register(Rule{
	Name:      "fixed-threshold",
	Doc:       "A threshold that is given, not tuned.",
	Formula:   "defer if u > Threshold",
	Citation:  "baseline",
	Guarantee: "none: the share deferred and the quality are whatever the threshold gives",
	Reads:     "nothing; with several variants, the quality picks one",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if math.IsNaN(o.Threshold) {
			return Choice{}, fmt.Errorf("the threshold is NaN")
		}
		choice, err := prefer(variants, func(c Clips) (Choice, float64, error) {
			p := pointAt(c, c.U, o.Threshold)
			return Choice{Threshold: o.Threshold, Expected: p}, -p.Quality, nil
		})
		if len(variants) == 1 {
			choice.Basis = Given
		}
		return choice, err
	},
})
