package figures

import "fmt"

// Confusion is the table of truth against answer, such as by polarity: counts
// with their shares of the row, the right answers outlined. Fields are the
// darker the higher their share.
type Confusion struct {
	Page
	// Labels are two to seven classes.
	Labels []string
	// Counts has a row for each true class and in it a count for each answer.
	Counts [][]int
}

const mostClasses = 7

func (f Confusion) draw() (*sheet, error) { return f.compose(f) }

func (f Confusion) check() error {
	n := len(f.Labels)
	if n < 2 || n > mostClasses {
		return fmt.Errorf("%d classes: 2 to %d can be drawn", n, mostClasses)
	}
	seen := map[string]bool{}
	for _, l := range f.Labels {
		if err := named("class", l, seen); err != nil {
			return err
		}
	}
	if len(f.Counts) != n {
		return fmt.Errorf("%d rows of counts for %d classes", len(f.Counts), n)
	}
	for i, row := range f.Counts {
		if len(row) != n {
			return fmt.Errorf("row %q: %d counts for %d classes", f.Labels[i], len(row), n)
		}
		for j, k := range row {
			if k < 0 {
				return fmt.Errorf("row %q: %d answers %q", f.Labels[i], k, f.Labels[j])
			}
		}
	}
	return nil
}

func (f Confusion) matrix() *matrix {
	m := &matrix{rowsAre: "Truth", columnsAre: "Answer", rows: f.Labels, columns: f.Labels}
	for i, row := range f.Counts {
		m.notes = append(m.notes, fmt.Sprintf("n = %d", total(row)))
		var fields []field
		for j, n := range row {
			fields = append(fields, field{n: n, of: total(row), heavy: i == j})
		}
		m.fields = append(m.fields, fields)
	}
	return m
}

func (f Confusion) lay(width int) (layout, error) { return f.matrix().lay(width) }

func (f Confusion) describe() string { return f.matrix().describe() }
