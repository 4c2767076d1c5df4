package figures

import (
	"strings"
	"testing"
)

// hulled has a hull and two guides on a log axis, one of them beyond it.
func hulled() AccuracyCompute {
	return AccuracyCompute{
		XLabel: "FLOPs", YLabel: "Accuracy (%)", LogX: true,
		Curves: []Curve{{Name: "Entropy", X: []float64{1, 10, 100, 1000}, Y: []float64{70, 74, 79, 80}}},
		Points: []Point{{Name: "Small", X: 1, Y: 70}, {Name: "Large", X: 1000, Y: 80}},
		Hull:   []Place{{1, 70}, {100, 79}, {1000, 80}},
		Guides: []Guide{{"10 %", 100}, {"beyond", 1e9}},
	}
}

// The hull is part of the words; of the guides only the one on the axis is laid out,
// and no name covers its own.
func TestHullAndGuides(t *testing.T) {
	f := hulled()
	if text := f.describe(); !strings.Contains(text, "Pareto hull from 70 to 80") {
		t.Errorf("the description is %q", text)
	}
	p := plate{yLabel: f.YLabel, panels: []*AccuracyCompute{&f}, columns: 1}
	if err := p.check(); err != nil {
		t.Fatal(err)
	}
	panel := p.choose().panels[0]
	if len(panel.guides) != 1 || panel.guides[0].name != "10 %" {
		t.Fatalf("guides %+v", panel.guides)
	}
	for _, n := range panel.names {
		if n.box.meets(panel.guides[0].box) {
			t.Errorf("the name %q lies on the guide's", n.lines)
		}
		if panel.hull.meets(n.box) {
			t.Errorf("the name %q lies on the hull", n.lines)
		}
	}
}

func TestHullAndGuidesRefused(t *testing.T) {
	for name, change := range map[string]func(*AccuracyCompute){
		"hull that turns back":     func(f *AccuracyCompute) { f.Hull = []Place{{10, 70}, {1, 71}} },
		"hull beyond a log axis":   func(f *AccuracyCompute) { f.Hull = []Place{{0, 70}} },
		"guide without a name":     func(f *AccuracyCompute) { f.Guides = []Guide{{"", 10}} },
		"guide beyond a log axis":  func(f *AccuracyCompute) { f.Guides = []Guide{{"none", 0}} },
		"guide in no known script": func(f *AccuracyCompute) { f.Guides = []Guide{{"\U0001F600", 10}} },
	} {
		f := hulled()
		change(&f)
		if _, err := Render(f, "svg"); err == nil {
			t.Errorf("%s is drawn", name)
		}
	}
}

// Where names find no room in every panel, each stands in one of them, and no legend
// is needed: the second panel is too crowded for its curves' names.
func TestNamesStandOnce(t *testing.T) {
	easy := AccuracyCompute{XLabel: "x", Curves: []Curve{
		{Name: "Upper", X: []float64{0, 1}, Y: []float64{80, 80}},
		{Name: "Lower", X: []float64{0, 1}, Y: []float64{60, 60}},
	}}
	hard := AccuracyCompute{XLabel: "x", Curves: []Curve{
		{Name: "Upper", X: []float64{0, 1}, Y: []float64{70, 70}},
		{Name: "Lower", X: []float64{0, 1}, Y: []float64{70, 70}},
	}}
	p := plate{yLabel: "y", panels: []*AccuracyCompute{&easy, &hard}, columns: 2, width: DoubleColumn}
	f := p.choose()
	if f.arrangement.legend != 0 || !f.once || len(f.panels[0].names) != 2 || len(f.panels[1].names) != 0 {
		t.Errorf("legend %d, once %v, %d and %d names", f.arrangement.legend, f.once, len(f.panels[0].names), len(f.panels[1].names))
	}
}

func TestQuantity(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", 0.35: "0.35", 12345: "12300", 1e10: "1×10¹⁰", 8.67e12: "8.67×10¹²", 7.001e13: "7×10¹³", 2e-5: "2×10⁻⁵", -1.5e7: "−1.5×10⁷",
	} {
		if got := Quantity(v); got != want {
			t.Errorf("Quantity(%g) = %q, want %q", v, got, want)
		}
	}
}
