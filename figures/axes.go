package figures

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// stepTicks marks the multiples of mantissa·10^exponent. Labels show the value
// times 10^shift, so shift 2 shows a share in per cent.
type stepTicks struct{ mantissa, exponent, shift int }

// value returns the k-th multiple, correctly rounded.
func (t stepTicks) value(k int) float64 {
	if t.exponent < 0 {
		return float64(k*t.mantissa) / math.Pow10(-t.exponent)
	}
	return float64(k*t.mantissa) * math.Pow10(t.exponent)
}

func (t stepTicks) step() float64 { return t.value(1) }

// Ticks implements plot.Ticker. All ticks are labelled.
func (t stepTicks) Ticks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	const slack = 1e-6 // in steps
	first, last := int(math.Ceil(lo/t.step()-slack)), int(math.Floor(hi/t.step()+slack))
	for k := first; k <= last; k++ {
		ticks = append(ticks, plot.Tick{Value: t.value(k), Label: t.label(k)})
	}
	return ticks
}

// label writes the k-th multiple, in powers of ten where it is huge or tiny.
func (t stepTicks) label(k int) string {
	n, e := k*t.mantissa, t.exponent+t.shift
	if n == 0 {
		return "0"
	}
	for e < 0 && n%10 == 0 {
		n, e = n/10, e+1
	}
	if e > 5 || e < -4 {
		for n%10 == 0 {
			n, e = n/10, e+1
		}
		return strings.Replace(strconv.Itoa(n), "-", "−", 1) + "×" + power(e)
	}
	v := stepTicks{1, e, 0}.value(n)
	return strings.Replace(strconv.FormatFloat(v, 'f', max(0, -e), 64), "-", "−", 1)
}

// power writes a power of ten with a raised exponent.
func power(e int) string {
	const up = "⁰¹²³⁴⁵⁶⁷⁸⁹"
	var b strings.Builder
	b.WriteString("10")
	for _, r := range strconv.Itoa(e) {
		if r == '-' {
			b.WriteRune('⁻')
		} else {
			b.WriteRune([]rune(up)[r-'0'])
		}
	}
	return b.String()
}

// niceStep returns the smallest step of 1, 2 or 5 times a power of ten that
// divides span into at most n parts.
func niceStep(span float64, n int) stepTicks {
	e := int(math.Floor(math.Log10(span/float64(n)))) - 1
	for {
		for _, m := range []int{1, 2, 5} {
			t := stepTicks{mantissa: m, exponent: e}
			if span/t.step() <= float64(n)*(1+1e-9) {
				return t
			}
		}
		e++
	}
}

// logTicks marks 1 to 9 times each power of ten and labels the multiples that
// labelled holds, in every every-th decade.
type logTicks struct {
	labelled []int
	every    int
	minors   bool
}

// Ticks implements plot.Ticker.
func (t logTicks) Ticks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	first, last := int(math.Floor(math.Log10(lo)))-1, int(math.Ceil(math.Log10(hi)))
	scientific := first < -3 || last > 5
	for e := first; e <= last; e++ {
		for m := 1; m < 10; m++ {
			v, err := strconv.ParseFloat(strconv.Itoa(m)+"e"+strconv.Itoa(e), 64)
			if err != nil || v < lo || v > hi {
				continue
			}
			tick := plot.Tick{Value: v}
			for _, l := range t.labelled {
				if l == m && e%t.every == 0 {
					tick.Label = logLabel(m, e, scientific)
				}
			}
			if tick.Label != "" || t.minors {
				ticks = append(ticks, tick)
			}
		}
	}
	return ticks
}

func logLabel(m, e int, scientific bool) string {
	switch {
	case !scientific:
		return strconv.FormatFloat(stepTicks{m, e, 0}.value(1), 'f', -1, 64)
	case m == 1:
		return power(e)
	}
	return strconv.Itoa(m) + "×" + power(e)
}

// labels counts the ticks that have one.
func labels(ticks []plot.Tick) int {
	n := 0
	for _, t := range ticks {
		if t.Label != "" {
			n++
		}
	}
	return n
}

// chooseX sets the tick marks of an axis of the given length to the densest
// kind whose labels stand clear of each other.
func chooseX(a *plot.Axis, kinds []plot.Ticker, length int) {
	for _, kind := range kinds {
		a.Tick.Marker = kind
		if ticks := kind.Ticks(a.Min, a.Max); labels(ticks) > 1 && clear(a, ticks, length) {
			return
		}
	}
	for _, kind := range kinds { // a very short axis: one label is better than two that touch
		a.Tick.Marker = kind
		if clear(a, kind.Ticks(a.Min, a.Max), length) {
			return
		}
	}
}

// clear reports whether the labels of the ticks stand at least 5 pt apart.
func clear(a *plot.Axis, ticks []plot.Tick, length int) bool {
	free := math.MinInt
	for _, t := range ticks {
		if t.Label == "" {
			continue
		}
		x, half := snap(a.Norm(t.Value)*float64(length)/pt), tickStyle.width(t.Label)/2
		if x-half < free {
			return false
		}
		free = x + half + 5*pt
	}
	return true
}

// logKinds lists the tick marks a log axis from lo to hi may have, densest first.
func logKinds(lo, hi float64) []plot.Ticker {
	kinds := []plot.Ticker{
		logTicks{[]int{1, 2, 5}, 1, true},
		logTicks{[]int{1, 3}, 1, true},
		logTicks{[]int{1}, 1, true},
		logTicks{[]int{1}, 2, false},
		logTicks{[]int{1}, 3, false},
		logTicks{[]int{1}, 6, false},
		logTicks{[]int{1}, 12, false},
	}
	if hi/lo > 200 && (lo < 1e-3 || hi > 1e6) { // powers of ten say enough
		return kinds[2:]
	}
	if hi/lo < 10 { // few multiples of 1, 2 and 5 inside, if any
		steps := stepKinds(lo, hi, 0)
		return append(append(kinds[:1:1], steps...), kinds[1:]...)
	}
	return kinds
}

// stepKinds lists the tick marks a linear axis may have, densest first.
func stepKinds(lo, hi float64, shift int) []plot.Ticker {
	var kinds []plot.Ticker
	for n := 6; n >= 1; n-- {
		t := niceStep(hi-lo, n)
		t.shift = shift
		kinds = append(kinds, t)
	}
	// Steps of 4 or 15, say, are a last resort where the next rounder step has
	// but one multiple inside.
	for _, base := range []int{6, 4} {
		for times := 2; times <= 5; times++ {
			t := niceStep(hi-lo, base)
			t.shift, t.mantissa = shift, t.mantissa*times
			kinds = append(kinds, t)
		}
	}
	return kinds
}

// xAxis returns the axis of the panel's data over the given length.
func (f *AccuracyCompute) xAxis(length int) plot.Axis {
	lo, hi := math.Inf(1), math.Inf(-1)
	see := func(vs ...float64) {
		for _, v := range vs {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	for _, c := range f.Curves {
		see(c.X...)
	}
	for _, d := range f.dots() {
		see(d.X)
		if given(d.XLo, d.XHi) {
			see(d.XLo, d.XHi)
		}
	}
	switch {
	case f.LogX:
		return logAxis(lo, hi, length)
	case f.ShareX:
		a := plot.Axis{Min: 0, Max: math.Max(1, hi), Scale: plot.LinearScale{}}
		chooseX(&a, stepKinds(a.Min, a.Max, 2), length)
		return a
	}
	return linearAxis(lo, hi, length)
}

// logAxis leaves 4 % of its length free at either end, or a factor of 3 around
// a single value.
func logAxis(lo, hi float64, length int) plot.Axis {
	factor := math.Pow(hi/lo, 0.04)
	if same(lo, hi) {
		factor = 3
	}
	a := plot.Axis{Min: round8(lo / factor), Max: round8(hi * factor), Scale: plot.LogScale{}}
	chooseX(&a, logKinds(a.Min, a.Max), length)
	return a
}

// linearAxis leaves 3 % of its length free at either end, but starts at 0
// rather than below where no value is negative.
func linearAxis(lo, hi float64, length int) plot.Axis {
	pad := 0.03 * (hi - lo)
	if same(lo, hi) {
		pad = math.Max(math.Abs(lo)/2, 0.5)
	}
	a := plot.Axis{Min: round8(lo - pad), Max: round8(hi + pad), Scale: plot.LinearScale{}}
	if lo >= 0 && a.Min < 0 {
		a.Min = 0
	}
	chooseX(&a, stepKinds(a.Min, a.Max, 0), length)
	return a
}

// same reports whether two values are too close for ticks between them to be
// told apart.
func same(lo, hi float64) bool {
	return hi-lo <= 1e-4*math.Max(math.Abs(lo), math.Abs(hi))
}

// round8 rounds to eight significant digits, so that the last bits of a power or
// a product, which differ between architectures, cannot decide about a tick.
func round8(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 7, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// yAxis returns an axis that all panels share, from tick to tick, with the
// given numbers of free steps below and above the data.
func yAxis(panels []*AccuracyCompute, height, below, above int) plot.Axis {
	lo, hi := math.Inf(1), math.Inf(-1)
	see := func(vs ...float64) {
		for _, v := range vs {
			if !math.IsNaN(v) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	for _, f := range panels {
		for _, c := range f.Curves {
			see(c.Y...)
			see(c.Lo...)
			see(c.Hi...)
		}
		for _, d := range f.dots() {
			see(d.Y)
			if given(d.Lo, d.Hi) {
				see(d.Lo, d.Hi)
			}
		}
	}
	perCent := lo >= 0 && hi <= 100
	if same(lo, hi) {
		pad := math.Max(1, math.Abs(lo)/50)
		lo, hi = lo-pad, hi+pad
	}
	t := niceStep(hi-lo, max(3, height/(22*pt)))
	step := t.step()
	first := int(math.Floor(lo/step+1e-6)) - below
	last := int(math.Ceil(hi/step-1e-6)) + above
	if perCent {
		first = max(first, 0)
		last = min(last, int(math.Ceil(100/step-1e-6)))
	}
	a := plot.Axis{Min: t.value(first), Max: t.value(last), Scale: plot.LinearScale{}}
	a.Tick.Marker = t
	return a
}
