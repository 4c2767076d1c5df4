package figures

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	dotRadius    int = 2.6 * pt
	markerRadius int = 1.9 * pt
	leaderEnd    int = 1.2 * pt
	capHalf          = 2 * pt // half the width of an error bar's cap
	crowd            = 3      // coloured curves from which markers are drawn
)

// A panel is an [AccuracyCompute] with its place on the page.
type panel struct {
	spec  *AccuracyCompute
	looks map[string]look
	axes

	scene
	lines   []polyline   // the curves
	filled  [][]polyline // their bands
	markers [][]pos      // where their markers stand
	dots    []dot
	spots   []pos // centre of each dot
	first   int   // index of the first dot among the solids
	guides  []guideLine

	names  []placed
	styles []style // of the names
}

// Tolerances of simplified chains in 1/100 pt: a line, the edge of a band, and
// what the search for names sees of them.
const (
	fineLine   = 3
	fineBand   = 6
	coarseLine = 40
	coarseBand = 80
)

// measureScene computes where curves, bands and dots lie. Names may use the
// frame, those of dots also reserve more to its right. distinct says that dots are told apart
// by their shapes.
func (p *panel) measureScene(reserve int, distinct bool) {
	p.inner = p.frame
	p.inner.x0 += pt
	p.inner.y1 += 3 * pt
	p.area = p.inner
	p.area.x1 += reserve
	for i := range p.spec.Curves {
		c := &p.spec.Curves[i]
		line := make(polyline, len(c.X))
		for j := range line {
			line[j] = p.at(c.X[j], c.Y[j])
		}
		p.lines = append(p.lines, line.simplify(fineLine))
		p.curves = append(p.curves, line.simplify(coarseLine))
		p.passable = append(p.passable, c.Role == Random || c.Role == Oracle)
		p.filled = append(p.filled, p.bandsOf(c, fineBand))
		for _, polygon := range p.bandsOf(c, coarseBand) {
			p.bands = append(p.bands, newRegion(polygon))
		}
		p.markers = append(p.markers, p.markersOf(i))
		for _, m := range p.markers[i] {
			p.solids = append(p.solids, box{m.X, m.Y, m.X, m.Y}.grow(markerRadius))
		}
	}
	p.hull = p.layHull()
	p.dots, p.first = p.spec.shaped(distinct), len(p.solids)
	for _, d := range p.dots {
		spot := p.at(d.X, d.Y)
		solid := box{spot.X, spot.Y, spot.X, spot.Y}.grow(dotRadius + 0.4*pt)
		for _, bar := range p.bars(d) {
			solid = solid.union(around(bar[0], bar[1]).grow(capHalf))
		}
		p.spots = append(p.spots, spot)
		p.solids = append(p.solids, solid)
	}
	p.placeGuides()
}

// crowded reports whether the panel's curves need markers.
func (f *AccuracyCompute) crowded() bool {
	n := 0
	for _, c := range f.Curves {
		if c.Role == Measure || c.Role == Other {
			n++
		}
	}
	return n >= crowd
}

// markersOf returns the places of the i-th curve's markers: its only point, or
// five places in a crowd, shifted for each curve so that curves on top of each
// other still show them all.
func (p *panel) markersOf(i int) []pos {
	const n = 5
	fine := p.lines[i].along(n*6 + 1)
	if len(fine) == 1 {
		return fine
	}
	if !p.spec.crowded() || p.looks[p.spec.Curves[i].Name].shape == nil {
		return nil
	}
	var out []pos
	for k := range n {
		out = append(out, fine[k*6+1+i%5])
	}
	return out
}

// bandsOf returns the band of a curve as polygons, one for each stretch without
// a gap. A lone interval becomes a thin upright bar.
func (p *panel) bandsOf(c *Curve, tolerance int) []polyline {
	var out []polyline
	var upper, lower polyline
	flush := func() {
		if len(upper) == 1 {
			u, l := upper[0], lower[0]
			out = append(out, polyline{{u.X - pt, u.Y}, {u.X + pt, u.Y}, {l.X + pt, l.Y}, {l.X - pt, l.Y}})
		} else if len(upper) > 1 {
			polygon := upper.simplify(tolerance)
			back := lower.simplify(tolerance)
			for i := len(back) - 1; i >= 0; i-- {
				polygon = append(polygon, back[i])
			}
			out = append(out, polygon)
		}
		upper, lower = nil, nil
	}
	for i := range c.Lo {
		if math.IsNaN(c.Lo[i]) || math.IsNaN(c.Hi[i]) {
			flush()
			continue
		}
		upper = append(upper, p.at(c.X[i], c.Hi[i]))
		lower = append(lower, p.at(c.X[i], c.Lo[i]))
	}
	flush()
	return out
}

// bars returns the error bars of a dot as segments.
func (p *panel) bars(d dot) [][2]pos {
	var out [][2]pos
	if given(d.Lo, d.Hi) {
		out = append(out, [2]pos{p.at(d.X, d.Lo), p.at(d.X, d.Hi)})
	}
	if given(d.XLo, d.XHi) {
		out = append(out, [2]pos{p.at(d.XLo, d.Y), p.at(d.XHi, d.Y)})
	}
	return out
}

// labellings lists the names to place beside curves and dots, but those of skip.
func (p *panel) labellings(curves, dots bool, skip map[string]bool) []labelling {
	var out []labelling
	add := func(name string, c color.NRGBA, curve, solid int, spot pos) {
		if skip[name] {
			return
		}
		st := labelStyle
		st.color = c
		out = append(out, labelling{st, p.blocks(name), curve, solid, spot})
	}
	for i, c := range p.spec.Curves {
		if curves {
			add(c.Name, p.looks[c.Name].text, i, -1, pos{})
		}
	}
	for i, d := range p.dots {
		if dots {
			add(d.Name, ink, -1, p.first+i, p.spots[i])
		}
	}
	return out
}

// blocks returns the ways to break a name: up to three lines, none wider than
// 60 % of the panel.
func (p *panel) blocks(name string) [][]string {
	var out [][]string
	limit, whole := p.frame.width()*6/10, labelStyle.width(name)
	for n := 1; n <= 3; n++ {
		if whole > n*limit {
			continue // balancing could not help
		}
		lines := labelStyle.balance(name, n)
		if w, _ := labelStyle.blockSize(lines); len(lines) == n && w <= limit {
			out = append(out, lines)
		}
	}
	return out
}

// place finds places for the names, but those of skip, and reports their cost.
func (p *panel) place(curves, dots bool, skip map[string]bool) (cost int, ok bool) {
	p.names, p.styles = nil, nil
	wanted := p.labellings(curves, dots, skip)
	if len(wanted) == 0 {
		return 0, true
	}
	p.names, cost, ok = p.search(wanted)
	if ok = ok && cost <= tooDear*len(wanted); !ok {
		p.names = nil
		return cost, false
	}
	for _, w := range wanted {
		p.styles = append(p.styles, w.style)
	}
	return cost, true
}

// placeOnce places the names that no panel has shown yet, those of dots even where
// one has if there is room, and adds them to shown. Names that find no room are left
// to another panel.
func (p *panel) placeOnce(curves, dots bool, shown map[string]bool) (cost int) {
	named := map[string]bool{} // curves that another panel names
	for _, c := range p.spec.Curves {
		named[c.Name] = shown[c.Name]
	}
	for _, try := range []struct {
		curves, dots bool
		skip         map[string]bool
	}{{curves, dots, named}, {curves, dots, shown}, {false, dots, nil}, {false, dots, shown}} {
		cost, ok := p.place(try.curves, try.dots, try.skip)
		if !ok {
			continue
		}
		for _, w := range p.labelled(try.curves, try.dots) {
			shown[w] = true
		}
		return cost
	}
	return 0
}

// labelled lists the names of curves and dots.
func (p *panel) labelled(curves, dots bool) []string {
	var out []string
	for _, c := range p.spec.Curves {
		if curves {
			out = append(out, c.Name)
		}
	}
	for _, d := range p.dots {
		if dots {
			out = append(out, d.Name)
		}
	}
	return out
}

// draw draws the panel without its axis labels. yLabels says whether the y axis
// has tick labels.
func (p *panel) draw(s *sheet, yLabels bool) {
	c := s.canvas()
	if p.spec.Synthetic {
		p.drawSynthetic(s)
	}
	p.drawLevels(&c)
	p.drawGuides(&c)
	p.drawAxes(s, &c, yLabels)
	for i := len(p.spec.Curves) - 1; i >= 0; i-- {
		p.drawBand(&c, i)
	}
	for _, back := range []bool{true, false} { // baselines behind the rest
		for i := len(p.spec.Curves) - 1; i >= 0; i-- {
			if r := p.spec.Curves[i].Role; (r == Random || r == Oracle) == back {
				p.drawCurve(&c, i)
			}
		}
	}
	p.drawHull(&c)
	p.nameGuides(s)
	for i, n := range p.names {
		if n.leader {
			stroke(&c, lineStyle(p.styles[i].color, 0.5*pt), n.from, n.to)
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: p.styles[i].color, Radius: points(leaderEnd), Shape: draw.CircleGlyph{}}, at(n.to))
		}
	}
	for i, d := range p.dots {
		p.drawDot(&c, d, p.spots[i])
	}
	for i, n := range p.names {
		p.drawName(s, n, p.styles[i])
	}
}

// drawName writes a name, its lines flush with the side that faces the owner.
func (p *panel) drawName(s *sheet, n placed, st style) {
	for i, l := range n.lines {
		x, free := n.box.x0, n.box.width()-st.width(l)
		switch {
		case n.to.X >= n.box.x1:
			x += free
		case n.to.X > n.box.x0:
			x += free / 2
		}
		s.put(l, pos{x, n.box.y1 - st.ascent() - i*st.leading()}, st, 0)
	}
}

// drawBand fills the band of the i-th curve and rims it where many overlap.
func (p *panel) drawBand(c *draw.Canvas, i int) {
	curve := &p.spec.Curves[i]
	look := p.looks[curve.Name]
	alpha := uint8(38)
	if banded(p.spec) > 2 {
		alpha = 24
	}
	for _, polygon := range p.filled[i] {
		corners := make([]vg.Point, len(polygon))
		for j, q := range polygon {
			corners[j] = at(q)
		}
		c.FillPolygon(translucent(look.line, alpha), corners)
		c.StrokeLines(lineStyle(translucent(look.line, 90), 0.3*pt), append(corners, corners[0]))
	}
}

// banded counts the curves with a band.
func banded(f *AccuracyCompute) int {
	n := 0
	for _, c := range f.Curves {
		if c.Lo != nil {
			n++
		}
	}
	return n
}

// drawCurve draws a curve's line and markers.
func (p *panel) drawCurve(c *draw.Canvas, i int) {
	look := p.looks[p.spec.Curves[i].Name]
	if line := p.lines[i]; len(line) > 1 {
		stroke(c, lineStyle(look.line, look.width, look.dashes...), line...)
	}
	shape := look.shape
	if shape == nil {
		shape = draw.CircleGlyph{}
	}
	for _, m := range p.markers[i] {
		drawHollow(c, shape, m, markerRadius, look.line)
	}
}

// drawHollow draws a shape filled with white.
func drawHollow(c *draw.Canvas, shape draw.GlyphDrawer, p pos, radius int, rim color.NRGBA) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: rim, Radius: points(radius), Shape: shape}, at(p))
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: white, Radius: points(radius - 0.9*pt), Shape: shape}, at(p))
}

// drawDot draws a point or mark with its error bars.
func (p *panel) drawDot(c *draw.Canvas, d dot, spot pos) {
	for _, bar := range p.bars(d) {
		drawBar(c, bar[0], bar[1])
	}
	d.drawGlyph(c, spot)
}

// drawBar draws an upright or level error bar with its caps.
func drawBar(c *draw.Canvas, from, to pos) {
	sty := lineStyle(ink, 0.9*pt)
	stroke(c, sty, from, to)
	across := pos{capHalf, 0}
	if from.Y == to.Y && from.X != to.X {
		across = pos{0, capHalf}
	}
	for _, end := range []pos{from, to} {
		stroke(c, sty, pos{end.X - across.X, end.Y - across.Y}, pos{end.X + across.X, end.Y + across.Y})
	}
}

func (d dot) drawGlyph(c *draw.Canvas, spot pos) {
	if d.hollow() {
		drawHollow(c, d.shape, spot, dotRadius+0.4*pt, ink)
		return
	}
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: points(dotRadius), Shape: d.shape}, at(spot))
}

// drawSynthetic writes SYNTHETIC across the data area, where it meets the
// fewest curves, dots and names, a little smaller if that helps.
func (p *panel) drawSynthetic(s *sheet) {
	const word = "SYNTHETIC"
	st := faintStyle
	st.size = min(st.size, st.size*p.frame.width()*65/100/st.width(word), p.frame.height()/3)
	var best box
	bestSize, least := 0, math.MaxInt
	for smaller, size := range []int{st.size, st.size * 4 / 5, st.size * 3 / 5} {
		st.size = size
		w, h := st.width(word), st.ascent()
		free := pos{p.frame.width() - w, p.frame.height() - h - 6*pt}
		for _, sixth := range []int{3, 2, 4, 1, 5} { // the middle first
			for k := range 9 {
				x, y := p.frame.x0+free.X*sixth/6, p.frame.y0+3*pt+free.Y*k/8
				b := box{x, y, x + w, y + h}
				if n := p.clutter(b) + 6*smaller; n < least {
					best, bestSize, least = b, size, n
				}
			}
		}
	}
	st.size = bestSize
	s.put(word, pos{best.x0, best.y0}, st, 0)
}

// clutter estimates how much of b is drawn over.
func (p *panel) clutter(b box) int {
	n := 0
	for _, c := range p.curves {
		for _, q := range c.along(60) {
			if b.holds(q) {
				n += 2
			}
		}
	}
	for _, name := range p.names {
		if name.box.meets(b.grow(pt)) {
			n += 20
		}
	}
	for _, solid := range p.solids {
		if solid.meets(b) {
			n += 5
		}
	}
	return n + p.onBands(b)/10
}
