package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"uacs/harness/ablation"
)

// notes are the caveats that stand beneath the sections of a panel: what all cells
// share, then the warnings of single cells and policies, counted.
func (p *pairing) notes() []string {
	c := p.first()
	out := []string{
		fmt.Sprintf("%s %s: %d clips, %d left out by policy, n = %d counted by profile %s (%s), %d videos.", c.Dataset, c.Split, c.Clips, c.Dropped, c.N, c.Profile, c.Quality, c.Videos),
		failures(c),
		fmt.Sprintf("Intervals: %s %% percentile bootstrap by video, %d replicates, the same draws for all cells, seed %d. Folds: %d, by video.",
			trim(100*float64(c.Level)), c.Replicates, c.Seed, c.Folds),
	}
	if c.Surrogate != "" {
		out = append(out, fmt.Sprintf("Second round: %s stands in for %s.", c.Second, c.Surrogate))
	}
	for _, q := range p.table.Pairs {
		if q.Name != p.pair {
			continue
		}
		for _, a := range q.Costs {
			kind := "Cost"
			if a.Hypothesis {
				kind = "Cost, hypothesis"
			}
			out = append(out, fmt.Sprintf("%s: %s: %s.", kind, a.Unit, a.Source))
		}
	}
	return append(out, p.warnings()...)
}

func failures(c *ablation.Cell) string {
	second := ""
	if c.Second != "" {
		second = fmt.Sprintf(", second round %d", c.SecondFailed)
	}
	return fmt.Sprintf("No usable answer: small model %d, large model %d%s of %d clips; policy %s.", c.SmallFailed, c.LargeFailed, second, c.Clips, c.Failures)
}

// numerals are the numbers in a warning: warnings that differ in them alone are one.
var numerals = regexp.MustCompile(`\d+(\.\d+)?(e[-+]\d+)?`)

// warnings are those of the cells: what all of them say as it stands, and the
// others once for each wording, with the number of cells.
func (p *pairing) warnings() []string {
	common := map[string]bool{}
	for _, w := range p.common() {
		common[w] = true
	}
	var out []string
	for _, w := range p.common() {
		out = append(out, "Note: "+w+".")
	}
	var tallies []*tally
	by := map[string]*tally{}
	count := func(w string, seen map[string]bool) {
		key := numerals.ReplaceAllString(w, "#")
		t := by[key]
		if t == nil {
			t = &tally{text: w}
			by[key], tallies = t, append(tallies, t)
		}
		t.differ = t.differ || t.text != w
		if !seen[key] {
			t.cells++
		}
		seen[key] = true
	}
	for _, c := range p.cells {
		seen := map[string]bool{}
		for _, w := range c.Warnings {
			if !common[w] {
				count(w, seen)
			}
		}
		for _, q := range c.Policies {
			for _, w := range q.Warnings {
				count(w, seen)
			}
		}
	}
	slices.SortStableFunc(tallies, func(a, b *tally) int { return cmp.Compare(b.cells, a.cells) })
	for _, t := range tallies {
		out = append(out, t.line(len(p.cells)))
	}
	return out
}

// tally counts the cells that have a warning of one wording; text is the first.
type tally struct {
	text   string
	cells  int
	differ bool
}

func (t *tally) line(of int) string {
	like := ""
	if t.differ {
		like = ", numbers differ"
	}
	return fmt.Sprintf("In %d of %d cells%s: %s.", t.cells, of, like, strings.TrimSuffix(t.text, "."))
}

// common are the warnings that every cell of the panel has.
func (p *pairing) common() []string {
	if len(p.cells) == 0 {
		return nil
	}
	out := slices.Clone(p.cells[0].Warnings)
	for _, c := range p.cells[1:] {
		out = slices.DeleteFunc(out, func(w string) bool { return !slices.Contains(c.Warnings, w) })
	}
	return out
}
