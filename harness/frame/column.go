package frame

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// column is a gota series as plain slices; every function of the package works
// on columns and meets gota only in columnAt and frameOf.
type column struct {
	name    string
	kind    Kind
	texts   []string  // String
	floats  []float64 // Float; NaN is missing
	ints    []int     // Int, and Bool as 0 and 1
	missing []bool    // Int and Bool
}

func (c *column) len() int { return len(c.texts) + len(c.floats) + len(c.ints) }

// grow makes room for n cells.
func (c *column) grow(n int) {
	switch c.kind {
	case String:
		c.texts = make([]string, 0, n)
	case Float:
		c.floats = make([]float64, 0, n)
	default:
		c.ints, c.missing = make([]int, 0, n), make([]bool, 0, n)
	}
}

// addMissing appends a missing cell.
func (c *column) addMissing() {
	switch c.kind {
	case String:
		c.texts = append(c.texts, "")
	case Float:
		c.floats = append(c.floats, math.NaN())
	default:
		c.addInt(0, true)
	}
}

func (c *column) addInt(v int, missing bool) {
	c.ints, c.missing = append(c.ints, v), append(c.missing, missing)
}

// take returns the cells at rows, in that order; row -1 is a missing cell.
func (c *column) take(rows []int) column {
	out := column{name: c.name, kind: c.kind}
	out.grow(len(rows))
	for _, i := range rows {
		switch {
		case i < 0:
			out.addMissing()
		case c.kind == String:
			out.texts = append(out.texts, c.texts[i])
		case c.kind == Float:
			out.floats = append(out.floats, c.floats[i])
		default:
			out.addInt(c.ints[i], c.missing[i])
		}
	}
	return out
}

// cell carries one value into a gota element. gota's Element.Set treats the
// string "NaN" as missing, but copies what another Element's String method
// returns as it is: that is the only way to store such a text. One cell serves
// a whole series, which also spares an allocation per value.
type cell struct {
	series.Element // nil: Set calls only the methods below
	text           string
	number         float64
	integer        int
	missing        bool
}

var errMissing = errors.New("missing")

func (c *cell) String() string { return c.text }
func (c *cell) Float() float64 { return c.number }

func (c *cell) Int() (int, error) {
	if c.missing {
		return 0, errMissing
	}
	return c.integer, nil
}

func (c *cell) Bool() (bool, error) {
	if c.missing {
		return false, errMissing
	}
	return c.integer != 0, nil
}

// series returns c as a gota series.
func (c *column) series() series.Series {
	s := series.New(make([]int, c.len()), kinds[c.kind], c.name)
	var v cell
	for i := range c.len() {
		switch c.kind {
		case String:
			v.text = c.texts[i]
		case Float:
			v.number = c.floats[i]
		default:
			v.integer, v.missing = c.ints[i], c.missing[i]
		}
		s.Elem(i).Set(&v)
	}
	return s
}

// frameOf builds a frame, which may have zero rows but not zero columns.
func frameOf(cols []column) (DataFrame, error) {
	names := make([]string, len(cols))
	all := make([]series.Series, len(cols))
	for i := range cols {
		names[i] = cols[i].name
		all[i] = cols[i].series()
	}
	if err := checkNames(names); err != nil {
		return DataFrame{}, err
	}
	df := dataframe.New(all...)
	if df.Err != nil {
		return DataFrame{}, df.Err
	}
	return df, nil
}

// columnAt reads column j of df. A missing String cell, which gota's own
// constructors make of the text "NaN", reads as the empty string.
func columnAt(df DataFrame, j int) column {
	c := column{name: df.Names()[j], kind: kindOf(df.Types()[j])}
	n := df.Nrow()
	c.grow(n)
	for i := range n {
		e := df.Elem(i, j)
		switch {
		case e.IsNA():
			c.addMissing()
		case c.kind == String:
			c.texts = append(c.texts, e.String())
		case c.kind == Float:
			c.floats = append(c.floats, e.Float())
		default:
			v, err := e.Int()
			c.addInt(v, err != nil)
		}
	}
	return c
}

// columnsOf reads every column of a checked df.
func columnsOf(df DataFrame) []column {
	cols := make([]column, df.Ncol())
	for j := range cols {
		cols[j] = columnAt(df, j)
	}
	return cols
}

// lookup returns the column called name, which must be of one of the kinds; no
// kinds means any.
func lookup(df DataFrame, name string, allowed ...Kind) (column, error) {
	if err := check(df); err != nil {
		return column{}, err
	}
	j := slices.Index(df.Names(), name)
	if j < 0 {
		return column{}, fmt.Errorf("frame has no column %q; it has %s", name, strings.Join(df.Names(), ", "))
	}
	if k := kindOf(df.Types()[j]); len(allowed) > 0 && !slices.Contains(allowed, k) {
		return column{}, fmt.Errorf("column %q is %v, not %v", name, k, allowed[0])
	}
	return columnAt(df, j), nil
}

// Floats returns a copy of a Float column, missing cells as NaN. An Int column
// is converted to the nearest float64.
func Floats(df DataFrame, name string) ([]float64, error) {
	c, err := lookup(df, name, Float, Int)
	if err != nil || c.kind == Float {
		return c.floats, err
	}
	x := make([]float64, len(c.ints))
	for i, v := range c.ints {
		x[i] = float64(v)
		if c.missing[i] {
			x[i] = math.NaN()
		}
	}
	return x, nil
}

// Strings returns a copy of a String column. It does not convert numbers: how a
// float is to be printed is the caller's choice.
func Strings(df DataFrame, name string) ([]string, error) {
	c, err := lookup(df, name, String)
	return c.texts, err
}

// Ints returns a copy of an Int column; a missing cell is an error, since no int
// can stand for it.
func Ints(df DataFrame, name string) ([]int, error) {
	c, err := lookup(df, name, Int)
	if err != nil {
		return nil, err
	}
	return c.ints, c.mustBeFull()
}

// Bools returns a copy of a Bool column; a missing cell is an error.
func Bools(df DataFrame, name string) ([]bool, error) {
	c, err := lookup(df, name, Bool)
	if err != nil {
		return nil, err
	}
	b := make([]bool, len(c.ints))
	for i, v := range c.ints {
		b[i] = v != 0
	}
	return b, c.mustBeFull()
}

func (c *column) mustBeFull() error {
	if i := slices.Index(c.missing, true); i >= 0 {
		return fmt.Errorf("column %q: row %d: missing", c.name, i)
	}
	return nil
}

// AddFloats returns df with a further Float column at its end, one value a row;
// df itself stays as it is. A name that df already has is an error. On the zero
// DataFrame the column becomes the first one.
func AddFloats(df DataFrame, name string, values []float64) (DataFrame, error) {
	return add(df, column{name: name, kind: Float, floats: values})
}

// AddStrings is [AddFloats] for a String column. Every text is kept as it is,
// "NaN" included, which gota's Mutate does not do.
func AddStrings(df DataFrame, name string, values []string) (DataFrame, error) {
	return add(df, column{name: name, kind: String, texts: values})
}

func add(df DataFrame, c column) (DataFrame, error) {
	if df.Err == nil && df.Ncol() == 0 {
		return frameOf([]column{c})
	}
	if err := check(df); err != nil {
		return DataFrame{}, err
	}
	if err := checkNames(append(df.Names(), c.name)); err != nil {
		return DataFrame{}, err
	}
	if c.len() != df.Nrow() {
		return DataFrame{}, fmt.Errorf("column %q has %d values for %d rows", c.name, c.len(), df.Nrow())
	}
	out := df.Mutate(c.series())
	if out.Err != nil {
		return DataFrame{}, out.Err
	}
	return out, nil
}
