package figures

import (
	"slices"

	"gonum.org/v1/plot/vg/draw"
)

// A legend is rows of keys and names.
type legend struct {
	entries []entry
	rows    int // lines of text
}

type entry struct {
	lines []string
	x     int
	row   int
	draw  func(c *draw.Canvas, left pos)
}

const (
	keyWidth = 17 * pt
	keyGap   = 3 * pt
)

func (l legend) height() int {
	if l.rows == 0 {
		return 0
	}
	return 3*pt + legendStyle.height(l.rows)
}

// newLegend sets the names of all curves, and with dots those of points and
// marks, in rows of the given width.
func newLegend(panels []*AccuracyCompute, looks map[string]look, dots bool, width int) legend {
	var l legend
	x := 0
	seen := map[string]bool{}
	add := func(name string, key func(*draw.Canvas, pos)) {
		if seen[name] {
			return
		}
		seen[name] = true
		lines := legendStyle.wrap(name, width-keyWidth-keyGap)
		w, _ := legendStyle.blockSize(lines)
		w += keyWidth + keyGap
		if x > 0 && x+w > width {
			x = 0
			l.rows++
		}
		if l.rows == 0 {
			l.rows = 1
		}
		l.entries = append(l.entries, entry{lines, x, l.rows - 1, key})
		l.rows += len(lines) - 1
		x += w + 9*pt
	}
	crowded := slices.ContainsFunc(panels, (*AccuracyCompute).crowded)
	for _, f := range panels {
		for _, c := range f.Curves {
			add(c.Name, curveKey(looks[c.Name], crowded || len(c.X) == 1))
		}
	}
	for _, f := range panels {
		for _, d := range f.shaped(true) {
			if dots {
				add(d.Name, func(c *draw.Canvas, left pos) { d.drawGlyph(c, pos{left.X + keyWidth/2, left.Y}) })
			}
		}
	}
	return l
}

// curveKey returns the drawing of a short piece of a curve.
func curveKey(l look, marker bool) func(*draw.Canvas, pos) {
	return func(c *draw.Canvas, left pos) {
		c.StrokeLine2(lineStyle(l.line, l.width, l.dashes...), points(left.X), points(left.Y), points(left.X+keyWidth), points(left.Y))
		if marker && l.shape != nil {
			drawHollow(c, l.shape, pos{left.X + keyWidth/2, left.Y}, markerRadius, l.line)
		}
	}
}

// draw draws the legend with its upper left corner at p.
func (l legend) draw(s *sheet, p pos) {
	c := s.canvas()
	for _, e := range l.entries {
		top := p.Y - 3*pt - e.row*legendStyle.leading()
		e.draw(&c, pos{p.X + e.x, top - legendStyle.ascent()/2})
		s.lines(e.lines, pos{p.X + e.x + keyWidth + keyGap, top}, legendStyle)
	}
}
