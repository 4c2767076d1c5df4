package ablation

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"uacs/harness/infer"
	"uacs/harness/panel"
	"uacs/internal/detsum"
)

// Table is all cells of a plan with what takes all of them.
type Table struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Tier       string   `json:"tier"`
	Hypotheses []string `json:"hypotheses"`
	Plan       string   `json:"plan"`
	PlanSHA256 string   `json:"plan_sha256"`
	// Pairs are the plan's, with the compute axes that policies' costs are in.
	Pairs []Pair `json:"pairs"`
	// Cells stand in the order of the grid; their Holm p-values are filled in.
	Cells []Cell `json:"cells"`
	// Missing are cells of the grid that were not among those merged.
	Missing []Spec `json:"missing,omitempty"`
	// Spreads are the numbers of cells that differ in the seed only, where there are
	// several seeds.
	Spreads []Spread `json:"spreads,omitempty"`
	Counts  Counts   `json:"counts"`
}

// Counts say how many cells there are.
type Counts struct {
	// Cells is the size of the grid, Done how many are in the table, NotApplicable
	// how many of these have no numbers, Controls how many of the others are no
	// claims, Comparisons the size of the family that Holm's method adjusts for.
	Cells         int `json:"cells"`
	Done          int `json:"done"`
	NotApplicable int `json:"not_applicable"`
	Controls      int `json:"controls"`
	Comparisons   int `json:"comparisons"`
}

// Spread is the mean and the population standard deviation over seeds.
type Spread struct {
	Pair        string            `json:"pair"`
	Profile     string            `json:"profile"`
	Uncertainty panel.Uncertainty `json:"uncertainty"`
	Measure     string            `json:"measure"`
	Calibration string            `json:"calibration"`
	Fusion      string            `json:"fusion"`
	// Policy is the label of a rule; empty for the curve's own numbers.
	Policy string `json:"policy,omitempty"`
	Name   string `json:"name"` // audc, auroc_error, auroc_gain, apgr, accuracy, deferred
	Seeds  int    `json:"seeds"`
	Mean   Number `json:"mean"`
	// SD is divided by the number of seeds.
	SD  Number `json:"sd"`
	Min Number `json:"min"`
	Max Number `json:"max"`
}

// Merge puts cells, in whatever order and however often they come, into the order
// of the grid, adjusts p-values and measures the spread over seeds. Cells that are
// not of the grid are ignored. Two cells of one key with other contents are an
// error.
func Merge(grid Grid, parts ...[]Cell) (*Table, error) {
	byKey := map[string]*Cell{}
	for _, part := range parts {
		for i := range part {
			c := part[i].withoutHolm()
			if known := byKey[c.Key]; known != nil {
				if err := same(known, c); err != nil {
					return nil, err
				}
				continue
			}
			byKey[c.Key] = c
		}
	}
	p := grid.Plan
	t := &Table{
		Name: p.Name, Title: p.Title, Tier: p.Tier, Hypotheses: p.Hypotheses, Plan: p.File, PlanSHA256: p.Digest, Pairs: p.Pairs,
		Counts: Counts{Cells: len(grid.Cells)},
	}
	for _, s := range grid.Cells {
		c := byKey[s.Key]
		if c == nil {
			t.Missing = append(t.Missing, s)
			continue
		}
		t.Cells = append(t.Cells, *c)
		t.Counts.Done++
		switch {
		case c.NA != "":
			t.Counts.NotApplicable++
		case c.Control:
			t.Counts.Controls++
		}
	}
	t.spread()
	return t, t.adjust()
}

// withoutHolm returns a copy of c whose policies are its own and not adjusted.
func (c Cell) withoutHolm() *Cell {
	if c.Numbers == nil {
		return &c
	}
	n := *c.Numbers
	n.Policies = slices.Clone(n.Policies)
	for i := range n.Policies {
		for _, p := range []**Paired{&n.Policies[i].VsSmall, &n.Policies[i].VsLarge} {
			if *p != nil {
				own := **p
				own.HolmP = notANumber
				*p = &own
			}
		}
	}
	c.Numbers = &n
	return &c
}

func same(a, b *Cell) error {
	first, err := encode(a)
	if err != nil {
		return err
	}
	second, err := encode(b)
	if err != nil {
		return err
	}
	if !bytes.Equal(first, second) {
		return fmt.Errorf("cell %s (%s, %s, %s) stands twice with different numbers: the stores are of different programs or data", a.Key, a.Pair, a.Measure, a.Fusion)
	}
	return nil
}

// adjust fills in Holm's p-values over all comparisons of policies that could be
// deployed; those of controls are no claims and stay n/a.
func (t *Table) adjust() error {
	var family []*Paired
	var raw []float64
	for i := range t.Cells {
		if t.Cells[i].Numbers == nil {
			continue
		}
		for _, p := range t.Cells[i].Policies {
			for _, pair := range []*Paired{p.VsSmall, p.VsLarge} {
				if pair != nil && !p.Control {
					family, raw = append(family, pair), append(raw, float64(pair.FlipP))
				}
			}
		}
	}
	t.Counts.Comparisons = len(family)
	adjusted, err := infer.Holm(raw)
	if err != nil {
		return err
	}
	for i, p := range family {
		p.HolmP = Number(adjusted[i])
	}
	return nil
}

// spread measures what a seed changes.
func (t *Table) spread() {
	values := map[Spread][]float64{}
	var order []Spread
	add := func(of Spread, name string, v Number) {
		of.Name = name
		if _, ok := values[of]; !ok {
			order = append(order, of)
		}
		values[of] = append(values[of], float64(v))
	}
	for _, c := range t.Cells {
		if c.Numbers == nil {
			continue
		}
		of := Spread{Pair: c.Pair, Profile: c.Profile, Uncertainty: c.Uncertainty, Measure: c.Measure, Calibration: c.Calibration, Fusion: c.Fusion}
		add(of, "auroc_error", c.AUROCError.Value)
		add(of, "auroc_gain", c.AUROCGain.Value)
		add(of, "audc", c.AUDC.Value)
		add(of, "apgr", c.APGR.Value)
		for _, p := range c.Policies {
			of.Policy = p.Label
			add(of, "accuracy", p.Accuracy.Value)
			add(of, "deferred", p.Deferred)
		}
	}
	for _, of := range order {
		if x := values[of]; len(x) > 1 {
			t.Spreads = append(t.Spreads, of.over(x))
		}
	}
}

// over fills in the spread of x; numbers that do not exist are left out.
func (s Spread) over(x []float64) Spread {
	x = slices.DeleteFunc(x, math.IsNaN)
	s.Seeds, s.Mean, s.SD, s.Min, s.Max = len(x), notANumber, notANumber, notANumber, notANumber
	if len(x) == 0 {
		return s
	}
	mean := detsum.Mean(x)
	d := make([]float64, len(x))
	for i, v := range x {
		d[i] = v - mean
	}
	s.Mean, s.SD = Number(mean), Number(math.Sqrt(detsum.Dot(d, d)/float64(len(x))))
	s.Min, s.Max = Number(slices.Min(x)), Number(slices.Max(x))
	return s
}
