package figures

import (
	"fmt"
	"math"
)

// RiskCoverage is the figure of risk over coverage: how often a model is wrong
// about the clips that it still answers if the most uncertain are withheld. It
// is drawn as [AccuracyCompute] is, and may be a panel of a [Grid] by Panel.
type RiskCoverage struct {
	Page
	XLabel, YLabel string
	// Curves holds at least one curve, at most five. X is the coverage, a share
	// above 0 and at most 1, Y the risk in per cent; the roles are [Measure] or
	// [Other].
	Curves []Curve
	// Risk is the risk in per cent where all clips are answered. Unless it is 0, two
	// references are drawn: withholding at random, whose risk is always that, and the
	// optimum, which withholds the wrong answers first.
	Risk float64
}

func (f RiskCoverage) draw() (*sheet, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	return f.Panel().draw()
}

func (f RiskCoverage) check() error {
	if !(f.Risk >= 0 && f.Risk <= 100) {
		return fmt.Errorf("risk %g is not within 0 to 100", f.Risk)
	}
	for _, c := range f.Curves {
		if c.Role != Measure && c.Role != Other {
			return fmt.Errorf("curve %q: the references are drawn by Risk", c.Name)
		}
		for i, x := range c.X {
			if !(x > 0 && x <= 1) {
				return fmt.Errorf("curve %q: point %d: coverage %g is not above 0 and at most 1", c.Name, i, x)
			}
		}
		for i, y := range c.Y {
			if !(y >= 0 && y <= 100) {
				return fmt.Errorf("curve %q: point %d: risk %g is not within 0 to 100", c.Name, i, y)
			}
		}
	}
	return nil
}

// Panel returns the figure as one of curves, with its references. Its data are
// not checked.
func (f RiskCoverage) Panel() AccuracyCompute {
	a := AccuracyCompute{
		Title: f.Title, Subtitle: f.Subtitle, Footer: f.Footer, Synthetic: f.Synthetic, Width: f.Width,
		XLabel: f.XLabel, YLabel: f.YLabel, ShareX: true, Curves: f.Curves,
	}
	if f.Risk > 0 {
		a.Curves = append(a.Curves[:len(a.Curves):len(a.Curves)],
			Curve{Name: "Random", Role: Random, X: []float64{0, 1}, Y: []float64{f.Risk, f.Risk}},
			optimum(f.Risk))
	}
	return a
}

// optimum returns the least risk at each coverage c, max(0, 1 − right/c), where
// right is the share of right answers, with its kink.
func optimum(risk float64) Curve {
	const n = 200
	right := 1 - risk/100
	o := Curve{Name: "Optimum", Role: Oracle, X: []float64{0}, Y: []float64{0}}
	if right > 0 {
		o.X, o.Y = append(o.X, right), append(o.Y, 0)
	}
	for k := 1; k <= n; k++ {
		x := float64(k) / n
		if x > right {
			o.X, o.Y = append(o.X, x), append(o.Y, 100*math.Max(0, 1-right/x))
		}
	}
	return o
}
