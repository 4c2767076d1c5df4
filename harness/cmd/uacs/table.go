package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"
)

// columnsOf is the width of the terminal that w writes to, 0 if it is none.
func columnsOf(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// table takes lines of cells with a tab between them, the first of which names the
// columns, and writes them in columns. On a terminal that is too narrow it shortens
// texts, and if that does not do, it writes each row over several lines. Elsewhere it
// is a tabwriter.
type table struct {
	out   io.Writer
	flags uint
	width int
	cells bytes.Buffer
}

func newTable(out io.Writer, flags uint) *table {
	return &table{out: out, flags: flags, width: columnsOf(out)}
}

// Write takes whole or partial lines.
func (t *table) Write(p []byte) (int, error) { return t.cells.Write(p) }

// Flush writes the table.
func (t *table) Flush() error {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', t.flags)
	if _, err := w.Write(t.cells.Bytes()); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	text := b.String()
	if t.width > 0 && widest(text) > t.width {
		var rows [][]string
		for line := range strings.Lines(t.cells.String()) {
			rows = append(rows, strings.Split(strings.TrimRight(line, "\t\n"), "\t"))
		}
		text = fitted(rows, t.width)
	}
	_, err := io.WriteString(t.out, text)
	return err
}

// gaps are what parts the columns of a text that is a table already.
var gaps = regexp.MustCompile(` {2,}`)

// writeFitted writes a text whose lines are rows of a table, columns parted by two
// blanks or more, so that it fits the terminal.
func writeFitted(out io.Writer, text string) error {
	width := columnsOf(out)
	if width > 0 && widest(text) > width {
		var rows [][]string
		for line := range strings.Lines(text) {
			rows = append(rows, gaps.Split(strings.TrimSpace(line), -1))
		}
		text = fitted(rows, width)
	}
	_, err := io.WriteString(out, text)
	return err
}

func widest(text string) int {
	most := 0
	for line := range strings.Lines(text) {
		most = max(most, columns(strings.TrimRight(line, " \n")))
	}
	return most
}

// columns is how many columns of a terminal a text takes: two for the wide characters
// of East Asia.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF,
		r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60, r >= 0xFFE0 && r <= 0xFFE6, r >= 0x20000 && r <= 0x3FFFD:
		return 2
	}
	return 1
}

// cut returns the beginning of a text that takes at most width columns, with a mark of
// what was left out.
func cut(text string, width int) string {
	if columns(text) <= width {
		return text
	}
	n := 0
	for i, r := range text {
		if n += runeColumns(r); n > width-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// leastText is how far a column of texts is shortened.
const leastText = 10

// fitted lays rows out in at most width columns.
func fitted(rows [][]string, width int) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	over := len(widths) - 1 - width
	for _, w := range widths {
		over += w
	}
	for over > 0 {
		longest, next := -1, leastText
		for i, w := range widths {
			switch {
			case !holdsText(rows, i) || w <= leastText:
			case longest < 0 || w > widths[longest]:
				if longest >= 0 {
					next = max(next, widths[longest])
				}
				longest = i
			default:
				next = max(next, w)
			}
		}
		if longest < 0 {
			return stacked(rows, width)
		}
		less := min(over, max(1, widths[longest]-next))
		widths[longest] -= less
		over -= less
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			cell = cut(cell, widths[i])
			line.WriteString(cell + strings.Repeat(" ", widths[i]-columns(cell)+1))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// holdsText reports whether a column has a cell, other than its name, that is no
// number.
func holdsText(rows [][]string, column int) bool {
	for _, row := range rows[1:] {
		if column < len(row) && strings.Trim(row[column], "+-−<≥.,% []0123456789e/n") != "" {
			return true
		}
	}
	return false
}

// stacked writes a row over several lines: its first cell, then names and values.
func stacked(rows [][]string, width int) string {
	var b strings.Builder
	for _, row := range rows[1:] {
		fmt.Fprintln(&b, cut(row[0], width))
		line := " "
		for i := 1; i < len(row); i++ {
			if row[i] == "" {
				continue
			}
			pair := cut(strings.TrimSpace(rows[0][min(i, len(rows[0])-1)]+" "+row[i]), width-2)
			if columns(line)+2+columns(pair) > width && line != " " {
				fmt.Fprintln(&b, line)
				line = " "
			}
			if line != " " {
				pair = "; " + pair
			} else {
				pair = " " + pair
			}
			line += pair
		}
		if line != " " {
			fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}

// writeLine overwrites the line of a terminal on which progress is shown; what does
// not fit is left out, since a line that wraps cannot be overwritten.
func writeLine(out io.Writer, text string) {
	if width := columnsOf(out); width > 0 {
		text = cut(text, width-1)
	}
	fmt.Fprintf(out, "\r%s\x1b[K", text)
}
