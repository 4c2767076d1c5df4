package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/figures"
	"uacs/harness/experiment"
)

// A title claims a gain only where Holm's p is below 0.05, the gain is positive
// and prints as more than nothing, and not everything is escalated.
func TestFigureTitle(t *testing.T) {
	pair := func(gain, holm float64) *experiment.Paired {
		return &experiment.Paired{Difference: experiment.Estimate{Value: experiment.Number(gain)}, HolmP: experiment.Number(holm)}
	}
	const plain = "Data set, two models"
	for _, c := range []struct {
		name         string
		deferred     experiment.Number
		small, large *experiment.Paired
		want         string
	}{
		{"gain over both", 0.352, pair(0.0417, 0.003), pair(0.0373, 0.001), "Data set: 35 % of clips escalated, 3.7 points above L alone"},
		{"gain over small only", 0.16, pair(0.0908, 0.001), pair(-0.0118, 0.009), "Data set: 16 % of clips escalated, 9.1 points above S alone"},
		{"gain that is not significant", 0.3, pair(0.05, 0.05), pair(0.04, 0.2), plain},
		{"just significant", 0.3, pair(0.05, 0.0499), pair(0.04, 0.2), "Data set: 30 % of clips escalated, 5.0 points above S alone"},
		{"significant loss", 0.3, pair(-0.05, 0.001), pair(-0.04, 0.001), plain},
		{"no p", 0.3, pair(0.05, float64(na)), pair(0.04, float64(na)), plain},
		{"no tests", 0.3, nil, nil, plain},
		{"all escalated", 1, pair(0.05, 0.001), pair(0.04, 0.001), plain},
		{"almost all", 0.996, pair(0.05, 0.001), pair(0.04, 0.001), plain},
		{"most", 0.995, pair(0.05, 0.001), pair(0.04, 0.001), "Data set: 100 % of clips escalated, 4.0 points above L alone"},
		{"gain that prints as nothing", 0.3, pair(0.0004, 0.001), pair(0.0004, 0.001), plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &experiment.Result{
				Setup: experiment.Setup{Title: plain, Small: "S", Large: "L"},
				Systems: []experiment.System{
					{Name: "other", Measure: "m", VsSmall: pair(1, 0), VsLarge: pair(1, 0), Deferred: 0.1},
					{Name: "headline", Measure: "m", Headline: true, Deferred: c.deferred, VsSmall: c.small, VsLarge: c.large},
				},
			}
			if got := FigureTitle(r); got != c.want {
				t.Errorf("title %q, want %q", got, c.want)
			}
		})
	}
	if got := FigureTitle(&experiment.Result{Setup: experiment.Setup{Title: plain}}); got != plain {
		t.Errorf("title without systems %q", got)
	}
}

func TestSubtitle(t *testing.T) {
	r := handMade()
	if got, want := subtitle(r), "Hand-made set, a_b & 100 % of it, test split, n = 50 clips with a label other than 0, 9 videos. "; !strings.HasPrefix(got, want) {
		t.Errorf("subtitle %q", got)
	}
	r.Cascade().VsSmall.HolmP = 1 // no claim: the title has the name of the data
	r.Setup.N = 56                // all clips count
	if got, want := subtitle(r), "Test split, n = 56 clips, 9 videos. "; !strings.HasPrefix(got, want) {
		t.Errorf("subtitle %q", got)
	}
}

// The headline's curve is always drawn, with the only band, and the exact one
// next; controls are not, and three coloured curves are enough.
func TestDrawnCurves(t *testing.T) {
	r := handMade()
	r.Curves = append([]experiment.Curve{
		handCurve("margin", "replace", "measure", 0.7, 0.8, 0.76),
		handCurve("shuffled", "replace", "measure", 0.7, 0.7, 0.76),
	}, r.Curves...)
	r.Systems = append(r.Systems,
		experiment.System{Name: "shuffled + replace", Measure: "shuffled", Fusion: "replace", Threshold: experiment.CrossFitted, Control: true},
		experiment.System{Name: "entropy + uacs-v2", Measure: "entropy", Fusion: "uacs-v2", Threshold: experiment.CrossFitted, Costs: []experiment.Number{1, 1e13}})
	p := drawPanel(r, shareAxis(r))
	var names []string
	for _, c := range p.Curves {
		names = append(names, c.Name)
		if (c.Lo != nil) != (c.Name == "Entropy") {
			t.Errorf("curve %s: a band of %d points", c.Name, len(c.Lo))
		}
	}
	if diff := cmp.Diff([]string{"Entropy", "Exact", "Margin", "Random", "Oracle"}, names); diff != "" {
		t.Errorf("curves (-want +got):\n%s", diff)
	}
	if p.Curves[0].Role != figures.Measure || p.Curves[1].Role != figures.Other || !p.Synthetic {
		t.Errorf("roles %v, %v; synthetic %v", p.Curves[0].Role, p.Curves[1].Role, p.Synthetic)
	}
	points := []figures.Point{{Name: "small one", X: 0, Y: 70, Lo: 60, Hi: 80}, {Name: "large one", X: 1, Y: 76, Lo: 66, Hi: 86}}
	if diff := cmp.Diff(points, p.Points, approximately); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	marks := []figures.Mark{{Name: "Chosen", X: 0.52, Y: 82, Lo: 73, Hi: 90}, {Name: "U-ACS v2"}}
	if diff := cmp.Diff(marks, p.Marks, approximately); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
}

var approximately = cmp.Comparer(func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 })

// A cascade of a strategy that bears a baseline's name is no baseline.
func TestBaselinesAreWithoutMeasure(t *testing.T) {
	r := handMade()
	for i, name := range []string{"small-only", "large-only", "oracle-select"} {
		r.Systems = append(r.Systems, experiment.System{
			Name: "entropy + " + name, Measure: "entropy", Fusion: name, Threshold: experiment.CrossFitted, Accuracy: estimate(0.1, 0, experiment.Number(i)),
			VsSmall: &experiment.Paired{}, VsLarge: &experiment.Paired{}, Costs: []experiment.Number{0, 1},
		})
	}
	if got := Overview("synth", []*experiment.Result{r}, nil).Rows[0]; got[4] != "70.00" || got[5] != "76.00" || got[12] != "90.00" {
		t.Errorf("overview %v", got)
	}
	if got := len(drawPanel(r, shareAxis(r)).Points); got != 2 {
		t.Errorf("%d points, want 2", got)
	}
	rows := Systems(r).Rows
	if got := rows[len(rows)-1][0]; got != "entropy + oracle-select" {
		t.Errorf("last row is %q", got)
	}
}

// By hand: a threshold that escalates all is the large model alone, and has one mark
// with both names; another point keeps its own.
func TestNameOnce(t *testing.T) {
	p := figures.AccuracyCompute{
		Points: []figures.Point{{Name: "Small", X: 0, Y: 70}, {Name: "Large", X: 1, Y: 80}},
		Marks:  []figures.Mark{{Name: "Chosen", X: 1, Y: 80}, {Name: "U-ACS v2", X: 1.2, Y: 80}},
	}
	nameOnce(&p)
	if len(p.Points) != 1 || p.Points[0].Name != "Small" || len(p.Marks) != 2 || p.Marks[0].Name != "Large, chosen" || p.Marks[1].Name != "U-ACS v2" {
		t.Errorf("points %+v, marks %+v", p.Points, p.Marks)
	}
}
