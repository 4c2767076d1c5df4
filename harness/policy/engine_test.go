package policy

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/panel"
	"uacs/internal/mirror"
)

const root = "../.."

// synthPlan is the synthetic MOSI-like plan of the project, with fewer levels and
// replicates.
func synthPlan(t *testing.T) (ablation.Plan, experiment.Predictors) {
	t.Helper()
	p, err := ablation.LoadPlan(os.DirFS(root), "configs/ablations/synth-mosi-grid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p.Measures = []string{"entropy", "shuffled", "oracle", "cross-js", "vote-margin"}
	p.Fusions = []string{"replace", "confidence-weighted-mean", "uacs-v1", "uacs-v2-conflict-coin", "stacking-logistic"}
	p.Calibrations = []string{panel.Uncalibrated, "isotonic"}
	p.Uncertainties = []panel.Uncertainty{panel.Own, panel.Swapped, panel.Shuffled}
	p.Rules = append(p.Rules, ablation.Rule{Rule: "random", Share: 0.2})
	p.Replicates = 200
	predictors, err := experiment.LoadPredictors(os.DirFS(root), "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p, predictors
}

// Every policy that the engine judges has the engine's numbers, and what the
// engine calls not applicable is not applicable: all factors crossed, all rules.
func TestEqualsTheEngine(t *testing.T) {
	p, predictors := synthPlan(t)
	equal(t, p, predictors, nil, 200)
	// The learned router takes long: one cell must do.
	p.Measures, p.Fusions, p.Calibrations, p.Uncertainties = p.Measures[:1], p.Fusions[:1], p.Calibrations[:1], p.Uncertainties[:1]
	p.Rules = []ablation.Rule{{Rule: "learned-router"}}
	equal(t, p, predictors, nil, 1)
}

// The same on real answers, with clips that the large model did not answer.
func TestEqualsTheEngineOnRealData(t *testing.T) {
	data := os.DirFS(mirror.Need(t))
	p, err := ablation.LoadPlan(os.DirFS(root), "configs/ablations/sims-grid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p.Measures, p.Fusions, p.Replicates = []string{"distance-to-neutral", "ensemble-std"}, []string{"replace", "uacs-v1", "uacs-v2-random-second"}, 200
	predictors, err := experiment.LoadPredictors(os.DirFS(root), "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, failures := range []experiment.Failures{experiment.FallbackSmall, experiment.Wrong, experiment.Drop} {
		p.Pairs[0].Failures = failures
		equal(t, p, predictors, data, 100)
	}
}

// equal compares every policy of a plan, of which at least so many are judged.
func equal(t *testing.T, p ablation.Plan, predictors experiment.Predictors, data fs.FS, least int) {
	t.Helper()
	grid, err := ablation.Expand(p, predictors, data)
	if err != nil {
		t.Fatal(err)
	}
	store := t.TempDir()
	if _, err := ablation.Run(context.Background(), grid, ablation.Options{Store: store, Predictors: predictors, Data: data}); err != nil {
		t.Fatal(err)
	}
	cells, err := ablation.ReadStore(store)
	if err != nil {
		t.Fatal(err)
	}
	panel, err := Open(p, 0, predictors, data)
	if err != nil {
		t.Fatal(err)
	}
	small, large := Ref{Alone: Small}, Ref{Alone: Large}
	judged := 0
	for _, c := range cells {
		ref := Ref{Measure: c.Measure, Uncertainty: c.Uncertainty, Calibration: c.Calibration, Fusion: c.Fusion}
		if c.NA != "" {
			if _, err := panel.Play(ref); !errors.Is(err, ErrNotApplicable) {
				t.Errorf("%s: the engine says %q, Play %v", ref, c.NA, err)
			}
			continue
		}
		for _, want := range c.Policies {
			ref.Rule = want.Label
			played, err := panel.Play(ref)
			if err != nil {
				if want.NA == "" {
					t.Errorf("%s: %v", ref, err)
				}
				continue
			}
			judged++
			same(t, ref, played, want)
			if judged%97 != 1 { // comparisons take longest: every 97th must do
				continue
			}
			against(t, panel, ref, small, want.VsSmall)
			against(t, panel, ref, large, want.VsLarge)
		}
	}
	if judged < least {
		t.Errorf("only %d policies were judged", judged)
	}
}

// against compares a paired comparison with the engine's.
func against(t *testing.T, panel *Panel, ref, other Ref, want *experiment.Paired) {
	t.Helper()
	got, err := panel.Compare(ref, other)
	if err != nil {
		t.Fatal(err)
	}
	pair := experiment.Paired{
		Difference: got.Difference, Corrected: got.Corrected, Broken: got.Broken,
		McNemarP: experiment.Number(got.McNemarP), FlipP: experiment.Number(got.FlipP), HolmP: want.HolmP,
	}
	if diff := cmp.Diff(*want, pair, printed); diff != "" {
		t.Errorf("%s against %s (-engine +compare):\n%s", ref, other, diff)
	}
}

// printed compares numbers as they are printed: the engine's went through JSON.
var printed = cmp.Comparer(func(a, b experiment.Number) bool {
	return math.IsNaN(float64(a)) && math.IsNaN(float64(b)) || math.Abs(float64(a-b)) <= 5.1e-7
})

func same(t *testing.T, ref Ref, got Played, want ablation.Policy) {
	t.Helper()
	type numbers struct {
		Right                   int
		Accuracy                experiment.Estimate
		Deferred, First, Second experiment.Number
		Control                 bool
		TunedOn                 string
	}
	a := numbers{want.Right, want.Accuracy, want.Deferred, want.First, want.Second, want.Control, want.TunedOn}
	b := numbers{got.Right, got.Accuracy, experiment.Number(got.Deferred), experiment.Number(got.First), experiment.Number(got.Second), got.Control, got.TunedOn}
	if diff := cmp.Diff(a, b, printed); diff != "" {
		t.Errorf("%s (-engine +play):\n%s", ref, diff)
	}
}
