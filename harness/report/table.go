package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

// Table is a table in words, before it has a format.
type Table struct {
	// Title heads the table. Tier is synth or public and is printed with it.
	Title, Tier string
	Columns     []Column
	// Rows hold one cell per column.
	Rows [][]string
	// Notes are printed beneath: n, intervals, warnings, hypotheses.
	Notes []string
}

// Column is a column's heading. Numbers stand to the right.
type Column struct {
	Name   string
	Number bool
}

// tierLine says where a table's numbers come from.
func tierLine(tier string) string {
	if tier == "synth" {
		return "SYNTHETIC: generated clips and generated answers (tier synth)."
	}
	return "Real labels and real cached answers (tier " + tier + ")."
}

// Markdown writes the table in GitHub's dialect.
func (t Table) Markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", t.Title, tierLine(t.Tier))
	rule := make([]string, len(t.Columns))
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], rule[i] = c.Name, "---"
		if c.Number {
			rule[i] = "---:"
		}
	}
	for _, row := range append([][]string{names, rule}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = markdownEscape(cell)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	b.WriteByte('\n')
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	return b.Bytes()
}

// markdownEscape keeps a cell in its row and column.
var markdownEscape = strings.NewReplacer("|", "\\|", "\r", "", "\n", " ").Replace

// CSV writes the table with a leading column tier, so that a row torn from its
// file still says what it is. Notes are left to the other formats.
func (t Table) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	header := []string{"tier"}
	for _, c := range t.Columns {
		header = append(header, c.Name)
	}
	if err := w.Write(header); err != nil {
		return nil, err
	}
	for _, row := range t.Rows {
		if err := w.Write(append([]string{t.Tier}, row...)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// LaTeX writes a booktabs table whose notes stand in the caption.
func (t Table) LaTeX() []byte {
	var b bytes.Buffer
	align := make([]byte, len(t.Columns))
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		align[i], names[i] = 'l', c.Name
		if c.Number {
			align[i] = 'r'
		}
	}
	fmt.Fprintf(&b, "%% needs \\usepackage{booktabs}, \\usepackage[T1]{fontenc} and \\usepackage[utf8]{inputenc}\n")
	fmt.Fprintf(&b, "\\begin{table}\n\\centering\\small\n\\begin{tabular}{%s}\n\\toprule\n%s\\midrule\n", align, texRow(names))
	for _, row := range t.Rows {
		b.WriteString(texRow(row))
	}
	caption := append([]string{t.Title + ".", tierLine(t.Tier)}, t.Notes...)
	fmt.Fprintf(&b, "\\bottomrule\n\\end{tabular}\n\\caption{%s}\n\\end{table}\n", texEscape(strings.Join(caption, " ")))
	return b.Bytes()
}

// texRow writes a row. One that begins with [ or * is kept from being read as
// an argument of the line break before it.
func texRow(cells []string) string {
	escaped := make([]string, len(cells))
	for i, c := range cells {
		escaped[i] = texEscape(c)
	}
	row := strings.Join(escaped, " & ")
	if strings.HasPrefix(row, "[") || strings.HasPrefix(row, "*") {
		row = "{}" + row
	}
	return row + " \\\\\n"
}

// texEscape makes text safe for pdflatex with inputenc. Signs that tables use
// become mathematics, since pdflatex knows few of them as characters; letters of
// other scripts than Latin need lualatex or xelatex.
var texEscape = strings.NewReplacer(
	`\`, `\textbackslash{}`, `&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`, `{`, `\{`, `}`, `\}`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, `<`, `$<$`, `>`, `$>$`, `|`, `$|$`, `"`, `\textquotedbl{}`,
	"−", "$-$", "±", `$\pm$`, "×", `$\times$`, "·", `$\cdot$`, "≤", `$\leq$`, "≥", `$\geq$`, "≠", `$\neq$`, "≈", `$\approx$`,
	"→", `$\rightarrow$`, "∞", `$\infty$`, "√", `$\surd$`, "Σ", `$\Sigma$`, "Δ", `$\Delta$`, "α", `$\alpha$`, "δ", `$\delta$`,
	"λ", `$\lambda$`, "μ", `$\mu$`, "σ", `$\sigma$`, "τ", `$\tau$`, "½", `$\frac12$`, "°", `$^\circ$`,
	"–", "--", "—", "---", "…", `\ldots{}`, "\u00a0", "~",
).Replace
