package frame

import (
	"math"
	"strconv"

	"github.com/go-gota/gota/series"
)

// Series is gota's column.
type Series = series.Series

// Preview is the beginning and the end of a frame as text.
type Preview struct {
	// Names and Kinds (string, int, float, bool) have an element per column, and so
	// has Number, which is set for int and float.
	Names, Kinds []string
	Number       []bool
	// Rows are the first and last rows; Total counts all of the frame's.
	Rows  [][]string
	Total int
}

// Look previews a DataFrame, a Series or a pointer to one, and reports false for
// anything else and for one that carries an error of gota's. A frame of at most
// most rows is shown whole, a longer one without its middle: most-tail rows of
// its beginning and tail of its end. Floats are written as [WriteCSV] writes
// them; a missing cell is NA, except in a String column, where it is empty.
func Look(v any, most, tail int) (Preview, bool) {
	switch x := v.(type) {
	case DataFrame:
		if x.Err != nil {
			return Preview{}, false
		}
		return look(columnsOf(x), x.Nrow(), most, tail), true
	case *DataFrame:
		if x == nil {
			return Preview{}, false
		}
		return Look(*x, most, tail)
	case Series:
		return lookSeries(x, most, tail)
	case *Series:
		if x == nil {
			return Preview{}, false
		}
		return lookSeries(*x, most, tail)
	}
	return Preview{}, false
}

func lookSeries(s Series, most, tail int) (Preview, bool) {
	if s.Err != nil {
		return Preview{}, false
	}
	p := Preview{Names: []string{s.Name}, Kinds: []string{string(s.Type())}, Total: s.Len()}
	p.Number = []bool{s.Type() == series.Int || s.Type() == series.Float}
	for _, i := range ends(s.Len(), most, tail) {
		e := s.Elem(i)
		text := e.String()
		switch {
		case e.IsNA():
			text = "NA"
		case s.Type() == series.Float:
			text = strconv.FormatFloat(e.Float(), 'g', -1, 64)
		}
		p.Rows = append(p.Rows, []string{text})
	}
	return p, true
}

func look(cols []column, n, most, tail int) Preview {
	p := Preview{Total: n}
	for i := range cols {
		c := &cols[i]
		p.Names = append(p.Names, c.name)
		p.Kinds = append(p.Kinds, map[Kind]string{String: "string", Int: "int", Float: "float", Bool: "bool"}[c.kind])
		p.Number = append(p.Number, c.kind == Int || c.kind == Float)
	}
	for _, i := range ends(n, most, tail) {
		row := make([]string, len(cols))
		for j := range cols {
			row[j] = cols[j].text(i)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// ends lists the rows to show of n.
func ends(n, most, tail int) []int {
	var out []int
	for i := range n {
		if n <= most || i < most-tail || i >= n-tail {
			out = append(out, i)
		}
	}
	return out
}

// text prints one cell.
func (c *column) text(i int) string {
	switch {
	case c.kind == String:
		return c.texts[i]
	case c.kind == Float && !math.IsNaN(c.floats[i]):
		return strconv.FormatFloat(c.floats[i], 'g', -1, 64)
	case c.kind == Float || c.missing[i]:
		return "NA"
	case c.kind == Int:
		return strconv.Itoa(c.ints[i])
	}
	return strconv.FormatBool(c.ints[i] != 0)
}
