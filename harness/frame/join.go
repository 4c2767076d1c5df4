package frame

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"uacs/internal/hint"
)

// Join returns the inner join of left and right: a row for every pair of rows
// whose cells in the columns on are equal. Rows stand in the order of left, and
// for one row of left in the order of right; columns are those of left, then
// those of right without the keys. A key that occurs a times in left and b times
// in right gives a*b rows.
//
// Texts are compared byte by byte, so "1" is not "01", and two empty texts are
// equal. A key column must have the same kind on both sides, and not be Float; a
// missing Int or Bool key, a key that one side lacks, and a column that both
// sides have though it is no key are errors. [Unmatched] returns the rows that
// Join leaves out. Cost: O(n+m) in the rows of both sides and of the result.
func Join(left, right DataFrame, on ...string) (DataFrame, error) {
	return join(left, right, on, false)
}

// LeftJoin is [Join], except that a row of left without partner stays, its cells
// from right missing.
func LeftJoin(left, right DataFrame, on ...string) (DataFrame, error) {
	return join(left, right, on, true)
}

// Unmatched returns the rows of left, in their order, that have no partner in
// right: what [Join] would drop. Its errors are those of Join, except that
// columns of the same name matter not.
func Unmatched(left, right DataFrame, on ...string) (DataFrame, error) {
	l, r, err := sides(left, right, on)
	if err != nil {
		return DataFrame{}, joinError(on, err)
	}
	rows := []int{}
	parts := partitionBy(r.keys, right.Nrow())
	var key []byte
	for i := range left.Nrow() {
		key = appendKey(key[:0], l.keys, i)
		if _, ok := parts.number[string(key)]; !ok {
			rows = append(rows, i)
		}
	}
	return subset(left, rows)
}

func joinError(on []string, err error) error {
	return fmt.Errorf("join on %s: %w", strings.Join(on, ", "), err)
}

func join(left, right DataFrame, on []string, keepLeft bool) (DataFrame, error) {
	l, r, err := sides(left, right, on)
	if err != nil {
		return DataFrame{}, joinError(on, err)
	}
	for _, name := range r.others {
		if slices.Contains(left.Names(), name) {
			err := fmt.Errorf("both sides have a column %q", name)
			return DataFrame{}, hint.Add(joinError(on, err), "rename it on one side: df.Rename(new, %q)", name)
		}
	}
	leftRows, rightRows := pairs(l.keys, r.keys, left.Nrow(), right.Nrow(), keepLeft)
	out := make([]column, 0, left.Ncol()+len(r.others))
	for j := range left.Ncol() {
		c := columnAt(left, j)
		out = append(out, c.take(leftRows))
	}
	for _, name := range r.others {
		c := columnAt(right, slices.Index(right.Names(), name))
		out = append(out, c.take(rightRows))
	}
	return frameOf(out)
}

// pairs lists the rows of left and right that belong together; with keepLeft a
// row of left without partner is paired with -1.
func pairs(left, right []column, n, m int, keepLeft bool) (leftRows, rightRows []int) {
	parts := partitionBy(right, m)
	leftRows, rightRows = make([]int, 0, n), make([]int, 0, n)
	var key []byte
	for i := range n {
		key = appendKey(key[:0], left, i)
		k, ok := parts.number[string(key)]
		if !ok {
			if keepLeft {
				leftRows, rightRows = append(leftRows, i), append(rightRows, -1)
			}
			continue
		}
		for _, j := range parts.part(k) {
			leftRows, rightRows = append(leftRows, i), append(rightRows, j)
		}
	}
	return leftRows, rightRows
}

// side is one table of a join: its key columns, and the names of the others.
type side struct {
	keys   []column
	others []string
}

// sides looks up the keys in both tables and checks that they can be compared.
func sides(left, right DataFrame, on []string) (l, r side, err error) {
	if len(on) == 0 {
		return l, r, errors.New("no key columns given")
	}
	if err := checkNames(on); err != nil {
		return l, r, fmt.Errorf("keys: %w", err)
	}
	if l, err = sideOf(left, on); err != nil {
		return l, r, fmt.Errorf("left: %w", err)
	}
	if r, err = sideOf(right, on); err != nil {
		return l, r, fmt.Errorf("right: %w", err)
	}
	for k, name := range on {
		if a, b := l.keys[k].kind, r.keys[k].kind; a != b {
			return l, r, fmt.Errorf("column %q is %v on the left, %v on the right", name, a, b)
		}
	}
	return l, r, nil
}

func sideOf(df DataFrame, on []string) (side, error) {
	var s side
	for _, name := range on {
		c, err := lookup(df, name)
		if err != nil {
			return s, err
		}
		if c.kind == Float {
			return s, hint.Add(fmt.Errorf("column %q is float, and floats are no keys", name), "join on an id")
		}
		if err := c.mustBeFull(); err != nil {
			return s, err
		}
		s.keys = append(s.keys, c)
	}
	for _, name := range df.Names() {
		if !slices.Contains(on, name) {
			s.others = append(s.others, name)
		}
	}
	return s, nil
}
