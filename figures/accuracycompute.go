package figures

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// Role says what a curve stands for and so how it is drawn.
type Role int

// The roles. The zero value is [Measure].
const (
	Measure Role = iota // a measure under study: coloured
	Other               // another curve: coloured, thinner
	Random              // escalation at random: grey dashes
	Oracle              // the best possible escalation: dark dots
)

// A Curve is accuracy as a function of compute.
type Curve struct {
	// Name is shown beside the curve. It is unique within a panel.
	Name string
	// X and Y have the same length, at least 1. X does not decrease.
	X, Y []float64
	// Lo and Hi are the ends of an interval around each Y, drawn as a band; both
	// are nil for none. Where either is NaN the band has a gap.
	Lo, Hi []float64
	Role   Role
}

// A Point is a single model: a dot with an error bar.
type Point struct {
	Name string
	X, Y float64
	// Lo and Hi are the ends of the interval of Y; both NaN or both 0 for none.
	Lo, Hi float64
}

// A Mark is an operating point that was chosen, such as a cross-fitted
// threshold: a hollow dot with error bars.
type Mark struct {
	Name string
	X, Y float64
	// Lo and Hi are the ends of the interval of Y, XLo and XHi those of X; both
	// NaN or both 0 for none.
	Lo, Hi, XLo, XHi float64
}

// AccuracyCompute is the figure of accuracy against compute: up to five
// coloured curves with their bands, a random and an oracle curve, single
// models, and chosen operating points.
//
// Names stand beside what they name. A search tries some thousand places for
// each, with a thin line to the curve where the name cannot stand close to it,
// and takes the cheapest set in which no name touches another name, a curve, a
// marker, an error bar or the frame, and none stands nearer to a wrong curve
// than to its own. It may widen the right margin or add a tick's worth of
// headroom for that. If there is no such set in every panel of a [Grid], each name
// stands in one of its panels; failing that the curves are named in a legend under
// the subtitle, and if that does not suffice, everything is.
//
// The width is fixed by Width. The height grows with the lines of title,
// subtitle, legend and footer, so that the data area keeps its size and nothing
// is clipped.
type AccuracyCompute struct {
	// Title is the claim, Subtitle says n, data and the meaning of the bands,
	// Footer the provenance. Each may be empty, and wraps where it is long.
	Title, Subtitle, Footer string
	XLabel, YLabel          string
	// LogX makes the x axis logarithmic: every X is above 0. ShareX says that X is
	// a share, labelled in per cent from 0 to 1, or further if the data are.
	LogX, ShareX bool
	// Curves holds at least one curve, at most five of them [Measure] or [Other],
	// one [Random] and one [Oracle]. Y is in per cent: where all values are within
	// 0 to 100, so is the axis.
	Curves []Curve
	Points []Point // at most four
	Marks  []Mark  // at most four
	// Hull is the Pareto hull, by ascending X: a thin line without a name, which the
	// Subtitle explains. On a logarithmic axis its pieces are straight over the cost
	// itself. Guides mark budgets.
	Hull   []Place
	Guides []Guide
	// Synthetic says that the numbers are made up. The data area and the subtitle
	// then say so too.
	Synthetic bool
	Width     Width
}

func (f AccuracyCompute) draw() (*sheet, error) {
	p := plate{
		title: f.Title, subtitle: f.Subtitle, footer: f.Footer, yLabel: f.YLabel,
		panels: []*AccuracyCompute{&f}, columns: 1, width: f.Width,
	}
	return p.draw()
}

// check returns the first reason why the figure cannot be drawn.
func (f *AccuracyCompute) check() error {
	if f.LogX && f.ShareX {
		return fmt.Errorf("LogX and ShareX exclude each other")
	}
	if len(f.Curves) == 0 {
		return fmt.Errorf("no curves")
	}
	if len(f.Points) > len(shapes) || len(f.Marks) > len(shapes) {
		return fmt.Errorf("%d points and %d marks: at most %d of each can be told apart", len(f.Points), len(f.Marks), len(shapes))
	}
	seen := map[string]bool{}
	roles := map[Role]int{}
	unique := func(kind, name string) error {
		if strings.TrimSpace(name) == "" {
			return fmt.Errorf("a %s has no name", kind)
		}
		if seen[name] {
			return fmt.Errorf("%s %q: the name is taken", kind, name)
		}
		seen[name] = true
		return nil
	}
	for i := range f.Curves {
		c := &f.Curves[i]
		if err := unique("curve", c.Name); err != nil {
			return err
		}
		if err := c.check(f); err != nil {
			return fmt.Errorf("curve %q: %w", c.Name, err)
		}
		roles[c.Role]++
	}
	for _, d := range f.dots() {
		if err := unique(d.kind, d.Name); err != nil {
			return err
		}
		if err := d.check(f); err != nil {
			return fmt.Errorf("%s %q: %w", d.kind, d.Name, err)
		}
	}
	if n := roles[Measure] + roles[Other]; n > len(palette) {
		return fmt.Errorf("%d coloured curves: at most %d can be told apart", n, len(palette))
	}
	if roles[Random] > 1 || roles[Oracle] > 1 {
		return fmt.Errorf("more than one random or oracle curve")
	}
	return f.checkExtras()
}

// check returns the first reason why the curve cannot be drawn in f.
func (c *Curve) check(f *AccuracyCompute) error {
	n := len(c.X)
	if n == 0 {
		return fmt.Errorf("it has no points")
	}
	if len(c.Y) != n {
		return fmt.Errorf("%d x and %d y", n, len(c.Y))
	}
	if c.Role < Measure || c.Role > Oracle {
		return fmt.Errorf("unknown role %d", c.Role)
	}
	if (c.Lo != nil || c.Hi != nil) && (len(c.Lo) != n || len(c.Hi) != n) {
		return fmt.Errorf("%d points but a band of %d and %d", n, len(c.Lo), len(c.Hi))
	}
	for i := range n {
		if err := f.checkPlace(c.X[i], c.Y[i]); err != nil {
			return fmt.Errorf("point %d: %w", i, err)
		}
		if i > 0 && c.X[i] < c.X[i-1] {
			return fmt.Errorf("point %d: x falls from %g to %g; sort the curve", i, c.X[i-1], c.X[i])
		}
		if c.Lo != nil {
			if err := checkInterval(c.Lo[i], c.Hi[i]); err != nil {
				return fmt.Errorf("point %d: %w", i, err)
			}
		}
	}
	return nil
}

// largest bounds what can be drawn, so that ranges and ticks cannot overflow.
const largest = 1e30

// checkPlace reports a place that is not on the axes.
func (f *AccuracyCompute) checkPlace(x, y float64) error {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return fmt.Errorf("x = %g", x)
	case math.IsNaN(y) || math.IsInf(y, 0):
		return fmt.Errorf("y = %g", y)
	case math.Abs(x) > largest || math.Abs(y) > largest:
		return fmt.Errorf("x = %g, y = %g: more than %g cannot be drawn", x, y, float64(largest))
	case f.LogX && x <= 0:
		return fmt.Errorf("x = %g has no place on a log axis; add the small model's own cost, or use a linear axis", x)
	case f.LogX && x < 1/largest:
		return fmt.Errorf("x = %g: less than %g cannot be drawn on a log axis", x, 1/float64(largest))
	case f.ShareX && x < 0:
		return fmt.Errorf("x = %g is not a share", x)
	}
	return nil
}

// checkInterval reports a reversed interval or one too large to draw. NaN is no
// interval.
func checkInterval(lo, hi float64) error {
	if lo < -largest || hi > largest || lo > hi {
		return fmt.Errorf("interval from %g to %g", lo, hi)
	}
	return nil
}

// A dot is a [Point] or a [Mark].
type dot struct {
	Mark
	kind  string
	shape draw.GlyphDrawer
}

func (d dot) hollow() bool { return d.kind == "mark" }

// dots returns points and marks in that order: round points and, so that they
// differ without words, square-cornered marks.
func (f *AccuracyCompute) dots() []dot { return f.shaped(false) }

// shaped returns the dots, each kind in different shapes if distinct is true.
func (f *AccuracyCompute) shaped(distinct bool) []dot {
	var out []dot
	for _, p := range f.Points {
		out = append(out, dot{Mark{Name: p.Name, X: p.X, Y: p.Y, Lo: p.Lo, Hi: p.Hi}, "point", shapes[0]})
	}
	for _, m := range f.Marks {
		out = append(out, dot{m, "mark", shapes[len(shapes)-1]})
	}
	for i := range out {
		switch {
		case !distinct:
		case i < len(f.Points):
			out[i].shape = shapes[i]
		default:
			out[i].shape = shapes[len(shapes)-1-(i-len(f.Points))]
		}
	}
	return out
}

func (d dot) check(f *AccuracyCompute) error {
	if err := f.checkPlace(d.X, d.Y); err != nil {
		return err
	}
	if err := checkInterval(d.Lo, d.Hi); err != nil {
		return err
	}
	if err := checkInterval(d.XLo, d.XHi); err != nil {
		return fmt.Errorf("x: %w", err)
	}
	if f.LogX && given(d.XLo, d.XHi) && d.XLo < 1/largest {
		return fmt.Errorf("interval of x from %g has no place on a log axis", d.XLo)
	}
	return nil
}

// given reports whether lo and hi are an interval.
func given(lo, hi float64) bool {
	return !math.IsNaN(lo) && !math.IsNaN(hi) && (lo != 0 || hi != 0)
}

// describe says in words what the panel shows, for those who cannot see it.
func (f *AccuracyCompute) describe() string {
	var parts []string
	for _, c := range f.Curves {
		last := len(c.Y) - 1
		parts = append(parts, fmt.Sprintf("%s from %s to %s", c.Name, short(c.Y[0]), short(c.Y[last])))
	}
	for _, d := range f.dots() {
		text := fmt.Sprintf("%s at %s", d.Name, short(d.Y))
		if given(d.Lo, d.Hi) {
			text += fmt.Sprintf(" (%s to %s)", short(d.Lo), short(d.Hi))
		}
		parts = append(parts, text)
	}
	scale := ""
	if f.LogX {
		scale = ", log scale"
	}
	if n := len(f.Hull); n > 0 {
		parts = append(parts, fmt.Sprintf("Pareto hull from %s to %s", short(f.Hull[0].Y), short(f.Hull[n-1].Y)))
	}
	return fmt.Sprintf("x axis: %s%s. y axis: %s. %s.", f.XLabel, scale, f.YLabel, strings.Join(parts, "; "))
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
