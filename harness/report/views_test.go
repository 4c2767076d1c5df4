package report

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"uacs/datasets"
	"uacs/datasets/leak"
	"uacs/figures"
	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/policy"
	"uacs/harness/sample"
)

// Every view of a whole result can be drawn and says that it is synthetic; of a
// result without a diagnosis and a cascade there is nothing to draw.
func TestViews(t *testing.T) {
	views := map[string]func(*experiment.Result) figures.Figure{
		"flow": FlowFigure, "uncertainty": UncertaintyFigure, "risk": RiskFigure, "reliability": ReliabilityFigure,
		"confusion": ConfusionFigure, "flips": FlipFigure, "videos": VideosFigure,
		"cost": func(r *experiment.Result) figures.Figure { return CostFigure(r, "flops") },
	}
	for name, view := range views {
		svg, err := figures.Render(view(diagnosed()), "svg")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !strings.Contains(string(svg), "ynthetic") {
			t.Errorf("%s does not say that it is synthetic", name)
		}
		empty := &experiment.Result{Setup: handMade().Setup}
		if got := view(empty); got != nil {
			t.Errorf("%s of nothing is %T", name, got)
		}
	}
	if got := CostFigure(diagnosed(), "no-such"); got != nil {
		t.Errorf("the cost on an axis that is not there is %T", got)
	}
	if _, err := figures.Render(EffectsFigure(diagnosed()), "svg"); err != nil {
		t.Errorf("effects: %v", err)
	}
}

// The headline measure is drawn even if many measures come before it.
func TestRiskFigureHoldsTheHeadline(t *testing.T) {
	r := diagnosed()
	for range maxCurves {
		other := r.Diagnosis.Risk[0]
		other.Measure = "other-" + strings.Repeat("x", len(r.Diagnosis.Risk))
		r.Diagnosis.Risk = slices.Insert(r.Diagnosis.Risk, 0, other)
	}
	fig := RiskFigure(r).(figures.RiskCoverage)
	if len(fig.Curves) != maxCurves || fig.Curves[0].Name != "Entropy" {
		t.Errorf("curves are %+v", fig.Curves)
	}
	if r.Diagnosis.Risk[0].Measure == "entropy" {
		t.Error("the result itself was reordered")
	}
}

// What is not its config's alone must not point to the project's results.
func TestChangedResultsSaySo(t *testing.T) {
	r := diagnosed()
	r.Setup.Changes = []string{"measure mine added"}
	for name, text := range map[string]string{
		"figure": footer(r), "diagnosis": page(r, "", "", "tables/x.md", figures.SingleColumn).Footer,
	} {
		if strings.Contains(text, "results/") || !strings.Contains(text, "measure mine added") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// The numbers are those of the hand-made result.
func TestFinding(t *testing.T) {
	got := Finding(handMade())
	for _, want := range []string{
		"SYNTHETIC", "42.00 % of the clips", "82.00 [73.00, 90.00] % right", "n = 50 clips of 9 videos",
		"Against the small one alone that is +12.00 [3.00, 21.00] points, which is shown (Holm p = <0.0001)",
		"Against the large one alone that is +6.00 [-1.00, 13.00] points, which is not shown (Holm p = 0.2000)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func TestHeadlinesAndPrices(t *testing.T) {
	r := handMade()
	row := Headlines(r).Rows[0]
	if row[1] != "70.00" || row[3] != "76.00" || row[4] != "entropy + replace" || row[7] != "0.520" {
		t.Errorf("headline row %q", row)
	}
	got, err := Prices(r, "flops")
	if err != nil {
		t.Fatal(err)
	}
	// 1 − 3.64e13/7e13 is 48 %; controls have no row.
	if last := got.Rows[len(got.Rows)-1]; len(got.Rows) != 3 || last[4] != "48.0" {
		t.Errorf("prices %q", got.Rows)
	}
	if _, err := Prices(r, "no-such"); err == nil {
		t.Error("an axis that is not there has prices")
	}
}

func TestShortTableCountsTheNotesItLeavesOut(t *testing.T) {
	whole := Table{Notes: []string{"a", "b", "c", "d"}}
	short := whole.Short()
	if len(short.Notes) != 3 || !strings.HasPrefix(short.Notes[2], "2 more notes") || whole.Notes[2] != "c" {
		t.Errorf("short %q of %q", short.Notes, whole.Notes)
	}
	if got := (Table{Notes: []string{"a"}}).Short(); len(got.Notes) != 1 {
		t.Errorf("a short table became %q", got.Notes)
	}
}

func TestSteps(t *testing.T) {
	c := experiment.Config{
		Title: "SYNTHETIC set", Tier: "synth", Measures: []string{"margin", "entropy"}, Headline: experiment.Headline{Measure: "entropy", Fusion: "uacs-v2"},
		Small: experiment.Role{Label: "little"}, Large: experiment.Role{Label: "big"}, Second: &experiment.Role{Label: "again"},
	}
	table := Steps(c, experiment.Case{
		ID: "v_1", Text: "fine", Label: 1, U: []experiment.Number{0.1, 0.9}, ULarge: 0.5, Threshold: 0.4,
		Small: experiment.Reply{Polarity: "negative", Score: -0.5}, Large: experiment.Reply{Error: "refused"},
		Second: &experiment.Reply{Polarity: "positive", Score: 2}, Stage: "requeried", Polarity: "positive", Right: true, Why: "because",
	})
	text := string(table.Markdown())
	for _, want := range []string{"SYNTHETIC set, clip v_1: entropy + uacs-v2", "entropy against its threshold 0.4", "| 0.9 |", "big: refused", "| second answer | again | positive | 2 |", "ends as requeried", "- because"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestDatasetViews(t *testing.T) {
	clip := func(split sample.Split, video string, label float64) sample.Sample {
		return sample.Sample{Video: video, Split: split, Label: label, Text: "a text"}
	}
	d := &datasets.Dataset{Name: "synth-hand", Title: "SYNTHETIC by hand", Samples: []sample.Sample{
		clip(sample.Train, "a", 1), clip(sample.Train, "a", -1), clip(sample.Valid, "b", 0), clip(sample.Test, "a", 1),
	}}
	if row := Splits(d).Rows[0]; row[1] != "2" || row[3] != "50.0" {
		t.Errorf("train is %q", row)
	}
	if _, err := figures.Render(BalanceFigure(d), "svg"); err != nil {
		t.Error(err)
	}
	rows := leak.Videos(d.Samples)
	table := Leaks(d, rows)
	flagged := 0
	for _, r := range table.Rows {
		if r[0] != "" {
			flagged++
		}
	}
	if flagged != leak.Flagged(rows) || flagged == 0 {
		t.Errorf("%d rows are marked, %d flagged", flagged, leak.Flagged(rows))
	}
}

// A goal that nothing meets has a row too, and each its guarantee beneath.
func TestAdvices(t *testing.T) {
	b, err := policy.Load("synth-mosi-grid")
	if err != nil {
		t.Fatal(err)
	}
	b.Plan.Measures, b.Plan.Fusions, b.Plan.Replicates = []string{"entropy"}, []string{"replace"}, 100
	table, err := Advices(b, policy.Goal{Budget: new(0.3)}, policy.Goal{MinAccuracy: new(0.999)})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != 2 || !strings.HasPrefix(table.Rows[1][1], "nothing: ") || len(table.Notes) != 3 {
		t.Errorf("rows %q, notes %q", table.Rows, table.Notes)
	}
	if _, err := Advices(b, policy.Goal{Budget: new(0.3), Axis: "no-such"}); err == nil {
		t.Error("prices on an axis that is not there")
	}
}

func TestPartsFigure(t *testing.T) {
	b, err := policy.OfExperiment("synth-mosi")
	if err != nil {
		t.Fatal(err)
	}
	b.Plan.Replicates = 100
	parts, err := b.Parts("entropy")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := figures.Render(PartsFigure(b, parts), "svg"); err != nil {
		t.Error(err)
	}
	if got := PartsFigure(b, nil); got != nil {
		t.Errorf("no parts are drawn as %T", got)
	}
}

func TestExplorer(t *testing.T) {
	cell := func(control bool, numbers *ablation.Numbers) ablation.Cell {
		return ablation.Cell{Measure: "entropy", Fusion: "replace", Control: control, Numbers: numbers}
	}
	numbers := &ablation.Numbers{Policies: []ablation.Policy{{Label: "best", Accuracy: estimate(0.8, 0.7, 0.9), First: 0.25, Second: 0.1}}}
	spec, err := Explorer(&ablation.Table{Title: "T", Tier: "synth", Cells: []ablation.Cell{cell(false, numbers), cell(true, numbers), cell(false, nil)}})
	if err != nil {
		t.Fatal(err)
	}
	values := spec["data"].(map[string]any)["values"].([]any)
	if len(values) != 1 || values[0].(map[string]any)["calls"] != json.Number("0.3500") {
		t.Errorf("values %v", values)
	}
	if _, err := Explorer(&ablation.Table{}); err == nil {
		t.Error("an empty grid can be explored")
	}
}
