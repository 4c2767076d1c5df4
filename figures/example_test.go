package figures

import (
	"path/filepath"
	"testing"

	"uacs/internal/golden"
)

// publish is where the examples below hand their figure to. A program would
// call Save.
var publish func(Figure)

// drawn returns the figure that an example publishes.
func drawn(example func()) Figure {
	var fig Figure
	before := publish
	publish = func(f Figure) { fig = f }
	example()
	publish = before
	return fig
}

// check compares the figure of an example with testdata/name.svg, byte for
// byte.
func check(t *testing.T, example func(), name string) {
	t.Helper()
	got, err := Render(drawn(example), "svg")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) > 150_000 {
		t.Errorf("%s has %d bytes; the aim is 150,000 at most", name, len(got))
	}
	golden.Check(t, filepath.Join("testdata", name+".svg"), got)
}

// examples are the figures whose SVG is kept in testdata.
var examples = map[string]func(){
	"accuracycompute":       ExampleAccuracyCompute,
	"accuracycompute_log":   ExampleAccuracyCompute_log,
	"accuracycompute_crowd": ExampleAccuracyCompute_crowd,
	"accuracycompute_wide":  ExampleAccuracyCompute_wide,
	"grid":                  ExampleGrid,
	"grid_datasets":         ExampleGrid_datasets,
	"forest":                ExampleForest,
	"flow":                  ExampleFlow,
	"flow_narrow":           ExampleFlow_narrow,
	"reliability":           ExampleReliability,
	"uncertaintyhistogram":  ExampleUncertaintyHistogram,
	"surface":               ExampleSurface,
	"flipmatrix":            ExampleFlipMatrix,
	"multiples":             ExampleMultiples,
	"confusion":             ExampleConfusion,
	"sensitivity":           ExampleSensitivity,
	"pervideo":              ExamplePerVideo,
	"costbreakdown":         ExampleCostBreakdown,
	"riskcoverage":          ExampleRiskCoverage,
}

func TestExamples(t *testing.T) {
	for name, example := range examples {
		t.Run(name, func(t *testing.T) { check(t, example, name) })
	}
}

// Two measures of made-up clips, the two models, and a chosen threshold.
func ExampleAccuracyCompute() {
	clips := newCascade(7, 686)
	entropy := clips.curve("Entropy", Measure, 0.85, share)
	publish(AccuracyCompute{
		Title:    "Accuracy against the share of clips that the LLM answers",
		Subtitle: "n = 686 clips; bands and bars: 95 % intervals",
		Footer:   "Cross-fitted by video, 5 folds.",
		XLabel:   "Clips answered by the LLM (%)",
		YLabel:   "Binary accuracy (%)",
		ShareX:   true,
		Curves: []Curve{
			entropy,
			clips.curve("Modality disagreement", Measure, 0.5, share),
			clips.curve("Random", Random, 0, share),
			clips.curve("Oracle", Oracle, -1, share),
		},
		Points:    ends(entropy),
		Marks:     []Mark{chosen(entropy, 240)},
		Synthetic: true,
	})
}

// The same clips by FLOPs, on a log axis.
func ExampleAccuracyCompute_log() {
	clips := newCascade(7, 686)
	entropy := clips.curve("Entropy", Measure, 0.85, flops)
	publish(AccuracyCompute{
		Title:    "Accuracy against compute",
		Subtitle: "n = 686 clips; bands and bars: 95 % intervals",
		XLabel:   "FLOPs per clip (log scale)",
		YLabel:   "Binary accuracy (%)",
		LogX:     true,
		Curves: []Curve{
			entropy,
			clips.curve("Modality disagreement", Measure, 0.5, flops),
			clips.curve("Random", Random, 0, flops),
		},
		Points:    ends(entropy),
		Synthetic: true,
	})
}

// Five measures, too close to each other for names beside them.
func ExampleAccuracyCompute_crowd() {
	publish(crowded())
}

// The same in double width, without bands.
func ExampleAccuracyCompute_wide() {
	f := crowded()
	f.Width = DoubleColumn
	for i := range f.Curves {
		f.Curves[i].Lo, f.Curves[i].Hi = nil, nil
	}
	publish(f)
}

// The same clips by calls and by FLOPs.
func ExampleGrid() {
	left, right := drawn(ExampleAccuracyCompute).(AccuracyCompute), drawn(ExampleAccuracyCompute_log).(AccuracyCompute)
	publish(Grid{
		Title:    "What a call costs changes the picture",
		Subtitle: left.Subtitle, Footer: left.Footer, YLabel: left.YLabel,
		Panels: []AccuracyCompute{panelOf(left, "By calls"), panelOf(right, "By FLOPs")},
		Width:  DoubleColumn,
	})
}

// One panel for each of four data sets, in two rows.
func ExampleGrid_datasets() {
	g := Grid{
		Title:    "Deferral curves of four data sets",
		Subtitle: "Bands: 95 % intervals",
		YLabel:   "Binary accuracy (%)",
		Columns:  2,
		Width:    DoubleColumn,
	}
	for i, n := range []int{300, 686, 1034, 4659} {
		clips := newCascade(uint64(i), n)
		g.Panels = append(g.Panels, AccuracyCompute{
			Title: "Set " + string(rune('A'+i)), XLabel: "Clips answered by the LLM (%)", ShareX: true, Synthetic: true,
			Curves: []Curve{
				clips.curve("Entropy", Measure, 0.85, share),
				clips.curve("Random", Random, 0, share),
			},
		})
	}
	publish(g)
}
