package figures

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot"
	"pgregory.net/rapid"
)

func labelsOf(ticks []plot.Tick) []string {
	var out []string
	for _, t := range ticks {
		if t.Label != "" {
			out = append(out, t.Label)
		}
	}
	return out
}

// Expected labels by hand.
func TestTicks(t *testing.T) {
	for _, test := range []struct {
		name   string
		ticker plot.Ticker
		lo, hi float64
		want   string
	}{
		{"step 2", stepTicks{2, 0, 0}, 78, 84, "78 80 82 84"},
		{"step 0.1", stepTicks{1, -1, 0}, 0.1, 0.45, "0.1 0.2 0.3 0.4"},
		{"share", stepTicks{2, -1, 2}, 0, 1, "0 20 40 60 80 100"},
		{"below zero", stepTicks{5, -1, 0}, -0.6, 0.5, "−0.5 0 0.5"},
		{"large", stepTicks{5, 11, 0}, 0, 1e12, "0 5×10¹¹ 1×10¹²"},
		{"log 1-2-5", logTicks{[]int{1, 2, 5}, 1, true}, 0.015, 2.5, "0.02 0.05 0.1 0.2 0.5 1 2"},
		{"log powers", logTicks{[]int{1}, 1, true}, 2e7, 3e12, "10⁸ 10⁹ 10¹⁰ 10¹¹ 10¹²"},
		{"log small", logTicks{[]int{1}, 2, false}, 1e-9, 1e-5, "10⁻⁸ 10⁻⁶"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(labelsOf(test.ticker.Ticks(test.lo, test.hi)), " "); got != test.want {
				t.Errorf("labels %q, want %q", got, test.want)
			}
		})
	}
}

// Any axis has at least two labelled ticks, apart from each other, and holds
// its data.
func TestAxesAreLabelled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := math.Pow(10, rapid.Float64Range(-20, 20).Draw(t, "lo"))
		hi := lo * math.Pow(10, rapid.Float64Range(0, 9).Draw(t, "decades"))
		length := rapid.IntRange(150, 500).Draw(t, "length") * pt
		for _, a := range []plot.Axis{logAxis(lo, hi, length), linearAxis(lo, hi, length)} {
			ticks := a.Tick.Marker.Ticks(a.Min, a.Max)
			if labels(ticks) < 2 || !clear(&a, ticks, length) {
				t.Errorf("%g to %g on %T: labels %q", a.Min, a.Max, a.Scale, labelsOf(ticks))
			}
			if a.Min > lo || a.Max < hi {
				t.Errorf("axis %g to %g for data %g to %g", a.Min, a.Max, lo, hi)
			}
		}
	})
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text  string
		chars int // widest line in characters of the width of "n"
		want  []string
	}{
		{"", 10, nil},
		{"  nn \n nn  ", 10, []string{"nn nn"}},
		{"nnn nnn nnn", 7, []string{"nnn nnn", "nnn"}},
		{"nnnnnnn nn", 4, []string{"nnnn", "nnn", "nn"}},
		{"nn", 0, []string{"n", "n"}},
	} {
		width := tickStyle.width(strings.Repeat("n", test.chars))
		if got := tickStyle.wrap(test.text, width); !cmp.Equal(got, test.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", test.text, test.chars, got, test.want)
		}
	}
	if got := labelStyle.balance("modality disagreement score", 2); !cmp.Equal(got, []string{"modality", "disagreement score"}) {
		t.Errorf("balance: %q", got)
	}
}

func TestSuperscripts(t *testing.T) {
	set, err := regular().set("10¹¹")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := regular().set("1011")
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range set.glyphs {
		if g.id != plain.glyphs[i].id || g.raised != (i >= 2) {
			t.Errorf("glyph %d is %+v", i, g)
		}
	}
	if set.advance >= plain.advance {
		t.Error("superscripts are as wide as digits")
	}
}

// Cases by hand.
func TestCrosses(t *testing.T) {
	for _, test := range []struct {
		name       string
		a, b, c, d pos
		want       bool
	}{
		{"cross", pos{0, 0}, pos{4, 4}, pos{0, 4}, pos{4, 0}, true},
		{"touch", pos{0, 0}, pos{4, 0}, pos{2, 0}, pos{2, 3}, true},
		{"apart", pos{0, 0}, pos{4, 0}, pos{2, 1}, pos{2, 3}, false},
		{"beyond", pos{0, 0}, pos{1, 1}, pos{0, 4}, pos{4, 0}, false},
		{"one line", pos{0, 0}, pos{4, 0}, pos{1, 0}, pos{2, 0}, false},
	} {
		if got := crosses(test.a, test.b, test.c, test.d); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestEncloses(t *testing.T) {
	l := polyline{{0, 0}, {10, 0}, {10, 10}, {5, 5}, {0, 10}} // a square with a notch
	for p, want := range map[pos]bool{{2, 2}: true, {5, 8}: false, {9, 8}: true, {11, 5}: false, {-1, 5}: false} {
		if got := l.encloses(p); got != want {
			t.Errorf("%v: %v", p, got)
		}
	}
}

// A simplified chain keeps its ends, and every dropped point lies within the
// tolerance of what is left, up to the rounding of a distance.
func TestSimplify(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l polyline
		for _, y := range rapid.SliceOfN(rapid.IntRange(0, 300), 1, 60).Draw(t, "y") {
			l = append(l, pos{len(l) * 20, y})
		}
		const tolerance = 25
		short := l.simplify(tolerance)
		if short[0] != l[0] || short[len(short)-1] != l[len(l)-1] {
			t.Error("an end is lost")
		}
		for _, p := range l {
			if d := short.distance(p, 1000); d > tolerance+1 {
				t.Errorf("%v lies %d from the simplified chain", p, d)
			}
		}
	})
}

func TestAlong(t *testing.T) {
	l := polyline{{0, 0}, {100, 0}, {100, 100}}
	if got, want := l.along(5), []pos{{0, 0}, {50, 0}, {100, 0}, {100, 50}, {100, 100}}; !slices.Equal(got, want) {
		t.Errorf("along: %v, want %v", got, want)
	}
	if got := (polyline{{3, 3}, {3, 3}}).along(4); len(got) != 1 {
		t.Errorf("a chain without length has %d places", len(got))
	}
}

// A tie of two lengths that differ only in their last bits is broken alike.
func TestSnap(t *testing.T) {
	for _, v := range []float64{1.005, 1.005 + 1e-12, 1.005 - 1e-12} {
		if got := snap(v); got != 101 {
			t.Errorf("snap(%.15f) = %d", v, got)
		}
	}
}

// By hand: what belongs together is not torn where it has room on one line.
func TestWrapKeepsTogether(t *testing.T) {
	st := axisStyle
	width := st.width("regressors; n = 911,")
	for _, c := range []struct {
		name, text string
		width      int
		want       []string
	}{
		{"equality", "regressors too; n = 911, 141 videos", width, []string{"regressors too;", "n = 911, 141 videos"}},
		{"per cent", "lines: 10 and 50 % of the cost", st.width("50 % of the cost"), []string{"lines: 10 and", "50 % of the cost"}},
		{"no room", "n = 911", st.width("n = 9"), []string{"n =", "911"}},
		{"nothing before", "% of clips", st.width("% of clips"), []string{"% of clips"}},
	} {
		if got := st.wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// By hand: cells reach half way to their neighbours, those of shares not beyond 0 and
// 100.
func TestSurfaceEdges(t *testing.T) {
	for _, c := range []struct {
		shares  bool
		centres []float64
		want    []float64
	}{
		{false, []float64{0, 40, 100}, []float64{-20, 20, 70, 130}},
		{true, []float64{0, 40, 100}, []float64{0, 20, 70, 100}},
		{true, []float64{30, 40}, []float64{25, 35, 45}},
	} {
		if got := (Surface{Shares: c.shares}).edges(c.centres); !slices.Equal(got, c.want) {
			t.Errorf("shares %v, %v: %v, want %v", c.shares, c.centres, got, c.want)
		}
	}
}
