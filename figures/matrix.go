package figures

import (
	"fmt"
	"slices"
	"strings"
)

// A matrix is a table of counts whose fields are the darker the higher their
// shares.
type matrix struct {
	rowsAre, columnsAre string
	rows, columns       []string
	notes               []string // below the names of the rows, or nil
	fields              [][]field
}

// A field is one cell of a matrix.
type field struct {
	n     int
	of    int    // the count that the share is of, 0 for no share
	note  string // below the share
	heavy bool   // outlined
}

// Lengths of a matrix.
const (
	fieldWide = 72 * pt // at most
	fieldHigh = 34 * pt // at least
	fieldPad  = 3 * pt
)

var (
	fieldCount = style{bold: true, size: 9 * pt, color: ink}
	fieldText  = style{size: 7.5 * pt, color: ink}
)

// A matrixLayout is where a matrix puts its parts.
type matrixLayout struct {
	*matrix
	left, top int
	w, h      int // of a field
	rowNames  [][]string
	colNames  [][]string
	texts     [][]blocks
	rowTitle  []string // of the rows, upright
}

func (m *matrix) lay(width int) (layout, error) {
	l := &matrixLayout{matrix: m}
	l.setRows(width * 28 / 100)
	least := 27 * pt
	for _, f := range slices.Concat(m.fields...) {
		least = max(least, fieldCount.width(fmt.Sprint(f.n))+2*fieldPad)
	}
	l.w = min((width-l.left)/len(m.columns), fieldWide)
	if err := roomy("a field", l.w, least); err != nil {
		return layout{}, err
	}
	l.setFields()
	return layout{height: l.top + l.h*len(m.rows), covered: true, draw: l.draw}, nil
}

// setRows sets the names of the rows, at most so wide, and their title.
func (l *matrixLayout) setRows(most int) {
	if l.rowTitle = axisStyle.wrap(l.rowsAre, fieldHigh*len(l.rows)); len(l.rowTitle) > 0 {
		l.left = axisStyle.height(len(l.rowTitle)) + 4*pt
	}
	names := 0
	for _, r := range slices.Concat(l.notes, l.rows) {
		names = max(names, tickStyle.width(r))
	}
	names = min(names, most)
	l.left += names + 4*pt
	for i, r := range l.rows {
		lines := tickStyle.wrap(r, names)
		if l.notes != nil {
			lines = append(lines, tickStyle.wrap(l.notes[i], names)...)
		}
		l.rowNames = append(l.rowNames, lines)
	}
}

// setFields sets the names of the columns and what stands in the fields.
func (l *matrixLayout) setFields() {
	for _, c := range l.columns {
		lines := tickStyle.wrap(c, l.w-4*pt)
		l.colNames = append(l.colNames, lines)
		l.top = max(l.top, tickStyle.height(len(lines))+4*pt)
	}
	if lines := axisStyle.wrap(l.columnsAre, l.w*len(l.columns)); len(lines) > 0 {
		l.top += axisStyle.height(len(lines)) + 4*pt
	}
	l.h = fieldHigh
	for i, row := range l.fields {
		var texts []blocks
		for _, f := range row {
			t := f.texts(l.w - 2*fieldPad)
			texts = append(texts, t)
			l.h = max(l.h, t.height()+2*fieldPad)
		}
		l.h = max(l.h, tickStyle.height(len(l.rowNames[i]))+2*fieldPad)
		l.texts = append(l.texts, texts)
	}
}

func (f field) texts(width int) blocks {
	share := ""
	if f.of > 0 {
		share = percent(f.n, f.of)
	}
	return newBlocks(width, passage{fieldCount, fmt.Sprint(f.n)}, passage{fieldText, share}, passage{fieldText, f.note})
}

func (l *matrixLayout) draw(s *sheet, b box) {
	whole := box{b.x0 + l.left, b.y1 - l.top - l.h*len(l.rows), b.x0 + l.left + l.w*len(l.columns), b.y1 - l.top}
	title := axisStyle.wrap(l.columnsAre, whole.width())
	for i, line := range title {
		s.put(line, pos{whole.centre().X - axisStyle.width(line)/2, b.y1 - axisStyle.ascent() - i*axisStyle.leading()}, axisStyle, 0)
	}
	for i, line := range l.rowTitle {
		y := whole.centre().Y - axisStyle.width(line)/2
		s.put(line, pos{b.x0 + axisStyle.ascent() + i*axisStyle.leading(), y}, axisStyle, 90)
	}
	for j, lines := range l.colNames {
		centred(s, lines, pos{whole.x0 + j*l.w + l.w/2, whole.y1 + 4*pt + tickStyle.height(len(lines))}, tickStyle)
	}
	for i := range l.rows {
		y1 := whole.y1 - i*l.h
		lines := l.rowNames[i]
		for k, line := range lines {
			y := y1 - (l.h-tickStyle.height(len(lines)))/2 - tickStyle.ascent() - k*tickStyle.leading()
			s.put(line, pos{whole.x0 - 4*pt - tickStyle.width(line), y}, tickStyle, 0)
		}
		for j := range l.columns {
			x0 := whole.x0 + j*l.w
			l.drawField(s, i, j, box{x0, y1 - l.h, x0 + l.w, y1})
		}
	}
}

// drawField draws one field. The outline of a heavy one lies within it, so that
// its neighbours cannot hide it.
func (l *matrixLayout) drawField(s *sheet, i, j int, b box) {
	c := s.canvas()
	f := l.fields[i][j]
	if f.of > 0 {
		fill(&c, translucent(palette[0].line, uint8(150*f.n/f.of)), b)
	}
	outline(&c, lineStyle(randomLook.line, 0.4*pt), b)
	if f.heavy {
		outline(&c, lineStyle(ink, 1.1*pt), b.grow(-0.8*pt))
	}
	y := b.centre().Y + (l.texts[i][j].height()-blockGap)/2
	for _, t := range l.texts[i][j] {
		centred(s, t.lines, pos{b.centre().X, y}, t.style)
		y -= t.style.height(len(t.lines)) + blockGap
	}
}

// centred writes lines around p.X, from p.Y down.
func centred(s *sheet, lines []string, p pos, st style) {
	for i, line := range lines {
		s.put(line, pos{p.X - st.width(line)/2, p.Y - st.ascent() - i*st.leading()}, st, 0)
	}
}

func (m *matrix) describe() string {
	var parts []string
	for i, row := range m.fields {
		for j, f := range row {
			parts = append(parts, fmt.Sprintf("%s, %s: %d", m.rows[i], m.columns[j], f.n))
		}
	}
	return fmt.Sprintf("Rows: %s. Columns: %s. %s.", m.rowsAre, m.columnsAre, strings.Join(parts, "; "))
}
