// Package csvtable reads CSV files that other people wrote: RFC 4180, UTF-8,
// with or without a byte order mark, lines ending in LF or CRLF. Cells are
// strings and stay as they are, but that a CRLF inside quotes becomes LF. Lines
// without any character are skipped. Every error begins with "file:line:", the
// line on which the record begins.
package csvtable

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"uacs/internal/hint"
)

// Columns says which header a file must have.
type Columns struct {
	// Required columns must be there, Optional ones may be; the order is free.
	Required, Optional []string
	// Spare allows one more column, the last, with any name and content; Any
	// allows any number of other columns anywhere.
	Spare, Any bool
}

// Table is a CSV file with a header.
type Table struct {
	file   string
	csv    *csv.Reader
	index  map[string]int
	header []string
}

// Row is a record of a table. It is valid until the next record is read; the
// strings in it stay.
type Row struct {
	// Line is the line of the file on which the record begins.
	Line int

	table *Table
	cells []string
}

// Open checks encoding and header of data; file stands for it in errors. A
// column that want names must not stand twice in the header.
func Open(file string, data []byte, want Columns) (*Table, error) {
	t, line, err := open(file, data)
	if err != nil {
		return nil, err
	}
	if err := t.find(want); err != nil {
		err = fmt.Errorf("%s:%d: header %s: %w", file, line, strconv.Quote(strings.Join(t.header, ",")), err)
		return nil, hint.Add(err, "the first line must name the columns %s", strings.Join(want.Required, ", "))
	}
	return t, nil
}

// Header returns the names of the columns of data, in their order, for who must
// see them to know which to ask [Open] for.
func Header(file string, data []byte) ([]string, error) {
	t, _, err := open(file, data)
	if err != nil {
		return nil, err
	}
	return t.header, nil
}

// open reads the header and says on which line it begins.
func open(file string, data []byte) (t *Table, line int, err error) {
	if err := checkUTF8(file, data); err != nil {
		return nil, 0, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	t = &Table{file: file, csv: csv.NewReader(bytes.NewReader(data)), index: map[string]int{}}
	t.csv.FieldsPerRecord = -1 // next counts them, with a better message
	t.header, err = t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, 0, fmt.Errorf("%s:1: the file is empty, without even a header", file)
	}
	if err != nil {
		return nil, 0, t.malformed(err)
	}
	line, _ = t.csv.FieldPos(0)
	t.csv.ReuseRecord = true // only now: the header is kept
	return t, line, nil
}

// find notes where in the header the wanted columns are.
func (t *Table) find(want Columns) error {
	for i, name := range t.header {
		known := slices.Contains(want.Required, name) || slices.Contains(want.Optional, name)
		_, twice := t.index[name]
		switch {
		case known && twice:
			return fmt.Errorf("column %q stands twice", name)
		case known:
			t.index[name] = i
		case !want.Any && (!want.Spare || i != len(t.header)-1):
			return fmt.Errorf("unknown column %q", name)
		}
	}
	for _, name := range want.Required {
		if _, ok := t.index[name]; !ok {
			return fmt.Errorf("no column %q", name)
		}
	}
	return nil
}

// next returns the next record, or [io.EOF].
func (t *Table) next() (Row, error) {
	cells, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return Row{}, io.EOF
	}
	if err != nil {
		return Row{}, t.malformed(err)
	}
	line, _ := t.csv.FieldPos(0)
	r := Row{line, t, cells}
	if len(cells) != len(t.header) {
		return Row{}, hint.Add(r.Errorf("%d fields where the header has %d", len(cells), len(t.header)),
			"a cell that holds a comma, a quote or a line break must stand in double quotes")
	}
	return r, nil
}

// Each calls f for every record, until an error.
func (t *Table) Each(f func(Row) error) error {
	for {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(r)
		}
		if err != nil {
			return err
		}
	}
}

// malformed says where quoting is broken. A quote that is never closed swallows
// the rows below it, so the line on which the record begins comes first.
func (t *Table) malformed(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%s: %w", t.file, err)
	}
	at := fmt.Sprintf("column %d", parse.Column)
	if parse.Line != parse.StartLine {
		at += fmt.Sprintf(" of line %d", parse.Line)
	}
	err = fmt.Errorf("%s:%d: %s: %w", t.file, parse.StartLine, at, parse.Err)
	return hint.Add(err, "write a quote inside a quoted cell as two quotes, and close every quote")
}

// Errorf returns an error at the row.
func (r Row) Errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", r.table.file, r.Line, fmt.Errorf(format, args...))
}

// Text returns the cell of a column, "" for a column that [Open] was not asked
// for or, if it was optional, that the table lacks.
func (r Row) Text(column string) string {
	if i, ok := r.table.index[column]; ok {
		return r.cells[i]
	}
	return ""
}

// Filled is Text, with an error for an empty cell.
func (r Row) Filled(column string) (string, error) {
	s := r.Text(column)
	if strings.TrimSpace(s) == "" {
		return "", r.Errorf("%s: the cell is empty", column)
	}
	return s, nil
}

// Number returns a cell that must hold a finite number, as [ParseNumber] reads it.
func (r Row) Number(column string) (float64, error) {
	cell, err := r.Filled(column)
	if err != nil {
		return 0, err
	}
	x, ok := ParseNumber(cell)
	switch {
	case !ok:
		return 0, r.Errorf("%s: %q is not a number", column, cell)
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, r.Errorf("%s: %v is not a finite number", column, x)
	}
	return x, nil
}

// ParseNumber reads a decimal number, NaN or an infinity. A number too large for
// a float64 is an infinity, one too small is zero. Go's own hexadecimal numbers
// and underscores are none: 1_2 is an id, not twelve.
func ParseNumber(text string) (x float64, ok bool) {
	if strings.ContainsAny(text, "_xX") {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil || errors.Is(err, strconv.ErrRange)
}

func checkUTF8(file string, data []byte) error {
	if utf8.Valid(data) {
		return nil
	}
	line, offset := 1, 0
	for offset < len(data) {
		r, size := utf8.DecodeRune(data[offset:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		offset += size
	}
	return hint.Add(fmt.Errorf("%s:%d: byte %d of the file, 0x%02x, is not UTF-8", file, line, offset, data[offset]),
		"convert the file to UTF-8, for instance with iconv -f gb18030 -t utf-8")
}
