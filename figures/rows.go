package figures

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// A rowChart is rows over one x axis: names at the left, numbers at the right.
type rowChart struct {
	keys   []key
	head   string // above the numbers
	xLabel string
	axis   func(lo, hi float64, length int) plot.Axis
	see    []float64 // what the axis holds, NaN excepted
	lines  []float64 // upright lines behind the rows
	rows   []chartRow
	dense  bool // rows without air
}

// A chartRow is a line of names and numbers with a drawing between them, or a
// heading without either.
type chartRow struct {
	name    string
	heading bool
	numbers string
	draw    func(c *draw.Canvas, at func(x float64) pos)
}

// Lengths of a row chart.
const (
	rowPad     int = 3.4 * pt // below and above the text of a row
	densePad   int = 0.9 * pt // the same in a dense chart
	headingPad     = 4 * pt   // above a heading, in addition
	columnGap      = 7 * pt   // between names, data and numbers
	indent         = 5 * pt   // of names below a heading
)

// A rowLayout is where a row chart puts its columns and rows.
type rowLayout struct {
	*rowChart
	legend legend
	head   []string
	inset  int        // of names
	left   int        // width of the names
	right  int        // width of the numbers
	names  [][]string // of each row, or the heading
	nums   [][]string
	high   []int // heights of the rows
	total  int
}

func (r *rowChart) lay(width int) (layout, error) {
	l := &rowLayout{rowChart: r, legend: newLegend(r.keys, width)}
	for _, row := range r.rows {
		if row.heading {
			l.inset = indent
		}
	}
	for _, row := range r.rows {
		if !row.heading {
			l.left = max(l.left, l.inset+legendStyle.width(row.name))
			l.right = max(l.right, legendStyle.width(row.numbers))
		}
	}
	l.left = min(l.left, width*38/100)
	l.right = min(max(l.right, legendStyle.width(r.head)), width*30/100)
	l.head = legendStyle.wrap(r.head, l.right)
	for _, row := range r.rows {
		l.add(row, width)
	}
	if err := roomy("the data area", l.frame(box{x1: width}).width(), 50*pt); err != nil {
		return layout{}, err
	}
	return layout{height: l.height(width), draw: l.draw}, nil
}

// add sets the texts of one row.
func (l *rowLayout) add(row chartRow, width int) {
	if row.heading {
		lines := stripStyle.wrap(row.name, width)
		h := stripStyle.height(len(lines)) + rowPad
		if len(l.high) > 0 {
			h += headingPad
		}
		l.names, l.nums, l.high = append(l.names, lines), append(l.nums, nil), append(l.high, h)
		l.total += h
		return
	}
	name := legendStyle.wrap(row.name, l.left-l.inset)
	numbers := legendStyle.wrap(row.numbers, l.right)
	pad := rowPad
	if l.dense {
		pad = densePad
	}
	h := legendStyle.height(max(len(name), len(numbers), 1)) + 2*pad
	l.names, l.nums, l.high = append(l.names, name), append(l.nums, numbers), append(l.high, h)
	l.total += h
}

// top returns the height of the legend and the head of the numbers.
func (l *rowLayout) top() int {
	h := l.legend.height()
	if h > 0 {
		h += legendGap
	}
	if len(l.head) > 0 {
		h += legendStyle.height(len(l.head)) + 2*pt
	}
	return h
}

// height returns the height of the chart, whose x label may be as wide as it.
func (l *rowLayout) height(width int) int {
	return l.top() + l.total + bottomRoom(l.xLabel, width)
}

// frame returns the data area within b.
func (l *rowLayout) frame(b box) box {
	f := box{b.x0, b.y1 - l.top() - l.total, b.x1 - rightRim, b.y1 - l.top()}
	if l.left > 0 {
		f.x0 += l.left + columnGap
	}
	if l.right > 0 {
		f.x1 = b.x1 - l.right - columnGap
	}
	return f
}

func (l *rowLayout) draw(s *sheet, b box) {
	c := s.canvas()
	l.legend.draw(s, pos{b.x0, b.y1})
	frame := l.frame(b)
	lo, hi := span(l.see)
	a := axes{frame: frame, x: l.axis(lo, hi, frame.width()), y: plot.Axis{Min: 0, Max: 1, Scale: plot.LinearScale{}}}
	for _, t := range a.x.Tick.Marker.Ticks(a.x.Min, a.x.Max) {
		if t.Label != "" {
			a.upright(&c, t.Value, lineStyle(hairline, 0.4*pt))
		}
	}
	for _, x := range l.lines {
		a.upright(&c, x, lineStyle(ink, 0.6*pt))
	}
	a.drawX(s, &c, true)
	a.drawXLabelWithin(s, l.xLabel, b)
	l.drawRight(s, l.head, pos{b.x1, frame.y1 + 2*pt + legendStyle.height(len(l.head))})
	y := frame.y1
	for i, row := range l.rows {
		middle := y - l.high[i]/2
		if row.heading {
			s.lines(l.names[i], pos{b.x0, y - l.high[i] + rowPad/2 + stripStyle.height(len(l.names[i]))}, stripStyle)
		} else {
			s.lines(l.names[i], pos{b.x0 + l.inset, middle + legendStyle.lift(len(l.names[i]))}, legendStyle)
			l.drawRight(s, l.nums[i], pos{b.x1, middle + legendStyle.lift(len(l.nums[i]))})
			row.draw(&c, func(x float64) pos { return pos{a.at(x, 0).X, middle} })
		}
		y -= l.high[i]
	}
}

// drawRight writes lines that end at p.X.
func (l *rowLayout) drawRight(s *sheet, lines []string, p pos) {
	for i, line := range lines {
		s.put(line, pos{p.X - legendStyle.width(line), p.Y - legendStyle.ascent() - i*legendStyle.leading()}, legendStyle, 0)
	}
}

// upright draws a line through the data area at x.
func (a *axes) upright(c *draw.Canvas, x float64, sty draw.LineStyle) {
	p := a.at(x, a.y.Min)
	stroke(c, sty, pos{p.X, a.frame.y0}, pos{p.X, a.frame.y1})
}

// span returns the least and the greatest of some numbers, NaN excepted; 0 and 1
// if there are none.
func span(vs []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range vs {
		if !math.IsNaN(v) {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	if lo > hi {
		return 0, 1
	}
	return lo, hi
}
