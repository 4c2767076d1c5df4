package route

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
	"uacs/internal/pava"
)

// IsotonicCost minimises an expected cost under a calibrated probability of
// error.
//
// The loss of a kept clip is estimated by isotonic regression of the small
// model's loss on the uncertainty. The loss of an escalated clip is one number,
// the mean of the escalated answers' losses, or, with GainMap, the kept one
// minus an isotonic estimate of the gain. MinQuality is compared with one minus the
// estimated mean loss, or with the quality that Loss would turn into it.
//
// It reads ErrorCost, MinQuality, GainMap, Loss and Price. What the source leaves
// open, the loss of an escalated clip first of all, is a hypothesis.
var IsotonicCost = register(Rule{
	Name:      "isotonic-cost",
	Doc:       "The threshold of least expected cost of errors and calls under isotonic estimates, subject to a least quality.",
	Formula:   "min over τ of mean[u <= τ: λ p̂_S(u); u > τ: λ p̂_L(u)] + mean price(τ), subject to estimated quality >= MinQuality",
	Citation:  "UCCI: Kotte, arXiv 2605.18796 (2026), after its abstract; details are hypotheses",
	Guarantee: "none: estimates on the training clips, fitted and minimised on the same",
	Reads:     "uncertainties, qualities and calls",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if !(o.ErrorCost > 0) || math.IsInf(o.ErrorCost, 1) {
			return Choice{}, fmt.Errorf("ErrorCost %v must be positive and finite", o.ErrorCost)
		}
		feasible := false
		choice, err := prefer(variants, func(c Clips) (Choice, float64, error) {
			choice, objective, ok, err := o.leastCost(c)
			feasible = feasible || ok
			return choice, objective, err
		})
		if err == nil && !feasible {
			choice.Warnings = append(choice.Warnings, fmt.Sprintf(
				"no threshold has an estimated quality of %v: the highest is taken", *o.MinQuality))
		}
		return choice, err
	},
})

// infeasible is above any cost; the estimated loss is added to it, so that
// of thresholds that all miss the constraint the best one is taken.
const infeasible = 1e100

// leastCost returns the best threshold for one variant, its cost, and whether it
// meets the constraint.
func (o RuleOptions) leastCost(c Clips) (choice Choice, objective float64, feasible bool, err error) {
	curve, err := NewCurve(c)
	if err != nil {
		return Choice{}, 0, false, err
	}
	loss, err := o.estimatedLosses(c, curve)
	if err != nil {
		return Choice{}, 0, false, err
	}
	lowest, leastLoss := math.Inf(1), math.Inf(1)
	for i, p := range curve.Points {
		ok := o.MinQuality == nil || loss[i] <= o.lossOf(*o.MinQuality)+qualityEpsilon
		cost := float64(o.ErrorCost*loss[i]) + o.price(p)
		switch {
		case ok && (!feasible || cost < lowest-priceEpsilon(lowest)):
			choice, lowest, feasible = Choice{Threshold: p.Threshold, Expected: p}, cost, true
		case !ok && !feasible && loss[i] < leastLoss-qualityEpsilon:
			choice, leastLoss = Choice{Threshold: p.Threshold, Expected: p}, loss[i]
		}
	}
	if feasible {
		return choice, lowest, true, nil
	}
	return choice, infeasible * (1 + leastLoss), false, nil
}

// lossOf turns a quality into a loss.
func (o RuleOptions) lossOf(quality float64) float64 {
	if o.Loss != nil {
		return o.Loss(quality)
	}
	return 1 - quality
}

// estimatedLosses returns the estimated mean loss at each point of the curve.
func (o RuleOptions) estimatedLosses(c Clips, curve Curve) ([]float64, error) {
	n := len(c.U)
	small, large, gain := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range small {
		small[i], large[i] = o.lossOf(c.Keep[i]), o.lossOf(c.Defer[i])
		gain[i] = small[i] - large[i]
	}
	kept, err := pava.Fit(c.U, small, nil)
	if err != nil {
		return nil, err
	}
	var gains pava.Map
	if o.GainMap {
		if gains, err = pava.Fit(c.U, gain, nil); err != nil {
			return nil, err
		}
	}
	mean := detsum.Mean(large)
	loss := make([]float64, n)
	for i, u := range c.U {
		loss[i] = kept.At(u)
	}
	sum := detsum.Sum(loss)
	out := make([]float64, len(curve.Points))
	order, at := ByUncertainty(c.U), 0
	for i, p := range curve.Points {
		for ; at < p.Deferred; at++ {
			clip := order[at]
			if o.GainMap {
				sum -= gains.At(c.U[clip])
			} else {
				sum += mean - loss[clip]
			}
		}
		out[i] = sum / float64(n)
	}
	return out, nil
}
