package figures

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// CostBreakdown shows what systems cost and for what: a bar for each system, of
// parts one after another from 0 on, and the sum at the right. Systems stay in
// the order given. The axis is linear, since parts of a bar cannot be compared
// on another.
type CostBreakdown struct {
	Page
	XLabel string
	// Parts names one to five kinds of cost.
	Parts   []string
	Systems []SystemCost // at least one, of different names
	// SumHead stands above the sums.
	SumHead string
}

// A SystemCost is the cost of one system.
type SystemCost struct {
	Name string
	// Costs has a value, at least 0, for each of the parts.
	Costs []float64
	// Sum stands at the right, by default the sum as [Quantity] writes it.
	Sum string
}

func (f CostBreakdown) draw() (*sheet, error) { return f.compose(f) }

func (f CostBreakdown) check() error {
	if len(f.Parts) == 0 || len(f.Parts) > len(costShades) {
		return fmt.Errorf("%d parts: 1 to %d can be told apart", len(f.Parts), len(costShades))
	}
	if len(f.Systems) == 0 {
		return fmt.Errorf("no systems")
	}
	parts, systems := map[string]bool{}, map[string]bool{}
	for _, p := range f.Parts {
		if err := named("part", p, parts); err != nil {
			return err
		}
	}
	for _, s := range f.Systems {
		if err := named("system", s.Name, systems); err != nil {
			return err
		}
		if len(s.Costs) != len(f.Parts) {
			return fmt.Errorf("system %q: %d costs of %d parts", s.Name, len(s.Costs), len(f.Parts))
		}
		for i, c := range s.Costs {
			if !(c >= 0 && c <= largest/10) {
				return fmt.Errorf("system %q: %s costs %g", s.Name, f.Parts[i], c)
			}
		}
		if err := setAll("sum", s.Sum); err != nil {
			return err
		}
	}
	return setAll("text", f.XLabel, f.SumHead)
}

// costShades are told apart by lightness alone.
var costShades = [...]color.NRGBA{
	{0x12, 0x3f, 0x5c, 0xff},
	{0x2c, 0x7f, 0xb8, 0xff},
	{0xe6, 0x9f, 0x00, 0xff},
	{0x9a, 0xd5, 0xc0, 0xff},
	{0xf4, 0xf0, 0xe4, 0xff},
}

func (s SystemCost) total() float64 {
	sum := 0.0
	for _, c := range s.Costs {
		sum += c
	}
	return sum
}

func (f CostBreakdown) lay(width int) (layout, error) {
	chart := rowChart{xLabel: f.XLabel, head: f.SumHead, axis: costAxis, lines: []float64{0}, see: []float64{0}}
	for i, p := range f.Parts {
		l := look{line: costShades[i], text: muted}
		chart.keys = append(chart.keys, key{p, swatch(l, l)})
	}
	for _, s := range f.Systems {
		chart.see = append(chart.see, s.total())
		chart.rows = append(chart.rows, chartRow{name: s.Name, numbers: otherwise(s.Sum, Quantity(s.total())), draw: s.draw})
	}
	return chart.lay(width)
}

// costAxis is a linear axis from 0 on.
func costAxis(_, hi float64, length int) plot.Axis {
	if hi == 0 {
		hi = 1
	}
	a := linearAxis(0, hi, length)
	a.Min = 0
	return a
}

func (s SystemCost) draw(c *draw.Canvas, at func(float64) pos) {
	sum := 0.0
	for i, cost := range s.Costs {
		from := at(sum)
		sum += cost
		b := around(from, at(math.Min(sum, s.total())))
		b.y0, b.y1 = b.y0-4*pt, b.y1+4*pt
		if b.width() > 0 {
			fill(c, costShades[i], b)
			outline(c, lineStyle(muted, 0.4*pt), b)
		}
	}
}

func (f CostBreakdown) describe() string {
	var parts []string
	for _, s := range f.Systems {
		var costs []string
		for i, c := range s.Costs {
			costs = append(costs, f.Parts[i]+" "+short(c))
		}
		parts = append(parts, s.Name+": "+strings.Join(costs, ", "))
	}
	return fmt.Sprintf("x axis: %s. %s.", f.XLabel, strings.Join(parts, "; "))
}

// Quantity writes v to three digits; from a million on, and below a ten-thousandth,
// with a power of ten as the axes have it.
func Quantity(v float64) string {
	if v == 0 || math.Abs(v) >= 1e-4 && math.Abs(v) < 1e6 {
		return strings.Replace(strconv.FormatFloat(rounded(v), 'f', -1, 64), "-", "−", 1)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 2, 64), "e")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	e, err := strconv.Atoi(exponent)
	if err != nil { // NaN and the infinities
		return short(v)
	}
	return strings.Replace(mantissa, "-", "−", 1) + "×" + power(e)
}

// rounded rounds to three significant digits.
func rounded(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	if err != nil {
		return v
	}
	return r
}
