package figures

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An axes is a data area with its two axes.
type axes struct {
	frame box // the data area
	x, y  plot.Axis
}

// at maps data to the page.
func (a *axes) at(x, y float64) pos {
	return pos{
		a.frame.x0 + snap(a.x.Norm(x)*float64(a.frame.width())/pt),
		a.frame.y0 + snap(a.y.Norm(y)*float64(a.frame.height())/pt),
	}
}

// drawLevels draws a hairline across the data area at each tick of the y axis.
func (a *axes) drawLevels(c *draw.Canvas) {
	for _, t := range a.y.Tick.Marker.Ticks(a.y.Min, a.y.Max) {
		y := a.at(a.x.Min, t.Value).Y
		stroke(c, lineStyle(hairline, 0.4*pt), pos{a.frame.x0, y}, pos{a.frame.x1, y})
	}
}

// drawAxes draws axis lines, ticks and tick labels.
func (a *axes) drawAxes(s *sheet, c *draw.Canvas, yLabels bool) {
	a.drawX(s, c, true)
	if yLabels {
		a.drawY(s, c)
	}
}

// drawX draws the x axis. labelled says whether its ticks have labels.
func (a *axes) drawX(s *sheet, c *draw.Canvas, labelled bool) {
	y0 := a.frame.y0 - spineGap
	stroke(c, spineStyle, pos{a.frame.x0, y0}, pos{a.frame.x1, y0})
	for _, t := range a.x.Tick.Marker.Ticks(a.x.Min, a.x.Max) {
		x := a.at(t.Value, a.y.Min).X
		length := tickMajor
		if t.Label == "" {
			length = tickMinor
		}
		stroke(c, tickLine, pos{x, y0}, pos{x, y0 - length})
		if t.Label != "" && labelled {
			s.put(t.Label, pos{x - tickStyle.width(t.Label)/2, y0 - tickMajor - 2*pt - tickStyle.ascent()}, tickStyle, 0)
		}
	}
}

// drawY draws the y axis.
func (a *axes) drawY(s *sheet, c *draw.Canvas) {
	x0 := a.frame.x0 - spineGap
	stroke(c, spineStyle, pos{x0, a.frame.y0}, pos{x0, a.frame.y1})
	for _, t := range a.y.Tick.Marker.Ticks(a.y.Min, a.y.Max) {
		y := a.at(a.x.Min, t.Value).Y
		stroke(c, tickLine, pos{x0, y}, pos{x0 - tickMajor, y})
		s.put(t.Label, pos{x0 - tickMajor - 2*pt - tickStyle.width(t.Label), y - tickStyle.ascent()/2}, tickStyle, 0)
	}
}

var (
	spineStyle = lineStyle(ink, 0.6*pt)
	tickLine   = lineStyle(ink, 0.5*pt)
)

// bottomRoom returns the room below a data area of the given width for its x axis.
func bottomRoom(label string, width int) int {
	room := xTickRoom + tickStyle.height(1)
	if lines := axisStyle.wrap(label, width); len(lines) > 0 {
		room += 3*pt + axisStyle.height(len(lines))
	}
	return room
}

// leftRoom returns the room that the tick labels of a y axis need, and its label
// over the given height.
func leftRoom(y plot.Axis, label string, height int) int {
	room := 0
	for _, t := range y.Tick.Marker.Ticks(y.Min, y.Max) {
		room = max(room, tickStyle.width(t.Label))
	}
	room += 2*pt + tickMajor + spineGap
	if lines := axisStyle.wrap(label, height); len(lines) > 0 {
		room += axisStyle.height(len(lines)) + 4*pt
	}
	return room
}

// squareSide returns the side of the greatest square, up to most, that a width holds
// beside the room that the labels of such a square need: the lower it is, the
// more lines they take.
func squareSide(width, most int, room func(side int) int) int {
	side := most
	for {
		next := width - room(side)
		if next >= side || side < leastArea {
			return side
		}
		side = next
	}
}

// drawXLabel centres the label of the x axis below its tick labels.
func (a *axes) drawXLabel(s *sheet, label string) {
	a.drawXLabelWithin(s, label, a.frame)
}

// drawXLabelWithin is drawXLabel for a label that may be wider than the data
// area, up to the width of b.
func (a *axes) drawXLabelWithin(s *sheet, label string, b box) {
	y := a.frame.y0 - xTickRoom - tickStyle.height(1) - 3*pt
	for i, line := range axisStyle.wrap(label, b.width()) {
		w := axisStyle.width(line)
		x := min(max(a.frame.centre().X-w/2, b.x0), b.x1-w)
		s.put(line, pos{x, y - axisStyle.ascent() - i*axisStyle.leading()}, axisStyle, 0)
	}
}

// drawYLabel writes the label of the y axis upwards, from left on.
func (a *axes) drawYLabel(s *sheet, left int, label string) {
	for i, line := range axisStyle.wrap(label, a.frame.height()) {
		y := a.frame.centre().Y - axisStyle.width(line)/2
		s.put(line, pos{left + axisStyle.ascent() + i*axisStyle.leading(), y}, axisStyle, 90)
	}
}

// stroke draws a chain of places.
func stroke(c *draw.Canvas, sty draw.LineStyle, places ...pos) {
	line := make([]vg.Point, len(places))
	for i, q := range places {
		line[i] = at(q)
	}
	c.StrokeLines(sty, line)
}

// fill fills a box.
func fill(c *draw.Canvas, shade color.Color, b box) {
	k := b.corners()
	c.FillPolygon(shade, []vg.Point{at(k[0]), at(k[1]), at(k[2]), at(k[3])})
}

// outline draws the edge of a box.
func outline(c *draw.Canvas, sty draw.LineStyle, b box) {
	k := b.corners()
	stroke(c, sty, k[0], k[1], k[2], k[3], k[0])
}
