package ablation

import (
	"bytes"
	"context"
	"encoding/csv"
	"math"
	"os"
	"slices"

	"uacs/harness/experiment"
	"uacs/harness/frame"
	"uacs/harness/fusion"
	"uacs/harness/panel"
	"uacs/harness/uncertainty"
)

// exploring is the number of replicates at most of a plan made of an experiment:
// somebody waits for it in a notebook, and its intervals are to be looked at, not
// to be published.
const exploring = 200

// OfExperiment is the plan that crosses every registered measure with every
// registered fusion for the two models of an experiment, under its profile, seed,
// folds and prices, with at most 200 bootstrap replicates: too few for adjusted
// p-values of so many comparisons.
func OfExperiment(c experiment.Config) Plan {
	p := Plan{
		Name: c.Name, Title: c.Title, Tier: c.Tier,
		Pairs: []Pair{{
			Name: c.Name, Dataset: c.Dataset, Split: c.Split, Small: c.Small, Large: c.Large, Second: c.Second,
			Failures: c.Failures, LargeMeasure: c.LargeMeasure, TauLarge: c.TauLarge, Costs: c.Costs,
		}},
		Profiles: []string{c.Profile}, Seeds: []uint64{c.Seed}, Uncertainties: []panel.Uncertainty{panel.Own}, Calibrations: []string{panel.Uncalibrated},
		Rules: []Rule{{Rule: "best-with-tolerance"}}, Weights: c.Weights, Rates: []float64{0, 0.25, 0.5, 0.75, 1}, Tolerance: c.Tolerance,
		Folds: c.Folds, Replicates: min(c.Replicates, exploring), Level: c.Level, Hypotheses: c.Hypotheses, File: c.File, Digest: c.Digest,
	}
	p.Measures = all([]string{"all"}, uncertainty.All(), func(m uncertainty.Measure) string { return m.Name })
	p.Fusions = all([]string{"all"}, slices.DeleteFunc(fusion.All(), isBaseline), func(s fusion.Strategy) string { return s.Name })
	return p
}

// Explore judges [OfExperiment] of the experiment of that name, in the project that
// the current folder belongs to. Nothing is kept on the disk.
func Explore(ctx context.Context, name string) (*Table, error) {
	p, err := experiment.OpenProject()
	if err != nil {
		return nil, err
	}
	c, err := p.Config(name)
	if err != nil {
		return nil, err
	}
	if err := experiment.Ready(c, p.Predictors, p.Data); err != nil {
		return nil, err
	}
	grid, err := Expand(OfExperiment(c), p.Predictors, p.Data)
	if err != nil {
		return nil, err
	}
	store, err := os.MkdirTemp("", "uacs-explore-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(store)
	if _, err := Run(ctx, grid, Options{Store: store, SyncEvery: len(grid.Cells) + 1, Predictors: p.Predictors, Data: p.Data}); err != nil {
		return nil, err
	}
	cells, err := ReadStore(store)
	if err != nil {
		return nil, err
	}
	return Merge(grid, cells)
}

// frameColumns are the columns of [Table.Frame].
var frameColumns = frame.Schema{
	{Name: "tier", Kind: frame.String},
	{Name: "pair", Kind: frame.String},
	{Name: "measure", Kind: frame.String},
	{Name: "calibration", Kind: frame.String},
	{Name: "fusion", Kind: frame.String},
	{Name: "rule", Kind: frame.String},
	{Name: "control", Kind: frame.String},
	{Name: "accuracy", Kind: frame.Float},
	{Name: "lo", Kind: frame.Float},
	{Name: "hi", Kind: frame.Float},
	{Name: "escalated", Kind: frame.Float},
	{Name: "calls", Kind: frame.Float},
	{Name: "over_small", Kind: frame.Float, Empty: true},
	{Name: "over_large", Kind: frame.Float, Empty: true},
	{Name: "holm_large", Kind: frame.Float, Empty: true},
	{Name: "auroc_error", Kind: frame.Float, Empty: true},
	{Name: "auroc_gain", Kind: frame.Float, Empty: true},
}

// Frame returns the table as a dataframe with a row for each cell and rule that
// has numbers: tier (SYNTHETIC for generated data), pair, measure, calibration, fusion, rule, control (yes or
// no), then accuracy with its interval, escalated and calls per clip, the
// differences to either model alone, Holm's p against the large one, and how well
// the measure finds errors and gains. Shares are in per cent, differences in points;
// a number that does not exist is NaN. A cell that does not apply has no row.
func (t *Table) Frame() (frame.DataFrame, error) {
	header := make([]string, len(frameColumns))
	for i, c := range frameColumns {
		header[i] = c.Name
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{header}
	for _, c := range t.Cells {
		if c.Numbers == nil {
			continue
		}
		for _, p := range c.Policies {
			if p.NA == "" {
				rows = append(rows, frameRow(&c, &p))
			}
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return frame.DataFrame{}, err
	}
	return frame.ReadCSV(&b, t.Name, frameColumns)
}

func frameRow(c *Cell, p *Policy) []string {
	control := "no"
	if c.Control || p.Control {
		control = "yes"
	}
	tier := c.Tier
	if tier == "synth" {
		tier = "SYNTHETIC"
	}
	row := []string{tier, c.Pair, c.Measure, c.Calibration, c.Fusion, p.Label, control}
	overSmall, overLarge, holm := notANumber, notANumber, notANumber
	if p.VsSmall != nil {
		overSmall = 100 * p.VsSmall.Difference.Value
	}
	if p.VsLarge != nil {
		overLarge, holm = 100*p.VsLarge.Difference.Value, p.VsLarge.HolmP
	}
	for _, x := range []Number{
		100 * p.Accuracy.Value, 100 * p.Accuracy.Lo, 100 * p.Accuracy.Hi, 100 * p.Deferred, p.First + p.Second,
		overSmall, overLarge, holm, c.AUROCError.Value, c.AUROCGain.Value,
	} {
		text := "" // frames leave a missing number empty
		if !math.IsNaN(float64(x)) {
			text = x.String()
		}
		row = append(row, text)
	}
	return row
}
