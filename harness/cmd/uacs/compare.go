package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/policy"
	"uacs/internal/hint"
)

// pairPlace are the flags that say which pair of which plan.
type pairPlace struct {
	planPlace
	Config string `short:"c" required:"" help:"Plan: a file, or the name of one in configs/ablations." placeholder:"PLAN"`
	Pair   string `help:"Pair of the plan; needed if it has several." placeholder:"NAME"`
}

// panel opens the pair.
func (p pairPlace) panel(a *app) (*policy.Panel, error) {
	plan, err := loadPlan(p.Root, p.Config)
	if err != nil {
		return nil, err
	}
	place, err := p.place(plan)
	if err != nil {
		return nil, err
	}
	predictors, fsys, err := p.inputs(a, plan)
	if err != nil {
		return nil, err
	}
	return policy.Open(plan, place, predictors, fsys)
}

// place finds the pair in the plan.
func (p pairPlace) place(plan ablation.Plan) (int, error) {
	var names []string
	for _, q := range plan.Pairs {
		names = append(names, q.Name)
	}
	known := "its pairs are " + strings.Join(names, ", ")
	if p.Pair == "" {
		if len(names) > 1 {
			return 0, hint.Add(fmt.Errorf("%s has %d pairs", plan.File, len(names)), "pick one with --pair: %s", known)
		}
		return 0, nil
	}
	i := slices.Index(names, p.Pair)
	if i < 0 {
		return 0, hint.Add(fmt.Errorf("%s has no pair %q", plan.File, p.Pair), "%s", known)
	}
	return i, nil
}

type compareCmd struct {
	pairPlace
	A string `arg:"" help:"Policy: small, large, or measure+fusion, optionally @rule."`
	B string `arg:"" help:"Policy to compare it with."`
}

// Help is shown by --help.
func (compareCmd) Help() string {
	return `Plays two policies on the same clips, thresholds cross-fitted by video, and tests the
difference clip by clip. measure/isotonic+fusion calibrates the measure, @LABEL picks one
of the plan's rules; without it the first holds.

Examples:
  uacs compare -c simsv2-grid distance-to-neutral+replace ensemble-std+replace
  uacs compare -c simsv2-grid "distance-to-neutral+replace@share 0.3" large`
}

// Validate reports policies that cannot be read.
func (c compareCmd) Validate() error {
	for _, text := range []string{c.A, c.B} {
		if text == "" { // kong itself asks for it
			continue
		}
		if _, err := policy.Parse(text); err != nil {
			return err
		}
	}
	return nil
}

// Run compares.
func (c compareCmd) Run(a *app) error {
	first, err := policy.Parse(c.A)
	if err != nil {
		return err
	}
	second, err := policy.Parse(c.B)
	if err != nil {
		return err
	}
	panel, err := c.panel(a)
	if err != nil {
		return err
	}
	result, err := panel.Compare(first, second)
	if errors.Is(err, policy.ErrNotApplicable) {
		return hint.Add(err, "uacs ablate lists the cascades that apply")
	}
	if err != nil {
		return err
	}
	return printComparison(a.Stdout, panel, result)
}

// printPanel says what clips an answer is about.
func printPanel(w io.Writer, p *policy.Panel) {
	mark := ""
	if p.Plan.Tier == "synth" {
		mark = "SYNTHETIC "
	}
	fmt.Fprintf(w, "%s%s %s: %s (small) and %s (large), n = %d clips in %d videos, profile %s (%s)\n\n", mark, p.Pair.Dataset, p.Pair.Split,
		p.Pair.Small.Label, p.Pair.Large.Label, p.N, p.Videos, p.Profile, p.Quality)
}

func printComparison(w io.Writer, p *policy.Panel, c policy.Comparison) error {
	printPanel(w, p)
	t := newTable(w, 0)
	fmt.Fprintf(t, "policy\tright\taccuracy %% [%.4g %%]\tescalated %%\tfirst calls\tsecond calls\ttuned on\n", 100*p.Plan.Level)
	for _, x := range []policy.Played{c.A, c.B} {
		name, tuned := x.Ref.String(), x.TunedOn
		if x.Control {
			name += " (control)"
		}
		if tuned == "" {
			tuned = "nothing"
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%.2f\t%.3f\t%.3f\t%s\n", name, x.Right, inBrackets(x.Accuracy, false), 100*x.Deferred, x.First, x.Second, tuned)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\ndifference    %s points (first less second, on the same clips)\n", inBrackets(c.Difference, true))
	fmt.Fprintf(w, "sign-flip p   %s, by video\n", pText(c.FlipP))
	fmt.Fprintf(w, "McNemar p     %s, exact, clips taken as independent\n", pText(c.McNemarP))
	fmt.Fprintf(w, "clips         %d only the first gets right, %d only the second\n\n", c.Corrected, c.Broken)
	fmt.Fprintf(w, "verdict: %s.\n", c.Verdict())
	fmt.Fprintln(w, "note: one comparison, not adjusted: if it was picked after looking at a table, use that table's Holm p.")
	for _, warning := range slices.Concat(c.A.Warnings, c.B.Warnings, c.Warnings, p.Notes) {
		fmt.Fprintf(w, "note: %s\n", warning)
	}
	return nil
}

// inBrackets prints an estimate in per cent with its interval.
func inBrackets(e experiment.Estimate, sign bool) string {
	format := "%.2f [%.2f, %.2f]"
	if sign {
		format = "%+.2f [%+.2f, %+.2f]"
	}
	return fmt.Sprintf(format, unsigned(e.Value), unsigned(e.Lo), unsigned(e.Hi))
}

// unsigned is 100 x without a minus before zero.
func unsigned(x experiment.Number) float64 { return 100*float64(x) + 0 }

func pText(p float64) string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return fmt.Sprintf("%.4f", p)
}
