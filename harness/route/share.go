package route

import "fmt"

// TargetShare defers a share of the training clips; labels are not needed. The
// share deferred elsewhere is another one: report [Fitted.Point].
var TargetShare = register(Rule{
	Name:      "target-share",
	Doc:       "The threshold that defers at most a given share of a reference set.",
	Formula:   "τ = least threshold with #{u_i > τ}/n <= Share; clips that tie move together",
	Citation:  "threshold calibration of Ong et al., RouteLLM (2024)",
	Guarantee: "none on other clips: the share holds on the reference set only and drifts with the distribution of u",
	Reads:     "the uncertainties; with several variants, the quality picks one",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if err := o.checkShare(); err != nil {
			return Choice{}, err
		}
		return prefer(variants, func(c Clips) (Choice, float64, error) {
			p, err := atMost(c, o.Share)
			if err != nil {
				return Choice{}, 0, err
			}
			choice := Choice{Threshold: p.Threshold, Expected: p}
			if n := float64(len(c.U)); (o.Share-p.Rate)*n >= 1 {
				choice.Warnings = append(choice.Warnings, fmt.Sprintf(
					"ties: a share of %.3g was asked for, %.3g of the reference set is deferred", o.Share, p.Rate))
			}
			return choice, -p.Quality, nil
		})
	},
})

func (o RuleOptions) checkShare() error {
	if !(o.Share >= 0 && o.Share <= 1) {
		return fmt.Errorf("a share of %v is outside [0,1]", o.Share)
	}
	return nil
}

// atMost returns the point of the curve that defers most within a share.
func atMost(c Clips, share float64) (Point, error) {
	curve, err := NewCurve(c)
	if err != nil {
		return Point{}, err
	}
	best := curve.Points[0]
	for _, p := range curve.Points {
		if p.Rate <= share+qualityEpsilon {
			best = p
		}
	}
	return best, nil
}
