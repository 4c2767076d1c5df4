package report

import (
	"bytes"
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/experiment"
	"uacs/internal/golden"
)

// handTables are all kinds of tables of the hand-made result.
func handTables(t *testing.T) map[string]Table {
	t.Helper()
	r := handMade()
	claims, err := Claims("synth", handClaims, []*experiment.Result{r})
	if err != nil {
		t.Fatal(err)
	}
	main, err := MainResults("synth", []*experiment.Result{r}, handPublished)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Table{
		"systems": Systems(r), "measures": Measures(r), "profiles": Profiles(r), "flow": Flow(r), "claims": claims, "main-results": main,
		"overview": Overview("synth", []*experiment.Result{r}, []string{"other", "third"}),
	}
}

func TestTables(t *testing.T) {
	for name, table := range handTables(t) {
		files, err := tableFiles("hand-"+name, table)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			golden.Check(t, filepath.Join("testdata", filepath.Base(f.Path)), f.Data)
		}
	}
}

// Every format says which tier it is of, and every row has a cell per column.
func TestTablesSayTheirTier(t *testing.T) {
	for name, table := range handTables(t) {
		for i, row := range table.Rows {
			if len(row) != len(table.Columns) {
				t.Errorf("%s: row %d has %d cells for %d columns", name, i, len(row), len(table.Columns))
			}
		}
		if md := string(table.Markdown()); !strings.Contains(md, "SYNTHETIC") {
			t.Errorf("%s: the Markdown does not say SYNTHETIC", name)
		}
		if tex := string(table.LaTeX()); !strings.Contains(tex, "SYNTHETIC") {
			t.Errorf("%s: the LaTeX does not say SYNTHETIC", name)
		}
		data, err := table.CSV()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || len(rows) != len(table.Rows)+1 {
			t.Fatalf("%s: %d rows of CSV, err = %v", name, len(rows), err)
		}
		for _, row := range rows[1:] {
			if row[0] != "synth" {
				t.Errorf("%s: the CSV row %v does not begin with its tier", name, row)
			}
		}
	}
}

// By hand.
func TestCells(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"per cent", percent(0.85733), "85.73"},
		{"per cent of nothing", percent(na), "n/a"},
		{"minus zero", percent(-0.00001), "0.00"},
		{"minus something", percent(-0.0001), "-0.01"},
		{"interval", interval(estimate(0.5, -0.00001, 1)), "50.00 [0.00, 100.00]"},
		{"gain", points(estimate(0.012, 0.001, 0.02)), "+1.20 [0.10, 2.00]"},
		{"loss", points(estimate(-0.012, -0.02, 0.001)), "-1.20 [-2.00, 0.10]"},
		{"no difference", points(estimate(0, 0, 0)), "0.00 [0.00, 0.00]"},
		{"decimals", decimals(0.12345), "0.123"},
		{"decimals of minus nothing", decimals(-0.0001), "0.000"},
		{"p", pValue(0.04321), "0.0432"},
		{"small p", pValue(0.00009), "<0.0001"},
		{"p of zero", pValue(0), "<0.0001"},
		{"no p", pValue(na), "n/a"},
		{"price", price(1.5), "1.500"},
		{"large price", price(4.9e14), "4.90e+14"},
		{"small price", price(0.0004), "4.00e-04"},
		{"no price", price(0), "0.000"},
		{"metric", number(0.71234), "0.7123"},
		{"level", trim(95.000000001), "95"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

// Each sign that LaTeX reads in its own way, and each that pdflatex lacks.
func TestLaTeXEscapes(t *testing.T) {
	for in, want := range map[string]string{
		`\`: `\textbackslash{}`, `&`: `\&`, `%`: `\%`, `$`: `\$`, `#`: `\#`, `_`: `\_`, `{`: `\{`, `}`: `\}`,
		`~`: `\textasciitilde{}`, `^`: `\textasciicircum{}`, `<`: `$<$`, `>`: `$>$`, `|`: `$|$`, `"`: `\textquotedbl{}`,
		"−": `$-$`, "±": `$\pm$`, "×": `$\times$`, "·": `$\cdot$`, "≤": `$\leq$`, "≥": `$\geq$`, "τ": `$\tau$`, "–": `--`, "…": `\ldots{}`, "½": `$\frac12$`,
		`\&`: `\textbackslash{}\&`, `a_b^2`: `a\_b\textasciicircum{}2`, `<0.0001`: `$<$0.0001`, "plain é": "plain é",
	} {
		if got := texEscape(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := texRow([]string{"[1, 2]", "b"}); got != "{}[1, 2] & b \\tabularnewline\n" {
		t.Errorf("a row that begins with a bracket: %q", got)
	}
}

func TestMarkdownKeepsCellsApart(t *testing.T) {
	table := Table{Title: "T", Tier: "public", Columns: []Column{{"a|b", false}}, Rows: [][]string{{"x|y\nz"}}}
	if md := string(table.Markdown()); !strings.Contains(md, "| a\\|b |\n| --- |\n| x\\|y z |\n") {
		t.Errorf("Markdown:\n%s", md)
	}
}
