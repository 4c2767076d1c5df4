package display

import (
	"fmt"
	"html"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	headRows = 20 // rows of a long table that are shown at its beginning
	tailRows = 5  // and at its end
	maxCell  = 200
)

// A Table is a table on its way to the screen: HTML with numbers to the right and
// everything escaped, and aligned plain text. Of more than 25 rows the first 20
// and the last 5 are shown, and between them how many were left out.
type Table struct {
	Title string
	// Columns are the headings, Kinds the types beneath them, absent if nil.
	Columns, Kinds []string
	// Number says which columns hold numbers.
	Number []bool
	Rows   [][]string
	// Notes stand beneath the table.
	Notes []string

	// omitted counts rows that Rows already lacks before its last tailRows.
	omitted int
}

// Display implements [Displayer].
func (t Table) Display() Data {
	return MakeData3(MIMETypeHTML, t.plain(), t.html())
}

// shown returns the rows to print; a nil row stands for those left out.
func (t Table) shown() (rows [][]string, left int) {
	n := len(t.Rows)
	if n <= headRows+tailRows && t.omitted == 0 {
		return t.Rows, 0
	}
	left = t.omitted + max(0, n-headRows-tailRows)
	rows = append(rows, t.Rows[:min(n-tailRows, headRows)]...)
	rows = append(rows, nil)
	return append(rows, t.Rows[n-tailRows:]...), left
}

func (t Table) html() string {
	var b strings.Builder
	b.WriteString("<table>\n")
	if t.Title != "" {
		fmt.Fprintf(&b, "<caption>%s</caption>\n", html.EscapeString(t.Title))
	}
	b.WriteString("<thead>\n")
	t.row(&b, "th", t.Columns)
	if t.Kinds != nil {
		t.row(&b, "td", t.Kinds)
	}
	b.WriteString("</thead>\n<tbody>\n")
	rows, left := t.shown()
	for _, row := range rows {
		if row == nil {
			fmt.Fprintf(&b, "<tr><td colspan=\"%d\">… %d rows</td></tr>\n", max(1, len(t.Columns)), left)
			continue
		}
		t.row(&b, "td", row)
	}
	b.WriteString("</tbody>\n</table>\n")
	for _, n := range t.footer() {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(n))
	}
	return b.String()
}

func (t Table) row(b *strings.Builder, tag string, cells []string) {
	b.WriteString("<tr>")
	for i, c := range cells {
		side := "left"
		if t.number(i) {
			side = "right"
		}
		fmt.Fprintf(b, `<%s style="text-align:%s">%s</%s>`, tag, side, html.EscapeString(clip(c)), tag)
	}
	b.WriteString("</tr>\n")
}

func (t Table) number(i int) bool { return i < len(t.Number) && t.Number[i] }

// footer is the number of rows, for a table that was cut, and the notes.
func (t Table) footer() []string {
	if _, left := t.shown(); left > 0 {
		return append([]string{fmt.Sprintf("%d rows", len(t.Rows)+t.omitted)}, t.Notes...)
	}
	return t.Notes
}

func (t Table) plain() string {
	rows, left := t.shown()
	lines := [][]string{t.Columns}
	if t.Kinds != nil {
		lines = append(lines, t.Kinds)
	}
	lines = append(lines, rows...)
	widths := make([]int, len(t.Columns))
	for _, line := range lines {
		for i, c := range line {
			if i < len(widths) {
				widths[i] = max(widths[i], utf8.RuneCountInString(clip(c)))
			}
		}
	}
	var b strings.Builder
	if t.Title != "" {
		b.WriteString(t.Title + "\n")
	}
	for i, line := range lines {
		if line == nil && i > 0 {
			fmt.Fprintf(&b, "… %d rows\n", left)
			continue
		}
		b.WriteString(t.align(line, widths) + "\n")
	}
	for _, n := range t.footer() {
		b.WriteString(n + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// align sets one line of plain text; its end is trimmed.
func (t Table) align(line []string, widths []int) string {
	cells := make([]string, len(line))
	for i, c := range line {
		c = clip(c)
		gap := ""
		if i < len(widths) {
			gap = strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
		}
		if t.number(i) {
			cells[i] = gap + c
		} else {
			cells[i] = c + gap
		}
	}
	return strings.TrimRight(strings.Join(cells, "  "), " ")
}

// clip makes a cell one line of bounded length.
func clip(cell string) string {
	cell = strings.NewReplacer("\r\n", "⏎", "\n", "⏎", "\t", " ").Replace(cell)
	if utf8.RuneCountInString(cell) > maxCell {
		cell = string([]rune(cell)[:maxCell]) + "…"
	}
	return cell
}

// tableRule makes tables of slices of structs, slices of maps with string keys,
// and maps. Slices of anything else stay plain.
func tableRule(v any) (Data, bool) {
	r := reflect.ValueOf(v)
	if _, own := v.(fmt.Stringer); own {
		return Data{}, false
	}
	var t Table
	var ok bool
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		t, ok = sliceTable(r)
	case reflect.Map:
		t, ok = mapTable(r), r.Len() > 0
	}
	if !ok {
		return Data{}, false
	}
	return t.Display(), true
}

func sliceTable(r reflect.Value) (Table, bool) {
	elem := r.Type().Elem()
	if elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	switch {
	case elem.Kind() == reflect.Struct && !elem.Implements(reflect.TypeFor[fmt.Stringer]()):
		return structTable(r, elem)
	case elem.Kind() == reflect.Map && elem.Key().Kind() == reflect.String:
		return mapsTable(r, elem)
	}
	return Table{}, false
}

// structTable has a column per exported field.
func structTable(r reflect.Value, elem reflect.Type) (Table, bool) {
	var t Table
	var at []int
	for i := range elem.NumField() {
		if f := elem.Field(i); f.IsExported() {
			at = append(at, i)
			t.Columns = append(t.Columns, f.Name)
			t.Number = append(t.Number, numeric(f.Type))
		}
	}
	for i := range r.Len() {
		v := reflect.Indirect(r.Index(i))
		row := make([]string, len(at))
		for k, field := range at {
			if v.IsValid() {
				row[k] = cellText(v.Field(field))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, len(at) > 0
}

// mapsTable has a column per key of any of the maps, sorted; a key that a map
// lacks is an empty cell.
func mapsTable(r reflect.Value, elem reflect.Type) (Table, bool) {
	var t Table
	at := func(i int) reflect.Value { return reflect.Indirect(r.Index(i)) }
	for i := range r.Len() {
		if m := at(i); m.IsValid() {
			for _, k := range m.MapKeys() {
				if !slices.Contains(t.Columns, k.String()) {
					t.Columns = append(t.Columns, k.String())
				}
			}
		}
	}
	slices.Sort(t.Columns)
	for range t.Columns {
		t.Number = append(t.Number, numeric(elem.Elem()))
	}
	for i := range r.Len() {
		row := make([]string, len(t.Columns))
		for k, name := range t.Columns {
			if m := at(i); m.IsValid() {
				row[k] = cellText(m.MapIndex(reflect.ValueOf(name).Convert(elem.Key())))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, len(t.Columns) > 0
}

func mapTable(r reflect.Value) Table {
	t := Table{Columns: []string{"key", "value"}, Number: []bool{numeric(r.Type().Key()), numeric(r.Type().Elem())}}
	for _, k := range sortedKeys(r) {
		t.Rows = append(t.Rows, []string{cellText(k), cellText(r.MapIndex(k))})
	}
	return t
}

// cellText is the plain text of a value in a table; a key that is absent is
// empty.
func cellText(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	var b strings.Builder
	write(&b, v, 1)
	return b.String()
}

func numeric(t reflect.Type) bool {
	k := t.Kind()
	return k >= reflect.Int && k <= reflect.Float64 && !t.Implements(reflect.TypeFor[fmt.Stringer]())
}
