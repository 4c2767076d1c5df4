package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/hint"
)

// row is a record of a CSV file, with the cells that label files have.
type row struct{ csvtable.Row }

// eachRow calls f for every record of a CSV file, until an error. Errors begin
// with "file:line:".
func eachRow(file string, data []byte, want csvtable.Columns, f func(row) error) error {
	t, err := csvtable.Open(file, data, want)
	if err != nil {
		return err
	}
	return t.Each(func(r csvtable.Row) error { return f(row{r}) })
}

// label returns a cell that must hold a number on the scale rng.
func (r row) label(column string, rng [2]float64) (float64, error) {
	x, err := r.Number(column)
	if err != nil {
		return 0, err
	}
	if err := checkLabel(x, rng); err != nil {
		return 0, r.Errorf("%s: %w", column, err)
	}
	return x, nil
}

// optionalLabel is label, with NaN for an empty cell or an absent column.
func (r row) optionalLabel(column string, rng [2]float64) (float64, error) {
	if strings.TrimSpace(r.Text(column)) == "" {
		return sample.Unknown(), nil
	}
	return r.label(column, rng)
}

// split returns the value of the mode column.
func (r row) split() (sample.Split, error) {
	mode := sample.Split(r.Text("mode"))
	if !slices.Contains(sample.Splits, mode) {
		return "", hint.Add(r.Errorf("mode: %q is not train, valid or test", mode),
			"rename other words (dev, val) before reading: a guessed split would be a leak")
	}
	return mode, nil
}

// unique records that id stands in the row, and reports if it stood before.
func (r row) unique(seen map[string]int, id string) error {
	if first, ok := seen[id]; ok {
		return r.Errorf("id %q stands twice; the first is in line %d", id, first)
	}
	seen[id] = r.Line
	return nil
}

// checkLabel reports what makes x no label on the scale rng.
func checkLabel(x float64, rng [2]float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("%v is not a finite number", x)
	}
	if x < rng[0] || x > rng[1] {
		return hint.Add(fmt.Errorf("%v is outside [%v,%v]", x, rng[0], rng[1]),
			"check that this is the file of the right dataset: MOSI and MOSEI are labelled in [-3,3], SIMS in [-1,1]")
	}
	return nil
}
