package figures

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Surface is a quality over two thresholds, or two rates, as a heat map with a
// path across it, such as the Pareto hull, and a chosen point.
//
// The colours go in steps between round values, which the colour bar shows, so
// that the edge between two colours is a contour. They are the scale cividis
// (Nuñez, Anderton and Renslow, PLOS ONE 13(7), 2018), even in lightness and so
// the same in grey and to the colour-blind. Cells without a value stay white.
type Surface struct {
	Page
	// ValueLabel says what the colour bar measures.
	XLabel, YLabel, ValueLabel string
	// X and Y ascend: at most 400 columns and rows. Cells reach half way to their
	// neighbours.
	X, Y []float64
	// Shares says that X and Y are shares in per cent, which no cell goes beyond.
	Shares bool
	// Value has a row for each Y and in it a value for each X, NaN for none.
	Value [][]float64
	// Path is drawn from place to place within the axes; PathName names it in the
	// key.
	Path     []Place
	PathName string
	// Chosen is marked if ChosenName is set, which names it in the key.
	Chosen     Place
	ChosenName string
}

// A Place is a point of a [Surface], or of a hull.
type Place struct{ X, Y float64 }

const mostCells = 400 // in a row or column

func (f Surface) draw() (*sheet, error) { return f.compose(f) }

func (f Surface) check() error {
	if len(f.X) == 0 || len(f.Y) == 0 || len(f.X) > mostCells || len(f.Y) > mostCells {
		return fmt.Errorf("%d columns and %d rows: 1 to %d of each can be drawn", len(f.X), len(f.Y), mostCells)
	}
	if len(f.Value) != len(f.Y) {
		return fmt.Errorf("%d rows of values for %d y", len(f.Value), len(f.Y))
	}
	if err := ascending("x", f.X); err != nil {
		return err
	}
	if err := ascending("y", f.Y); err != nil {
		return err
	}
	some := false
	for j, row := range f.Value {
		if len(row) != len(f.X) {
			return fmt.Errorf("row %d: %d values for %d x", j, len(row), len(f.X))
		}
		for i, v := range row {
			if math.Abs(v) > largest {
				return fmt.Errorf("row %d, column %d: value %g cannot be drawn", j, i, v)
			}
			some = some || !math.IsNaN(v)
		}
	}
	if !some {
		return fmt.Errorf("no values")
	}
	if err := f.checkPlaces(); err != nil {
		return err
	}
	return setAll("text", f.XLabel, f.YLabel, f.ValueLabel, f.PathName, f.ChosenName)
}

// ascending reports values that do not ascend clearly, or cannot be drawn.
func ascending(name string, vs []float64) error {
	if err := finite(name, vs...); err != nil {
		return err
	}
	for i := 1; i < len(vs); i++ {
		if vs[i] <= vs[i-1] {
			return fmt.Errorf("%s %d: %g after %g; they ascend", name, i, vs[i], vs[i-1])
		}
	}
	if len(vs) > 1 && same(vs[0], vs[len(vs)-1]) {
		return fmt.Errorf("%s from %g to %g: too close to draw", name, vs[0], vs[len(vs)-1])
	}
	return nil
}

func (f Surface) checkPlaces() error {
	xs, ys := f.edges(f.X), f.edges(f.Y)
	inside := func(p Place) bool {
		return p.X >= xs[0] && p.X <= xs[len(f.X)] && p.Y >= ys[0] && p.Y <= ys[len(f.Y)]
	}
	if len(f.Path) > 0 && strings.TrimSpace(f.PathName) == "" {
		return fmt.Errorf("the path has no name")
	}
	for i, p := range f.Path {
		if !inside(p) {
			return fmt.Errorf("path: point %d (%g, %g) lies beyond the cells", i, p.X, p.Y)
		}
	}
	if f.ChosenName != "" && !inside(f.Chosen) {
		return fmt.Errorf("%s (%g, %g) lies beyond the cells", f.ChosenName, f.Chosen.X, f.Chosen.Y)
	}
	return nil
}

// edges are those of the cells with the given centres.
func (f Surface) edges(centres []float64) []float64 {
	out := edges(centres)
	if n := len(centres); f.Shares {
		out[0], out[n] = math.Max(out[0], math.Min(0, centres[0])), math.Min(out[n], math.Max(100, centres[n-1]))
	}
	return out
}

// edges returns the n+1 edges of cells with the given n centres.
func edges(centres []float64) []float64 {
	n := len(centres)
	if n == 1 {
		half := math.Max(math.Abs(centres[0])/2, 0.5)
		return []float64{round8(centres[0] - half), round8(centres[0] + half)}
	}
	out := make([]float64, n+1)
	for i := 1; i < n; i++ {
		out[i] = round8((centres[i-1] + centres[i]) / 2)
	}
	out[0] = round8(centres[0] - (centres[1]-centres[0])/2)
	out[n] = round8(centres[n-1] + (centres[n-1]-centres[n-2])/2)
	return out
}

// cividis at ten places, evenly spaced.
var cividis = [...]color.NRGBA{
	{0x00, 0x22, 0x4e, 0xff},
	{0x12, 0x35, 0x70, 0xff},
	{0x3b, 0x49, 0x6c, 0xff},
	{0x57, 0x5d, 0x6d, 0xff},
	{0x70, 0x71, 0x73, 0xff},
	{0x8a, 0x86, 0x78, 0xff},
	{0xa5, 0x9c, 0x74, 0xff},
	{0xc3, 0xb3, 0x69, 0xff},
	{0xe1, 0xcc, 0x55, 0xff},
	{0xfe, 0xe8, 0x38, 0xff},
}

// shade returns the k-th of n colours, from dark to light.
func shade(k, n int) color.NRGBA {
	if n < 2 {
		return cividis[len(cividis)/2]
	}
	last := len(cividis) - 1
	i := min(k*last/(n-1), last-1)
	part := k*last - i*(n-1) // of n−1
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(n-1-part) + int(b)*part) / (n - 1)) }
	a, b := cividis[i], cividis[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// A scale is the steps between the colours: step k is from edge k to k+1.
type scale struct {
	ticks       stepTicks
	first, last int // edges, in steps from 0
}

// mostSteps parts of the span make at most eight colours, since both ends are rounded
// outwards: more cannot be told apart.
const mostSteps = 7

func (f Surface) scale() scale {
	lo, hi := span(slices.Concat(f.Value...))
	if same(lo, hi) {
		pad := math.Max(math.Abs(lo)/50, 1e-3)
		lo, hi = lo-pad, hi+pad
	}
	t := niceStep(hi-lo, mostSteps)
	return scale{t, int(math.Floor(lo/t.step() + 1e-6)), int(math.Ceil(hi/t.step() - 1e-6))}
}

func (s scale) steps() int { return s.last - s.first }

// step returns the step that holds v, −1 for NaN.
func (s scale) step(v float64) int {
	if math.IsNaN(v) {
		return -1
	}
	return min(max(int(math.Floor(v/s.ticks.step()+1e-6))-s.first, 0), s.steps()-1)
}

// Lengths of a surface.
const (
	surfaceSide = 190 * pt // at most, of the square of cells
	barWidth    = 7 * pt
	barGap      = 9 * pt
	scaleGap    = 2 * pt // between the labels of the bar and what it measures
)

// A surfaceLayout is where a surface puts its parts.
type surfaceLayout struct {
	Surface
	axes
	scale  scale
	legend legend
	left   int
	side   int
	top    int
	note   blocks
}

func (f Surface) lay(width int) (layout, error) {
	l := &surfaceLayout{Surface: f, scale: f.scale(), legend: newLegend(f.keys(), width)}
	if l.legend.height() > 0 {
		l.top = l.legend.height() + legendGap
	}
	if slices.ContainsFunc(slices.Concat(f.Value...), math.IsNaN) {
		l.note = newBlocks(width, passage{footerStyle, "White: no value."})
	}
	x, y := f.edges(f.X), f.edges(f.Y)
	l.x = plot.Axis{Min: x[0], Max: x[len(f.X)], Scale: plot.LinearScale{}}
	l.y = plot.Axis{Min: y[0], Max: y[len(f.Y)], Scale: plot.LinearScale{}}
	l.y.Tick.Marker = niceStep(l.y.Max-l.y.Min, 6)
	l.side = squareSide(width, surfaceSide, func(side int) int {
		l.left = leftRoom(l.y, f.YLabel, side)
		return l.left + l.barRoom(side)
	})
	if err := roomy("the data area", l.side, leastArea); err != nil {
		return layout{}, err
	}
	chooseX(&l.x, stepKinds(l.x.Min, l.x.Max, 0), l.side)
	height := l.top + l.side + bottomRoom(f.XLabel, width) + l.note.height()
	return layout{height: height, covered: true, draw: l.draw}, nil
}

// barRoom returns the width of a colour bar of the given height with its labels.
func (l *surfaceLayout) barRoom(height int) int {
	a := l.barAxes(box{})
	return barGap + barWidth + scaleGap + leftRoom(a.y, l.ValueLabel, height)
}

func (l *surfaceLayout) barAxes(frame box) axes {
	a := axes{frame: frame, y: plot.Axis{
		Min: l.scale.ticks.value(l.scale.first), Max: l.scale.ticks.value(l.scale.last), Scale: plot.LinearScale{},
	}}
	a.y.Tick.Marker = l.scale.ticks
	return a
}

func (f Surface) keys() []key {
	var keys []key
	if len(f.Path) > 0 {
		keys = append(keys, key{f.PathName, func(c *draw.Canvas, left pos) {
			drawPath(c, polyline{{left.X + 2*pt, left.Y}, {left.X + keyWidth - 2*pt, left.Y}})
		}})
	}
	if f.ChosenName != "" {
		keys = append(keys, key{f.ChosenName, func(c *draw.Canvas, left pos) {
			drawChosen(c, pos{left.X + keyWidth/2, left.Y})
		}})
	}
	return keys
}

// drawPath draws a chain that is seen on dark and on light.
func drawPath(c *draw.Canvas, chain polyline) {
	if len(chain) > 1 {
		stroke(c, lineStyle(white, 2.6*pt), chain...)
		stroke(c, lineStyle(ink, 1.2*pt), chain...)
	}
	for _, p := range chain {
		drawHollow(c, draw.CircleGlyph{}, p, 1.7*pt, ink)
	}
}

func drawChosen(c *draw.Canvas, p pos) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: white, Radius: points(dotRadius + 1.6*pt), Shape: diamond}, at(p))
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: points(dotRadius + 0.8*pt), Shape: diamond}, at(p))
}

func (l *surfaceLayout) draw(s *sheet, b box) {
	c := s.canvas()
	l.legend.draw(s, pos{b.x0, b.y1})
	x0, y1 := b.x0+l.left, b.y1-l.top
	l.frame = box{x0, y1 - l.side, x0 + l.side, y1}
	l.drawCells(&c)
	l.drawAxes(s, &c, true)
	l.drawYLabel(s, b.x0, l.YLabel)
	l.drawXLabelWithin(s, l.XLabel, b)
	l.note.draw(s, pos{b.x0, b.y0 + l.note.height() - blockGap})
	l.drawScale(s, &c)
	var path polyline
	for _, p := range l.Path {
		path = append(path, l.at(p.X, p.Y))
	}
	drawPath(&c, path)
	if l.ChosenName != "" {
		drawChosen(&c, l.at(l.Chosen.X, l.Chosen.Y))
	}
}

// drawCells fills for each step all cells of it and of those above it: what is
// painted over leaves no seams. Cells side by side are one rectangle.
func (l *surfaceLayout) drawCells(c *draw.Canvas) {
	xs, ys := l.edges(l.X), l.edges(l.Y)
	for k := range l.scale.steps() {
		var p vg.Path
		for j, row := range l.Value {
			for i := 0; i < len(row); i++ {
				from := i
				for i < len(row) && l.scale.step(row[i]) >= k {
					i++
				}
				if i > from {
					rectangle(&p, around(l.at(xs[from], ys[j]), l.at(xs[i], ys[j+1])))
				}
			}
		}
		if len(p) > 0 {
			c.SetColor(shade(k, l.scale.steps()))
			c.Fill(p)
		}
	}
}

// rectangle adds a box to a path.
func rectangle(p *vg.Path, b box) {
	for i, k := range b.corners() {
		if i == 0 {
			p.Move(at(k))
		} else {
			p.Line(at(k))
		}
	}
	p.Close()
}

// drawScale draws the colour bar.
func (l *surfaceLayout) drawScale(s *sheet, c *draw.Canvas) {
	x := l.frame.x1 + barGap
	a := l.barAxes(box{x, l.frame.y0, x + barWidth, l.frame.y1})
	a.x = plot.Axis{Min: 0, Max: 1, Scale: plot.LinearScale{}}
	for k := range l.scale.steps() {
		lo, hi := l.scale.ticks.value(l.scale.first+k), l.scale.ticks.value(l.scale.first+k+1)
		fill(c, shade(k, l.scale.steps()), around(a.at(0, lo), a.at(1, hi)))
	}
	every := 1 // step has a label
	for a.frame.height()*every < l.scale.steps()*tickStyle.leading() {
		every++
	}
	for i, t := range a.y.Tick.Marker.Ticks(a.y.Min, a.y.Max) {
		p := a.at(1, t.Value)
		stroke(c, tickLine, p, pos{p.X + tickMajor, p.Y})
		if i%every > 0 {
			continue
		}
		s.put(t.Label, pos{p.X + tickMajor + 2*pt, p.Y - tickStyle.ascent()/2}, tickStyle, 0)
	}
	a.drawYLabel(s, a.frame.x1+leftRoom(a.y, "", 0)+scaleGap, l.ValueLabel)
}

func (f Surface) describe() string {
	bestX, bestY, best := 0, 0, math.Inf(-1)
	for j, row := range f.Value {
		for i, v := range row {
			if v > best {
				bestX, bestY, best = i, j, v
			}
		}
	}
	lo, hi := span(slices.Concat(f.Value...))
	text := fmt.Sprintf("x axis: %s. y axis: %s. %s from %s to %s, highest at %s, %s.",
		f.XLabel, f.YLabel, f.ValueLabel, short(lo), short(hi), short(f.X[bestX]), short(f.Y[bestY]))
	if f.ChosenName != "" {
		text += fmt.Sprintf(" %s at %s, %s.", f.ChosenName, short(f.Chosen.X), short(f.Chosen.Y))
	}
	return text
}
