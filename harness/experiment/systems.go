package experiment

import (
	"fmt"
	"math"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
)

// The names of the systems that every experiment has.
const (
	smallAlone = "small only"
	largeAlone = "large only"
)

// outcome columns of one system over the counted clips.
type columns struct {
	quality, first, second, deferred []float64
	stages                           []fusion.Stage
}

// alone is a system that treats every clip alike: kept, or escalated.
func (r *runner) alone(s fusion.Strategy) (columns, error) {
	outcomes := r.escalate(s, r.taus(s)[0])
	correct, _, err := metric.Correct(r.h.Config.Profile, r.h.Kind, r.h.scored(answersOf(outcomes)))
	if err != nil {
		return columns{}, err
	}
	col := columns{quality: pick(correct, r.counted)}
	for _, i := range r.counted {
		o := outcomes[i]
		col.first = append(col.first, float64(min(o.Calls, 1)))
		col.second = append(col.second, float64(max(o.Calls-1, 0)))
		col.deferred = append(col.deferred, float64(min(o.Calls, 1)))
		col.stages = append(col.stages, o.Stage)
	}
	return col, nil
}

// baselines judges the two models alone and the selecting oracle.
func (r *runner) baselines() error {
	for _, b := range []struct {
		name string
		s    fusion.Strategy
	}{{smallAlone, fusion.SmallOnly}, {largeAlone, fusion.LargeOnly}, {"oracle select", fusion.OracleSelect}} {
		col, err := r.alone(b.s)
		if err != nil {
			return err
		}
		if b.name == largeAlone {
			r.large = col.quality
		}
		sys := System{Name: b.name, Fusion: b.s.Name, Threshold: NoThreshold, Control: b.s.Control}
		if err := r.judge(sys, col); err != nil {
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
	type pair struct{ measure, fusion string }
	pairs := []pair{{c.Headline.Measure, c.Headline.Fusion}}
	for _, f := range c.Fusions {
		pairs = append(pairs, pair{c.Headline.Measure, f})
	}
	for _, m := range c.Measures {
		pairs = append(pairs, pair{m, c.Headline.Fusion})
	}
	seen := map[pair]bool{}
	for _, p := range pairs {
		if seen[p] || r.na[p.measure] != "" {
			continue
		}
		seen[p] = true
		if err := r.cascade(p.measure, p.fusion); err != nil {
			return err
		}
	}
	return r.oracleThreshold(c.Headline.Measure, c.Headline.Fusion)
}

// cascade judges one measure with one fusion, its thresholds cross-fitted.
func (r *runner) cascade(measure, fusionName string) error {
	s, err := fusion.ByName(fusionName)
	if err != nil {
		return err
	}
	if s.NeedsScores && !r.haveScores() {
		r.warn("fusion %s is not applicable: it needs a score of both models, and the config names no score rule", s.Name)
		return nil
	}
	variants, err := r.variants(s, measure)
	if err != nil {
		return err
	}
	fit, err := route.CrossFit(variants, r.folds, r.h.Config.Tolerance)
	if err != nil {
		return err
	}
	col := columns{quality: fit.Quality, first: fit.First, second: fit.Second}
	final := r.finalOutcomes(s, measure, fit.Policies)
	for k, i := range r.counted {
		col.deferred = append(col.deferred, float64(b2i(fit.Deferred[k])))
		col.stages = append(col.stages, final[i].Stage)
	}
	sys := System{
		Name: measure + " + " + s.Name, Measure: measure, Fusion: s.Name, Threshold: CrossFitted, Control: s.Control || isControl(measure),
		Headline: measure == r.h.Config.Headline.Measure && s.Name == r.h.Config.Headline.Fusion,
	}
	return r.judge(sys, col)
}

// finalOutcomes applies each fold's policy to all clips of the fold, those that
// the quality does not count included.
func (r *runner) finalOutcomes(s fusion.Strategy, measure string, policies []route.Policy) []fusion.Outcome {
	byVariant := make([][]fusion.Outcome, 0, len(policies))
	for _, tau := range r.taus(s) {
		byVariant = append(byVariant, r.escalate(s, tau))
	}
	out := make([]fusion.Outcome, len(r.h.Clips))
	for i := range out {
		policy := policies[r.allFolds[i]]
		if r.allU[measure][i] > policy.Threshold {
			out[i] = byVariant[policy.Variant][i]
		} else {
			out[i] = fusion.Keep(r.h.SmallAnswers[i])
		}
	}
	return out
}

// oracleThreshold judges a cascade at the threshold that the same rule picks on
// the clips it is judged on, and warns by how much that flatters it.
func (r *runner) oracleThreshold(measure, fusionName string) error {
	s, err := fusion.ByName(fusionName)
	if err != nil {
		return err
	}
	variants, err := r.variants(s, measure)
	if err != nil {
		return err
	}
	highest, curves := math.Inf(-1), make([]route.Curve, len(variants))
	for v, clips := range variants {
		if curves[v], err = route.NewCurve(clips); err != nil {
			return err
		}
		highest = max(highest, curves[v].Best().Quality)
	}
	var best route.Point
	at := -1
	for v, curve := range curves {
		p, ok := curve.Cheapest(highest - r.h.Config.Tolerance)
		if ok && (at < 0 || p.First+p.Second < best.First+best.Second) {
			best, at = p, v
		}
	}
	outcomes := r.escalate(s, r.taus(s)[at])
	var col columns
	for k, i := range r.counted {
		c, up := variants[at], variants[at].U[k] > best.Threshold
		quality, first, second, stage := c.Keep[k], 0.0, 0.0, fusion.Kept
		if up {
			quality, first, second, stage = c.Defer[k], c.First[k], c.Second[k], outcomes[i].Stage
		}
		col.quality, col.first, col.second = append(col.quality, quality), append(col.first, first), append(col.second, second)
		col.deferred, col.stages = append(col.deferred, float64(b2i(up))), append(col.stages, stage)
	}
	sys := System{Name: measure + " + " + s.Name, Measure: measure, Fusion: s.Name, Threshold: OracleTau, Control: true}
	if err := r.judge(sys, col); err != nil {
		return err
	}
	fitted := slices.IndexFunc(r.result.Systems, func(s System) bool { return s.Headline })
	gap := best.Quality - float64(r.result.Systems[fitted].Accuracy.Value)
	r.warn("optimism gap of the headline: its oracle threshold flatters it by %.2f points", 100*gap)
	return nil
}

// judge adds a system with its intervals and paired tests.
func (r *runner) judge(sys System, col columns) error {
	interval, err := infer.Mean(r.clusters, col.quality, nil, r.plan(streamBootstrap))
	if err != nil {
		return fmt.Errorf("%s: %w", sys.Name, err)
	}
	for _, w := range interval.Warnings {
		r.warn("%s", w)
	}
	sys.Accuracy = Estimate{Number(interval.Estimate), Number(interval.Lo), Number(interval.Hi)}
	sys.Right = count(col.quality)
	sys.Deferred, sys.First, sys.Second = meanOf(col.deferred), meanOf(col.first), meanOf(col.second)
	for _, axis := range r.h.Config.Costs {
		sys.Costs = append(sys.Costs, Number(axis.Mean(float64(sys.First), float64(sys.Second))))
	}
	sys.Stages = countStages(col)
	if sys.Name != smallAlone {
		if sys.VsSmall, err = r.compare(col.quality, r.keep); err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
	}
	if sys.Name != smallAlone && sys.Name != largeAlone {
		if sys.VsLarge, err = r.compare(col.quality, r.large); err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
	}
	r.result.Systems = append(r.result.Systems, sys)
	return nil
}

// compare tests two systems' per-clip qualities against each other.
func (r *runner) compare(a, b []float64) (*Paired, error) {
	diff, err := infer.Difference(r.clusters, a, b, nil, r.plan(streamBootstrap))
	if err != nil {
		return nil, err
	}
	flip, err := infer.SignFlip(r.clusters, a, b, nil, r.plan(streamSignFlip))
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
	return &Paired{
		Difference: Estimate{Number(diff.Estimate), Number(diff.Lo), Number(diff.Hi)},
		Corrected:  onlyA, Broken: onlyB, McNemarP: Number(mcnemar.ExactP), FlipP: Number(flip.P),
	}, nil
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

// haveScores reports whether every usable first-round answer has a score.
func (r *runner) haveScores() bool {
	for _, answers := range [][]fusion.Answer{r.h.SmallAnswers, r.h.LargeAnswers} {
		for _, a := range answers {
			if a.OK && a.Score != a.Score {
				return false
			}
		}
	}
	return true
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

// countStages tallies stages in the order of the cascade.
func countStages(col columns) []StageCount {
	var out []StageCount
	for _, stage := range []fusion.Stage{fusion.Kept, fusion.Replaced, fusion.Confident, fusion.Agreed, fusion.Averaged, fusion.Requeried, fusion.FellBack} {
		c := StageCount{Stage: string(stage)}
		for i, s := range col.stages {
			if s == stage {
				c.Clips++
				c.Right += b2i(col.quality[i] == 1)
			}
		}
		if c.Clips > 0 {
			out = append(out, c)
		}
	}
	return out
}
