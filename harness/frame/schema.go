package frame

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// DataFrame is gota's dataframe, under a name that needs no import of gota.
type DataFrame = dataframe.DataFrame

// Kind is the type of a column.
type Kind uint8

// The kinds of column. The zero Kind is String, so that a column is text unless
// a number was asked for.
const (
	String Kind = iota
	Float
	Int
	Bool
)

// kinds maps each Kind to gota's type.
var kinds = []series.Type{String: series.String, Float: series.Float, Int: series.Int, Bool: series.Bool}

// String returns "string", "float", "int" or "bool".
func (k Kind) String() string {
	if int(k) >= len(kinds) {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return string(kinds[k])
}

// Column declares one column of a table.
type Column struct {
	// Name is the column's name in the header, compared byte by byte.
	Name string
	// Kind is the type of every cell.
	Kind Kind
	// Empty allows empty cells: "" in a String column, else a missing value.
	Empty bool
}

// Schema declares the columns of a table, in the order that a frame has them.
type Schema []Column

// SchemaOf returns the schema of df with empty cells allowed everywhere, so that
// [ReadCSV] reads back whatever [WriteCSV] wrote of df.
func SchemaOf(df DataFrame) (Schema, error) {
	if err := check(df); err != nil {
		return nil, err
	}
	var s Schema
	types := df.Types()
	for i, name := range df.Names() {
		s = append(s, Column{Name: name, Kind: kindOf(types[i]), Empty: true})
	}
	return s, nil
}

func kindOf(t series.Type) Kind { return Kind(slices.Index(kinds, t)) }

// check reports a schema that no table can satisfy.
func (s Schema) check() error {
	names := make([]string, len(s))
	for i, c := range s {
		if int(c.Kind) >= len(kinds) {
			return fmt.Errorf("schema: column %q: unknown kind %v", c.Name, c.Kind)
		}
		names[i] = c.Name
	}
	if err := checkNames(names); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return nil
}

// checkNames reports what gota would repair in silence: no column at all, a
// column without a name (gota: X0) and a name used twice (gota: id_0, id_1).
func checkNames(names []string) error {
	if len(names) == 0 {
		return errors.New("no columns")
	}
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		if name == "" {
			return fmt.Errorf("column %d has no name", i+1)
		}
		if seen[name] {
			return fmt.Errorf("column %q stands twice", name)
		}
		seen[name] = true
	}
	return nil
}

// check returns the error that df carries, or says what makes it unfit as a table.
func check(df DataFrame) error {
	if df.Err != nil {
		return fmt.Errorf("frame: %w", df.Err)
	}
	if err := checkNames(df.Names()); err != nil {
		return fmt.Errorf("frame: %w", err)
	}
	return nil
}
