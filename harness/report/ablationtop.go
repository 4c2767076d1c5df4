package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"uacs/harness/ablation"
)

// WriteTop prints the most accurate cascades of each pair that could be deployed,
// at most n of them under whatever rule, in lines of at most width columns where
// names allow it.
func WriteTop(w io.Writer, t *ablation.Table, n, width int) error {
	var b bytes.Buffer
	fmt.Fprintln(&b, t.Title)
	fmt.Fprintln(&b, tierLine(t.Tier))
	fmt.Fprintln(&b, CountsLine(t.Counts))
	for _, p := range panelsOf(t) {
		b.WriteByte('\n')
		p.top(&b, n, width)
	}
	for _, m := range t.Hypotheses {
		fmt.Fprintf(&b, "hypothesis: %s\n", m)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// CountsLine says how many cells there are.
func CountsLine(c ablation.Counts) string {
	line := fmt.Sprintf("%d cells: %d not applicable, %d controls, %d could be deployed; %d comparisons", c.Cells, c.NotApplicable, c.Controls,
		c.Done-c.NotApplicable-c.Controls, c.Comparisons)
	if c.Done < c.Cells {
		line += fmt.Sprintf("; INCOMPLETE, %d cells have not been judged", c.Cells-c.Done)
	}
	return line
}

// topColumns are the widths of the numbers before a cascade's name.
const topFormat = "%-21s  %6s  %-17s  %-17s  %-5s"

func (p *pairing) top(b *bytes.Buffer, n, width int) {
	c := p.first()
	fmt.Fprintf(b, "%s: n = %d clips, %d videos\n", p.name(), c.N, c.Videos)
	if len(p.cells) == 0 {
		fmt.Fprintln(b, "  no cell applies")
		return
	}
	head := fmt.Sprintf(topFormat, "accuracy % "+fmt.Sprintf("[%s %%]", trim(100*float64(c.Level))), "calls", "over small (Holm)", "over large (Holm)", "bound")
	indent := utf8.RuneCountInString(head) + 2
	own := width-indent < 60 // names get lines of their own
	line := func(numbers, name string) {
		numbers = strings.TrimRight(numbers, " ")
		switch {
		case own:
			fmt.Fprintf(b, "%s\n%s\n", cut(name, width), "  "+numbers)
		default:
			fmt.Fprintf(b, "%-*s%s\n", indent, numbers, cut(name, width-indent))
		}
	}
	line(head, "cascade @ rule")
	line(fmt.Sprintf(topFormat, interval(c.SmallAlone.Accuracy), "0.000", "", "", ""), c.Small+" alone (small)")
	line(fmt.Sprintf(topFormat, interval(c.LargeAlone.Accuracy), "1.000", "", "", ""), c.Large+" alone (large)")
	for i, e := range p.best("", cascading) {
		if i == n {
			break
		}
		line(fmt.Sprintf(topFormat, interval(e.Accuracy), fixed(e.calls(), 3), brief(e.VsSmall.Difference.Value, e.VsSmall.HolmP),
			brief(e.VsLarge.Difference.Value, e.VsLarge.HolmP), e.guarantee()), e.called()+" @ "+e.Label)
	}
	for _, s := range p.smallest() {
		fmt.Fprintf(b, "note: %s\n", s)
	}
	for _, w := range p.common() {
		fmt.Fprintf(b, "note: %s\n", w)
	}
}

// brief prints a difference in points with its Holm p.
func brief(d, p ablation.Number) string { return fmt.Sprintf("%s (%s)", signed(d), pValue(p)) }

// cut shortens text to width columns.
func cut(text string, width int) string {
	runes := []rune(text)
	if width < 2 || len(runes) <= width {
		return text
	}
	return string(runes[:width-1]) + "…"
}

// AblationCounts reads the counts from the records of an ablation.
func AblationCounts(records []byte) (ablation.Counts, error) {
	line, _, _ := bytes.Cut(records, []byte("\n"))
	var r planRecord
	if err := json.Unmarshal(line, &r); err != nil || r.Kind != "plan" {
		return ablation.Counts{}, fmt.Errorf("records of an ablation do not begin with its plan: %w", err)
	}
	return r.Counts, nil
}
