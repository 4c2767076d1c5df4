package figures

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// Forest is the forest plot of an ablation: for each variant its effect against
// the full system with its interval, in groups, the numbers at the right.
//
// A filled dot marks an effect that is significant after the adjustment for the
// number of comparisons, a hollow one any other. Rows stay in the order given.
// A figure higher than a page is an error: divide its groups between several,
// with Include to keep the axis.
type Forest struct {
	Page
	XLabel string
	Groups []ForestGroup // at least one
	// Adjustment is named in the key, such as "Holm, 24 tests, 5 %". Without it
	// there is no key.
	Adjustment string
	// NumbersHead stands above the numbers, such as "points [95 %]".
	NumbersHead string
	// Include lists values that the axis holds besides the data and 0.
	Include []float64
}

// A ForestGroup is rows below a heading, which may be empty.
type ForestGroup struct {
	Heading string
	Rows    []Effect // at least one
}

// An Effect is one row of a [Forest].
type Effect struct {
	// Name is unique within its group.
	Name string
	// Value is above 0 where the variant is better, with its interval from Lo to
	// Hi; both NaN for none.
	Value, Lo, Hi float64
	// Significant says that the adjusted test rejects no effect.
	Significant bool
	// Numbers stands at the right, by default value and interval to one decimal.
	Numbers string
	// NA says instead of numbers why there are none; Value, Lo and Hi are then
	// not looked at.
	NA string
}

func (f Forest) draw() (*sheet, error) { return f.compose(f) }

func (f Forest) check() error {
	if len(f.Groups) == 0 {
		return fmt.Errorf("no groups")
	}
	if err := finite("include", f.Include...); err != nil {
		return err
	}
	for i, g := range f.Groups {
		if len(g.Rows) == 0 {
			return fmt.Errorf("group %d %q has no rows", i+1, g.Heading)
		}
		seen := map[string]bool{}
		for _, r := range g.Rows {
			if err := named("row", r.Name, seen); err != nil {
				return fmt.Errorf("group %d %q: %w", i+1, g.Heading, err)
			}
			if err := r.check(); err != nil {
				return fmt.Errorf("group %d %q: row %q: %w", i+1, g.Heading, r.Name, err)
			}
		}
		if err := setAll("heading", g.Heading); err != nil {
			return err
		}
	}
	return setAll("text", f.XLabel, f.Adjustment, f.NumbersHead)
}

func (e Effect) check() error {
	if err := setAll("text", e.Numbers, e.NA); err != nil || e.NA != "" {
		return err
	}
	if err := finite("effect", e.Value); err != nil {
		return err
	}
	if math.IsNaN(e.Lo) != math.IsNaN(e.Hi) {
		return fmt.Errorf("interval from %g to %g", e.Lo, e.Hi)
	}
	return checkInterval(e.Lo, e.Hi)
}

// numbers returns what stands at the right of a row.
func (e Effect) numbers() string {
	switch {
	case e.NA != "":
		return e.NA
	case e.Numbers != "":
		return e.Numbers
	case math.IsNaN(e.Lo):
		return signed(e.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", signed(e.Value), signed(e.Lo), signed(e.Hi))
}

// signed writes v to one decimal, with its sign unless that is 0.
func signed(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	switch {
	case s == "0.0" || s == "-0.0":
		return "0.0"
	case v > 0:
		return "+" + s
	}
	return strings.Replace(s, "-", "−", 1)
}

func (f Forest) lay(width int) (layout, error) {
	chart := rowChart{
		xLabel: f.XLabel, head: f.NumbersHead, axis: linearAxis,
		see: append([]float64{0}, f.Include...), lines: []float64{0},
	}
	if f.Adjustment != "" {
		chart.keys = []key{
			{"Significant (" + f.Adjustment + ")", effectKey(true)},
			{"Not significant", effectKey(false)},
		}
	}
	for _, g := range f.Groups {
		if strings.TrimSpace(g.Heading) != "" {
			chart.rows = append(chart.rows, chartRow{name: g.Heading, heading: true})
		}
		for _, e := range g.Rows {
			if e.NA == "" {
				chart.see = append(chart.see, e.Value, e.Lo, e.Hi)
			}
			chart.rows = append(chart.rows, chartRow{name: e.Name, numbers: e.numbers(), draw: e.draw})
		}
	}
	return chart.lay(width)
}

func (e Effect) draw(c *draw.Canvas, at func(float64) pos) {
	if e.NA != "" {
		return
	}
	if !math.IsNaN(e.Lo) {
		drawBar(c, at(e.Lo), at(e.Hi))
	}
	drawEffect(c, at(e.Value), e.Significant)
}

func drawEffect(c *draw.Canvas, p pos, filled bool) {
	if filled {
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: points(dotRadius), Shape: draw.CircleGlyph{}}, at(p))
		return
	}
	drawHollow(c, draw.CircleGlyph{}, p, dotRadius, ink)
}

func effectKey(filled bool) func(*draw.Canvas, pos) {
	return func(c *draw.Canvas, left pos) {
		right := pos{left.X + keyWidth, left.Y}
		drawBar(c, left, right)
		drawEffect(c, around(left, right).centre(), filled)
	}
}

func (f Forest) describe() string {
	var parts []string
	for _, g := range f.Groups {
		for _, e := range g.Rows {
			text := e.Name + " " + e.numbers()
			if e.Significant && e.NA == "" {
				text += ", significant"
			}
			parts = append(parts, strings.TrimSpace(g.Heading+": ")+" "+text)
		}
	}
	return fmt.Sprintf("x axis: %s. %s.", f.XLabel, strings.Join(parts, "; "))
}
