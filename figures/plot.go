package figures

import (
	"bytes"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// foreign is a gonum plot of a size in points.
type foreign struct {
	plot          *plot.Plot
	width, height float64
}

// Drawing returns v as a figure: v itself if it is one, or a gonum plot drawn
// width by height points large, in Liberation Sans like all figures here. It
// reports false for anything else.
func Drawing(v any, width, height float64) (Figure, bool) {
	switch x := v.(type) {
	case Figure:
		return x, true
	case *plot.Plot:
		return foreign{x, width, height}, x != nil
	}
	return nil, false
}

func (f foreign) draw() (*sheet, error) {
	s := newSheet(snap(f.width), snap(f.height), f.plot.Title.Text, "")
	f.plot.Draw(s.canvas())
	return s, nil
}

// Raster renders fig as PNG with the given dots per inch, from 36 to 600. The
// bytes may differ between architectures.
func Raster(fig Figure, dpi int) ([]byte, error) {
	if dpi < 36 || dpi > 600 {
		return nil, fmt.Errorf("figures: %d dots per inch are not between 36 and 600", dpi)
	}
	s, err := fig.draw()
	if err == nil {
		err = s.err
	}
	if err != nil {
		return nil, fmt.Errorf("figures: %w", err)
	}
	w, h := s.Size()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
	for _, m := range s.marks {
		if err := m.paint(c); err != nil {
			return nil, fmt.Errorf("figures: png: %w", err)
		}
	}
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("figures: png: %w", err)
	}
	return b.Bytes(), nil
}

// paint draws one mark on an image.
func (m mark) paint(c *vgimg.Canvas) error {
	if m.run != nil {
		return paintRun(c, m)
	}
	path := vgPath(m.outline, at)
	c.SetColor(m.color)
	if m.width == 0 {
		c.Fill(path)
		return nil
	}
	var dashes []vg.Length
	for _, d := range m.dashes {
		dashes = append(dashes, points(d))
	}
	c.SetLineWidth(points(m.width))
	c.SetLineDash(dashes, 0)
	c.Stroke(path)
	return nil
}
