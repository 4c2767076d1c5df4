package experiment

import (
	"fmt"
	"math"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/route"
	"uacs/internal/detsum"
)

// The names of the systems that every experiment has.
const (
	smallAlone = "small only"
	largeAlone = "large only"
)

// baselines judges the two models alone and the selecting oracle.
func (r *runner) baselines() error {
	for _, b := range []struct {
		name string
		s    fusion.Strategy
	}{{smallAlone, fusion.SmallOnly}, {largeAlone, fusion.LargeOnly}, {"oracle select", fusion.OracleSelect}} {
		a, err := r.escalate(b.s, noTau)
		if err != nil {
			return err
		}
		if b.name == largeAlone {
			r.large = pick(a.right, r.counted)
		}
		if err := r.judge(System{Name: b.name, Fusion: b.s.Name, Threshold: NoThreshold, Control: b.s.Control}, a); err != nil {
			return err
		}
	}
	return nil
}

// cascades judges every fusion with the headline measure and every measure with
// the headline fusion, thresholds cross-fitted, and the headline once more with
// its oracle threshold.
func (r *runner) cascades() error {
	c := r.h.Config
	if err := r.judgeCascade(c.Headline.Measure, r.headline); err != nil {
		return err
	}
	for _, name := range c.Fusions {
		s, err := r.h.strategyByName(name)
		if err != nil {
			return err
		}
		if name == c.Headline.Fusion {
			continue
		}
		if err := r.applicable(s); err != nil {
			r.warn("not applicable: %v", err)
			continue
		}
		if err := r.judgeCascade(c.Headline.Measure, s); err != nil {
			return err
		}
	}
	for _, measure := range c.Measures {
		if measure == c.Headline.Measure || r.na[measure] != "" {
			continue
		}
		if err := r.judgeCascade(measure, r.headline); err != nil {
			return err
		}
	}
	return r.judgeOracleThreshold()
}

// judgeCascade judges one measure with one fusion, its thresholds cross-fitted.
func (r *runner) judgeCascade(measure string, s fusion.Strategy) error {
	variants, err := r.variants(s, measure)
	if err != nil {
		return err
	}
	fit, err := route.CrossFit(variants, r.folds, r.h.Config.Tolerance)
	if err != nil {
		return err
	}
	policies := fit.Policies
	if len(policies) < r.h.Config.Folds { // the last folds have no counted clip to leave out
		all, _, err := r.choose(variants)
		if err != nil {
			return err
		}
		policies = append(policies, slices.Repeat([]route.Policy{all}, r.h.Config.Folds-len(policies))...)
	}
	a, err := r.routed(measure, s, func(clip int) route.Policy { return policies[r.allFolds[clip]] })
	if err != nil {
		return err
	}
	headline := measure == r.h.Config.Headline.Measure && s.Name == r.headline.Name
	if headline {
		r.cascade = a
		for _, p := range policies {
			r.thresholds = append(r.thresholds, p.Threshold)
		}
	}
	return r.judge(System{
		Name: measure + " + " + s.Name, Measure: measure, Fusion: s.Name, Threshold: CrossFitted,
		Control: s.Control || isControl(measure), Headline: headline,
	}, a)
}

// routed applies to each clip, counted or not, the policy that holds for it.
func (r *runner) routed(measure string, s fusion.Strategy, policyOf func(clip int) route.Policy) (*answered, error) {
	kept, err := r.escalate(fusion.SmallOnly, noTau)
	if err != nil {
		return nil, err
	}
	var byVariant []*answered
	for _, tau := range r.taus(s) {
		e, err := r.escalate(s, tau)
		if err != nil {
			return nil, err
		}
		byVariant = append(byVariant, e)
	}
	out := &answered{outcomes: slices.Clone(kept.outcomes), right: slices.Clone(kept.right)}
	for i, u := range r.allU[measure] {
		if p := policyOf(i); u > p.Threshold {
			out.outcomes[i], out.right[i] = byVariant[p.Variant].outcomes[i], byVariant[p.Variant].right[i]
		}
	}
	return out, nil
}

// judgeOracleThreshold judges the headline at the threshold that the same rule
// picks on the clips it is judged on, and says by how much that flatters it.
func (r *runner) judgeOracleThreshold() error {
	measure := r.h.Config.Headline.Measure
	variants, err := r.variants(r.headline, measure)
	if err != nil {
		return err
	}
	policy, point, err := r.choose(variants)
	if err != nil {
		return err
	}
	a, err := r.routed(measure, r.headline, func(int) route.Policy { return policy })
	if err != nil {
		return err
	}
	gap := point.Quality - float64(r.result.Cascade().Accuracy.Value)
	r.warn("optimism gap of the headline: its oracle threshold is %+.2f points from the cross-fitted one", 100*gap)
	return r.judge(System{
		Name: measure + " + " + r.headline.Name, Measure: measure, Fusion: r.headline.Name, Threshold: OracleTau, Control: true,
	}, a)
}

// choose returns the policy with the fewest calls whose quality on all counted
// clips is within the tolerance of the best, and its operating point: the rule of
// [route.CrossFit] with nothing left out.
func (r *runner) choose(variants []route.Clips) (route.Policy, route.Point, error) {
	curves, highest := make([]route.Curve, len(variants)), math.Inf(-1)
	for v, clips := range variants {
		var err error
		if curves[v], err = route.NewCurve(clips); err != nil {
			return route.Policy{}, route.Point{}, err
		}
		highest = max(highest, curves[v].Best().Quality)
	}
	var policy route.Policy
	best, found := route.Point{}, false
	for v, curve := range curves {
		p, ok := curve.Cheapest(highest - r.h.Config.Tolerance)
		if ok && (!found || p.First+p.Second < best.First+best.Second) {
			policy, best, found = route.Policy{Variant: v, Threshold: p.Threshold}, p, true
		}
	}
	return policy, best, nil
}

// judge adds a system with its intervals and paired tests.
func (r *runner) judge(sys System, a *answered) error {
	quality := pick(a.right, r.counted)
	interval, err := infer.Mean(r.clusters, quality, nil, r.plan(StreamBootstrap))
	if err != nil {
		return fmt.Errorf("%s: %w", sys.Name, err)
	}
	r.caution(sys.Name+", "+string(sys.Threshold), interval.Warnings)
	sys.Accuracy = estimate(interval)
	sys.Right = count(quality)
	r.addCalls(&sys, pick(a.outcomes, r.counted))
	sys.Stages = countStages(pick(a.outcomes, r.counted), quality)
	if sys.Name != smallAlone {
		if sys.VsSmall, err = r.compare(sys, "small", quality, r.keep); err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
	}
	if sys.Name != smallAlone && sys.Name != largeAlone {
		if sys.VsLarge, err = r.compare(sys, "large", quality, r.large); err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
	}
	r.result.Systems = append(r.result.Systems, sys)
	return nil
}

// addCalls fills in how many calls a system makes per clip, and at what price.
func (r *runner) addCalls(sys *System, outcomes []fusion.Outcome) {
	first, second := make([]float64, len(outcomes)), make([]float64, len(outcomes))
	for k, o := range outcomes {
		first[k], second[k] = calls(o)
	}
	sys.First, sys.Second = Number(detsum.Mean(first)), Number(detsum.Mean(second))
	sys.Deferred = sys.First // who is escalated is asked, once at least
	for _, axis := range r.h.Config.Costs {
		sys.Costs = append(sys.Costs, Number(axis.Mean(float64(sys.First), float64(sys.Second))))
	}
}

// compare tests a system's per-clip qualities a against those of a model alone.
func (r *runner) compare(sys System, model string, a, b []float64) (*Paired, error) {
	diff, err := infer.Difference(r.clusters, a, b, nil, r.plan(StreamBootstrap))
	if err != nil {
		return nil, err
	}
	flip, err := infer.SignFlip(r.clusters, a, b, nil, r.plan(StreamSignFlip))
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
	if !sys.Control { // a control's test is no claim
		r.caution(sys.Name+" against "+model, flip.Warnings)
	}
	return &Paired{
		Difference: estimate(diff),
		Corrected:  onlyA, Broken: onlyB, McNemarP: Number(mcnemar.ExactP), FlipP: Number(flip.P),
	}, nil
}

func estimate(i infer.Interval) Estimate {
	return Estimate{Number(i.Estimate), Number(i.Lo), Number(i.Hi)}
}

// adjust fills in Holm's p-values over all comparisons of systems that could be
// deployed; those of controls are no claims and stay n/a.
func (r *runner) adjust() error {
	var family []*Paired
	for i := range r.result.Systems {
		s := &r.result.Systems[i]
		for _, p := range []*Paired{s.VsSmall, s.VsLarge} {
			if p == nil {
				continue
			}
			p.HolmP = notANumber
			if !s.Control {
				family = append(family, p)
			}
		}
	}
	raw := make([]float64, len(family))
	for i, p := range family {
		raw[i] = float64(p.FlipP)
	}
	adjusted, err := infer.Holm(raw)
	if err != nil {
		return err
	}
	for i, p := range family {
		p.HolmP = Number(adjusted[i])
	}
	return nil
}

func count(quality []float64) int {
	n := 0
	for _, q := range quality {
		if q == 1 {
			n++
		}
	}
	return n
}

// stageOrder is the order of the cascade.
var stageOrder = []fusion.Stage{
	fusion.Kept, fusion.Replaced, fusion.Confident, fusion.Agreed, fusion.Averaged, fusion.Requeried, fusion.FellBack, unanswered,
}

// countStages tallies where clips ended, in the order of the cascade.
func countStages(outcomes []fusion.Outcome, quality []float64) []StageCount {
	var out []StageCount
	for _, stage := range stageOrder {
		c := StageCount{Stage: string(stage)}
		for k, o := range outcomes {
			if o.Stage == stage {
				c.Clips++
				c.Right += b2i(quality[k] == 1)
			}
		}
		if c.Clips > 0 {
			out = append(out, c)
		}
	}
	return out
}
