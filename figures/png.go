package figures

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi is the resolution of PNG output in dots per inch.
const dpi = 300

// encodePNG draws a sheet with gonum's image canvas, whose joins are round
// already, and notes the resolution in the file.
func encodePNG(s *sheet) ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	w, h := s.Size()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
	for _, m := range s.marks {
		if m.run != nil {
			if err := paintRun(c, m); err != nil {
				return nil, err
			}
			continue
		}
		path := vgPath(m.outline, at)
		c.SetColor(m.color)
		if m.width == 0 {
			c.Fill(path)
			continue
		}
		var dashes []vg.Length
		for _, d := range m.dashes {
			dashes = append(dashes, points(d))
		}
		c.SetLineWidth(points(m.width))
		c.SetLineDash(dashes, 0)
		c.Stroke(path)
	}
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&b); err != nil {
		return nil, err
	}
	return withResolution(b.Bytes()), nil
}

// paintRun draws a run's halo and letters.
func paintRun(c *vgimg.Canvas, m mark) error {
	var path vg.Path
	for _, g := range m.set.glyphs {
		segs, err := m.face.segments(g.id)
		if err != nil {
			return err
		}
		path = append(path, vgPath(segs, func(p pos) vg.Point { return m.place(g, p) })...)
	}
	if m.halo > 0 {
		c.SetColor(white)
		c.SetLineWidth(points(m.halo))
		c.SetLineDash(nil, 0)
		c.Stroke(path)
	}
	c.SetColor(m.color)
	c.Fill(path)
	return nil
}

// direction returns sine and cosine of the run's turn.
func (r *run) direction() (sin, cos float64) {
	return math.Sincos(float64(r.turn) * math.Pi / 180)
}

// place maps a point of a glyph's outline to the line's font units.
func (g glyph) place(p pos) (x, y float64) {
	if !g.raised {
		return float64(g.x + p.X), float64(p.Y)
	}
	return float64(g.x) + float64(p.X*raisedTop)/raisedUnder, raisedRise + float64(p.Y*raisedTop)/raisedUnder
}

// place maps a point of a glyph's outline to the page.
func (r *run) place(g glyph, p pos) vg.Point {
	sin, cos := r.direction()
	x, y := g.place(p)
	k := float64(r.size) / pt / em
	return vg.Point{
		X: points(r.at.X) + vg.Length(k*(x*cos-y*sin)),
		Y: points(r.at.Y) + vg.Length(k*(x*sin+y*cos)),
	}
}

// vgPath converts an outline to a gonum path.
func vgPath(outline []segment, to func(pos) vg.Point) vg.Path {
	var path vg.Path
	for _, s := range outline {
		switch s.verb {
		case 'M':
			path.Move(to(s.p[0]))
		case 'L':
			path.Line(to(s.p[0]))
		case 'Q':
			path.QuadTo(to(s.p[0]), to(s.p[1]))
		case 'C':
			path.CubeTo(to(s.p[0]), to(s.p[1]), to(s.p[2]))
		case 'Z':
			path.Close()
		}
	}
	return path
}

// withResolution inserts the pHYs chunk of the PNG specification (section
// 11.3.5.3), dots per metre, after the header chunk.
func withResolution(png []byte) []byte {
	const header = 8 + 25 // signature and IHDR
	const perMetre = 11811
	chunk := []byte("pHYs")
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	out := bytes.Clone(png[:header])
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, png[header:]...)
}
