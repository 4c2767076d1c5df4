package report

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// By hand.
func TestTexHeading(t *testing.T) {
	for _, c := range []struct {
		name, side string
		width      int
		want       string
	}{
		{"n", "r", 3, "n"},
		{"calls per clip", "r", 20, "calls per clip"},
		{"calls per clip", "r", 9, `\shortstack[r]{calls per\\{}clip}`},
		{"accuracy % [interval]", "l", 5, `\shortstack[l]{accuracy\\{}\%\\{}[interval]}`},
		{"", "l", 5, ""},
	} {
		if got := texHeading(c.name, c.side, c.width); got != c.want {
			t.Errorf("%q in %d: %s, want %s", c.name, c.width, got, c.want)
		}
	}
}

// No part of a table is estimated wider than the line, but for one whose two
// columns already are; all parts begin with the first column, and together they
// have the others in their order.
func TestTexParts(t *testing.T) {
	for name, table := range handTables(t) {
		var rest []Column
		for _, part := range texParts(table.Columns, table.Rows) {
			sum := 0
			for _, w := range part.width {
				sum += w + texGap
			}
			if sum > texLine && len(part.columns) > 2 {
				t.Errorf("%s: %d characters", name, sum)
			}
			if part.columns[0] != table.Columns[0] {
				t.Errorf("%s: a part begins with %s", name, part.columns[0].Name)
			}
			rest = append(rest, part.columns[1:]...)
		}
		if diff := cmp.Diff(table.Columns[1:], rest); diff != "" {
			t.Errorf("%s: columns (-want +got):\n%s", name, diff)
		}
	}
}

// By hand: with intervals beneath estimates this fits one line, 4+2 + 6·(11+2); what
// has no interval stays as it is. With twelve such columns a second part is needed,
// which leaves out the row that is empty there.
func TestTexIntervals(t *testing.T) {
	columns, row, none := []Column{{"key", false}}, []string{"key"}, []string{"none"}
	for range 12 {
		columns, row, none = append(columns, Column{"points", true}), append(row, "+12.00 [10.00, 14.00]"), append(none, "")
	}
	parts := texParts(columns[:7], [][]string{row[:7]})
	if len(parts) != 1 || !parts[0].stacked {
		t.Fatalf("%d parts", len(parts))
	}
	if got, want := parts[0].cell(1, row[1]), `\begin{tabular}[t]{@{}r@{}}+12.00\\{\scriptsize [10.00, 14.00]}\end{tabular}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := parts[0].cell(0, "a [b]"); got != "a [b]" {
		t.Errorf("text in brackets: %s", got)
	}
	parts = texParts(columns, [][]string{none, row})
	if len(parts) != 2 || len(parts[0].rows) != 2 || len(parts[1].rows) != 1 {
		t.Errorf("%d parts, the first two of %d and %d rows", len(parts), len(parts[0].rows), len(parts[1].rows))
	}
	if part := texParts(columns[:3], [][]string{row[:3]})[0]; part.stacked || part.cell(1, row[1]) != row[1] {
		t.Error("a narrow table is stacked")
	}
}

// Pages hold all rows in their order.
func TestTexPages(t *testing.T) {
	var rows [][]string
	for i := range 100 {
		rows = append(rows, []string{fmt.Sprint(i)})
	}
	parts := texParts([]Column{{"i", true}}, rows)
	var back [][]string
	pages := parts[0].pages()
	for _, p := range pages {
		back = append(back, p...)
	}
	if diff := cmp.Diff(rows, back); diff != "" || len(pages) != 3 { // 40, 40 and 20
		t.Errorf("%d pages, rows (-want +got):\n%s", len(pages), diff)
	}
	if p := texParts([]Column{{"i", true}}, nil)[0].pages(); len(p) != 1 || len(p[0]) != 0 {
		t.Errorf("a table without rows has pages %v", p)
	}
}

// texTables are tables of every kind, the largest that may come, and one of every
// letter and sign that is escaped or passed on.
func texTables(t *testing.T) map[string][]byte {
	t.Helper()
	tables := map[string][]byte{}
	for name, table := range handTables(t) {
		tables[name] = table.LaTeX()
	}
	var latin []string
	for r := rune(0xa1); r <= 0x17e; r++ {
		latin = append(latin, string(r))
	}
	tables["signs"] = Table{
		Title: "Signs _&% 中", Tier: "public", Columns: []Column{{"sign", false}, {"n [m]", true}},
		Rows: [][]string{
			{"[a]", "1"},
			{"*", "2"},
			{"\\ & % $ # _ { } ~ ^ < > | \" ' `", "3"},
			{"− ± × · ≤ ≥ ≠ ≈ → ← ↑ ↓ ↔ ∞ √ ∈ ∑ Γ Δ Θ Λ Π Σ Φ Ω α β γ δ ε η θ κ λ μ π ρ σ τ φ χ ω ½ ° ⁻ ₁ ₂ ‘ ’ “ ” – — … \u00a0\u202f", "4"},
			{"中文 한국 日本 Ж 😀\x00\x1b", "5"},
			{strings.Join(latin, " "), "6"},
		},
		Notes: []string{"100 % of a_b & c; τ ≤ 0.5 [see x]; 情感."},
	}.LaTeX()
	wide := Table{Title: "Wide and long", Tier: "synth", Columns: []Column{{"key", false}}}
	for c := range 30 {
		wide.Columns = append(wide.Columns, Column{fmt.Sprintf("column number %d of many", c), c%3 > 0})
	}
	for i := range 100 {
		row := []string{strings.Repeat("distance-to-neutral + ", 3)}
		for c := range 30 {
			row = append(row, strings.Repeat(fmt.Sprintf("%d.00 ", i), 1+(c+i)%12))
		}
		wide.Rows = append(wide.Rows, row)
	}
	tables["wide"] = wide.LaTeX()
	ablation, err := AblationFiles(handTable(), handParts())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ablation {
		if strings.HasSuffix(f.Path, ".tex") {
			tables["ablation"] = f.Data
		}
	}
	return tables
}

var overfull = regexp.MustCompile(`(?m)^(Overfull \\hbox \(([2-9]|\d\d+)[\d.]*pt too wide\).*|LaTeX Warning: Float too large.*)$`)

// Every engine accepts every table in a document with booktabs, and none is
// wider than the line or higher than the page.
func TestLaTeXCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("runs LaTeX")
	}
	doc := document(texTables(t))
	for _, engine := range []string{"pdflatex", "xelatex", "lualatex"} {
		t.Run(engine, func(t *testing.T) { compile(t, engine, doc) })
	}
}

// So do the tables of the project's results, as far as this program wrote them.
func TestLaTeXOfResultsCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("runs LaTeX")
	}
	files, err := filepath.Glob(filepath.FromSlash("../../" + tablesDir + "/*.tex"))
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][]byte{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(data, []byte(latexHead)) {
			tables[filepath.Base(f)] = data
		}
	}
	if len(tables) == 0 {
		t.Skip("no results: make reproduce writes them")
	}
	compile(t, "pdflatex", document(tables))
}

// document is a small one that holds the tables.
func document(tables map[string][]byte) []byte {
	var doc bytes.Buffer
	doc.WriteString("\\documentclass{article}\n\\usepackage{booktabs}\n\\usepackage{graphicx}\n\\usepackage[T1]{fontenc}\n\\usepackage[utf8]{inputenc}\n\\begin{document}\n")
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(&doc, "\\typeout{TABLE %s}\n%s\\clearpage\n", name, tables[name])
	}
	doc.WriteString("\\end{document}\n")
	return doc.Bytes()
}

func compile(t *testing.T, engine string, doc []byte) {
	program, err := exec.LookPath(engine)
	if err != nil {
		t.Skipf("needs %s with booktabs (Debian: texlive-latex-recommended, texlive-xetex, texlive-luatex)", engine)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tables.tex"), doc, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-interaction=nonstopmode", "-halt-on-error", "tables.tex")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "max_print_line=1000")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if bad := overfull.FindAll(out, -1); len(bad) > 0 {
		t.Errorf("%d boxes do not fit:\n%s", len(bad), bytes.Join(bad, []byte("\n")))
	}
}

// What pdflatex lacks keeps its number, and control characters go.
func TestForeignLetters(t *testing.T) {
	for in, want := range map[string]string{
		"a中": `a\uacschar{U+4E2D}{中}`, "é": "é", "ħ": `\uacschar{U+0127}{ħ}`, "a\x00b": "ab", "a\nb": "a b", "\u00ad": `\-`,
	} {
		if got := texEscape(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if r, _ := utf8.DecodeRuneInString("ž"); foreign(r) || !foreign('ƀ') {
		t.Error("the last Latin letter is U+017E")
	}
}
