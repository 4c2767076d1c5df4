package report

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"uacs/harness/ablation"
	"uacs/harness/fusion"
	"uacs/harness/panel"
	"uacs/harness/policy"
)

// ablationStem is how the files of a plan's ablation are called.
func ablationStem(plan string) string { return "ablation-" + plan }

// AblationFiles returns every artefact of a plan's table, the records first:
// records, the tables as Markdown, LaTeX, CSV and HTML, and the forest plots of
// parts. parts holds, by the name of a pair, the comparisons of U-ACS with what is left of it without each part.
func AblationFiles(t *ablation.Table, parts map[string][]policy.Part) ([]File, error) {
	records, err := ablationRecords(t)
	if err != nil {
		return nil, err
	}
	csv, err := ablationCSV(t)
	if err != nil {
		return nil, err
	}
	panels := panelsOf(t)
	var markdown, latex, page bytes.Buffer
	writeHead(&markdown, t)
	latex.WriteString(latexHead)
	for _, p := range panels {
		sections := p.sections(parts[p.pair])
		writeMarkdown(&markdown, p, sections)
		for _, s := range sections {
			latex.Write(s.latex(p))
			page.Write(s.html(p))
		}
	}
	writeFoot(&markdown, t)
	drawn, err := partsFigures(t.Name, panels, parts)
	if err != nil {
		return nil, err
	}
	stem := path.Join(tablesDir, ablationStem(t.Name))
	return append([]File{
		{Path: path.Join(recordsDir, ablationStem(t.Name)+".jsonl"), Data: records},
		{Path: stem + ".md", Data: markdown.Bytes()},
		{Path: stem + ".tex", Data: latex.Bytes()},
		{Path: stem + ".csv", Data: csv},
		{Path: stem + ".html", Data: page.Bytes()},
	}, drawn...), nil
}

// BelongsToAblation reports whether the artefact at p is one of the named plan's.
func BelongsToAblation(p, plan string) bool {
	if p == path.Join(recordsDir, ablationStem(plan)+".jsonl") {
		return true
	}
	if stem := path.Join(figuresDir, ablationStem(plan)) + "-"; strings.HasPrefix(p, stem) && strings.HasSuffix(p, "-parts.svg") {
		return true
	}
	return slices.ContainsFunc(tableFormats, func(ext string) bool {
		return p == path.Join(tablesDir, ablationStem(plan)+ext)
	})
}

// entry is a cell under one rule.
type entry struct {
	*ablation.Cell
	*ablation.Policy
	// equal counts the other entries that have the same numbers.
	equal int
}

// control reports whether the entry could not be deployed.
func (e entry) control() bool { return e.Policy.Control }

// name is the cascade in the syntax of package policy, without its rule.
func (e entry) name() string { return cellName(e.Cell) }

func cellName(c *ablation.Cell) string {
	return policy.Ref{Measure: c.Measure, Uncertainty: c.Uncertainty, Calibration: c.Calibration, Fusion: c.Fusion}.String()
}

// called is the name with how many other cascades have the same numbers.
func (e entry) called() string {
	switch {
	case e.Deferred == 0:
		return fmt.Sprintf("nothing is escalated, by %d cascades", e.equal+1)
	case e.equal > 0:
		return fmt.Sprintf("%s (and %d equal)", e.name(), e.equal)
	}
	return e.name()
}

// pairing is the cells of one pair, metric profile and seed.
type pairing struct {
	table     *ablation.Table
	pair      string
	axes      []string
	cells     []*ablation.Cell // with numbers
	empty     []*ablation.Cell // not applicable
	measure   string           // the reference measure
	fusion    string           // the reference fusion
	rule      string           // the label of the plan's first rule
	severally bool             // the plan has several profiles or seeds
}

// first is any cell: what a panel's cells share is read off it.
func (p *pairing) first() *ablation.Cell {
	if len(p.cells) > 0 {
		return p.cells[0]
	}
	return p.empty[0]
}

// name is the pair, with profile and seed where there are several.
func (p *pairing) name() string {
	if c := p.first(); p.severally {
		return fmt.Sprintf("%s, profile %s, seed %d", p.pair, c.Profile, c.Seed)
	}
	return p.pair
}

// panelsOf cuts a table into panels, in the order of the grid.
func panelsOf(t *ablation.Table) []*pairing {
	var out []*pairing
	count := map[string]int{}
	for i := range t.Cells {
		c := &t.Cells[i]
		last := len(out) - 1
		if last < 0 || out[last].pair != c.Pair || out[last].first().Profile != c.Profile || out[last].first().Seed != c.Seed {
			out = append(out, &pairing{table: t, pair: c.Pair})
			last++
			count[c.Pair]++
		}
		if c.NA != "" || c.Numbers == nil {
			out[last].empty = append(out[last].empty, c)
		} else {
			out[last].cells = append(out[last].cells, c)
		}
	}
	for _, p := range out {
		p.severally = count[p.pair] > 1
		for _, q := range t.Pairs {
			if q.Name != p.pair {
				continue
			}
			for _, a := range q.Costs {
				p.axes = append(p.axes, a.Unit)
			}
		}
		p.refer()
	}
	return out
}

// refer picks the fusion that measures are compared under, replacement if it is
// there, and the measure that fusions are compared under: that of the largest area
// under the deferral curve.
func (p *pairing) refer() {
	if len(p.cells) == 0 {
		return
	}
	p.rule = p.cells[0].Policies[0].Label
	p.fusion = fusion.Replace.Name
	if !slices.ContainsFunc(p.cells, func(c *ablation.Cell) bool { return plain(c) && !c.Control && c.Fusion == p.fusion }) {
		p.fusion = p.cells[0].Fusion
	}
	var best *ablation.Cell
	for _, c := range p.cells {
		if plain(c) && !c.Control && c.Fusion == p.fusion && (best == nil || c.AUDC.Value > best.AUDC.Value) {
			best = c
		}
	}
	if best == nil {
		best = p.cells[0]
	}
	p.measure = best.Measure
}

// plain reports whether a cell's uncertainty is neither replaced nor calibrated.
func plain(c *ablation.Cell) bool {
	return c.Uncertainty == panel.Own && c.Calibration == panel.Uncalibrated
}

// under returns a cell under the rule of a label.
func under(c *ablation.Cell, label string) (entry, bool) {
	for i := range c.Policies {
		if p := &c.Policies[i]; p.Label == label && p.NA == "" {
			return entry{Cell: c, Policy: p}, true
		}
	}
	return entry{}, false
}

// Reference returns the measure under which a table compares fusions for a pair,
// "" if no cell of the pair has numbers.
func Reference(t *ablation.Table, pair string) string {
	for _, p := range panelsOf(t) {
		if p.pair == pair {
			return p.measure
		}
	}
	return ""
}

// best returns the entries that pass, most accurate first, then fewest calls, then
// in the order of the grid; entries with the same numbers are one.
func (p *pairing) best(label string, pass func(entry) bool) []entry {
	var out []entry
	for _, c := range p.cells {
		for i := range c.Policies {
			e := entry{Cell: c, Policy: &c.Policies[i]}
			if e.Policy.NA == "" && (label == "" || e.Label == label) && pass(e) {
				out = append(out, e)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int {
		if a.Right != b.Right {
			return b.Right - a.Right
		}
		return compareNumbers(a.calls(), b.calls())
	})
	return merged(out)
}

func compareNumbers(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (e entry) calls() float64 { return float64(e.Policy.First + e.Policy.Second) }

// merged makes one entry of those with the same numbers under the same rule.
func merged(sorted []entry) []entry {
	type numbers struct {
		label                        string
		right                        int
		deferred, first, second      ablation.Number
		corrected, broken, c2, b2    int
		lo, hi, small, large, large2 ablation.Number
	}
	at := map[numbers]int{}
	var out []entry
	for _, e := range sorted {
		key := numbers{label: e.Label, right: e.Right, deferred: e.Deferred, first: e.Policy.First, second: e.Policy.Second, lo: e.Accuracy.Lo, hi: e.Accuracy.Hi}
		if e.VsSmall != nil && e.VsLarge != nil {
			key.corrected, key.broken, key.small = e.VsSmall.Corrected, e.VsSmall.Broken, e.VsSmall.FlipP
			key.c2, key.b2, key.large, key.large2 = e.VsLarge.Corrected, e.VsLarge.Broken, e.VsLarge.FlipP, e.VsLarge.Difference.Lo
		}
		if i, ok := at[key]; ok {
			out[i].equal++
			continue
		}
		at[key] = len(out)
		out = append(out, e)
	}
	return out
}

// cascading keeps cascades that could be deployed.
func cascading(e entry) bool {
	return !e.control() && e.Fusion != fusion.SmallOnly.Name && e.Fusion != fusion.LargeOnly.Name
}

// smallest warns where no Holm p can fall below 0.05: a test that draws R patterns
// has no p below 1/(1+R).
func (p *pairing) smallest() []string {
	n, r := p.table.Counts.Comparisons, p.first().Replicates
	if least := float64(n) / float64(r+1); least >= 0.05 {
		return []string{fmt.Sprintf("No first Holm p can be below %.2g here: a sign-flip test of %d patterns has no p below %.2g, and there are %d comparisons. Read the unadjusted p beside it with their number in mind.",
			least, r, 1/float64(r+1), n)}
	}
	return nil
}

// labels are the plan's rules, in its order.
func (p *pairing) labels() (out []string) {
	if len(p.cells) == 0 {
		return nil
	}
	for _, q := range p.cells[0].Policies {
		out = append(out, q.Label)
	}
	return out
}
