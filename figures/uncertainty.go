package figures

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// UncertaintyHistogram shows how uncertain a model is where it is right, upwards,
// and where it is wrong, downwards from the same line, in the same bins and at
// the same scale.
type UncertaintyHistogram struct {
	Page
	XLabel string
	// YLabel says what is counted, such as "Clips" or, with PerGroup, "Share of
	// group (%)".
	YLabel string
	// Edges are the n+1 ascending edges of n bins, Right and Wrong the clips in each.
	Edges        []float64
	Right, Wrong []int
	// PerGroup shows the clips of a bin in per cent of their group, so that a few
	// wrong ones can be compared with many right ones.
	PerGroup bool
	// Thresholds are drawn as dashed lines, at most three within the edges.
	Thresholds []float64
}

const mostThresholds = 3

func (f UncertaintyHistogram) draw() (*sheet, error) { return f.compose(f) }

func (f UncertaintyHistogram) check() error {
	n := len(f.Edges) - 1
	if n < 1 || len(f.Right) != n || len(f.Wrong) != n {
		return fmt.Errorf("%d edges for %d and %d bins: one more is needed than bins, at least 2", len(f.Edges), len(f.Right), len(f.Wrong))
	}
	if err := finite("edge", f.Edges...); err != nil {
		return err
	}
	for i := range n {
		if f.Edges[i+1] <= f.Edges[i] {
			return fmt.Errorf("bin %d from %g to %g: edges ascend", i+1, f.Edges[i], f.Edges[i+1])
		}
		if f.Right[i] < 0 || f.Wrong[i] < 0 {
			return fmt.Errorf("bin %d: %d and %d clips", i+1, f.Right[i], f.Wrong[i])
		}
	}
	if same(f.Edges[0], f.Edges[n]) {
		return fmt.Errorf("edges from %g to %g are too close to draw", f.Edges[0], f.Edges[n])
	}
	if total(f.Right)+total(f.Wrong) == 0 {
		return fmt.Errorf("no clips")
	}
	if len(f.Thresholds) > mostThresholds {
		return fmt.Errorf("%d thresholds: at most %d", len(f.Thresholds), mostThresholds)
	}
	for _, t := range f.Thresholds {
		if !(t >= f.Edges[0] && t <= f.Edges[n]) {
			return fmt.Errorf("threshold %g lies outside the bins", t)
		}
	}
	return setAll("text", f.XLabel, f.YLabel)
}

func total(ns []int) int {
	sum := 0
	for _, n := range ns {
		sum += n
	}
	return sum
}

// heights returns what to draw for the counts of a group.
func (f UncertaintyHistogram) heights(counts []int) []float64 {
	out := make([]float64, len(counts))
	for i, n := range counts {
		out[i] = float64(n)
		if f.PerGroup {
			out[i] = 100 * float64(n) / float64(max(total(counts), 1))
		}
	}
	return out
}

// mirrorTicks labels values below 0 as if they were above.
type mirrorTicks struct{ stepTicks }

// Ticks implements plot.Ticker.
func (t mirrorTicks) Ticks(lo, hi float64) []plot.Tick {
	ticks := t.stepTicks.Ticks(lo, hi)
	for i := range ticks {
		ticks[i].Label = strings.TrimPrefix(ticks[i].Label, "−")
	}
	return ticks
}

// The two groups, told apart in grey by depth as well as by direction.
var (
	rightLook = look{line: translucent(palette[0].line, 120), text: palette[0].text}
	wrongLook = look{line: translucent(palette[1].line, 230), text: palette[1].text}
)

func (f UncertaintyHistogram) groups() []key {
	return []key{
		{fmt.Sprintf("Right (n = %d)", total(f.Right)), swatch(rightLook, rightLook)},
		{fmt.Sprintf("Wrong (n = %d)", total(f.Wrong)), swatch(wrongLook, wrongLook)},
	}
}

func (f UncertaintyHistogram) lay(width int) (layout, error) {
	up, down := f.heights(f.Right), f.heights(f.Wrong)
	_, hi := span(up)
	_, lo := span(down)
	height := heightOne
	a := axes{y: plot.Axis{Min: round8(-1.04 * lo), Max: round8(1.04 * hi), Scale: plot.LinearScale{}}}
	a.y.Tick.Marker = mirrorTicks{niceStep(lo+hi, height/(20*pt))}
	left := leftRoom(a.y, f.YLabel, height)
	l := newLegend(f.groups(), width)
	top := l.height() + legendGap
	a.x = plot.Axis{Min: f.Edges[0], Max: f.Edges[len(f.Edges)-1], Scale: plot.LinearScale{}}
	if err := roomy("the data area", width-left-rightRim, leastArea); err != nil {
		return layout{}, err
	}
	chooseX(&a.x, stepKinds(a.x.Min, a.x.Max, 0), width-left-rightRim)
	return layout{
		height: top + height + bottomRoom(f.XLabel, width),
		draw: func(s *sheet, b box) {
			c := s.canvas()
			l.draw(s, pos{b.x0, b.y1})
			a.frame = box{b.x0 + left, b.y1 - top - height, b.x1 - rightRim, b.y1 - top}
			a.drawLevels(&c)
			a.drawAxes(s, &c, true)
			a.drawYLabel(s, b.x0, f.YLabel)
			a.drawXLabelWithin(s, f.XLabel, b)
			f.drawBars(&c, &a, up, 1, rightLook)
			f.drawBars(&c, &a, down, -1, wrongLook)
			stroke(&c, spineStyle, a.at(a.x.Min, 0), a.at(a.x.Max, 0))
			for _, t := range f.Thresholds {
				a.upright(&c, t, lineStyle(ink, 0.9*pt, 3*pt, 2*pt))
			}
		},
	}, nil
}

// drawBars draws a group, upwards for sign 1 and downwards for −1.
func (f UncertaintyHistogram) drawBars(c *draw.Canvas, a *axes, heights []float64, sign float64, l look) {
	for i, h := range heights {
		if h == 0 {
			continue
		}
		bar := around(a.at(f.Edges[i], 0), a.at(f.Edges[i+1], sign*h))
		fill(c, l.line, bar)
		outline(c, lineStyle(l.text, 0.4*pt), bar)
	}
}

func (f UncertaintyHistogram) describe() string {
	mode := func(ns []int) string {
		most := 0
		for i, n := range ns {
			if n > ns[most] {
				most = i
			}
		}
		if total(ns) == 0 {
			return "none"
		}
		return fmt.Sprintf("n = %d, most from %s to %s", total(ns), short(f.Edges[most]), short(f.Edges[most+1]))
	}
	text := fmt.Sprintf("x axis: %s. y axis: %s. Right: %s; wrong: %s.", f.XLabel, f.YLabel, mode(f.Right), mode(f.Wrong))
	for _, t := range f.Thresholds {
		text += fmt.Sprintf(" Threshold at %s.", short(math.Round(t*1e6)/1e6))
	}
	return text
}
