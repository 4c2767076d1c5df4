package figures

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// Sensitivity shows how much an outcome hangs on what was assumed: a row for
// each hypothesis, from the lowest outcome over its values to the highest, with
// a dot for each value and a diamond for the default. An upright line is the
// outcome with every default.
//
// Rows stay in the order given. The numbers at the right are the ends of the
// range. A figure higher than a page is an error: divide its rows.
type Sensitivity struct {
	Page
	XLabel string
	// Outcome is the result with every default.
	Outcome float64
	// NumbersHead stands above the numbers, such as "range (%)".
	NumbersHead string
	Rows        []Hypothesis // at least one, of different keys
	// Include lists values that the axis holds besides the data.
	Include []float64
}

// A Hypothesis is one key with what follows from each of its values.
type Hypothesis struct {
	Key    string
	Values []HypothesisValue // at least one, at most one of them the default
}

// A HypothesisValue is a value with its outcome.
type HypothesisValue struct {
	Name    string
	Outcome float64
	Default bool
}

func (f Sensitivity) draw() (*sheet, error) { return f.compose(f) }

func (f Sensitivity) check() error {
	if len(f.Rows) == 0 {
		return fmt.Errorf("no hypotheses")
	}
	if err := finite("outcome", append([]float64{f.Outcome}, f.Include...)...); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, h := range f.Rows {
		if err := named("hypothesis", h.Key, seen); err != nil {
			return err
		}
		if err := h.check(); err != nil {
			return fmt.Errorf("hypothesis %q: %w", h.Key, err)
		}
	}
	return setAll("text", f.XLabel, f.NumbersHead)
}

func (h Hypothesis) check() error {
	if len(h.Values) == 0 {
		return fmt.Errorf("it has no values")
	}
	defaults := 0
	seen := map[string]bool{}
	for _, v := range h.Values {
		if err := named("value", v.Name, seen); err != nil {
			return err
		}
		if err := finite(fmt.Sprintf("value %q: outcome", v.Name), v.Outcome); err != nil {
			return err
		}
		if v.Default {
			defaults++
		}
	}
	if defaults > 1 {
		return fmt.Errorf("%d defaults", defaults)
	}
	return nil
}

func (h Hypothesis) outcomes() []float64 {
	var out []float64
	for _, v := range h.Values {
		out = append(out, v.Outcome)
	}
	return out
}

// numbers writes the range of outcomes to one decimal.
func (h Hypothesis) numbers() string {
	write := func(v float64) string {
		return strings.Replace(strconv.FormatFloat(v, 'f', 1, 64), "-", "−", 1)
	}
	lo, hi := span(h.outcomes())
	if write(lo) == write(hi) {
		return write(lo)
	}
	return write(lo) + " to " + write(hi)
}

func (f Sensitivity) lay(width int) (layout, error) {
	chart := rowChart{
		xLabel: f.XLabel, head: f.NumbersHead, axis: linearAxis, lines: []float64{f.Outcome},
		see: append([]float64{f.Outcome}, f.Include...),
		keys: []key{
			{"Default", func(c *draw.Canvas, left pos) { drawValue(c, pos{left.X + keyWidth/2, left.Y}, true) }},
			{"Other value", func(c *draw.Canvas, left pos) { drawValue(c, pos{left.X + keyWidth/2, left.Y}, false) }},
		},
	}
	for _, h := range f.Rows {
		chart.see = append(chart.see, h.outcomes()...)
		chart.rows = append(chart.rows, chartRow{name: h.Key, numbers: h.numbers(), draw: h.draw})
	}
	return chart.lay(width)
}

func (h Hypothesis) draw(c *draw.Canvas, at func(float64) pos) {
	lo, hi := span(h.outcomes())
	stroke(c, lineStyle(randomLook.line, 1.6*pt), at(lo), at(hi))
	places := h.places(at)
	for _, last := range []bool{false, true} { // the default lies on top
		for i, v := range h.Values {
			if v.Default == last {
				drawValue(c, places[i], v.Default)
			}
		}
	}
}

// places returns where the values are drawn: the default on its line, another that
// would touch one of them a little above or below, so that each can be counted.
func (h Hypothesis) places(at func(float64) pos) []pos {
	const aside int = 3.4 * pt
	out := make([]pos, len(h.Values))
	var taken []box
	put := func(i int, p pos) {
		out[i] = p
		taken = append(taken, box{p.X, p.Y, p.X, p.Y}.grow(dotRadius*3/4))
	}
	for _, isDefault := range []bool{true, false} {
		for i, v := range h.Values {
			if v.Default != isDefault {
				continue
			}
			p := at(v.Outcome)
			for _, up := range []int{0, aside, -aside} {
				q := box{p.X, p.Y + up, p.X, p.Y + up}.grow(dotRadius * 3 / 4)
				if !slices.ContainsFunc(taken, q.meets) {
					p.Y += up
					break
				}
			}
			put(i, p)
		}
	}
	return out
}

func drawValue(c *draw.Canvas, p pos, isDefault bool) {
	if !isDefault {
		drawHollow(c, draw.CircleGlyph{}, p, dotRadius, ink)
		return
	}
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: points(dotRadius + 0.4*pt), Shape: diamond}, at(p))
}

func (f Sensitivity) describe() string {
	var parts []string
	for _, h := range f.Rows {
		var values []string
		for _, v := range h.Values {
			text := v.Name + " " + short(v.Outcome)
			if v.Default {
				text += " (default)"
			}
			values = append(values, text)
		}
		parts = append(parts, h.Key+": "+strings.Join(values, ", "))
	}
	return fmt.Sprintf("x axis: %s. With every default: %s. %s.", f.XLabel, short(f.Outcome), strings.Join(parts, "; "))
}
