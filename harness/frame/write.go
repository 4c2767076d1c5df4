package frame

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteCSV writes df as comma-separated values: UTF-8 without a byte order mark,
// a header line, LF after every row, columns and rows in the frame's order.
//
// A float is written with the fewest digits that read back to the same bits
// (strconv 'g', -1), a missing cell of any kind as nothing. A cell is quoted if
// it holds a comma, a quote, a carriage return or a line feed, begins with a byte
// order mark, or is empty and alone in its row. The same frame always gives the
// same bytes, and [ReadCSV] gives back the same frame. Text that is not UTF-8 is
// an error.
func WriteCSV(w io.Writer, df DataFrame) error {
	if err := check(df); err != nil {
		return err
	}
	cols := columnsOf(df)
	out := bufio.NewWriter(w)
	row, err := appendHeader(nil, cols)
	for i := 0; err == nil; i++ {
		if _, err = out.Write(append(row, '\n')); err != nil {
			break
		}
		if i == df.Nrow() {
			return out.Flush()
		}
		row, err = appendRow(row[:0], cols, i)
	}
	return fmt.Errorf("write csv: %w", err)
}

func appendHeader(row []byte, cols []column) ([]byte, error) {
	for j := range cols {
		if !utf8.ValidString(cols[j].name) {
			return nil, fmt.Errorf("column name %q: not valid UTF-8", cols[j].name)
		}
		row = appendText(separate(row, j), cols[j].name)
	}
	return row, nil
}

// separate appends the comma before cell j.
func separate(row []byte, j int) []byte {
	if j > 0 {
		return append(row, ',')
	}
	return row
}

func appendRow(row []byte, cols []column, i int) ([]byte, error) {
	for j := range cols {
		c := &cols[j]
		row = separate(row, j)
		switch {
		case c.kind == String:
			if !utf8.ValidString(c.texts[i]) {
				return nil, fmt.Errorf("column %q: row %d: not valid UTF-8", c.name, i)
			}
			row = appendText(row, c.texts[i])
		case c.kind == Float && !math.IsNaN(c.floats[i]):
			row = strconv.AppendFloat(row, c.floats[i], 'g', -1, 64)
		case c.kind == Float || c.missing[i]:
		case c.kind == Int:
			row = strconv.AppendInt(row, int64(c.ints[i]), 10)
		default:
			row = strconv.AppendBool(row, c.ints[i] != 0)
		}
	}
	if len(row) == 0 { // one column, and its cell empty: a blank line is no row
		row = append(row, `""`...)
	}
	return row, nil
}

func appendText(row []byte, text string) []byte {
	if !strings.ContainsAny(text, ",\"\r\n") && !strings.HasPrefix(text, byteOrderMark) {
		return append(row, text...)
	}
	row = append(row, '"')
	for {
		head, tail, found := strings.Cut(text, `"`)
		row = append(row, head...)
		if !found {
			return append(row, '"')
		}
		row = append(row, `""`...)
		text = tail
	}
}
