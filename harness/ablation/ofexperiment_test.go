package ablation

import (
	"testing"

	"uacs/harness/experiment"
	"uacs/harness/frame"
)

// The plan of an experiment passes the checks that plans in files must pass.
func TestOfExperimentIsAPlan(t *testing.T) {
	p, err := experiment.OpenProject()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"synth-mosi", "synth-sims"} {
		c, err := p.Config(name)
		if err != nil {
			t.Fatal(err)
		}
		plan := OfExperiment(c)
		if key, err := plan.check(); err != nil {
			t.Errorf("%s: %s: %v", name, key, err)
		}
	}
}

// A frame has a row for each cell with numbers, and none for the others.
func TestTableFrame(t *testing.T) {
	table := &Table{Name: "by-hand", Cells: []Cell{
		{Tier: "synth", Pair: "p", Measure: "entropy", Calibration: "none", Fusion: "replace", Numbers: &Numbers{
			AUROCError: Estimate{Value: 0.75}, AUROCGain: Estimate{Value: notANumber},
			Policies: []Policy{{Label: "best", Accuracy: Estimate{Value: 0.8, Lo: 0.7, Hi: 0.9}, Deferred: 0.25, First: 0.25, Second: 0.1}},
		}},
		{Tier: "synth", Pair: "p", Measure: "vote-margin", NA: "no votes"},
	}}
	df, err := table.Frame()
	if err != nil {
		t.Fatal(err)
	}
	if rows, _ := df.Dims(); rows != 1 {
		t.Fatalf("%d rows, want 1:\n%v", rows, df)
	}
	for name, want := range map[string]float64{"accuracy": 80, "lo": 70, "hi": 90, "escalated": 25, "calls": 0.35, "auroc_error": 0.75} {
		got, err := frame.Floats(df, name)
		if err != nil || got[0] != want {
			t.Errorf("%s: %v, %v, want %v", name, got, err, want)
		}
	}
	for _, name := range []string{"auroc_gain", "over_large"} {
		if got, err := frame.Floats(df, name); err != nil || got[0] == got[0] {
			t.Errorf("%s: %v, %v, want NaN", name, got, err)
		}
	}
}

// An exploration judges the whole grid of an experiment and finds the numbers that
// a run of the experiment has: the accuracy of a cascade does not depend on the
// number of replicates.
func TestExplore(t *testing.T) {
	if testing.Short() {
		t.Skip("judges a thousand cells")
	}
	table, err := Explore(t.Context(), "synth-mosi")
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Missing) != 0 || table.Counts.Done != table.Counts.Cells {
		t.Fatalf("%d of %d cells, %d missing", table.Counts.Done, table.Counts.Cells, len(table.Missing))
	}
	h, err := experiment.Load("synth-mosi")
	if err != nil {
		t.Fatal(err)
	}
	h.Config.Replicates = 100
	r, err := experiment.Run(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	want := r.Cascade()
	for _, c := range table.Cells {
		if c.Measure != want.Measure || c.Fusion != want.Fusion {
			continue
		}
		if got := c.Policies[0]; got.Accuracy.Value.String() != want.Accuracy.Value.String() || got.Deferred.String() != want.Deferred.String() {
			t.Errorf("explored: %v right, %v escalated; run: %v and %v", got.Accuracy.Value, got.Deferred, want.Accuracy.Value, want.Deferred)
		}
		return
	}
	t.Error("the headline cascade is not in the grid")
}
