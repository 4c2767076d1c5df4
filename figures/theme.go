package figures

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Width says how wide a figure is. The zero value is [SingleColumn].
type Width int

// The two widths of an IEEE page.
const (
	SingleColumn Width = iota // 3.5 in
	DoubleColumn              // 7.16 in
)

// measure returns the width in 1/100 pt.
func (w Width) measure() int {
	if w == DoubleColumn {
		return 51552
	}
	return 25200
}

// A style is how a line of text looks. Sizes are in 1/100 pt.
type style struct {
	bold  bool
	size  int
	color color.NRGBA
	halo  int // width of the white rim, 0 for none
}

var (
	ink      = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	muted    = color.NRGBA{0x55, 0x55, 0x55, 0xff}
	hairline = color.NRGBA{0xe3, 0xe3, 0xe3, 0xff}
	faint    = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff} // SYNTHETIC behind the data
	white    = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

var (
	titleStyle    = style{bold: true, size: 9 * pt, color: ink}
	subtitleStyle = style{size: 7.5 * pt, color: muted}
	stripStyle    = style{bold: true, size: 8 * pt, color: ink}
	axisStyle     = style{size: 8 * pt, color: ink}
	tickStyle     = style{size: 7.5 * pt, color: ink}
	labelStyle    = style{size: 8 * pt, color: ink, halo: 1.8 * pt}
	legendStyle   = style{size: 7.5 * pt, color: ink}
	footerStyle   = style{size: 6.5 * pt, color: muted}
	faintStyle    = style{bold: true, size: 30 * pt, color: faint}
)

// Lengths of the page, in 1/100 pt.
const (
	edge           = 3 * pt   // empty rim of the page
	spineGap   int = 2.5 * pt // between the data area and the axis lines
	tickMajor      = 3 * pt
	tickMinor  int = 1.5 * pt
	panelGap       = 15 * pt
	heightOne      = 124 * pt // data area of a single-column panel
	heightWide     = 178 * pt // data area of a lone double-column panel
)

// A look is how a curve is told from the others: by colour, by dashes and, in
// a crowd, by markers, so that a grey print still tells them.
type look struct {
	line   color.NRGBA
	text   color.NRGBA // the line's colour, darkened to a contrast of at least 4.5 on white
	width  int
	dashes []int
	shape  draw.GlyphDrawer // nil for none
}

// palette holds the looks of up to five curves: colours by Okabe and Ito
// (https://jfly.uni-koeln.de/color/, 2008), told apart by the three common
// kinds of colour blindness.
var palette = [...]look{
	{line: color.NRGBA{0x00, 0x72, 0xb2, 0xff}, text: color.NRGBA{0x00, 0x68, 0xa3, 0xff}, shape: draw.CircleGlyph{}},
	{line: color.NRGBA{0xd5, 0x5e, 0x00, 0xff}, text: color.NRGBA{0xb3, 0x4f, 0x00, 0xff}, dashes: []int{5 * pt, 1.5 * pt}, shape: square},
	{line: color.NRGBA{0x00, 0x9e, 0x73, 0xff}, text: color.NRGBA{0x00, 0x78, 0x57, 0xff}, dashes: []int{6 * pt, 1.5 * pt, 1.3 * pt, 1.5 * pt}, shape: triangle},
	{line: color.NRGBA{0xcc, 0x79, 0xa7, 0xff}, text: color.NRGBA{0x9c, 0x4a, 0x78, 0xff}, dashes: []int{2.4 * pt, 1.2 * pt}, shape: diamond},
	{line: color.NRGBA{0xe6, 0x9f, 0x00, 0xff}, text: color.NRGBA{0x8a, 0x60, 0x00, 0xff}, dashes: []int{9 * pt, 1.6 * pt}, shape: wedge},
}

var (
	randomLook = look{line: color.NRGBA{0x8a, 0x8a, 0x8a, 0xff}, text: color.NRGBA{0x6a, 0x6a, 0x6a, 0xff}, width: pt, dashes: []int{3 * pt, 2 * pt}}
	oracleLook = look{line: color.NRGBA{0x44, 0x44, 0x44, 0xff}, text: color.NRGBA{0x44, 0x44, 0x44, 0xff}, width: 0.8 * pt, dashes: []int{0.9 * pt, 1.5 * pt}}
)

const (
	measureWidth = 1.3 * pt
	otherWidth   = 1.0 * pt
)

// shapes tell apart the single models; a mark is the hollow form of one.
var shapes = [...]draw.GlyphDrawer{draw.CircleGlyph{}, square, triangle, diamond}

// A polygonGlyph is a filled glyph given by its corners for radius 1.
type polygonGlyph []vg.Point

var (
	square   = polygonGlyph{{X: -.88, Y: -.88}, {X: .88, Y: -.88}, {X: .88, Y: .88}, {X: -.88, Y: .88}}
	triangle = polygonGlyph{{X: 0, Y: 1.25}, {X: -1.08, Y: -.62}, {X: 1.08, Y: -.62}}
	wedge    = polygonGlyph{{X: 0, Y: -1.25}, {X: -1.08, Y: .62}, {X: 1.08, Y: .62}}
	diamond  = polygonGlyph{{X: 0, Y: 1.25}, {X: -1.25, Y: 0}, {X: 0, Y: -1.25}, {X: 1.25, Y: 0}}
)

// DrawGlyph implements draw.GlyphDrawer.
func (g polygonGlyph) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	var p vg.Path
	for i, v := range g {
		to := vg.Point{X: at.X + v.X*sty.Radius, Y: at.Y + v.Y*sty.Radius}
		if i == 0 {
			p.Move(to)
		} else {
			p.Line(to)
		}
	}
	p.Close()
	c.Fill(p)
}

// points converts 1/100 pt to gonum's unit.
func points(n int) vg.Length { return vg.Length(n) / pt }

// at converts a place to gonum's unit.
func at(p pos) vg.Point { return vg.Point{X: points(p.X), Y: points(p.Y)} }

// lineStyle returns a gonum line style of the given width and dashes.
func lineStyle(c color.Color, width int, dashes ...int) draw.LineStyle {
	sty := draw.LineStyle{Color: c, Width: points(width)}
	for _, d := range dashes {
		sty.Dashes = append(sty.Dashes, points(d))
	}
	return sty
}

// translucent returns c with the given opacity, 255 for opaque.
func translucent(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}
