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

	legendGap = 8 * pt // between a legend and the data area below it
)

func (l legend) height() int {
	if l.rows == 0 {
		return 0
	}
	return 3*pt + legendStyle.height(l.rows)
}

// A key is a name with the drawing that stands left of it.
type key struct {
	name string
	draw func(c *draw.Canvas, left pos)
}

// keysOf lists the curves of panels, and with dots their points and marks, in
// the order of their first appearance.
func keysOf(panels []*AccuracyCompute, looks map[string]look, dots bool) []key {
	var keys []key
	crowded := slices.ContainsFunc(panels, (*AccuracyCompute).crowded)
	for _, f := range panels {
		for _, c := range f.Curves {
			keys = append(keys, key{c.Name, curveKey(looks[c.Name], crowded || len(c.X) == 1)})
		}
	}
	for _, f := range panels {
		for _, d := range f.shaped(true) {
			if dots {
				keys = append(keys, key{d.Name, func(c *draw.Canvas, left pos) { d.drawGlyph(c, pos{left.X + keyWidth/2, left.Y}) }})
			}
		}
	}
	return keys
}

// newLegend sets keys in rows of the given width, of equal names the first only.
func newLegend(keys []key, width int) legend {
	var l legend
	x := 0
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k.name] {
			continue
		}
		seen[k.name] = true
		lines := legendStyle.wrap(k.name, width-keyWidth-keyGap)
		w, _ := legendStyle.blockSize(lines)
		w += keyWidth + keyGap
		if x > 0 && x+w > width {
			x = 0
			l.rows++
		}
		if l.rows == 0 {
			l.rows = 1
		}
		l.entries = append(l.entries, entry{lines, x, l.rows - 1, k.draw})
		l.rows += len(lines) - 1
		x += w + 9*pt
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

// swatch returns the drawing of a filled field with an edge.
func swatch(shade, rim look) func(*draw.Canvas, pos) {
	return func(c *draw.Canvas, left pos) {
		b := box{left.X, left.Y - 3*pt, left.X + keyWidth, left.Y + 3*pt}
		fill(c, shade.line, b)
		outline(c, lineStyle(rim.text, 0.6*pt), b.grow(-0.3*pt))
	}
}
