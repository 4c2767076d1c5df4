package frame

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"uacs/internal/hint"
)

const (
	// maxBytes bounds a file: the largest table here, 23,000 transcripts, has 4 MB.
	maxBytes = 256 << 20
	// maxHeader bounds the columns of a header that is only read to be reported.
	maxHeader = 4096

	byteOrderMark = "\ufeff"
)

// ReadCSV reads a comma-separated table (RFC 4180, UTF-8, a byte order mark
// allowed) with a header line. name is the file's name in errors.
//
// The header must name every column of schema once and no other; the file's
// order is free, the frame has the schema's. Nothing is guessed or converted: a
// String cell is the bytes of the file, so 1_2, 0001, NaN, NA and true stay what
// they are, spaces count, and CR, LF and CRLF inside quotes survive. A Float cell
// is a decimal number or inf with an optional sign, and never NaN: leave it
// empty. An Int cell has no plus sign and no leading zeros, since 0001 is an id.
// A Bool cell is true, false, True or False. An empty cell of a column that does
// not allow it, a cell that does not parse, a wrong number of cells, text that
// is not UTF-8 and a file above 256 MiB are errors with file and line. Blank
// lines are skipped. A file of only a header is a frame with zero rows; a file
// without a header is an error.
//
// For a file in the schema's order with numbers and bools as [WriteCSV] prints
// them, WriteCSV writes the same cells again; for a file that WriteCSV wrote, the
// same bytes. The frame's texts are parts of the file's text and keep it in memory.
func ReadCSV(r io.Reader, name string, schema Schema) (DataFrame, error) {
	if err := schema.check(); err != nil {
		return DataFrame{}, fmt.Errorf("%s: %w", name, err)
	}
	text, err := readText(r, name)
	if err != nil {
		return DataFrame{}, err
	}
	rec := &records{file: name, rest: text, line: 1}
	at, err := readHeader(rec, schema)
	if err != nil {
		return DataFrame{}, err
	}
	cols, err := readRows(rec, schema, at)
	if err != nil {
		return DataFrame{}, err
	}
	df, err := frameOf(cols)
	if err != nil {
		return DataFrame{}, fmt.Errorf("%s: %w", name, err)
	}
	return df, nil
}

// readText reads all of r, without a byte order mark.
func readText(r io.Reader, name string) (string, error) {
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(r, maxBytes+1))
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	if n > maxBytes {
		return "", fmt.Errorf("%s: larger than %d MiB; features belong in npy or pickle files", name, maxBytes>>20)
	}
	text := b.String()
	if !utf8.ValidString(text) {
		err := fmt.Errorf("%s:%d: not valid UTF-8", name, 1+strings.Count(text[:invalidAt(text)], "\n"))
		return "", hint.Add(err, "convert the file, for example with iconv -f GB18030 -t UTF-8")
	}
	return strings.TrimPrefix(text, byteOrderMark), nil
}

// invalidAt returns the offset of the first byte that is not UTF-8.
func invalidAt(text string) int {
	for i, c := range text {
		if c != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
			return i
		}
	}
	return len(text)
}

// readHeader returns the position in the file of each column of schema.
func readHeader(rec *records, schema Schema) ([]int, error) {
	fields, err := rec.next(nil, maxHeader)
	if err == io.EOF {
		return nil, fmt.Errorf("%s: no header line", rec.file)
	}
	if err != nil {
		return nil, err
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.text
	}
	line := fields[0].line
	at := make([]int, len(schema))
	for k, c := range schema {
		if at[k] = slices.Index(names, c.Name); at[k] < 0 {
			return nil, fmt.Errorf("%s:%d: column %q is missing; the header has %q", rec.file, line, c.Name, names)
		}
	}
	for i, name := range names {
		if slices.Index(names, name) < i {
			return nil, fmt.Errorf("%s:%d: column %q stands twice", rec.file, line, name)
		}
		if !slices.Contains(at, i) {
			err := fmt.Errorf("%s:%d: column %q is not in the schema", rec.file, line, name)
			return nil, hint.Add(err, "declare it as a String column that may be empty")
		}
	}
	return at, nil
}

// readRows reads what follows the header; cell k of a row stands at at[k].
func readRows(rec *records, schema Schema, at []int) ([]column, error) {
	cols := make([]column, len(schema))
	// A row has at least one byte for each cell, so blank lines reserve nothing.
	rows := min(strings.Count(rec.rest, "\n")+1, len(rec.rest)/len(schema)+1)
	for k, c := range schema {
		cols[k] = column{name: c.Name, kind: c.Kind}
		cols[k].grow(rows)
	}
	fields := make([]field, 0, len(schema))
	for {
		var err error
		fields, err = rec.next(fields[:0], len(schema))
		if err == io.EOF {
			return cols, nil
		}
		if err != nil {
			return nil, err
		}
		if len(fields) < len(schema) {
			return nil, fmt.Errorf("%s:%d: %d fields, the header has %d", rec.file, fields[0].line, len(fields), len(schema))
		}
		for k, c := range schema {
			f := fields[at[k]]
			if err := cols[k].parse(f.text, c.Empty); err != nil {
				return nil, fmt.Errorf("%s:%d: column %q: %w", rec.file, f.line, c.Name, err)
			}
		}
	}
}

// parse appends the cell that text spells.
func (c *column) parse(text string, mayBeEmpty bool) error {
	if text == "" {
		if !mayBeEmpty {
			return fmt.Errorf("the cell is empty")
		}
		c.addMissing()
		return nil
	}
	switch c.kind {
	case String:
		c.texts = append(c.texts, text)
	case Float:
		v, err := parseFloat(text)
		if err != nil {
			return err
		}
		c.floats = append(c.floats, v)
	case Int:
		v, err := parseInt(text)
		if err != nil {
			return err
		}
		c.addInt(v, false)
	case Bool:
		i := slices.Index([]string{"false", "true", "False", "True"}, text)
		if i < 0 {
			return fmt.Errorf("%q is not true or false", text)
		}
		c.addInt(i%2, false)
	}
	return nil
}

// parseFloat is strconv.ParseFloat without hexadecimal, underscores and NaN.
func parseFloat(text string) (float64, error) {
	if !decimal(text) && !slices.Contains([]string{"inf", "+inf", "-inf", "Inf", "+Inf", "-Inf"}, text) {
		err := fmt.Errorf("%q is not a number", text)
		if strings.EqualFold(text, "nan") || strings.EqualFold(text, "na") {
			return 0, hint.Add(err, "leave cells without a value empty")
		}
		return 0, err
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number: %w", text, err.(*strconv.NumError).Err)
	}
	return v, nil
}

// decimal reports whether text has only the bytes of decimal numbers.
func decimal(text string) bool {
	for i := range len(text) {
		if strings.IndexByte("0123456789.-+eE", text[i]) < 0 {
			return false
		}
	}
	return true
}

// parseInt accepts only what strconv.Itoa prints.
func parseInt(text string) (int, error) {
	v, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not an integer: %w", text, err.(*strconv.NumError).Err)
	}
	digits := strings.TrimPrefix(text, "-")
	if text[0] == '+' || text == "-0" || len(digits) > 1 && digits[0] == '0' {
		err := fmt.Errorf("%q is not a plain integer", text)
		return 0, hint.Add(err, "declare a column of ids as String")
	}
	return v, nil
}
