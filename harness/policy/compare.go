package policy

import (
	"fmt"
	"math"
	"slices"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/panel"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
)

// Played is what a policy does to the counted clips, its thresholds cross-fitted
// by video.
type Played struct {
	Ref Ref
	// Control marks a policy that could not be deployed.
	Control  bool
	Right    int
	Accuracy experiment.Estimate
	// Deferred is the share of clips escalated, First and Second the calls per clip.
	Deferred, First, Second float64
	// TunedOn says what the thresholds were chosen on; Guarantee what the rule
	// promises about clips it has not seen. Both are empty for a model alone.
	TunedOn, Guarantee string
	Warnings           []string

	quality []float64
}

// Comparison is the paired answer about two policies on the same clips.
type Comparison struct {
	A, B Played
	// Difference is A's accuracy less B's, as a fraction.
	Difference experiment.Estimate
	// Corrected and Broken count the clips that only A, and only B, gets right.
	Corrected, Broken int
	// FlipP flips the signs of whole videos; McNemarP is exact and takes clips as
	// independent. Neither is adjusted: it is one comparison, chosen beforehand.
	FlipP, McNemarP float64
	Warnings        []string
}

// Compare plays both policies and tests the difference.
func (b *Panel) Compare(first, second Ref) (Comparison, error) {
	x, err := b.Play(first)
	if err != nil {
		return Comparison{}, err
	}
	y, err := b.Play(second)
	if err != nil {
		return Comparison{}, err
	}
	return b.contrast(x, y)
}

func (b *Panel) contrast(x, y Played) (Comparison, error) {
	c := Comparison{A: x, B: y}
	interval, err := infer.Difference(b.clips.Clusters, x.quality, y.quality, nil, b.infer(experiment.StreamBootstrap))
	if err != nil {
		return c, err
	}
	c.Difference = estimate(interval)
	flip, err := infer.SignFlip(b.clips.Clusters, x.quality, y.quality, nil, b.infer(experiment.StreamSignFlip))
	if err != nil {
		return c, err
	}
	if c.Corrected, c.Broken, err = infer.Discordant(x.quality, y.quality, nil); err != nil {
		return c, err
	}
	mcnemar, err := infer.McNemar(c.Corrected, c.Broken)
	if err != nil {
		return c, err
	}
	c.FlipP, c.McNemarP = flip.P, mcnemar.ExactP
	c.Warnings = append(slices.Clone(interval.Warnings), flip.Warnings...)
	return c, nil
}

// Play lets a policy choose its thresholds on the other folds and returns what it
// achieves. The error wraps [ErrNotApplicable] if the answers lack what it needs.
func (b *Panel) Play(r Ref) (Played, error) {
	p := Played{Ref: r}
	switch r.Alone {
	case Small:
		p.quality = b.clips.Keep
	case Large:
		p.quality, p.Deferred, p.First = b.clips.Large, 1, 1
	default:
		if err := b.cascade(&p); err != nil {
			return Played{}, fmt.Errorf("%s: %w", r, err)
		}
	}
	return p, b.judge(&p)
}

// judge fills in the accuracy of a policy whose clips are known.
func (b *Panel) judge(p *Played) error {
	interval, err := infer.Mean(b.clips.Clusters, p.quality, nil, b.infer(experiment.StreamBootstrap))
	if err != nil {
		return err
	}
	p.Accuracy = estimate(interval)
	p.warn(interval.Warnings...)
	for _, q := range p.quality {
		if q == 1 {
			p.Right++
		}
	}
	return nil
}

func (p *Played) warn(warnings ...string) {
	for _, w := range warnings {
		if !slices.Contains(p.Warnings, w) {
			p.Warnings = append(p.Warnings, w)
		}
	}
}

// cascade cross-fits a cascade's rule.
func (b *Panel) cascade(p *Played) error {
	planned, err := ruleOf(&b.Plan, p.Ref.Rule)
	if err != nil {
		return err
	}
	rule, err := route.ByName(planned.Rule)
	if err != nil {
		return err
	}
	options, err := b.Plan.RuleOptions(b.at, planned, b.Seed)
	if err != nil {
		return err
	}
	s, err := b.signals(p.Ref)
	if err != nil {
		return err
	}
	variants, _, err := b.variants(p.Ref, s)
	if err != nil {
		return err
	}
	fit, err := route.CrossFitRule(rule, variants, b.clips.Folds, options)
	if err != nil {
		return err
	}
	p.take(fit)
	if p.Control, err = control(p.Ref); err != nil {
		return err
	}
	p.Control = p.Control || rule.Control
	p.warn(s.Warnings...)
	p.TunedOn, p.Guarantee = fit.Choices[0].TunedOn(), rule.Guarantee
	for _, c := range fit.Choices {
		p.warn(c.Warnings...)
	}
	return nil
}

// take reads the columns of a fit.
func (p *Played) take(fit route.Fitted) {
	point := fit.Point()
	p.quality = fit.Quality
	p.Deferred, p.First, p.Second = point.Rate, point.First, point.Second
}

// control reports whether a cascade could not be deployed.
func control(r Ref) (bool, error) {
	f, err := fusion.ByName(r.Fusion)
	if err != nil {
		return false, err
	}
	m, err := uncertainty.ByName(r.Measure)
	return f.Control || m.Control || panel.ReadsLarge(m) || r.Uncertainty != panel.Own, err
}

func (b *Panel) on(what string) string {
	return fmt.Sprintf("%s%s %s", what, b.Pair.Dataset, b.Pair.Split)
}

func estimate(i infer.Interval) experiment.Estimate {
	return experiment.Estimate{Value: experiment.Number(i.Estimate), Lo: experiment.Number(i.Lo), Hi: experiment.Number(i.Hi)}
}

// Verdict says the comparison in one sentence: a difference is shown if the
// interval excludes 0 and the sign-flip test has p < 0.05.
func (c Comparison) Verdict() string {
	points := 100 * float64(c.Difference.Value)
	first, second := c.A.Ref.String(), c.B.Ref.String()
	shown := (c.Difference.Lo > 0 || c.Difference.Hi < 0) && c.FlipP < 0.05
	var verdict string
	switch {
	case c.Corrected+c.Broken == 0:
		return fmt.Sprintf("%s and %s get the same clips right; %s", first, second, c.calls())
	case shown && points > 0:
		verdict = fmt.Sprintf("%s is better than %s by %.2f points", first, second, points)
	case shown:
		verdict = fmt.Sprintf("%s is worse than %s by %.2f points", first, second, -points)
	default:
		verdict = fmt.Sprintf("no difference between %s and %s is shown (%+.2f points)", first, second, points)
	}
	return verdict + "; " + c.calls()
}

// calls compares the calls of both.
func (c Comparison) calls() string {
	d := c.A.First + c.A.Second - c.B.First - c.B.Second
	switch {
	case math.Abs(d) < 5e-4:
		return "both make as many calls"
	case d > 0:
		return fmt.Sprintf("it makes %.3f calls per clip more", d)
	}
	return fmt.Sprintf("it makes %.3f calls per clip fewer", -d)
}
