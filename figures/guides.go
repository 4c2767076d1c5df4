package figures

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// A Guide is an upright line at a budget, with its name at the top or bottom of
// the data area, whichever is emptier. One beyond the axis is not drawn; a name
// that would touch another guide's is left out, so the caption says what the
// guides are.
type Guide struct {
	Name string
	X    float64
}

var guideStyle = style{size: 6.5 * pt, color: muted, halo: 1.2 * pt}

// checkExtras returns the first reason why hull or guides cannot be drawn.
func (f *AccuracyCompute) checkExtras() error {
	for i, p := range f.Hull {
		if err := f.checkPlace(p.X, p.Y); err != nil {
			return fmt.Errorf("hull: point %d: %w", i, err)
		}
		if i > 0 && p.X < f.Hull[i-1].X {
			return fmt.Errorf("hull: x falls from %g to %g", f.Hull[i-1].X, p.X)
		}
	}
	for _, g := range f.Guides {
		if strings.TrimSpace(g.Name) == "" {
			return fmt.Errorf("a guide has no name")
		}
		if err := f.checkPlace(g.X, 0); err != nil {
			return fmt.Errorf("guide %q: %w", g.Name, err)
		}
	}
	return nil
}

// A guideLine is a guide with its place: at x, its name in a box, empty for none.
type guideLine struct {
	x    int
	name string
	box  box
}

// placeGuides finds the guides on the axis and boxes for their names, which no other
// name may cover.
func (p *panel) placeGuides() {
	for _, g := range p.spec.Guides {
		if g.X <= p.x.Min || g.X >= p.x.Max {
			continue
		}
		line := guideLine{x: p.at(g.X, p.y.Min).X, name: g.Name}
		line.box = p.guideName(line)
		if line.box != (box{}) {
			p.solids = append(p.solids, line.box)
		}
		p.guides = append(p.guides, line)
	}
}

// guideName returns the emptiest box for a guide's name beside its line; none if
// every one meets another guide's.
func (p *panel) guideName(g guideLine) box {
	w, h := guideStyle.width(g.name), guideStyle.ascent()
	const gap int = 1.2 * pt
	var best box
	least := -1
	for _, y := range []int{p.frame.y1 - h, p.frame.y0 + 2*pt} {
		for _, x := range []int{g.x + gap, g.x - gap - w} {
			b := box{x, y, x + w, y + h}
			if !p.inner.covers(b) || p.meetsGuide(b) {
				continue
			}
			if n := p.clutter(b); least < 0 || n < least {
				best, least = b, n
			}
		}
	}
	return best
}

func (p *panel) meetsGuide(b box) bool {
	for _, g := range p.guides {
		if g.box.grow(2*pt).meets(b) || b.grow(pt).cut(pos{g.x, p.frame.y0}, pos{g.x, p.frame.y1}) {
			return true
		}
	}
	return false
}

// drawGuides draws the lines; their names follow when curves have been drawn.
func (p *panel) drawGuides(c *draw.Canvas) {
	for _, g := range p.guides {
		stroke(c, lineStyle(randomLook.line, 0.5*pt, 1*pt, 1.6*pt), pos{g.x, p.frame.y0}, pos{g.x, p.frame.y1})
	}
}

func (p *panel) nameGuides(s *sheet) {
	for _, g := range p.guides {
		if g.box != (box{}) {
			s.put(g.name, pos{g.box.x0, g.box.y0}, guideStyle, 0)
		}
	}
}

// layHull returns the hull on the page. Straight pieces of a hull over a linear cost
// are bent on a logarithmic axis, so they are divided there.
func (p *panel) layHull() polyline {
	const parts = 24
	var line polyline
	for i, q := range p.spec.Hull {
		if i > 0 && p.spec.LogX {
			before := p.spec.Hull[i-1]
			for k := 1; k < parts; k++ {
				t := float64(k) / parts
				line = append(line, p.at(before.X+float64(t*(q.X-before.X)), before.Y+float64(t*(q.Y-before.Y))))
			}
		}
		line = append(line, p.at(q.X, q.Y))
	}
	return line.simplify(fineLine)
}

func (p *panel) drawHull(c *draw.Canvas) {
	if len(p.hull) > 1 {
		stroke(c, lineStyle(ink, 0.6*pt), p.hull...)
	}
}
