package figures

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
)

// A plate is a page of panels that share header, footer and y axis.
type plate struct {
	title, subtitle, footer, yLabel string

	panels  []*AccuracyCompute
	columns int
	strips  bool // panels have titles of their own
	width   Width
}

// An arrangement is a way to give names room.
type arrangement struct {
	reserve      bool // a right margin for the names of points at the right edge
	below, above int  // free steps of the y axis
	legend       int  // 0: none, 1: curves, 2: everything
	once         bool // a name need not stand in every panel
}

// A proof is a plate laid out in one arrangement.
type proof struct {
	*plate
	arrangement
	looks  map[string]look
	w, h   int
	header blocks
	legend legend
	footer []string
	panels []*panel
	shown  map[string]bool // names that stand in a panel, if each does so once
	cost   int
	clean  bool
}

func (p *plate) draw() (*sheet, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return p.choose().draw(), nil
}

// check tests the data of every panel and every string that will be drawn.
func (p *plate) check() error {
	if p.width != SingleColumn && p.width != DoubleColumn {
		return fmt.Errorf("unknown width %d", p.width)
	}
	for i, f := range p.panels {
		err := f.check()
		if err == nil {
			err = f.checkText()
		}
		if err != nil && p.strips {
			err = fmt.Errorf("panel %d (%s): %w", i+1, f.Title, err)
		}
		if err != nil {
			return err
		}
	}
	return setAll("text", p.title, p.subtitle, p.footer, p.yLabel)
}

// checkText reports a string that the font cannot show.
func (f *AccuracyCompute) checkText() error {
	for _, c := range f.Curves {
		if err := setAll("curve", c.Name); err != nil {
			return err
		}
	}
	for _, d := range f.dots() {
		if err := setAll(d.kind, d.Name); err != nil {
			return err
		}
	}
	return setAll("text", f.Title, f.Subtitle, f.XLabel)
}

// choose lays the plate out in every arrangement without a legend and takes
// the cheapest clean one; failing that, in those in which a name stands in one panel
// only; then with a legend for curves, and then for everything, which is always clean.
func (p *plate) choose() *proof {
	looks := p.assignLooks()
	for legend := range 3 {
		for _, once := range []bool{false, true} {
			if once && len(p.panels) == 1 {
				continue
			}
			var best *proof
			for _, a := range []arrangement{{}, {reserve: true}, {above: 1}, {below: 1}, {reserve: true, above: 1}, {reserve: true, below: 1}} {
				a.legend, a.once = legend, once
				try := p.arrange(a, looks)
				if try.clean && (best == nil || try.cost < best.cost) {
					best = try
				}
				if legend == 2 {
					break
				}
			}
			if best != nil {
				return best
			}
		}
	}
	panic("figures: a plate whose names are all in the legend has none to place")
}

// assignLooks gives every curve name its look, the same in all panels.
func (p *plate) assignLooks() map[string]look {
	looks := map[string]look{}
	next := 0
	for _, f := range p.panels {
		for _, c := range f.Curves {
			if _, ok := looks[c.Name]; ok {
				continue
			}
			switch c.Role {
			case Random:
				looks[c.Name] = randomLook
			case Oracle:
				looks[c.Name] = oracleLook
			default:
				l := palette[next%len(palette)]
				l.width = measureWidth
				if c.Role == Other {
					l.width = otherWidth
				}
				looks[c.Name] = l
				next++
			}
		}
	}
	return looks
}

// arrange lays the plate out from top to bottom.
func (p *plate) arrange(a arrangement, looks map[string]look) *proof {
	f := &proof{plate: p, arrangement: a, looks: looks, w: p.width.measure(), clean: true, shown: map[string]bool{}}
	inner := f.w - 2*edge
	f.header = p.headerBlocks(inner)
	if a.legend > 0 {
		f.legend = newLegend(keysOf(p.panels, looks, a.legend > 1), inner)
	}
	f.footer = nil
	if p.footer != "" {
		f.footer = footerStyle.wrap(p.footer, inner)
	}
	f.layPanels()
	return f
}

func (p *plate) headerBlocks(width int) blocks {
	return newBlocks(width, passage{titleStyle, p.title}, passage{subtitleStyle, syntheticNote(p.synthetic(), len(p.panels)) + " " + p.subtitle})
}

// synthetic counts the panels with made-up numbers.
func (p *plate) synthetic() int {
	n := 0
	for _, f := range p.panels {
		if f.Synthetic {
			n++
		}
	}
	return n
}

// Vertical distances in the header and around the panels.
const (
	blockGap  = 2 * pt
	headerGap = 8 * pt
	rowGap    = 12 * pt
	xTickRoom = spineGap + tickMajor + 2*pt

	// rightRim takes the half of the last tick label that stands out.
	rightRim int = 9 * pt

	costStep    = 10 * pt // of a free step of the y axis
	costReserve = 12 * pt // of a narrower data area
)

// headerHeight returns the height of title, subtitle and legend with the gap
// below them.
func (f *proof) headerHeight() int {
	h := f.header.height() + f.legend.height()
	if h > 0 {
		h += headerGap
	}
	return h
}

// dataHeight returns the height of one data area.
func (p *plate) dataHeight() int {
	if p.width == DoubleColumn && p.columns == 1 {
		return heightWide
	}
	return heightOne
}

// layPanels computes the frames from the top of the page down, then the height
// of the page, and places the names in every panel.
func (f *proof) layPanels() {
	p, height := f.plate, f.dataHeight()
	y := yAxis(p.panels, height, f.below, f.above)
	left := edge + leftRoom(y, p.yLabel, height)
	pitch := (f.w - left - rightRim - edge + panelGap) / p.columns
	var frames []box
	depth := edge + f.headerHeight()
	for first := 0; first < len(p.panels); first += p.columns {
		row := p.panels[first:min(first+p.columns, len(p.panels))]
		if first > 0 {
			depth += rowGap
		}
		depth += f.stripHeight(row, pitch-panelGap)
		for i := range row {
			x := left + i*pitch
			frames = append(frames, box{x, -depth - height, x + pitch - panelGap, -depth})
		}
		depth += height + f.bottomRoom(row, pitch-panelGap)
	}
	if len(f.footer) > 0 {
		depth += 7*pt + footerStyle.height(len(f.footer))
	}
	f.h = (depth + edge + pt - 1) / pt * pt
	for i, spec := range p.panels {
		frame := frames[i]
		frame.y0, frame.y1 = frame.y0+f.h, frame.y1+f.h
		f.panels = append(f.panels, f.layPanel(spec, frame, y))
	}
	f.clean = f.clean && !(f.once && f.missing())
	f.cost += (f.below + f.above) * costStep * len(p.panels)
	if f.reserve {
		f.cost += costReserve * len(p.panels)
	}
}

// layPanel places the names of one panel, which may stand in the rim or gap to
// its right, and counts their cost.
func (f *proof) layPanel(spec *AccuracyCompute, frame box, y plot.Axis) *panel {
	rim := rightRim
	if f.columns > 1 {
		rim = panelGap / 2
	}
	p := &panel{spec: spec, looks: f.looks, axes: axes{frame: frame, y: y}}
	if f.reserve {
		reserve := max(0, f.rightNames(spec, frame.width())-rim)
		p.frame.x1 -= reserve
		rim += reserve
	}
	p.x = spec.xAxis(p.frame.width())
	p.measureScene(rim, f.arrangement.legend > 1)
	curves, dots := f.arrangement.legend < 1, f.arrangement.legend < 2
	if f.once {
		f.cost += p.placeOnce(curves, dots, f.shown)
		return p
	}
	cost, ok := p.place(curves, dots, nil)
	f.cost += cost
	f.clean = f.clean && ok
	return p
}

// missing reports whether a name that should stand in one of the panels stands in none.
func (f *proof) missing() bool {
	for _, p := range f.panels {
		for _, name := range p.labelled(f.arrangement.legend < 1, f.arrangement.legend < 2) {
			if !f.shown[name] {
				return true
			}
		}
	}
	return false
}

// rightNames returns the room for the names of points in the right fifth of a
// panel, at most a fifth of its width: a name in two lines is better than a narrow
// panel.
func (f *proof) rightNames(spec *AccuracyCompute, width int) int {
	axis := spec.xAxis(width)
	room := 0
	for _, d := range spec.dots() {
		if f.arrangement.legend < 2 && axis.Norm(d.X) > 0.8 {
			room = max(room, labelStyle.width(d.Name)+7*pt)
		}
	}
	return min(room, width/5)
}

// stripHeight returns the height of the tallest panel title of a row.
func (f *proof) stripHeight(row []*AccuracyCompute, width int) int {
	h := 0
	for _, spec := range row {
		h = max(h, f.stripBlocks(spec, width).height())
	}
	if h > 0 {
		h += 3 * pt
	}
	return h
}

func (f *proof) stripBlocks(spec *AccuracyCompute, width int) blocks {
	if !f.strips {
		return nil
	}
	return newBlocks(width, passage{stripStyle, spec.Title}, passage{subtitleStyle, spec.Subtitle})
}

// bottomRoom returns the room below a row for the tallest of its x labels.
func (f *proof) bottomRoom(row []*AccuracyCompute, width int) int {
	h := 0
	for _, spec := range row {
		h = max(h, bottomRoom(spec.XLabel, width))
	}
	return h
}

// draw draws the proof on a sheet of its size.
func (f *proof) draw() *sheet {
	s := newSheet(f.w, f.h, f.name(), f.describe())
	f.header.draw(s, pos{edge, f.h - edge})
	f.legend.draw(s, pos{edge, f.h - edge - f.header.height()})
	for i, p := range f.panels {
		p.draw(s, i%f.columns == 0)
		f.drawStrip(s, p)
		p.drawXLabel(s, p.spec.XLabel)
		if i%f.columns == 0 {
			p.drawYLabel(s, edge, f.yLabel)
		}
	}
	s.lines(f.footer, pos{edge, edge + footerStyle.height(len(f.footer))}, footerStyle)
	return s
}

func (f *proof) drawStrip(s *sheet, p *panel) {
	strip := f.stripBlocks(p.spec, p.frame.width())
	strip.draw(s, pos{p.frame.x0, p.frame.y1 + 3*pt + strip.height()})
}

// name returns the document title.
func (f *proof) name() string {
	if f.title != "" {
		return f.title
	}
	return f.yLabel
}

// describe returns everything the figure says, in words.
func (f *proof) describe() string {
	var parts []string
	for _, b := range f.header {
		if b.style != titleStyle {
			parts = append(parts, strings.Join(b.lines, " "))
		}
	}
	for _, p := range f.plate.panels {
		spec := *p
		spec.YLabel = f.yLabel
		text := spec.describe()
		if f.strips {
			text = spec.Title + ": " + text
		}
		parts = append(parts, text)
	}
	parts = append(parts, f.plate.footer)
	return strings.TrimSpace(strings.Join(parts, "\n"))
}
