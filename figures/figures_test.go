package figures

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

// A failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// bounds returns the box of a mark as drawn, from its control points.
func (m mark) bounds(t failer) box {
	var at []pos
	for _, s := range m.outline {
		at = append(at, s.points()...)
	}
	if m.run != nil {
		for _, g := range m.set.glyphs {
			segs, err := m.face.segments(g.id)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range segs {
				for _, p := range s.points() {
					q := m.place(g, p)
					at = append(at, pos{snap(float64(q.X)), snap(float64(q.Y))})
				}
			}
		}
	}
	if len(at) == 0 {
		return box{}
	}
	b := around(at[0], at[0])
	for _, p := range at {
		b = b.union(around(p, p))
	}
	return b.grow(m.width / 2)
}

// inspect checks what no figure may do: draw beyond the page, or let two lines
// of text touch. The watermark may lie under anything.
func inspect(t failer, fig Figure) *sheet {
	t.Helper()
	s, err := fig.draw()
	if err != nil {
		t.Fatal(err)
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	page := box{0, 0, s.w, s.h}
	type text struct {
		string
		box box
	}
	var texts []text
	for _, m := range s.marks {
		b := m.bounds(t)
		if !page.covers(b) {
			t.Errorf("%v is drawn beyond the page %v: %+v", b, page, m.run)
		}
		if m.run == nil || m.color == faint {
			continue
		}
		for _, other := range texts {
			if b.meets(other.box) {
				t.Errorf("%q and %q overlap", m.text, other.string)
			}
		}
		texts = append(texts, text{m.text, b})
	}
	return s
}

// words returns all text of a sheet.
func (s *sheet) words() []string {
	var out []string
	for _, m := range s.marks {
		if m.run != nil {
			out = append(out, m.text)
		}
	}
	return out
}

func TestExamplesAreClean(t *testing.T) {
	for name, example := range examples {
		t.Run(name, func(t *testing.T) {
			s := inspect(t, drawn(example))
			if !slices.Contains(s.words(), "SYNTHETIC") || !strings.Contains(s.desc, "Synthetic data.") {
				t.Error("made-up data are not called so")
			}
		})
	}
}

func TestFormats(t *testing.T) {
	fig := drawn(ExampleAccuracyCompute)
	s := inspect(t, fig)
	starts := map[string]string{"svg": "<svg ", "pdf": "%PDF-1.4", "png": "\x89PNG"}
	for _, format := range Formats {
		first, err := Render(fig, format)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Render(fig, format)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, again) {
			t.Errorf("%s: two renderings differ", format)
		}
		if !bytes.HasPrefix(first, []byte(starts[format])) {
			t.Errorf("%s begins with %q", format, first[:8])
		}
		path := filepath.Join(t.TempDir(), "a."+format)
		if err := Save(fig, path); err != nil {
			t.Fatal(err)
		}
		if saved, _ := os.ReadFile(path); !bytes.Equal(saved, first) {
			t.Errorf("%s: Save and Render differ", format)
		}
		if format != "png" {
			continue
		}
		img, err := png.Decode(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		// 300 dots to an inch of 7,200 units.
		want := image.Pt((s.w*dpi+3600)/7200, (s.h*dpi+3600)/7200)
		if got := img.Bounds().Size(); got != want {
			t.Errorf("png is %v, want %v", got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	line := func(name string, xy ...float64) Curve {
		c := Curve{Name: name}
		for i := 0; i < len(xy); i += 2 {
			c.X, c.Y = append(c.X, xy[i]), append(c.Y, xy[i+1])
		}
		return c
	}
	for _, test := range []struct {
		name string
		fig  Figure
		want string
	}{
		{"no curves", AccuracyCompute{}, "no curves"},
		{"empty curve", AccuracyCompute{Curves: []Curve{{Name: "A"}}}, `curve "A": it has no points`},
		{"lengths", AccuracyCompute{Curves: []Curve{{Name: "A", X: []float64{1, 2}, Y: []float64{1}}}}, `curve "A": 2 x and 1 y`},
		{"band lengths", AccuracyCompute{Curves: []Curve{{Name: "A", X: []float64{1}, Y: []float64{1}, Lo: []float64{0}}}}, "a band of 1 and 0"},
		{"reversed band", AccuracyCompute{Curves: []Curve{{Name: "A", X: []float64{1}, Y: []float64{1}, Lo: []float64{2}, Hi: []float64{1}}}}, "interval from 2 to 1"},
		{"zero on a log axis", AccuracyCompute{LogX: true, Curves: []Curve{line("A", 1, 80), line("B", 0, 80, 1, 81)}}, `curve "B": point 0: x = 0 has no place on a log axis`},
		{"mark at zero on a log axis", AccuracyCompute{LogX: true, Curves: []Curve{line("A", 1, 80)}, Marks: []Mark{{Name: "M", X: 0}}}, `mark "M": x = 0`},
		{"NaN", AccuracyCompute{Curves: []Curve{line("A", 1, math.NaN())}}, `curve "A": point 0: y = NaN`},
		{"infinite", AccuracyCompute{Curves: []Curve{line("A", math.Inf(1), 1)}}, "x = +Inf"},
		{"huge", AccuracyCompute{Curves: []Curve{line("A", 1e300, 1, 1.1e300, 1)}}, "cannot be drawn"},
		{"unsorted", AccuracyCompute{Curves: []Curve{line("A", 2, 1, 1, 1)}}, "sort the curve"},
		{"negative share", AccuracyCompute{ShareX: true, Curves: []Curve{line("A", -0.1, 1)}}, "not a share"},
		{"two kinds of axis", AccuracyCompute{LogX: true, ShareX: true, Curves: []Curve{line("A", 1, 1)}}, "exclude each other"},
		{"nameless", AccuracyCompute{Curves: []Curve{line(" ", 1, 1)}}, "has no name"},
		{"one name twice", AccuracyCompute{Curves: []Curve{line("A", 1, 1)}, Points: []Point{{Name: "A"}}}, `point "A": the name is taken`},
		{"six curves", AccuracyCompute{Curves: []Curve{line("A", 1, 1), line("B", 1, 1), line("C", 1, 1), line("D", 1, 1), line("E", 1, 1), line("F", 1, 1)}}, "at most 5"},
		{"two oracles", AccuracyCompute{Curves: []Curve{{Name: "A", X: []float64{1}, Y: []float64{1}, Role: Oracle}, {Name: "B", X: []float64{1}, Y: []float64{1}, Role: Oracle}}}, "more than one"},
		{"five points", AccuracyCompute{Curves: []Curve{line("A", 1, 1)}, Points: make([]Point, 5)}, "at most 4"},
		{"missing glyph", AccuracyCompute{Title: "情感", Curves: []Curve{line("A", 1, 1)}}, "no glyph for '情' (U+60C5)"},
		{"missing glyph in a name", AccuracyCompute{Curves: []Curve{line("熵", 1, 1)}}, `curve "熵"`},
		{"right to left", AccuracyCompute{Footer: "אב", Curves: []Curve{line("A", 1, 1)}}, "cannot draw"},
		{"combining mark", AccuracyCompute{Footer: "e\u0301", Curves: []Curve{line("A", 1, 1)}}, "cannot draw"},
		{"no panels", Grid{}, "no panels"},
		{"bad panel", Grid{Panels: []AccuracyCompute{{Title: "T", Curves: []Curve{{Name: "A"}}}}}, `panel 1 (T): curve "A"`},
		{"footer in a panel", Grid{Panels: []AccuracyCompute{{Footer: "f", Curves: []Curve{line("A", 1, 1)}}}}, "belong to the grid"},
		{"role changes", Grid{Panels: []AccuracyCompute{{Curves: []Curve{line("A", 1, 1)}}, {Curves: []Curve{{Name: "A", X: []float64{1}, Y: []float64{1}, Role: Random}}}}}, "another role"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Render(test.fig, "svg")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
	if _, err := Render(drawn(ExampleGrid), "gif"); err == nil || !strings.Contains(err.Error(), "use one of svg, pdf, png") {
		t.Errorf("format gif: %v", err)
	}
}

func TestExtremes(t *testing.T) {
	flat := []float64{80, 80, 80}
	x := []float64{0, 0.5, 1}
	nan := math.NaN()
	long := strings.Repeat("A very long name of a measure of uncertainty ", 6)
	same := AccuracyCompute{Title: "On top of each other", Curves: nil}
	for _, name := range []string{"A", "B", "C", "D", "E"} {
		same.Curves = append(same.Curves, Curve{Name: name, X: x, Y: []float64{80, 84, 82}})
	}
	for _, test := range []struct {
		name string
		fig  Figure
		want string // a text that is drawn
	}{
		{"one point", AccuracyCompute{Curves: []Curve{{Name: "Dot", X: []float64{3}, Y: []float64{80}, Lo: []float64{78}, Hi: []float64{81}}}}, "Dot"},
		{"one point on a log axis", AccuracyCompute{LogX: true, Curves: []Curve{{Name: "Dot", X: []float64{3e11}, Y: []float64{80}}}}, "Dot"},
		{"narrow log axis", AccuracyCompute{LogX: true, Curves: []Curve{{Name: "Line", X: []float64{3.1e11, 3.9e11}, Y: []float64{80, 81}}}}, "Line"},
		{"equal y", AccuracyCompute{ShareX: true, Curves: []Curve{{Name: "Flat", X: x, Y: flat}}}, "Flat"},
		{"equal y at 100", AccuracyCompute{ShareX: true, Curves: []Curve{{Name: "Flat", X: x, Y: []float64{100, 100, 100}}}}, "100"},
		{"equal x", AccuracyCompute{Curves: []Curve{{Name: "Upright", X: []float64{2, 2, 2}, Y: x}}}, "Upright"},
		{"gaps in a band", AccuracyCompute{ShareX: true, Curves: []Curve{{Name: "Gap", X: x, Y: flat, Lo: []float64{79, nan, 79}, Hi: []float64{81, 81, 81}}}}, "Gap"},
		{"band of gaps", AccuracyCompute{ShareX: true, Curves: []Curve{{Name: "Gap", X: x, Y: flat, Lo: []float64{nan, nan, nan}, Hi: []float64{nan, nan, nan}}}}, "Gap"},
		{"share above one", AccuracyCompute{ShareX: true, Curves: []Curve{{Name: "Twice", X: []float64{0, 2}, Y: []float64{80, 82}}}}, "200"},
		{"on top of each other", same, "E"},
		{"long texts", AccuracyCompute{
			Title: long, Subtitle: long, Footer: long, XLabel: long, YLabel: long,
			Curves: []Curve{{Name: long, X: x, Y: flat}}, Points: []Point{{Name: long + "2", X: 0.5, Y: 70}},
		}, ""},
		{"long word", AccuracyCompute{Title: strings.Repeat("W", 90), Curves: []Curve{{Name: strings.Repeat("m", 90), X: x, Y: flat}}}, ""},
		{"all signs", AccuracyCompute{Title: "± – ≥ μ × τ Δ 10⁻¹¹ R²", Curves: []Curve{{Name: "Rényi–2", X: x, Y: flat}}}, "± – ≥ μ × τ Δ 10⁻¹¹ R²"},
		{"negative", AccuracyCompute{Curves: []Curve{{Name: "Gain", X: []float64{-3, 4}, Y: []float64{-2, 3}}}}, "−2"},
		{"lonely grid", Grid{Panels: []AccuracyCompute{{Title: "P", Curves: []Curve{{Name: "A", X: x, Y: flat}}}}}, "P"},
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

// Whatever the data, names are drawn once, apart from each other, on the page.
func TestAnyFigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := AccuracyCompute{
			Title: rapid.StringMatching(`([a-z±–≥μ]{1,12} ){0,30}`).Draw(t, "title"),
			LogX:  rapid.Bool().Draw(t, "log"), Synthetic: rapid.Bool().Draw(t, "synthetic"),
			Width: Width(rapid.IntRange(0, 1).Draw(t, "width")),
		}
		var names []string
		for i := range rapid.IntRange(1, 5).Draw(t, "curves") {
			n := rapid.IntRange(1, 12).Draw(t, "n")
			c := Curve{Name: "Curve " + string(rune('A'+i)), Role: Role(rapid.IntRange(0, 1).Draw(t, "role"))}
			for range n {
				c.X = append(c.X, rapid.Float64Range(1e-3, 1e3).Draw(t, "x"))
				y := rapid.Float64Range(0, 100).Draw(t, "y")
				c.Y, c.Lo, c.Hi = append(c.Y, y), append(c.Lo, y-2), append(c.Hi, y+3)
			}
			slices.Sort(c.X)
			f.Curves = append(f.Curves, c)
			names = append(names, c.Name)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "points") {
			name := "Point " + string(rune('1'+i))
			f.Points = append(f.Points, Point{
				Name: name, X: rapid.Float64Range(1e-3, 1e3).Draw(t, "px"),
				Y: rapid.Float64Range(0, 100).Draw(t, "py"), Lo: 0, Hi: 0,
			})
			names = append(names, name)
		}
		s := inspect(t, f)
		text := " " + strings.Join(s.words(), " ") + " "
		for _, name := range names {
			if strings.Count(text, " "+name+" ") != 1 {
				t.Errorf("%q is drawn %d times", name, strings.Count(text, name))
			}
		}
	})
}

func TestSVGSaysWhatItShows(t *testing.T) {
	svg, err := Render(AccuracyCompute{
		Title: "Fish & chips <1>", XLabel: "x", YLabel: "y",
		Curves: []Curve{{Name: "A", X: []float64{0, 1}, Y: []float64{80, 81}}},
		Points: []Point{{Name: "P", X: 1, Y: 80.5, Lo: 79, Hi: 82}},
	}, "svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`role="img"`, "<title>Fish &amp; chips &lt;1&gt;</title>",
		"A from 80 to 81; P at 80.5 (79 to 82)",
	} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the SVG lacks %q", want)
		}
	}
	if bytes.Contains(svg, []byte("<text")) || bytes.Contains(svg, []byte("NaN")) {
		t.Error("the SVG has text that needs a font, or NaN")
	}
}

// luminance is the relative luminance of WCAG 2.1.
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestTextColoursAreLegible(t *testing.T) {
	texts := []color.NRGBA{ink, muted, randomLook.text, oracleLook.text}
	for _, l := range palette {
		texts = append(texts, l.text)
	}
	for _, c := range texts {
		// 4.5 is WCAG 2.1's least contrast of ordinary text (criterion 1.4.3).
		if contrast := 1.05 / (luminance(c) + 0.05); contrast < 4.5 {
			t.Errorf("%v on white has contrast %.2f", c, contrast)
		}
	}
}

// The sheet is a gonum canvas: transforms apply to paths and text, arcs become
// curves, images fail it.
func TestSheetAsCanvas(t *testing.T) {
	s := newSheet(100*pt, 100*pt, "", "")
	s.Push()
	s.Translate(vg.Point{X: 50, Y: 50})
	s.Rotate(math.Pi / 2)
	var p vg.Path
	p.Move(vg.Point{X: 10, Y: 0})
	p.Arc(vg.Point{}, 10, 0, math.Pi/2)
	s.Stroke(p)
	s.FillString(font.Face{Font: font.Font{Size: 8}}, vg.Point{X: 1}, "up")
	s.Pop()
	s.SetColor(nil)
	if n := len(s.marks); n != 2 {
		t.Fatalf("%d marks", n)
	}
	// A quarter circle from 3 to 6 o'clock, turned to run from 12 to 9 o'clock.
	arc := s.marks[0].outline
	if first, last := arc[0].p[0], arc[len(arc)-1].p[2]; first != (pos{5000, 6000}) || last != (pos{4000, 5000}) {
		t.Errorf("the arc runs from %v to %v", first, last)
	}
	if r := s.marks[1].run; r.turn != 90 || r.at != (pos{5000, 5100}) {
		t.Errorf("the text stands at %v turned by %d", r.at, r.turn)
	}
	s.DrawImage(vg.Rectangle{}, nil)
	if _, err := encodeSVG(s); err == nil {
		t.Error("an image is drawn")
	}
}

func BenchmarkRender(b *testing.B) {
	for name, fig := range map[string]Figure{
		"single": drawn(ExampleAccuracyCompute), "crowd": drawn(ExampleAccuracyCompute_crowd), "grid": drawn(ExampleGrid),
	} {
		for _, format := range Formats {
			b.Run(name+"/"+format, func(b *testing.B) {
				for b.Loop() {
					if _, err := Render(fig, format); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
