package figures

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Figure can be drawn. [AccuracyCompute] and [Grid] are figures.
type Figure interface {
	// draw checks the figure's data and records the drawing.
	draw() (*sheet, error)
}

// Formats lists the formats that [Render] knows.
var Formats = []string{"svg", "pdf", "png"}

// Render draws fig and returns it as a file of the given format, one of
// [Formats]. PNG has 300 dots per inch. The SVG is the same on every machine;
// so is the PDF up to the compressor of the Go release, while a PNG may differ
// in a few pixels between architectures. Errors name the curve or point whose
// data cannot be drawn.
func Render(fig Figure, format string) ([]byte, error) {
	encode, ok := map[string]func(*sheet) ([]byte, error){
		"svg": encodeSVG, "pdf": encodePDF, "png": encodePNG,
	}[format]
	if !ok {
		return nil, fmt.Errorf("figures: unknown format %q: use one of %s", format, strings.Join(Formats, ", "))
	}
	s, err := fig.draw()
	if err != nil {
		return nil, fmt.Errorf("figures: %w", err)
	}
	data, err := encode(s)
	if err != nil {
		return nil, fmt.Errorf("figures: %s: %w", format, err)
	}
	return data, nil
}

// Save renders fig in the format that the extension of path names and replaces
// the file in one step, so that no reader sees half of it.
func Save(fig Figure, path string) (err error) {
	data, err := Render(fig, strings.TrimPrefix(filepath.Ext(path), "."))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("save figure: %w", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("save figure %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// A segment is one step of an outline: M, L, Q, C with one, one, two and three
// places, or Z.
type segment struct {
	verb byte
	p    [3]pos
}

// points returns the places that the verb uses.
func (s *segment) points() []pos {
	switch s.verb {
	case 'M', 'L':
		return s.p[:1]
	case 'Q':
		return s.p[:2]
	case 'C':
		return s.p[:]
	}
	return nil
}

// A mark is one thing on a sheet: a filled outline, a stroked outline (width
// above 0) or a line of text (face set).
type mark struct {
	color   color.NRGBA
	outline []segment
	width   int
	dashes  []int
	*run
}

// A run is a line of text on a sheet.
type run struct {
	text string
	face *face
	size int
	at   pos // left end of the baseline
	turn int // degrees counterclockwise around at
	halo int // width of the white rim
	set  typeset
}

// A sheet records a drawing in page coordinates of 1/100 pt. It implements
// vg.CanvasSizer for gonum's glyphs and plotters; images are not supported.
// The first failure is kept in err and fails the encoding.
type sheet struct {
	w, h        int
	title, desc string
	marks       []mark
	pens        []pen
	err         error
}

// A pen is the part of the drawing state that Push saves.
type pen struct {
	color  color.NRGBA
	width  vg.Length
	dashes []vg.Length
	m      affine
}

// An affine maps (x, y) to (a·x + c·y + e, b·x + d·y + f), in points.
type affine struct{ a, b, c, d, e, f float64 }

// then returns the map that applies n first and m after it.
func (m affine) then(n affine) affine {
	return affine{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func (m affine) apply(p vg.Point) pos {
	x, y := float64(p.X), float64(p.Y)
	return pos{snap(m.a*x + m.c*y + m.e), snap(m.b*x + m.d*y + m.f)}
}

func newSheet(w, h int, title, desc string) *sheet {
	s := &sheet{w: w, h: h, title: title, desc: desc, pens: []pen{{m: affine{a: 1, d: 1}}}}
	vg.Initialize(s)
	return s
}

// canvas returns a gonum drawing area that is the whole sheet.
func (s *sheet) canvas() draw.Canvas { return draw.New(s) }

func (s *sheet) pen() *pen { return &s.pens[len(s.pens)-1] }

// Size implements vg.CanvasSizer.
func (s *sheet) Size() (w, h vg.Length) { return points(s.w), points(s.h) }

// SetLineWidth implements vg.Canvas.
func (s *sheet) SetLineWidth(w vg.Length) { s.pen().width = w }

// SetLineDash implements vg.Canvas. Every pattern starts at its beginning.
func (s *sheet) SetLineDash(pattern []vg.Length, _ vg.Length) {
	s.pen().dashes = slices.Clone(pattern)
}

// SetColor implements vg.Canvas.
func (s *sheet) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	s.pen().color = color.NRGBAModel.Convert(c).(color.NRGBA)
}

// Rotate implements vg.Canvas.
func (s *sheet) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	s.transform(affine{a: cos, b: sin, c: -sin, d: cos})
}

// Translate implements vg.Canvas.
func (s *sheet) Translate(p vg.Point) {
	s.transform(affine{a: 1, d: 1, e: float64(p.X), f: float64(p.Y)})
}

// Scale implements vg.Canvas. Line widths and text sizes are not scaled.
func (s *sheet) Scale(x, y float64) { s.transform(affine{a: x, d: y}) }

func (s *sheet) transform(n affine) { s.pen().m = s.pen().m.then(n) }

// Push implements vg.Canvas.
func (s *sheet) Push() { s.pens = append(s.pens, *s.pen()) }

// Pop implements vg.Canvas.
func (s *sheet) Pop() { s.pens = s.pens[:len(s.pens)-1] }

// Stroke implements vg.Canvas. Joins are round, ends are butt.
func (s *sheet) Stroke(p vg.Path) {
	m := mark{color: s.pen().color, outline: s.record(p), width: snap(float64(s.pen().width))}
	for _, d := range s.pen().dashes {
		m.dashes = append(m.dashes, snap(float64(d)))
	}
	if m.width > 0 {
		s.add(m)
	}
}

// Fill implements vg.Canvas, by the non-zero rule.
func (s *sheet) Fill(p vg.Path) { s.add(mark{color: s.pen().color, outline: s.record(p)}) }

// add keeps a mark unless nothing of it could be seen.
func (s *sheet) add(m mark) {
	if m.color.A > 0 && (m.run != nil || len(m.outline) > 0) {
		s.marks = append(s.marks, m)
	}
}

// FillString implements vg.Canvas in Liberation Sans, bold where the font is.
func (s *sheet) FillString(f font.Face, p vg.Point, text string) {
	m := s.pen().m
	s.put(text, m.apply(p), style{
		bold: f.Font.Weight > 0, size: snap(float64(f.Font.Size)), color: s.pen().color,
	}, int(math.Round(math.Atan2(m.b, m.a)*180/math.Pi)))
}

// DrawImage implements vg.Canvas by failing the sheet.
func (s *sheet) DrawImage(vg.Rectangle, image.Image) { s.fail(errors.New("images are not supported")) }

func (s *sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// put writes one line of text with the left end of its baseline at p, turned
// counterclockwise by turn degrees.
func (s *sheet) put(text string, p pos, st style, turn int) {
	set, err := st.face().set(text)
	if err != nil {
		s.fail(err)
		return
	}
	s.add(mark{color: st.color, run: &run{text, st.face(), st.size, p, turn, st.halo, set}})
}

// lines writes a block of lines with its upper left corner at p.
func (s *sheet) lines(lines []string, p pos, st style) {
	for i, l := range lines {
		s.put(l, pos{p.X, p.Y - st.ascent() - i*st.leading()}, st, 0)
	}
}

// record converts a path to page coordinates. Arcs become cubic curves.
func (s *sheet) record(p vg.Path) []segment {
	m := s.pen().m
	var out []segment
	for _, c := range p {
		seg := segment{p: [3]pos{m.apply(c.Pos)}}
		switch c.Type {
		case vg.MoveComp:
			seg.verb = 'M'
		case vg.LineComp:
			seg.verb = 'L'
		case vg.CloseComp:
			seg = segment{verb: 'Z'}
		case vg.ArcComp:
			out = append(out, arc(m, c, len(out) == 0)...)
			continue
		case vg.CurveComp:
			seg.verb = "QC"[len(c.Control)-1]
			for i, k := range append(slices.Clone(c.Control), c.Pos) {
				seg.p[i] = m.apply(k)
			}
		}
		out = append(out, seg)
	}
	return out
}

// arc approximates a circular arc by cubic curves of at most a quarter turn,
// which stay within 0.03 % of the radius. first says that the arc begins a path.
func arc(m affine, c vg.PathComp, first bool) []segment {
	on := func(angle, reach float64) vg.Point { // reach is along the tangent, in radii
		sin, cos := math.Sincos(angle)
		r := float64(c.Radius)
		return vg.Point{
			X: c.Pos.X + vg.Length(r*(cos-reach*sin)),
			Y: c.Pos.Y + vg.Length(r*(sin+reach*cos)),
		}
	}
	verb := byte('L')
	if first {
		verb = 'M'
	}
	out := []segment{{verb: verb, p: [3]pos{m.apply(on(c.Start, 0))}}}
	n := int(math.Ceil(math.Abs(c.Angle)/(math.Pi/2) - 1e-9))
	for i := range n {
		from := c.Start + c.Angle*float64(i)/float64(n)
		to := c.Start + c.Angle*float64(i+1)/float64(n)
		reach := 4.0 / 3 * math.Tan((to-from)/4)
		out = append(out, segment{'C', [3]pos{m.apply(on(from, reach)), m.apply(on(to, -reach)), m.apply(on(to, 0))}})
	}
	return out
}
