package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"uacs/harness/ablation"
)

// section is one table of an ablation's report.
type section struct {
	title   string
	columns []Column
	rows    [][]string
	// bold are the places, row and column, of the best values.
	bold map[[2]int]bool
	// notes stand beneath every format, asides beneath the Markdown only.
	notes, asides []string
}

// merge makes one row of those that follow each other and differ in the first
// column only, joining its names.
func (s *section) merge() {
	var rows [][]string
	bold := map[[2]int]bool{}
	for i, row := range s.rows {
		last := len(rows) - 1
		if last >= 0 && slices.Equal(rows[last][1:], row[1:]) && strings.HasSuffix(rows[last][0], ")") == strings.HasSuffix(row[0], ")") {
			rows[last][0] += ", " + row[0]
			continue
		}
		rows = append(rows, slices.Clone(row))
		for j := range row {
			if s.bold[[2]int{i, j}] {
				bold[[2]int{last + 1, j}] = true
			}
		}
	}
	s.rows, s.bold = rows, bold
}

func (s *section) add(cells ...string) { s.rows = append(s.rows, cells) }

// boldest sets the largest value of a column in bold, all of them if several tie.
// values holds one per row; a NaN takes no part.
func (s *section) boldest(column int, values []float64) {
	var best []int
	for i, v := range values {
		switch {
		case v != v:
		case len(best) == 0 || v > values[best[0]]:
			best = []int{i}
		case v == values[best[0]]:
			best = append(best, i)
		}
	}
	if s.bold == nil {
		s.bold = map[[2]int]bool{}
	}
	for _, i := range best {
		s.bold[[2]int{i, column}] = true
	}
}

// writeHead writes what stands above all sections.
func writeHead(b *bytes.Buffer, t *ablation.Table) {
	n := t.Counts
	fmt.Fprintf(b, "# %s\n\n%s\n\n", t.Title, tierLine(t.Tier))
	fmt.Fprintf(b, "%d of %d cells (a measure, calibration and fusion for a pair of models); %d do not apply to the answers at hand, %d are controls, %d could be deployed. "+
		"Each is judged under every routing rule: %d comparisons with a model alone, for which Holm's method adjusts.\n\n",
		n.Done, n.Cells, n.NotApplicable, n.Controls, n.Done-n.NotApplicable-n.Controls, n.Comparisons)
	b.WriteString("How to read the tables:\n\n")
	for _, line := range howToRead {
		fmt.Fprintf(b, "- %s\n", line)
	}
}

var howToRead = []string{
	"Thresholds are cross-fitted by video: chosen on the other folds, judged on their own.",
	"Brackets are percentile intervals that resample videos. \"Over small\" and \"over large\" are points of accuracy over either model alone on the same clips.",
	"\\* Holm p < 0.05, \\*\\* Holm p < 0.01: two-sided sign-flip test over videos, adjusted over all comparisons of the plan.",
	"Bold is the best value among cascades that could be deployed. A control could not be: it knows the labels, ignores the clip, or asks the large model about every clip.",
	"The best of many cascades on the same clips looks better than it is: rank is evidence for a group of rows, not for the first.",
	"A cascade is written measure/calibration+fusion, as `uacs compare` reads it.",
}

// writeMarkdown writes a panel's sections and its notes.
func writeMarkdown(b *bytes.Buffer, p *pairing, sections []section) {
	c := p.first()
	fmt.Fprintf(b, "\n## %s\n\n%s %s: %s (small) and %s (large), n = %d clips in %d videos.\n", p.name(), c.Dataset, c.Split, c.Small, c.Large, c.N, c.Videos)
	for i, s := range sections {
		fmt.Fprintf(b, "\n### %d. %s\n\n", i+1, s.title)
		if len(s.rows) > 0 {
			s.markdown(b)
			b.WriteByte('\n')
		}
		for _, n := range slices.Concat(s.notes, s.asides) {
			fmt.Fprintf(b, "- %s\n", n)
		}
	}
	fmt.Fprintf(b, "\n### Notes on %s\n\n", p.name())
	for _, n := range p.notes() {
		fmt.Fprintf(b, "- %s\n", n)
	}
}

// writeFoot writes what stands beneath all sections.
func writeFoot(b *bytes.Buffer, t *ablation.Table) {
	b.WriteString("\n## Provenance\n\n")
	if len(t.Hypotheses) > 0 {
		fmt.Fprintf(b, "- Hypotheses (the paper's abstract leaves them open): %s.\n", strings.Join(t.Hypotheses, "; "))
	}
	if len(t.Missing) > 0 {
		fmt.Fprintf(b, "- INCOMPLETE: %d cells of the grid have not been judged yet; Holm's method adjusts for those that have.\n", len(t.Missing))
	}
	fmt.Fprintf(b, "- Plan %s, SHA-256 %.12s. The CSV file beside this one has every cell with numbers under every rule.\n", t.Plan, t.PlanSHA256)
}

func (s *section) markdown(b *bytes.Buffer) {
	names, rule := make([]string, len(s.columns)), make([]string, len(s.columns))
	for i, c := range s.columns {
		if names[i], rule[i] = c.Name, "---"; c.Number {
			rule[i] = "---:"
		}
	}
	fmt.Fprintf(b, "| %s |\n| %s |\n", strings.Join(names, " | "), strings.Join(rule, " | "))
	for i, row := range s.rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = strings.ReplaceAll(markdownEscape(cell), "*", "\\*")
			if s.bold[[2]int{i, j}] {
				cells[j] = "**" + cells[j] + "**"
			}
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
}

const latexNeeds = "% needs \\usepackage{booktabs}, \\usepackage{graphicx}, \\usepackage[T1]{fontenc} and \\usepackage[utf8]{inputenc}\n"

// latex writes a booktabs table no wider than the text. Significance marks are
// superscripts, and the caption says n, profile, clustering and replicates.
func (s section) latex(p *pairing) []byte {
	if len(s.rows) == 0 {
		return nil
	}
	var b bytes.Buffer
	align, names := make([]byte, len(s.columns)), make([]string, len(s.columns))
	for i, c := range s.columns {
		if align[i], names[i] = 'l', texEscape(c.Name); c.Number {
			align[i] = 'r'
		}
	}
	fmt.Fprintf(&b, "\\begin{table}\n\\centering\\small\n\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%%\n\\begin{tabular}{%s}\n\\toprule\n%s \\\\\n\\midrule\n",
		align, strings.Join(names, " & "))
	for i, row := range s.rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = texMarks(cell)
			if s.bold[[2]int{i, j}] {
				cells[j] = "\\textbf{" + cells[j] + "}"
			}
		}
		line := strings.Join(cells, " & ")
		if strings.HasPrefix(line, "[") {
			line = "{}" + line
		}
		b.WriteString(line + " \\\\\n")
	}
	fmt.Fprintf(&b, "\\bottomrule\n\\end{tabular}}\n\\caption{%s}\n\\end{table}\n", texEscape(strings.Join(p.caption(s), " ")))
	return b.Bytes()
}

// html writes the section as a table of its own, under what a caption says.
func (s section) html(p *pairing) []byte {
	t := Table{Title: p.name() + ": " + s.title, Tier: p.first().Tier, Columns: s.columns, Rows: s.rows, Bold: s.bold, Notes: p.caption(s)[2:]}
	return t.HTML()
}

// texMarks escapes a cell and raises the marks at its end.
func texMarks(cell string) string {
	text := strings.TrimRight(cell, "*")
	if marks := cell[len(text):]; marks != "" {
		return texEscape(text) + "$^{" + marks + "}$"
	}
	return texEscape(text)
}

// caption says what a reader of one table alone must know.
func (p *pairing) caption(s section) []string {
	c := p.first()
	out := []string{
		fmt.Sprintf("%s: %s.", p.name(), strings.TrimSuffix(s.title, ".")), tierLine(c.Tier),
		fmt.Sprintf("n = %d clips in %d videos of %s %s, profile %s (%s); thresholds cross-fitted over %d folds of videos; %s %% percentile intervals, %d replicates that resample videos.",
			c.N, c.Videos, c.Dataset, c.Split, c.Profile, c.Quality, c.Folds, trim(100*float64(c.Level)), c.Replicates),
		"Bold: best among cascades that could be deployed. One mark: Holm p < 0.05, two: p < 0.01, two-sided sign-flip test over videos.",
	}
	return append(out, s.notes...)
}
