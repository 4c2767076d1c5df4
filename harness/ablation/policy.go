package ablation

import (
	"fmt"
	"math"
	"slices"

	"uacs/harness/bootstrap"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/panel"
	"uacs/harness/route"
)

// policy judges a cell's cascade with thresholds that a rule chooses, each fold's
// on the other folds. A rule that cannot choose on these clips is not applicable.
func (u *unit) policy(control bool, sel *bootstrap.Selector, r Rule, f panel.Fused, variants []route.Clips) (Policy, error) {
	rule, err := route.ByName(r.Rule)
	if err != nil {
		return Policy{}, err
	}
	p := Policy{Label: r.String(), Rule: r.Rule, Control: control || rule.Control}
	options, err := u.plan.RuleOptions(u.at, r, u.seed)
	if err != nil {
		return Policy{}, err
	}
	fit, err := route.CrossFitRule(rule, variants, u.Folds, options)
	if err == nil {
		err = p.optimism(rule, variants, f, fit, options)
	}
	if err != nil {
		p.NA = err.Error()
		p.blank()
		return p, nil
	}
	for _, c := range fit.Choices {
		for _, w := range c.Warnings {
			p.warn(w)
		}
	}
	p.TunedOn = fit.Choices[0].TunedOn()
	return p, u.fillPolicy(&p, sel, f, fit)
}

// blank sets the numbers of a rule that chose nothing.
func (p *Policy) blank() {
	p.Accuracy, p.Deferred, p.First, p.Second = noEstimate, notANumber, notANumber, notANumber
	p.Gap, p.Believed = notANumber, notANumber
	p.Oracle = OracleChoice{
		Threshold: notANumber, TauLarge: notANumber, Accuracy: notANumber,
		Deferred: notANumber, First: notANumber, Second: notANumber,
	}
}

func (p *Policy) warn(w string) {
	if !slices.Contains(p.Warnings, w) {
		p.Warnings = append(p.Warnings, w)
	}
}

// RuleOptions are a rule's knobs on the pair at a place of the plan, under a seed.
func (p *Plan) RuleOptions(pair int, r Rule, seed uint64) (route.RuleOptions, error) {
	q := &p.Pairs[pair]
	o := route.RuleOptions{
		On: fmt.Sprintf("other videos of %s %s", q.Dataset, q.Split), Threshold: r.Threshold, Share: r.Share,
		Budget: r.Budget, Tolerance: p.Tolerance, ErrorCost: r.ErrorCost, MinQuality: r.MinQuality, GainMap: r.GainMap,
		Alpha: r.Alpha, Delta: r.Delta, Grid: r.Grid, Ranks: r.Ranks, Starts: r.Starts, Bonferroni: r.Bonferroni, Unit: r.Unit,
		L2: r.L2, Then: r.Then, InnerFolds: r.InnerFolds, Seed: seed,
	}
	if r.Tolerance != nil {
		o.Tolerance = *r.Tolerance
	}
	if r.Axis != "" {
		axis, err := q.Axis(r.Axis)
		if err != nil {
			return o, err
		}
		o.Price = axis.Mean
	}
	return o, nil
}

// optimism fills in what the rule chooses on the clips it is judged on.
func (p *Policy) optimism(rule route.Rule, variants []route.Clips, f panel.Fused, fit route.Fitted, o route.RuleOptions) error {
	gap, err := route.NewOptimism(rule, variants, fit, o)
	if err != nil {
		return err
	}
	p.Gap, p.Believed, p.Guarantee = Number(gap.Quality), Number(gap.Believed), gap.Choice.Guarantee
	p.Oracle = OracleChoice{
		Signal: string(gap.Choice.Signal.Kind), Threshold: Number(gap.Choice.Threshold), TauLarge: Number(f.Taus[gap.Choice.Variant]),
		Accuracy: Number(gap.Oracle.Quality), Deferred: Number(gap.Oracle.Rate), First: Number(gap.Oracle.First), Second: Number(gap.Oracle.Second),
	}
	switch {
	case math.IsInf(gap.Choice.Threshold, 1):
		p.Oracle.All = "kept"
	case math.IsInf(gap.Choice.Threshold, -1):
		p.Oracle.All = "deferred"
	}
	return nil
}

// fillPolicy fills in what the fitted thresholds achieve.
func (u *unit) fillPolicy(p *Policy, sel *bootstrap.Selector, f panel.Fused, fit route.Fitted) (err error) {
	point := fit.Point()
	p.Right = ones(fit.Quality)
	p.Deferred, p.First, p.Second = Number(point.Rate), Number(point.First), Number(point.Second)
	for _, axis := range u.pair.Costs {
		p.Costs = append(p.Costs, Number(axis.Mean(point.First, point.Second)))
	}
	reps := u.reps.Count(fit.Quality)
	var warnings []string
	if p.Accuracy, warnings, err = u.mean(sel, fit.Quality, reps, nil); err != nil {
		return err
	}
	for _, w := range warnings {
		p.warn(w)
	}
	if p.VsSmall, err = u.compare(p, "small", sel, fit.Quality, u.Keep, reps, u.keepReps); err != nil {
		return err
	}
	if p.VsLarge, err = u.compare(p, "large", sel, fit.Quality, u.Large, reps, u.largeReps); err != nil {
		return err
	}
	p.Stages = u.stages(f, fit)
	return nil
}

// compare tests a policy against a model alone, clip by clip.
func (u *unit) compare(p *Policy, model string, sel *bootstrap.Selector, a, b []float64, aReps, bReps []int) (*Paired, error) {
	difference := make([]float64, len(a))
	for i := range a {
		difference[i] = a[i] - b[i]
	}
	interval, _, err := u.mean(sel, difference, aReps, bReps)
	if err != nil {
		return nil, err
	}
	flip, err := u.flipTests.test(u.Clusters, a, b, u.infer(experiment.StreamSignFlip))
	if err != nil {
		return nil, err
	}
	onlyA, onlyB, err := infer.Discordant(a, b, nil)
	if err != nil {
		return nil, err
	}
	mcnemar, err := infer.McNemar(onlyA, onlyB)
	if err != nil {
		return nil, err
	}
	if !p.Control { // a control's test is no claim
		for _, w := range flip.Warnings {
			p.warn("against the " + model + " model alone: " + w)
		}
	}
	return &Paired{
		Difference: interval, Corrected: onlyA, Broken: onlyB,
		McNemarP: Number(mcnemar.ExactP), FlipP: Number(flip.P), HolmP: notANumber,
	}, nil
}

// stageOrder is the order of the cascade.
var stageOrder = []fusion.Stage{
	fusion.Kept, fusion.Replaced, fusion.Confident, fusion.Agreed, fusion.Averaged, fusion.Requeried, fusion.FellBack, panel.Unanswered,
}

// stages tallies where the counted clips ended.
func (u *unit) stages(f panel.Fused, fit route.Fitted) []StageCount {
	var out []StageCount
	for _, stage := range stageOrder {
		c := StageCount{Stage: string(stage)}
		for k, i := range u.Counted {
			at := fusion.Kept
			if fit.Deferred[k] {
				at = f.Outcomes[fit.Policies[u.Folds[k]].Variant][i].Stage
			}
			if at == stage {
				c.Clips++
				c.Right += b2i(fit.Quality[k] == 1)
			}
		}
		if c.Clips > 0 {
			out = append(out, c)
		}
	}
	return out
}
