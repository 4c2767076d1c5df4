package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// Table is a table in words, before it has a format.
type Table struct {
	// Title heads the table. Tier is synth or public and is printed with it.
	Title, Tier string
	Columns     []Column
	// Rows hold one cell per column.
	Rows [][]string
	// Grouped is how many of the first columns are the same in all rows of a group,
	// which stand together; 0 for a table without groups. The column after them
	// names the row within its group.
	Grouped int
	// Bold marks places, row and column, of cells that stand out; HTML shows it.
	Bold map[[2]int]bool
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

// group is a run of rows with the same cells in the grouped columns.
type group struct {
	names []string
	rows  [][]string
}

// groups cuts the rows into their groups; one, without names, if there are none.
func (t Table) groups() []group {
	var out []group
	for _, row := range t.Rows {
		if last := len(out) - 1; last >= 0 && slices.Equal(out[last].names, row[:t.Grouped]) {
			out[last].rows = append(out[last].rows, row)
			continue
		}
		out = append(out, group{names: row[:t.Grouped], rows: [][]string{row}})
	}
	return out
}
