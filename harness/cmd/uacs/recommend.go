package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"uacs/harness/experiment"
	"uacs/harness/policy"
	"uacs/harness/route"
	"uacs/internal/hint"
)

type recommendCmd struct {
	pairPlace
	Budget      *float64 `help:"Largest mean price of a clip, in units of --axis: the most accurate policy is sought." placeholder:"X"`
	MaxRisk     *float64 `help:"Largest error rate, in (0,1), of the clips that the small model keeps: the fewest calls are sought." placeholder:"R"`
	MinAccuracy *float64 `help:"Least accuracy, in (0,1]: the cheapest policy is sought." placeholder:"A"`
	Delta       float64  `help:"Probability with which the bound on the risk may fail." default:"0.1" placeholder:"D"`
	Unit        string   `enum:"clip,one-per-video" default:"clip" help:"What the bound takes to be independent: clip or one-per-video."`
	Axis        string   `help:"Compute axis that prices are in (default: the pair's first)." placeholder:"NAME"`
	JSON        bool     `help:"Print the policy as JSON."`
}

// Help is shown by --help.
func (recommendCmd) Help() string {
	return `Names the measure, fusion and threshold to deploy, chosen among the plan's cascades on all
clips at hand, and how accurate that choice is on videos it was not made on. Controls,
learned fusions and calibrated measures are not considered: calibration does not change
what a measure ranks first, and a threshold alone must say what to do. Exit code 1 if
nothing keeps to the goal.

Examples:
  uacs recommend -c simsv2-grid --budget 0.3
  uacs recommend -c simsv2-grid --max-risk 0.15 --delta 0.1
  uacs recommend -c simsv2-grid --min-accuracy 0.88 --json`
}

// Validate reports a goal that is none.
func (c recommendCmd) Validate() error {
	goals := 0
	for _, g := range []*float64{c.Budget, c.MaxRisk, c.MinAccuracy} {
		if g != nil {
			goals++
		}
	}
	switch {
	case goals != 1:
		return hint.Add(errors.New("one goal is needed"), "give --budget, --max-risk or --min-accuracy")
	case c.MaxRisk != nil && !(*c.MaxRisk > 0 && *c.MaxRisk < 1):
		return fmt.Errorf("--max-risk %v is not between 0 and 1", *c.MaxRisk)
	case c.MinAccuracy != nil && !(*c.MinAccuracy > 0 && *c.MinAccuracy <= 1):
		return fmt.Errorf("--min-accuracy %v is not in (0,1]: it is a fraction", *c.MinAccuracy)
	case !(c.Delta > 0 && c.Delta < 1):
		return fmt.Errorf("--delta %v is not between 0 and 1", c.Delta)
	case c.Budget != nil && math.IsNaN(*c.Budget):
		return errors.New("--budget is no number")
	}
	return nil
}

// Run recommends.
func (c recommendCmd) Run(a *app) error {
	panel, err := c.panel(a)
	if err != nil {
		return err
	}
	advice, err := panel.Recommend(policy.Goal{
		Budget: c.Budget, MaxRisk: c.MaxRisk, Delta: c.Delta, Unit: route.Unit(c.Unit), MinAccuracy: c.MinAccuracy, Axis: c.Axis,
	})
	var none *policy.NoPolicy
	if errors.As(err, &none) {
		return hint.Add(errors.New(none.Why), "the nearest is %s", none.Nearest)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(a.Stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(deployed(panel, advice))
	}
	return printAdvice(a.Stdout, panel, advice)
}

// deployment is a policy as a program that runs it reads it.
type deployment struct {
	Synthetic bool   `json:"synthetic,omitempty"`
	Plan      string `json:"plan"`
	Pair      string `json:"pair"`
	Small     string `json:"small"`
	Large     string `json:"large"`
	Second    string `json:"second,omitempty"`
	Measure   string `json:"measure"`
	Fusion    string `json:"fusion"`
	// Escalate says when: above the threshold, always or never.
	Escalate     string             `json:"escalate"`
	Threshold    *float64           `json:"threshold,omitempty"`
	LargeMeasure string             `json:"large_measure,omitempty"`
	TauLarge     *float64           `json:"tau_large,omitempty"`
	Weights      string             `json:"weights"`
	Rule         string             `json:"rule"`
	TunedOn      string             `json:"tuned_on"`
	Expected     deployedPoint      `json:"expected"`
	CrossFitted  deployedCrossFit   `json:"cross_fitted"`
	Guarantee    string             `json:"guarantee"`
	Warnings     []string           `json:"warnings"`
	Axis         map[string]float64 `json:"price_per_clip"`
}

type deployedPoint struct {
	Accuracy    experiment.Number `json:"accuracy"`
	Escalated   experiment.Number `json:"escalated"`
	FirstCalls  experiment.Number `json:"first_calls"`
	SecondCalls experiment.Number `json:"second_calls"`
}

type deployedCrossFit struct {
	Accuracy        experiment.Estimate `json:"accuracy"`
	ThresholdAlone  experiment.Estimate `json:"accuracy_of_this_cascade"`
	Escalated       experiment.Number   `json:"escalated"`
	CallsFirst      experiment.Number   `json:"first_calls"`
	CallsSecond     experiment.Number   `json:"second_calls"`
	PriceOfTheWhole experiment.Number   `json:"price_per_clip"`
}

func deployed(p *policy.Panel, a *policy.Advice) deployment {
	d := deployment{
		Synthetic: p.Plan.Tier == "synth", Plan: p.Plan.Name, Pair: p.Pair.Name, Small: p.Pair.Small.Predictor, Large: p.Pair.Large.Predictor,
		Measure: a.Ref.Measure, Fusion: a.Ref.Fusion, Escalate: "above the threshold", Weights: p.Plan.Weights, Rule: a.Rule, TunedOn: a.TunedOn,
		Expected: deployedPoint{
			experiment.Number(a.Expected.Quality), experiment.Number(a.Expected.Rate), experiment.Number(a.Expected.First), experiment.Number(a.Expected.Second),
		},
		CrossFitted: deployedCrossFit{
			a.Honest.Accuracy, a.Fixed, experiment.Number(a.Honest.Deferred), experiment.Number(a.Honest.First), experiment.Number(a.Honest.Second),
			experiment.Number(a.HonestPrice),
		},
		Guarantee: a.Guarantee, Warnings: append([]string{}, a.Warnings...), Axis: map[string]float64{a.Axis: a.Price},
	}
	switch {
	case math.IsInf(a.Threshold, 1):
		d.Escalate = "never"
	case math.IsInf(a.Threshold, -1):
		d.Escalate = "always"
	default:
		d.Threshold = &a.Threshold
	}
	if !math.IsNaN(a.TauLarge) {
		d.TauLarge, d.LargeMeasure = &a.TauLarge, p.Pair.LargeMeasure
	}
	if p.Pair.Second != nil && a.Expected.Second > 0 {
		d.Second = p.Pair.Second.Predictor
	}
	return d
}

func printAdvice(w io.Writer, p *policy.Panel, a *policy.Advice) error {
	printPanel(w, p)
	d := deployed(p, a)
	fmt.Fprintf(w, "deploy        %s, %s\n", a.Ref, escalation(d))
	fmt.Fprintf(w, "tuned on      %s, rule %s, the best of %d cascades\n", a.TunedOn, a.Rule, a.Candidates)
	fmt.Fprintf(w, "cost          %.4g %s; %.2f %% escalated, %.3f first and %.3f second calls per clip\n", a.Price, a.Unit, 100*a.Expected.Rate, a.Expected.First, a.Expected.Second)
	fmt.Fprintf(w, "accuracy      %s %% when cascade and threshold are chosen on the other videos, at a cost of %.4g\n", inBrackets(a.Honest.Accuracy, false), a.HonestPrice)
	fmt.Fprintf(w, "              %s %% for this cascade when the threshold alone is\n", inBrackets(a.Fixed, false))
	fmt.Fprintf(w, "              %.2f %% on the clips it was chosen on: too good\n", 100*a.Expected.Quality)
	fmt.Fprintf(w, "guarantee     %s\n", a.Guarantee)
	fmt.Fprintf(w, "\npolicy:\n  small: %s\n  large: %s\n", d.Small, d.Large)
	if d.Second != "" {
		fmt.Fprintf(w, "  second: %s\n", d.Second)
	}
	fmt.Fprintf(w, "  measure: %s\n  fusion: %s\n  escalate: %s\n", d.Measure, d.Fusion, d.Escalate)
	if d.Threshold != nil {
		fmt.Fprintf(w, "  threshold: %s\n", exactly(*d.Threshold))
	}
	if d.TauLarge != nil {
		fmt.Fprintf(w, "  large_measure: %s\n  tau_large: %s\n", d.LargeMeasure, exactly(*d.TauLarge))
	}
	fmt.Fprintf(w, "  weights: %s\n\n", d.Weights)
	for _, warning := range slices.Concat(a.Warnings, p.Notes) {
		fmt.Fprintf(w, "note: %s\n", warning)
	}
	return nil
}

func escalation(d deployment) string {
	if d.Threshold == nil {
		return "escalating " + map[string]string{"never": "nothing", "always": "everything"}[d.Escalate]
	}
	out := "escalating clips above " + exactly(*d.Threshold)
	if d.TauLarge != nil {
		out += fmt.Sprintf(", accepting the large model up to %s of %s", exactly(*d.TauLarge), d.LargeMeasure)
	}
	return out
}

func exactly(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
