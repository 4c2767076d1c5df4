package route

import (
	"fmt"
	"math"
)

// Budget seeks the best quality that a mean price per clip allows.
var Budget = register(Rule{
	Name:      "budget",
	Doc:       "The highest quality on the training clips whose mean price is within a budget.",
	Formula:   "max Q(τ) subject to mean price(τ) <= Budget; of equals the cheaper",
	Citation:  "Chen, Zaharia and Zou, FrugalGPT (2023)",
	Guarantee: "none on other clips: the budget holds on the training clips and in the mean only",
	Reads:     "uncertainties, qualities and calls",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if math.IsNaN(o.Budget) {
			return Choice{}, fmt.Errorf("the budget is NaN")
		}
		least := math.Inf(1)
		choice, err := prefer(variants, func(c Clips) (Choice, float64, error) {
			curve, err := NewCurve(c)
			if err != nil {
				return Choice{}, 0, err
			}
			best, found, cheapest := o.affordable(curve)
			least = min(least, cheapest)
			if !found {
				return Choice{}, math.Inf(1), nil
			}
			return Choice{Threshold: best.Threshold, Expected: best}, -best.Quality, nil
		})
		if err == nil && least > o.Budget+priceEpsilon(o.Budget) {
			return Choice{}, fmt.Errorf("a budget of %v per clip is below the price of deferring nothing, %v", o.Budget, least)
		}
		return choice, err
	},
})

// affordable returns the best point within the budget, and the price of the
// cheapest point of the curve.
func (o RuleOptions) affordable(curve Curve) (best Point, found bool, cheapest float64) {
	cheapest = math.Inf(1)
	for _, p := range curve.Points {
		price := o.price(p)
		cheapest = min(cheapest, price)
		if price > o.Budget+priceEpsilon(o.Budget) {
			continue
		}
		equal := found && math.Abs(p.Quality-best.Quality) <= qualityEpsilon
		if !found || (p.Quality > best.Quality && !equal) || (equal && price < o.price(best)) {
			best, found = p, true
		}
	}
	return best, found, cheapest
}

// priceEpsilon allows for the rounding of a sum of prices.
func priceEpsilon(price float64) float64 { return qualityEpsilon * math.Abs(price) }
