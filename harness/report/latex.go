package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// latexHead is what a LaTeX table asks of the document that inputs it, and the
// letters that pdflatex lacks.
const latexHead = latexNeeds + `\DeclareRobustCommand{\uacschar}[2]{\ifdefined\directlua#2\else\ifdefined\XeTeXversion#2\else[#1]\fi\fi}` + "\n"

// Sizes are in characters of \footnotesize, of which two make an em.
const (
	texLine    = 92 // the text width of article at 10 points; tables this wide are scaled a little
	texGap     = 2  // between two columns
	texWidest  = 30 // a column of text is at first no wider than this, and may wrap
	texLines   = 40 // lines of a table on one page
	texPending = 12 // floats that may wait for a page
)

// LaTeX writes booktabs tables that fit the page: a table too wide becomes several
// with the same first column, one too long is continued, and a table with groups
// has a float for each. Captions hold title and tier; the notes follow as a
// paragraph each.
func (t Table) LaTeX() []byte {
	var b bytes.Buffer
	b.WriteString(latexHead)
	floats := 0
	for _, g := range t.groups() {
		columns, rows := t.Columns[t.Grouped:], make([][]string, len(g.rows))
		for i, row := range g.rows {
			rows[i] = row[t.Grouped:]
		}
		if t.Grouped > 0 {
			columns, rows = filled(columns, rows)
		}
		parts := texParts(columns, rows)
		for i, part := range parts {
			for j, page := range part.pages() {
				if floats++; floats%texPending == 0 {
					b.WriteString("\\clearpage\n")
				}
				part.float(&b, page, t.caption(g.names, i+1, len(parts), j > 0))
			}
		}
	}
	if len(t.Notes) > 0 {
		b.WriteString("{\\footnotesize\\raggedright\\parindent=0pt\\par\\textbf{Notes.}\\par\n")
		for _, n := range t.Notes {
			fmt.Fprintf(&b, "%s\\par\n", texEscape(n))
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}

// caption heads one float; each says the tier, since floats are moved about.
func (t Table) caption(names []string, part, parts int, more bool) string {
	title := t.Title
	if len(names) > 0 {
		title += ": " + strings.Join(names, ", ")
	}
	if parts > 1 {
		title += fmt.Sprintf(" (columns, part %d of %d)", part, parts)
	}
	if more {
		title += ", continued"
	}
	return title + ". " + tierLine(t.Tier)
}

// filled leaves out the columns, after the first, that no row has a value in; the
// notes say why not.
func filled(columns []Column, rows [][]string) ([]Column, [][]string) {
	var kept []int
	for c := range columns {
		if c == 0 || slices.ContainsFunc(rows, func(row []string) bool { return row[c] != "" && row[c] != "n/a" }) {
			kept = append(kept, c)
		}
	}
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = choose(row, kept)
	}
	return choose(columns, kept), out
}

func choose[E any](x []E, places []int) []E {
	out := make([]E, len(places))
	for i, p := range places {
		out[i] = x[p]
	}
	return out
}

// texPart is some columns of a table, with their widths in characters.
type texPart struct {
	columns []Column
	rows    [][]string
	width   []int
	wraps   []bool // a column of text that is wider than its width
	stacked bool   // intervals stand beneath their estimates
}

// texParts deals the columns to parts that fit the line, the first column to each.
// Parts after the first leave out rows in which they have nothing to say.
// Intervals are put beneath their estimates before a table is cut.
func texParts(columns []Column, rows [][]string) []texPart {
	width, stacked := columnWidths(columns, rows, false), false
	if sum(width)+texGap*len(width) > texLine {
		narrow := columnWidths(columns, rows, true)
		width, stacked = narrow, !slices.Equal(narrow, width)
	}
	places, room := [][]int{{0}}, texLine-width[0]-texGap
	for c := 1; c < len(columns); c++ {
		if room -= width[c] + texGap; room < 0 && len(places[len(places)-1]) > 1 {
			places, room = append(places, []int{0}), texLine-width[0]-width[c]-2*texGap
		}
		places[len(places)-1] = append(places[len(places)-1], c)
	}
	parts := make([]texPart, len(places))
	for i, p := range places {
		part := texPart{columns: choose(columns, p), width: choose(width, p), wraps: make([]bool, len(p)), stacked: stacked}
		for _, row := range rows {
			cells := choose(row, p)
			if said := func(cell string) bool { return cell != "" }; i == 0 || slices.ContainsFunc(cells[1:], said) {
				part.rows = append(part.rows, cells)
			}
		}
		part.stretch()
		parts[i] = part
	}
	return parts
}

func sum(x []int) int {
	total := 0
	for _, v := range x {
		total += v
	}
	return total
}

// columnWidths are the widths of the widest cells and of the headings' longest words;
// those of text are bounded, since text can wrap.
func columnWidths(columns []Column, rows [][]string, stacked bool) []int {
	width := make([]int, len(columns))
	for c, column := range columns {
		for _, row := range rows {
			width[c] = max(width[c], cellWidth(column, row[c], stacked))
		}
		if !column.Number {
			width[c] = min(width[c], texWidest)
		}
		for _, word := range strings.Fields(column.Name) {
			width[c] = max(width[c], utf8.RuneCountInString(word))
		}
	}
	return width
}

// cellWidth is the width of a cell; intervals beneath estimates are set smaller.
func cellWidth(c Column, cell string, stacked bool) int {
	if value, interval, ok := withInterval(c, cell); ok && stacked {
		return max(utf8.RuneCountInString(value), utf8.RuneCountInString(interval)*4/5)
	}
	return utf8.RuneCountInString(cell)
}

// withInterval cuts a number from the interval after it.
func withInterval(c Column, cell string) (value, interval string, ok bool) {
	value, interval, ok = strings.Cut(cell, " [")
	return value, "[" + interval, ok && c.Number
}

// stretch shares what is left of the line among the columns of text that need more,
// and notes which wrap.
func (p *texPart) stretch() {
	need, used := make([]int, len(p.columns)), 0
	for c := range p.columns {
		used += p.width[c] + texGap
		for _, row := range p.rows {
			need[c] = max(need[c], cellWidth(p.columns[c], row[c], p.stacked))
		}
	}
	for more := true; more && used < texLine; {
		more = false
		for c := range p.columns {
			if need[c] > p.width[c] && used < texLine {
				p.width[c]++
				used++
				more = true
			}
		}
	}
	for c := range p.columns {
		p.wraps[c] = need[c] > p.width[c]
	}
}

// pages cuts the rows into runs that fit a page each.
func (p *texPart) pages() [][][]string {
	var out [][][]string
	lines := 0
	for _, row := range p.rows {
		tall := 1
		for c, cell := range row {
			if _, _, ok := withInterval(p.columns[c], cell); ok && p.stacked {
				tall = max(tall, 2)
			}
			if p.wraps[c] { // words do not fill their lines
				tall = max(tall, 1+utf8.RuneCountInString(cell)*5/(4*p.width[c]))
			}
		}
		if lines += tall; lines > texLines || len(out) == 0 {
			out, lines = append(out, nil), tall
		}
		out[len(out)-1] = append(out[len(out)-1], row)
	}
	if len(out) == 0 {
		out = [][][]string{nil}
	}
	return out
}

// float writes one table environment. Should the estimate of its width fall short,
// it is scaled to the line.
func (p *texPart) float(b *bytes.Buffer, rows [][]string, caption string) {
	align, heads := make([]string, len(p.columns)), make([]string, len(p.columns))
	for c, column := range p.columns {
		side := "l"
		if column.Number {
			side = "r"
		}
		if align[c] = side; p.wraps[c] {
			align[c] = fmt.Sprintf("p{%.1fem}", float64(p.width[c])/2)
		}
		heads[c] = texHeading(column.Name, side, p.width[c])
	}
	fmt.Fprintf(b, "\\begin{table}[!htbp]\n\\centering\\footnotesize\\setlength{\\tabcolsep}{3pt}\n\\caption{%s}\n", texEscape(caption))
	fmt.Fprintf(b, "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%%\n\\begin{tabular}{%s}\n\\toprule\n", strings.Join(align, ""))
	b.WriteString(strings.Join(heads, " & ") + " \\tabularnewline\n\\midrule\n")
	for _, row := range rows {
		cells := make([]string, len(row))
		for c, cell := range row {
			cells[c] = p.cell(c, cell)
		}
		b.WriteString(texRow(cells))
		if p.stacked { // what belongs together stands closer
			b.WriteString("\\addlinespace[2pt]\n")
		}
	}
	b.WriteString("\\bottomrule\n\\end{tabular}}\n\\end{table}\n")
}

// cell sets one cell.
func (p *texPart) cell(c int, text string) string {
	value, interval, ok := withInterval(p.columns[c], text)
	switch {
	case ok && p.stacked:
		return fmt.Sprintf("\\begin{tabular}[t]{@{}r@{}}%s\\\\{\\scriptsize %s}\\end{tabular}", texEscape(value), texEscape(interval))
	case p.wraps[c]:
		return "\\raggedright " + texEscape(text)
	}
	return texEscape(text)
}

// texHeading breaks a heading into lines no longer than the column, if words allow.
func texHeading(name, side string, width int) string {
	var lines []string
	for _, word := range strings.Fields(name) {
		last := len(lines) - 1
		if last >= 0 && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	for i := range lines {
		lines[i] = texEscape(lines[i])
	}
	if len(lines) < 2 {
		return strings.Join(lines, "")
	}
	return fmt.Sprintf("\\shortstack[%s]{%s}", side, strings.Join(lines, `\\{}`))
}

// texRow writes a row of escaped cells. One that begins with [ or * is kept from
// being read as an argument of the line break before it.
func texRow(cells []string) string {
	row := strings.Join(cells, " & ")
	if strings.HasPrefix(row, "[") || strings.HasPrefix(row, "*") {
		row = "{}" + row
	}
	return row + " \\tabularnewline\n"
}
