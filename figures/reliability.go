package figures

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
)

// Reliability is the reliability diagram: for each bin of stated probabilities,
// how often the event came, with the diagonal of a calibrated forecaster, and
// beneath it how many clips each bin holds.
//
// The key says n and the expected calibration error of each series, which is the
// mean over the clips of the distance between share and mean probability of
// their bin. A bin without clips is not drawn.
type Reliability struct {
	Page
	XLabel, YLabel string
	// Series holds one to three sets of bins, such as before and after calibration.
	Series []ReliabilitySeries
}

// A ReliabilitySeries is one forecaster's bins.
type ReliabilitySeries struct {
	Name string
	Bins []ReliabilityBin
}

// A ReliabilityBin is the clips whose probability lies between two edges within
// [0,1]. Bins ascend without overlap.
type ReliabilityBin struct {
	Lo, Hi float64
	N      int // 0 for an empty bin, whose Mean and Share are not looked at
	// Mean is the mean probability, Share the share of clips with the event.
	Mean, Share float64
	// From and To are the interval of Share; both NaN or both 0 for none.
	From, To float64
}

const mostReliabilities = 3

func (f Reliability) draw() (*sheet, error) { return f.compose(f) }

func (f Reliability) check() error {
	if n := len(f.Series); n == 0 || n > mostReliabilities {
		return fmt.Errorf("%d series: 1 to %d can be drawn", n, mostReliabilities)
	}
	seen := map[string]bool{}
	for _, s := range f.Series {
		if err := named("series", s.Name, seen); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return fmt.Errorf("series %q: %w", s.Name, err)
		}
	}
	return setAll("text", f.XLabel, f.YLabel)
}

func (s ReliabilitySeries) check() error {
	edge := 0.0
	for i, b := range s.Bins {
		if !(b.Lo >= edge && b.Hi >= b.Lo && b.Hi <= 1) {
			return fmt.Errorf("bin %d from %g to %g: bins ascend within 0 to 1", i+1, b.Lo, b.Hi)
		}
		edge = b.Hi
		if b.N < 0 {
			return fmt.Errorf("bin %d: %d clips", i+1, b.N)
		}
		if b.N == 0 {
			continue
		}
		if !(b.Mean >= 0 && b.Mean <= 1 && b.Share >= 0 && b.Share <= 1) {
			return fmt.Errorf("bin %d: mean %g and share %g are not within 0 to 1", i+1, b.Mean, b.Share)
		}
		if given(b.From, b.To) && !(b.From >= 0 && b.To <= 1 && b.From <= b.To) {
			return fmt.Errorf("bin %d: interval from %g to %g", i+1, b.From, b.To)
		}
	}
	if s.n() == 0 {
		return fmt.Errorf("it has no clips")
	}
	return nil
}

func (s ReliabilitySeries) n() int {
	n := 0
	for _, b := range s.Bins {
		n += b.N
	}
	return n
}

// ece returns the expected calibration error.
func (s ReliabilitySeries) ece() float64 {
	sum := 0.0
	for _, b := range s.Bins {
		if b.N > 0 {
			sum += float64(math.Abs(b.Share-b.Mean) * float64(b.N))
		}
	}
	return sum / float64(s.n())
}

func (s ReliabilitySeries) key() string {
	return fmt.Sprintf("%s (n = %d, ECE %.3f)", s.Name, s.n(), s.ece())
}

// Heights of the two parts.
const (
	reliabilitySide = 190 * pt // at most, of the square diagram
	histogramHeight = 42 * pt
	partGap         = 9 * pt
)

func (f Reliability) lay(width int) (layout, error) {
	diagram, counts := f.axes()
	room := func(side int) int {
		return max(leftRoom(diagram.y, f.YLabel, side), leftRoom(counts.y, clipsLabel, histogramHeight))
	}
	side := squareSide(width-rightRim, reliabilitySide, room)
	left := room(side)
	if err := roomy("the data area", side, leastArea); err != nil {
		return layout{}, err
	}
	chooseX(&diagram.x, stepKinds(0, 1, 0), side)
	counts.x = diagram.x
	var keys []key
	for i, s := range f.Series {
		keys = append(keys, key{s.key(), curveKey(f.look(i), true)})
	}
	l := newLegend(keys, width)
	top := l.height() + legendGap
	return layout{
		height: top + side + partGap + histogramHeight + bottomRoom(f.XLabel, side+left+rightRim),
		draw: func(s *sheet, b box) {
			l.draw(s, pos{b.x0, b.y1})
			x0, y1 := b.x0+left, b.y1-top
			diagram.frame = box{x0, y1 - side, x0 + side, y1}
			counts.frame = box{x0, y1 - side - partGap - histogramHeight, x0 + side, y1 - side - partGap}
			f.drawDiagram(s, &diagram, b.x0)
			f.drawCounts(s, &counts, b)
		},
	}, nil
}

const clipsLabel = "Clips (%)"

// axes returns the axes of diagram and histogram, but for the ticks of x.
func (f Reliability) axes() (diagram, counts axes) {
	unit := plot.Axis{Min: 0, Max: 1, Scale: plot.LinearScale{}}
	unit.Tick.Marker = stepTicks{2, -1, 0}
	diagram = axes{x: unit, y: unit}
	most := 0.0
	for _, s := range f.Series {
		for _, b := range s.Bins {
			most = math.Max(most, s.share(b))
		}
	}
	return diagram, axes{x: unit, y: countAxis(most, 3)}
}

// share returns how many of the clips are in a bin, in per cent.
func (s ReliabilitySeries) share(b ReliabilityBin) float64 {
	return 100 * float64(b.N) / float64(s.n())
}

// countAxis returns an axis from 0 to a tick, with at most n steps.
func countAxis(most float64, n int) plot.Axis {
	t := niceStep(most, n)
	a := plot.Axis{Max: t.value(int(math.Ceil(most/t.step() - 1e-6))), Scale: plot.LinearScale{}}
	a.Tick.Marker = t
	return a
}

func (f Reliability) look(i int) look {
	l := palette[i]
	l.width = otherWidth
	return l
}

func (f Reliability) drawDiagram(s *sheet, a *axes, left int) {
	c := s.canvas()
	a.drawLevels(&c)
	a.drawX(s, &c, false)
	a.drawY(s, &c)
	a.drawYLabel(s, left, f.YLabel)
	stroke(&c, lineStyle(randomLook.line, 0.6*pt), a.at(0, 0), a.at(1, 1))
	for i, series := range f.Series {
		l := f.look(i)
		var line polyline
		for _, b := range series.Bins {
			if b.N == 0 {
				continue
			}
			line = append(line, a.at(b.Mean, b.Share))
			if given(b.From, b.To) {
				stroke(&c, lineStyle(l.line, 0.7*pt), a.at(b.Mean, b.From), a.at(b.Mean, b.To))
			}
		}
		if len(line) > 1 {
			stroke(&c, lineStyle(l.line, l.width, l.dashes...), line...)
		}
		for _, p := range line {
			drawHollow(&c, l.shape, p, dotRadius, l.line)
		}
	}
}

// drawCounts draws the share of clips in each bin: filled for one series, as
// outlines for several.
func (f Reliability) drawCounts(s *sheet, a *axes, b box) {
	c := s.canvas()
	a.drawLevels(&c)
	a.drawX(s, &c, true)
	a.drawY(s, &c)
	a.drawYLabel(s, b.x0, clipsLabel)
	a.drawXLabelWithin(s, f.XLabel, box{b.x0, b.y0, a.frame.x1 + rightRim, b.y1})
	for i, series := range f.Series {
		l := f.look(i)
		if len(f.Series) == 1 {
			for _, k := range series.Bins {
				fill(&c, translucent(l.line, 150), around(a.at(k.Lo, 0), a.at(k.Hi, series.share(k))))
			}
		}
		for _, chain := range series.steps(a) {
			stroke(&c, lineStyle(l.line, 0.9*pt, l.dashes...), chain...)
		}
	}
}

// steps returns the outline of the histogram, one chain for each run of bins
// that adjoin.
func (s ReliabilitySeries) steps(a *axes) []polyline {
	var out []polyline
	for i, b := range s.Bins {
		if i == 0 || s.Bins[i-1].Hi != b.Lo {
			out = append(out, polyline{a.at(b.Lo, 0)})
		}
		k := len(out) - 1
		out[k] = append(out[k], a.at(b.Lo, s.share(b)), a.at(b.Hi, s.share(b)))
		if i == len(s.Bins)-1 || s.Bins[i+1].Lo != b.Hi {
			out[k] = append(out[k], a.at(b.Hi, 0))
		}
	}
	return out
}

func (f Reliability) describe() string {
	var parts []string
	for _, s := range f.Series {
		parts = append(parts, s.key())
	}
	return fmt.Sprintf("x axis: %s. y axis: %s; beneath: clips in per cent. %s.", f.XLabel, f.YLabel, strings.Join(parts, "; "))
}
