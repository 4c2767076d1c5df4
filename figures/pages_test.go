package figures

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyPage draws a page with texts that may wrap.
func anyPage(t *rapid.T) Page {
	words := rapid.StringMatching(`([a-z±–≥μ]{1,12} ){0,20}`)
	return Page{
		Title: words.Draw(t, "title"), Subtitle: words.Draw(t, "subtitle"), Footer: words.Draw(t, "footer"),
		Synthetic: rapid.Bool().Draw(t, "synthetic"), Width: Width(rapid.IntRange(0, 1).Draw(t, "width")),
	}
}

// anyName draws a name that no other index has.
func anyName(t *rapid.T, i int) string {
	return rapid.StringMatching(`([A-Za-z]{1,9} ){0,4}`).Draw(t, "name") + fmt.Sprint(i)
}

// anyValue draws a number of any size that can be drawn.
func anyValue(t *rapid.T, label string) float64 {
	return rapid.Float64Range(-1, 1).Draw(t, label) * math.Pow(10, float64(rapid.IntRange(-3, 4).Draw(t, "size")))
}

// anyPanel draws a figure of each kind on a page.
var anyPanel = map[string]func(*rapid.T, Page) Panel{
	"forest": func(t *rapid.T, page Page) Panel {
		f := Forest{Page: page, XLabel: anyName(t, 0), Adjustment: anyName(t, 0), NumbersHead: anyName(t, 0)}
		for g := range rapid.IntRange(1, 3).Draw(t, "groups") {
			group := ForestGroup{Heading: anyName(t, g)}
			for i := range rapid.IntRange(1, 5).Draw(t, "rows") {
				v := anyValue(t, "effect")
				e := Effect{Name: anyName(t, i), Value: v, Lo: v - 1, Hi: v + 2, Significant: rapid.Bool().Draw(t, "significant")}
				if rapid.Bool().Draw(t, "bare") {
					e.Lo, e.Hi = math.NaN(), math.NaN()
				}
				group.Rows = append(group.Rows, e)
			}
			f.Groups = append(f.Groups, group)
		}
		return f
	},
	"flow": func(t *rapid.T, page Page) Panel {
		var grow func(depth, n int) Branch
		grow = func(depth, i int) Branch {
			b := Branch{Name: rapid.StringMatching(`[A-Z][a-z]{1,5}( [a-z]{1,6}){0,2}`).Draw(t, "branch") + fmt.Sprint(i)}
			kids := 0
			if depth < 3 {
				kids = rapid.IntRange(0, 3).Draw(t, "kids")
			}
			if kids == 0 && depth > 0 {
				b.N = rapid.IntRange(0, 900).Draw(t, "n")
				b.Right = rapid.IntRange(-1, b.N).Draw(t, "right")
			}
			for k := range max(kids, 1-min(depth, 1)) {
				b.Into = append(b.Into, grow(depth+1, k))
				b.N += b.Into[k].N
			}
			return b
		}
		f := Flow{Page: page, Root: grow(0, 0)}
		if f.Root.N == 0 {
			f.Root = Branch{Name: "All", N: 1, Into: []Branch{{Name: "One", N: 1}}}
		}
		return f
	},
	"reliability": func(t *rapid.T, page Page) Panel {
		f := Reliability{Page: page, XLabel: anyName(t, 0), YLabel: anyName(t, 1)}
		for i := range rapid.IntRange(1, 3).Draw(t, "series") {
			s := ReliabilitySeries{Name: anyName(t, i)}
			n := rapid.IntRange(1, 15).Draw(t, "bins")
			for k := range n {
				share := rapid.Float64Range(0, 1).Draw(t, "share")
				s.Bins = append(s.Bins, ReliabilityBin{
					Lo: float64(k) / float64(n), Hi: float64(k+1) / float64(n), N: rapid.IntRange(0, 50).Draw(t, "n"),
					Mean: (float64(k) + 0.5) / float64(n), Share: share, From: share / 2, To: (1 + share) / 2,
				})
			}
			s.Bins[0].N++
			f.Series = append(f.Series, s)
		}
		return f
	},
	"histogram": func(t *rapid.T, page Page) Panel {
		f := UncertaintyHistogram{Page: page, XLabel: anyName(t, 0), YLabel: anyName(t, 1), PerGroup: rapid.Bool().Draw(t, "per group")}
		at := anyValue(t, "edge")
		f.Edges = []float64{at}
		for range rapid.IntRange(1, 20).Draw(t, "bins") {
			at += 0.1 + math.Abs(at)/10
			f.Edges = append(f.Edges, at)
			f.Right = append(f.Right, rapid.IntRange(0, 1000).Draw(t, "right"))
			f.Wrong = append(f.Wrong, rapid.IntRange(0, 1000).Draw(t, "wrong"))
		}
		f.Right[0]++
		f.Thresholds = []float64{at}
		return f
	},
	"surface": func(t *rapid.T, page Page) Panel {
		f := Surface{Page: page, XLabel: anyName(t, 0), YLabel: anyName(t, 1), ValueLabel: anyName(t, 2), PathName: anyName(t, 3), ChosenName: anyName(t, 4)}
		grow := func(label string) []float64 {
			out := []float64{anyValue(t, label)}
			for range rapid.IntRange(0, 7).Draw(t, "more") {
				last := out[len(out)-1]
				out = append(out, last+0.1+math.Abs(last)/10)
			}
			return out
		}
		f.X, f.Y = grow("x"), grow("y")
		for range f.Y {
			var row []float64
			for range f.X {
				v := anyValue(t, "value")
				if rapid.IntRange(0, 5).Draw(t, "none") == 0 {
					v = math.NaN()
				}
				row = append(row, v)
			}
			f.Value = append(f.Value, row)
		}
		f.Value[0][0] = anyValue(t, "value")
		f.Path = []Place{{f.X[0], f.Y[0]}, {f.X[len(f.X)-1], f.Y[len(f.Y)-1]}}
		f.Chosen = f.Path[1]
		return f
	},
	"confusion": func(t *rapid.T, page Page) Panel {
		f := Confusion{Page: page}
		n := rapid.IntRange(2, 5).Draw(t, "classes")
		for i := range n {
			f.Labels = append(f.Labels, anyName(t, i))
			f.Counts = append(f.Counts, rapid.SliceOfN(rapid.IntRange(0, 2000), n, n).Draw(t, "counts"))
		}
		return f
	},
	"flips": func(t *rapid.T, page Page) Panel {
		n := rapid.SliceOfN(rapid.IntRange(1, 20000), 4, 4).Draw(t, "counts")
		return FlipMatrix{Page: page, From: anyName(t, 0), To: anyName(t, 1), BothRight: n[0], Broken: n[1], Corrected: n[2], BothWrong: n[3]}
	},
	"sensitivity": func(t *rapid.T, page Page) Panel {
		f := Sensitivity{Page: page, XLabel: anyName(t, 0), NumbersHead: anyName(t, 1), Outcome: anyValue(t, "outcome")}
		for i := range rapid.IntRange(1, 12).Draw(t, "rows") {
			h := Hypothesis{Key: anyName(t, i)}
			for k := range rapid.IntRange(1, 5).Draw(t, "values") {
				h.Values = append(h.Values, HypothesisValue{anyName(t, k), anyValue(t, "outcome"), k == 0})
			}
			f.Rows = append(f.Rows, h)
		}
		return f
	},
	"videos": func(t *rapid.T, page Page) Panel {
		f := PerVideo{Page: page, XLabel: anyName(t, 0), From: anyName(t, 1), To: anyName(t, 2)}
		for i := range rapid.IntRange(1, 12).Draw(t, "videos") {
			n := rapid.IntRange(1, 400).Draw(t, "n")
			f.Videos = append(f.Videos, Video{anyName(t, i), n, rapid.IntRange(0, n).Draw(t, "from"), rapid.IntRange(0, n).Draw(t, "to")})
		}
		return f
	},
	"cost": func(t *rapid.T, page Page) Panel {
		f := CostBreakdown{Page: page, XLabel: anyName(t, 0), SumHead: anyName(t, 1)}
		n := rapid.IntRange(1, 5).Draw(t, "parts")
		for i := range n {
			f.Parts = append(f.Parts, anyName(t, i))
		}
		for i := range rapid.IntRange(1, 8).Draw(t, "systems") {
			s := SystemCost{Name: anyName(t, i)}
			for range n {
				s.Costs = append(s.Costs, math.Abs(anyValue(t, "cost")))
			}
			f.Systems = append(f.Systems, s)
		}
		return f
	},
}

// tooBig reports whether a figure was refused for want of room, which is
// the answer for any data that are good but many.
func tooBig(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "no room:") || strings.Contains(err.Error(), "pt high"))
}

// Whatever the data, no text touches another and all is on the page, or the
// figure says that there is no room.
func TestAnyPage(t *testing.T) {
	for name, draw := range anyPanel {
		t.Run(name, func(t *testing.T) {
			refused, drawn := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				fig := draw(t, anyPage(t))
				if _, err := Render(fig, "svg"); tooBig(err) {
					refused++
					return
				}
				drawn++
				inspect(t, fig)
			})
			if refused > drawn {
				t.Errorf("%d figures are refused, %d drawn", refused, drawn)
			}
		})
	}
}

// Each kind of figure side by side in narrow columns.
func TestAnyMultiples(t *testing.T) {
	var kinds []string
	for kind := range anyPanel {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	rapid.Check(t, func(t *rapid.T) {
		m := Multiples{Page: anyPage(t), Columns: rapid.IntRange(1, 3).Draw(t, "columns")}
		m.Synthetic, m.Width = false, DoubleColumn
		for range rapid.IntRange(1, 3).Draw(t, "panels") {
			page := anyPage(t)
			page.Footer, page.Width = "", SingleColumn
			m.Panels = append(m.Panels, anyPanel[rapid.SampledFrom(kinds).Draw(t, "kind")](t, page))
		}
		if _, err := m.draw(); tooBig(err) {
			return
		}
		inspect(t, m)
	})
}

func TestPageExtremes(t *testing.T) {
	nan := math.NaN()
	long := strings.Repeat("A very long name of a part of the cascade ", 3)
	videos := func(n int) PerVideo {
		var f PerVideo
		for i := range n {
			f.Videos = append(f.Videos, Video{fmt.Sprintf("Video %d", i), i + 1, i / 2, i})
		}
		return f
	}
	for _, test := range []struct {
		name string
		fig  Figure
		want string // a text that is drawn
	}{
		{"no effect at all", Forest{Groups: []ForestGroup{{Rows: []Effect{{Name: "Same", Lo: 0, Hi: 0}}}}}, "0.0 [0.0, 0.0]"},
		{"no number", Forest{Groups: []ForestGroup{{Rows: []Effect{{Name: "None", NA: "not run"}}}}}, "not run"},
		{"no interval", Forest{Groups: []ForestGroup{{Rows: []Effect{{Name: "Bare", Value: -1.25, Lo: nan, Hi: nan}}}}}, "−1.2"},
		{"long names", Forest{XLabel: long, Adjustment: long, NumbersHead: long, Groups: []ForestGroup{{long, []Effect{{Name: long, Value: 1, Lo: 0, Hi: 3, Numbers: long}}}}}, ""},
		{"one exit", Flow{Root: Branch{Name: "All", N: 3, Into: []Branch{{Name: "Kept", N: 3, Right: -1}}}}, "3 (100.0 %)"},
		{"none right", Flow{Root: Branch{Name: "All", N: 3, Into: []Branch{{Name: "Kept", N: 3}}}}, "3 (100.0 %), 0.0 % right"},
		{"one in a million", Flow{Root: Branch{Name: "All", N: 1e6, Into: []Branch{{Name: "Kept", N: 1e6 - 1}, {Name: "Lost", N: 1}}}}, "Lost"},
		{"one bin", Reliability{Series: []ReliabilitySeries{{"Only", []ReliabilityBin{{0, 1, 7, 0.5, 1, 0, 0}}}}}, "Only (n = 7, ECE 0.500)"},
		{"none wrong", UncertaintyHistogram{Edges: []float64{0, 1}, Right: []int{4}, Wrong: []int{0}, PerGroup: true}, "Wrong (n = 0)"},
		{"one cell", Surface{X: []float64{2}, Y: []float64{0}, Value: [][]float64{{5}}}, "5"},
		{"flat", Surface{X: []float64{0, 1}, Y: []float64{0, 1}, Value: [][]float64{{5, 5}, {nan, 5}}}, "White: no value."},
		{"empty row", Confusion{Labels: []string{"a", "b"}, Counts: [][]int{{0, 0}, {1, 2}}}, "n = 0"},
		{"only one clip", FlipMatrix{Corrected: 1}, "100.0 %"},
		{"one value", Sensitivity{Outcome: 80, Rows: []Hypothesis{{"Key", []HypothesisValue{{"v", 80, true}}}}}, "80.0"},
		{"fifty videos", videos(50), "Video 49"},
		{"nothing costs", CostBreakdown{Parts: []string{"p"}, Systems: []SystemCost{{Name: "Free", Costs: []float64{0}}}}, "Free"},
		{"no errors", RiskCoverage{Curves: []Curve{{Name: "Flat", X: []float64{0.5, 1}, Y: []float64{0, 0}}}}, "Flat"},
		{"always wrong", RiskCoverage{Risk: 100, Curves: []Curve{{Name: "Flat", X: []float64{0.5, 1}, Y: []float64{100, 100}}}}, "Optimum"},
		{"lonely", Multiples{Panels: []Panel{videos(1)}}, "Video 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := inspect(t, test.fig)
			if test.want != "" && !slices.Contains(s.words(), test.want) {
				t.Errorf("%q is not drawn: %q", test.want, s.words())
			}
			for _, format := range Formats {
				if _, err := Render(test.fig, format); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestPageRefusals(t *testing.T) {
	nan := math.NaN()
	rows := func(e ...Effect) Forest { return Forest{Groups: []ForestGroup{{"G", e}}} }
	var many []Effect
	for i := range 300 {
		many = append(many, Effect{Name: fmt.Sprint(i)})
	}
	root := func(into ...Branch) Flow { return Flow{Root: Branch{Name: "All", N: 3, Into: into}} }
	bins := func(b ...ReliabilityBin) Reliability {
		return Reliability{Series: []ReliabilitySeries{{"S", b}}}
	}
	hypothesis := func(v ...HypothesisValue) Sensitivity {
		return Sensitivity{Rows: []Hypothesis{{"K", v}}}
	}
	curve := func(x, y float64) RiskCoverage {
		return RiskCoverage{Curves: []Curve{{Name: "A", X: []float64{x}, Y: []float64{y}}}}
	}
	for _, test := range []struct {
		name string
		fig  Figure
		want string
	}{
		{"width", Forest{Page: Page{Width: 7}}, "unknown width 7"},
		{"glyph", Forest{Page: Page{Title: "情感"}}, "no glyph for '情'"},
		{"no groups", Forest{}, "no groups"},
		{"empty group", rows(), `group 1 "G" has no rows`},
		{"NaN effect", rows(Effect{Name: "A", Value: nan}), `row "A": effect = NaN`},
		{"half an interval", rows(Effect{Name: "A", Lo: nan, Hi: 1}), `row "A": interval from NaN to 1`},
		{"reversed", rows(Effect{Name: "A", Lo: 2, Hi: 1}), `row "A": interval from 2 to 1`},
		{"one name twice", rows(Effect{Name: "A"}, Effect{Name: "A"}), `row "A": the name is taken`},
		{"hundreds of rows", rows(many...), "pt high and a page holds 684: divide it"},
		{"hundreds of videos", func() Figure {
			var f PerVideo
			for i := range 300 {
				f.Videos = append(f.Videos, Video{fmt.Sprint(i), 1, 0, 1})
			}
			return f
		}(), "divide it"},
		{"nothing flows", Flow{}, "nothing flows"},
		{"no exits", root(), `"All" has no exits`},
		{"lost clips", root(Branch{Name: "A", N: 2}), `branch "All": 3 clips go in and 2 out`},
		{"more right than there are", root(Branch{Name: "A", N: 3, Right: 4}), `exit "A": 4 of 3 right`},
		{"seven stages", root(Branch{Name: "A", N: 3, Into: []Branch{{Name: "A", N: 3, Into: []Branch{{Name: "A", N: 3, Into: []Branch{{Name: "A", N: 3, Into: []Branch{{Name: "A", N: 3, Into: []Branch{{Name: "A", N: 3, Into: []Branch{{Name: "A", N: 3}}}}}}}}}}}}}), "more than 6 stages"},
		{"no series", Reliability{}, "0 series"},
		{"no clips", bins(ReliabilityBin{0, 1, 0, 0, 0, 0, 0}), `series "S": it has no clips`},
		{"bins overlap", bins(ReliabilityBin{0, 0.6, 1, 0, 0, 0, 0}, ReliabilityBin{0.5, 1, 1, 0, 0, 0, 0}), "bin 2 from 0.5 to 1"},
		{"NaN share", bins(ReliabilityBin{0, 1, 1, 0.5, nan, 0, 0}), "bin 1: mean 0.5 and share NaN"},
		{"edges", UncertaintyHistogram{Edges: []float64{0, 1}, Right: []int{1, 2}, Wrong: []int{1}}, "2 edges for 2 and 1 bins"},
		{"descending edges", UncertaintyHistogram{Edges: []float64{1, 0}, Right: []int{1}, Wrong: []int{1}}, "edges ascend"},
		{"threshold outside", UncertaintyHistogram{Edges: []float64{0, 1}, Right: []int{1}, Wrong: []int{1}, Thresholds: []float64{nan}}, "threshold NaN"},
		{"no cells", Surface{}, "0 columns and 0 rows"},
		{"ragged", Surface{X: []float64{0, 1}, Y: []float64{0}, Value: [][]float64{{1}}}, "row 0: 1 values for 2 x"},
		{"only NaN", Surface{X: []float64{0}, Y: []float64{0}, Value: [][]float64{{nan}}}, "no values"},
		{"infinite", Surface{X: []float64{0}, Y: []float64{0}, Value: [][]float64{{math.Inf(1)}}}, "column 0: value +Inf"},
		{"chosen outside", Surface{X: []float64{0, 1}, Y: []float64{0}, Value: [][]float64{{1, 2}}, ChosenName: "C", Chosen: Place{9, 0}}, "C (9, 0) lies beyond"},
		{"long label", Surface{X: []float64{0, 1}, Y: []float64{0}, Value: [][]float64{{1, 2}}, YLabel: strings.Repeat("long label ", 400)}, "no room: the data area"},
		{"one class", Confusion{Labels: []string{"a"}}, "1 classes"},
		{"negative count", Confusion{Labels: []string{"a", "b"}, Counts: [][]int{{1, -1}, {0, 0}}}, `row "a": -1 answers "b"`},
		{"no flips", FlipMatrix{}, "not all 0"},
		{"no hypotheses", Sensitivity{}, "no hypotheses"},
		{"two defaults", hypothesis(HypothesisValue{"a", 1, true}, HypothesisValue{"b", 1, true}), `hypothesis "K": 2 defaults`},
		{"NaN outcome", hypothesis(HypothesisValue{"a", nan, true}), `value "a": outcome = NaN`},
		{"no videos", PerVideo{}, "no videos"},
		{"empty video", PerVideo{Videos: []Video{{"V", 0, 0, 0}}}, `video "V": 0 and 0 right of 0 clips`},
		{"no systems", CostBreakdown{Parts: []string{"p"}}, "no systems"},
		{"negative cost", CostBreakdown{Parts: []string{"p"}, Systems: []SystemCost{{Name: "S", Costs: []float64{-1}}}}, `system "S": p costs -1`},
		{"six parts", CostBreakdown{Parts: make([]string, 6)}, "6 parts"},
		{"coverage of none", curve(0, 1), "coverage 0"},
		{"risk in shares", curve(1, 101), "risk 101"},
		{"no panel", Multiples{}, "no panels"},
		{"bad panel", Multiples{Panels: []Panel{Forest{Page: Page{Title: "T"}}}}, "panel 1 (T): no groups"},
		{"footer in a panel", Multiples{Panels: []Panel{Forest{Page: Page{Footer: "f"}}}}, "belong to the whole"},
		{"six columns", Multiples{Panels: []Panel{FlipMatrix{Broken: 1}, FlipMatrix{Broken: 1}, FlipMatrix{Broken: 1}, FlipMatrix{Broken: 1}, FlipMatrix{Broken: 1}, FlipMatrix{Broken: 1}}}, "no room: a field"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Render(test.fig, "svg")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

// lightness is CIE 1976 L* of a colour, 0 to 100.
func lightness(c color.NRGBA) float64 {
	y := luminance(c)
	if y <= 216.0/24389 {
		return y * 24389 / 27
	}
	return 116*math.Cbrt(y) - 16
}

// A grey print keeps the order and the distances of the colours of a surface,
// and tells the parts of a bar apart.
func TestShadesInGrey(t *testing.T) {
	for n := 2; n <= mostSteps; n++ {
		dark, light := lightness(shade(0, n)), lightness(shade(n-1, n))
		for k := range n {
			want := dark + (light-dark)*float64(k)/float64(n-1)
			if got := lightness(shade(k, n)); math.Abs(got-want) > 4 {
				t.Errorf("colour %d of %d has lightness %.1f, want %.1f", k+1, n, got, want)
			}
		}
	}
	for i := 1; i < len(costShades); i++ {
		if d := lightness(costShades[i]) - lightness(costShades[i-1]); d < 9 {
			t.Errorf("parts %d and %d differ by %.1f in lightness", i, i+1, d)
		}
	}
}

// The darkest field of a matrix leaves its text legible.
func TestFieldsAreLegible(t *testing.T) {
	b := palette[0].line
	mix := func(v uint8) uint8 { return uint8((int(v)*150 + 255*105) / 255) }
	back := color.NRGBA{mix(b.R), mix(b.G), mix(b.B), 0xff}
	if contrast := (luminance(back) + 0.05) / (luminance(ink) + 0.05); contrast < 4.5 {
		t.Errorf("contrast %.2f", contrast)
	}
}

// By hand: (30·|0.2−0.1| + 10·|0.5−0.9|)/40 = 0.175.
func TestECE(t *testing.T) {
	s := ReliabilitySeries{Bins: []ReliabilityBin{{0, 0.5, 30, 0.1, 0.2, 0, 0}, {0.5, 0.8, 0, 0, 0, 0, 0}, {0.8, 1, 10, 0.9, 0.5, 0, 0}}}
	if got := s.ece(); math.Abs(got-0.175) > 1e-12 {
		t.Errorf("ECE %g, want 0.175", got)
	}
}

// By hand: of 80 % right answers, the best 90 % have 1/9 wrong ones.
func TestOptimum(t *testing.T) {
	o := optimum(20)
	at := func(x float64) float64 {
		i := slices.Index(o.X, x)
		if i < 0 {
			t.Fatalf("no point at %g", x)
		}
		return o.Y[i]
	}
	for x, want := range map[float64]float64{0: 0, 0.8: 0, 0.9: 100.0 / 9, 1: 20} {
		if got := at(x); math.Abs(got-want) > 1e-9 {
			t.Errorf("risk %g at coverage %g, want %g", got, x, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, test := range []struct {
		k, n int
		want string
	}{{0, 3, "0.0 %"}, {1, 3, "33.3 %"}, {2, 3, "66.7 %"}, {3, 3, "100.0 %"}, {1, 2000, "0.1 %"}} {
		if got := percent(test.k, test.n); got != test.want {
			t.Errorf("%d of %d is %q, want %q", test.k, test.n, got, test.want)
		}
	}
}

// Ties of the cascade are broken by the small model, and then by name.
func TestVideosAreSorted(t *testing.T) {
	f := PerVideo{Videos: []Video{{"d", 4, 1, 2}, {"c", 2, 1, 1}, {"b", 4, 2, 2}, {"a", 4, 0, 4}}}
	var got []string
	for _, v := range f.sorted() {
		got = append(got, v.Name)
	}
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}
