package ablation

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/bootstrap"
	"uacs/harness/cost"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/panel"
	"uacs/harness/sample"
)

// handmade is a cohort of six clips in three videos, all positive. The small
// model's scores are given; a negative one is wrong. The large model is right as
// given.
func handmade(scores [6]float64, large [6]bool) *experiment.Cohort {
	h := &experiment.Cohort{Kind: metric.MOSI, HalfRange: 3, Total: 6}
	for i, y := range scores {
		id := fmt.Sprint("clip", i)
		h.Clips = append(h.Clips, sample.Sample{Dataset: "mosi", ID: id, Video: string(rune('A' + i/2)), Split: sample.Test, Label: 1, Text: "words"})
		z := -1.0
		if large[i] {
			z = 1
		}
		h.Small = append(h.Small, &sample.Prediction{ID: id, Score: &y})
		h.Large = append(h.Large, &sample.Prediction{ID: id, Score: &z})
		h.SmallAnswers = append(h.SmallAnswers, fusion.Answer{Score: y, Polarity: sample.PolarityOf(y), OK: true})
		h.LargeAnswers = append(h.LargeAnswers, fusion.Answer{Score: z, Polarity: sample.PolarityOf(z), OK: true})
	}
	return h
}

// handPlan is a plan over one pair of handmade answers.
func handPlan() *Plan {
	return &Plan{
		Name: "hand", Tier: "public", Rules: []Rule{{Rule: "best-with-tolerance"}}, Weights: "confidence",
		Measures: []string{"distance-to-neutral"}, Rates: []float64{0, 0.5, 1}, Folds: 3, Replicates: 200, Level: 0.95,
		Pairs: []Pair{{
			Name: "hand", Dataset: "mosi", Split: sample.Test, Failures: experiment.FallbackSmall,
			Costs: []cost.Axis{{Name: "calls", Unit: "calls", Large: 1, Source: "counted"}},
		}},
	}
}

// judgeOne judges one cell of a plan's first pair.
func judgeOne(t *testing.T, p *Plan, h *experiment.Cohort, s Spec) Cell {
	t.Helper()
	if s.Uncertainty == "" {
		s.Uncertainty = panel.Own
	}
	if s.Calibration == "" {
		s.Calibration = panel.Uncalibrated
	}
	b, err := newJudged(p, 0, h, "polarity", 1)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := b.judge(bootstrap.NewKernel(b.reps, b.keepReps, b.largeReps, p.Rates, p.Level), []Spec{s})
	if err != nil {
		t.Fatal(err)
	}
	return cells[0]
}

// By hand. In order of 1-|y|/3 the clips are 1 (0.9), 3 (0.85), 5 (0.7), 2 (0.5),
// 4 (0.2), 0 (0). The small model gets 1 and 3 wrong, the large one 2 and 5, so
// the curve has 4, 5, 6, 5, 4, 4, 4 clips right, an area of 28/36, its top at 2 of 6,
// and ends where it began. Either AUROC is 1. Each video is a fold; without it the
// best thresholds are 0.775, 0.8 and 0.675, which defer 1, 3 and 5: of these 5
// breaks.
func TestCellByHand(t *testing.T) {
	h := handmade([6]float64{3, -0.3, 1.5, -0.45, 2.4, 0.9}, [6]bool{true, true, false, true, true, false})
	c := judgeOne(t, handPlan(), h, Spec{Measure: "distance-to-neutral", Fusion: "replace"})
	if c.NA != "" {
		t.Fatal(c.NA)
	}
	for _, v := range []struct {
		name      string
		got, want float64
	}{
		{"AUDC", float64(c.AUDC.Value), 28.0 / 36},
		{"less the small model", float64(c.AUDCVsSmall.Value), 4.0 / 36},
		{"less random deferral", float64(c.AUDCVsRandom.Value), 4.0 / 36},
		{"AUROC of error", float64(c.AUROCError.Value), 1},
		{"AUROC of gain", float64(c.AUROCGain.Value), 1},
		{"APGR", float64(c.APGR.Value), math.NaN()},
		{"oracle threshold", float64(c.OracleAccuracy), 1},
		{"share it defers", float64(c.OracleDeferred), 2.0 / 6},
		{"accuracy at one half", float64(c.Curve.Accuracy[1]), 5.0 / 6},
	} {
		if !alike(v.got, v.want) {
			t.Errorf("%s is %v, want %v", v.name, v.got, v.want)
		}
	}
	if c.Flips != (Flips{2, 2, 2}) || c.SmallAlone.Right != 4 || c.LargeAlone.Right != 4 || c.N != 6 || c.Videos != 3 || c.Thresholds != 7 {
		t.Errorf("flips %v, small %d, large %d right of %d in %d videos, %d thresholds", c.Flips, c.SmallAlone.Right, c.LargeAlone.Right, c.N, c.Videos, c.Thresholds)
	}
	p := c.Policies[0]
	want := []StageCount{{Stage: "kept", Clips: 3, Right: 3}, {Stage: "replaced", Clips: 3, Right: 2}}
	if diff := cmp.Diff(want, p.Stages); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	if p.Right != 5 || !alike(float64(p.Deferred), 0.5) || p.VsSmall.Corrected != 2 || p.VsSmall.Broken != 1 || !alike(float64(p.Costs[0]), 0.5) {
		t.Errorf("policy has %d right, defers %v, corrects %d, breaks %d, costs %v", p.Right, p.Deferred, p.VsSmall.Corrected, p.VsSmall.Broken, p.Costs)
	}
	if !alike(float64(p.Gap), 1.0/6) || p.TunedOn == "" || p.Guarantee == "" {
		t.Errorf("optimism gap %v, tuned on %q, guarantee %q", p.Gap, p.TunedOn, p.Guarantee)
	}
}

// Every caveat and every reason that a cell can carry.
func TestWarningsAndReasons(t *testing.T) {
	mixed := [6]float64{3, -0.3, 1.5, -0.45, 2.4, 0.9}
	good := [6]bool{true, true, true, true, true, false}
	bad := [6]bool{false, true, false, false, true, false}
	withLarge := func(p *Plan) { p.Pairs[0].LargeMeasure, p.Pairs[0].TauLarge = "distance-to-neutral", []float64{0.5} }
	for _, c := range []struct {
		name   string
		large  [6]bool
		change func(*Plan)
		spec   Spec
		want   string
	}{
		{"too few clusters", good, nil, Spec{Measure: "distance-to-neutral", Fusion: "replace"}, "only 3 clusters"},
		{"no gap", bad, nil, Spec{Measure: "distance-to-neutral", Fusion: "replace"}, "no better than nothing"},
		{"no gap in some replicates", good, nil, Spec{Measure: "distance-to-neutral", Fusion: "replace"}, "of 200 replicates"},
		{"a measure of both models", good, nil, Spec{Measure: "cross-score", Fusion: "replace"}, "saves no call"},
		{"a calibration", good, nil, Spec{Measure: "distance-to-neutral", Calibration: "isotonic", Fusion: "replace"}, "cross-fitted by video"},
		{"a learned fusion", good, withLarge, Spec{Measure: "distance-to-neutral", Fusion: "stacking-ridge"}, "stacking-ridge is cross-fitted"},
		{"swapped thresholds", good, withLarge, Spec{Measure: "distance-to-neutral", Uncertainty: panel.Swapped, Fusion: "uacs-v1-conflict-large"}, "applied to the small model's"},
		{"few videos differ", good, nil, Spec{Measure: "distance-to-neutral", Fusion: "replace"}, "against the small model alone"},
		{"a rule that cannot choose", good, func(p *Plan) { p.Rules = []Rule{{Rule: "budget", Budget: -1}} }, Spec{Measure: "distance-to-neutral", Fusion: "replace"}, "below the price of deferring nothing"},
		{"an absent input", good, nil, Spec{Measure: "entropy", Fusion: "replace"}, "not applicable: 6 of 6 answers have no probs"},
		{"a calibrated control", good, nil, Spec{Measure: "random", Calibration: "isotonic", Fusion: "replace"}, "is a control: it is not calibrated"},
		{"a swapped control", good, nil, Spec{Measure: "random", Uncertainty: panel.Swapped, Fusion: "replace"}, "is a control: it is not swapped"},
		{"nothing to swap with", good, nil, Spec{Measure: "distance-to-neutral", Uncertainty: panel.Swapped, Fusion: "replace"}, "nothing to swap with"},
		{"nothing to shuffle", good, func(p *Plan) { p.Measures = []string{"shuffled", "entropy"} }, Spec{Measure: "shuffled", Fusion: "replace"}, "nothing to shuffle"},
		{"no second round", good, withLarge, Spec{Measure: "distance-to-neutral", Fusion: "uacs-v2"}, "no clip has a second answer"},
		{"no large measure", good, nil, Spec{Measure: "distance-to-neutral", Fusion: "uacs-v1-conflict-large"}, "names no large_measure with tau_large"},
		{"nothing to calibrate on", [6]bool{}, withLarge, Spec{Measure: "distance-to-neutral", Calibration: "isotonic", Fusion: "replace"}, "one class"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := handPlan()
			if c.change != nil {
				c.change(p)
			}
			got := judgeOne(t, p, handmade(mixed, c.large), c.spec)
			said := append(got.Warnings, got.NA)
			if got.Numbers != nil {
				for _, p := range got.Policies {
					said = append(append(said, p.Warnings...), p.NA)
				}
			}
			if all := strings.Join(said, "\n"); !strings.Contains(all, c.want) {
				t.Errorf("no word of %q in:\n%s", c.want, all)
			}
			if (got.NA != "") != (got.Numbers == nil) {
				t.Errorf("n/a %q with numbers %v", got.NA, got.Numbers)
			}
		})
	}
}

func TestPanelsThatCannotBeJudged(t *testing.T) {
	h := handmade([6]float64{1, 1, 1, 1, 1, 1}, [6]bool{})
	p := handPlan()
	p.Folds = 4
	if _, err := newJudged(p, 0, h, "polarity", 1); err == nil || !strings.Contains(err.Error(), "3 videos cannot be dealt to 4 folds") {
		t.Errorf("four folds of three videos: %v", err)
	}
	if _, err := newJudged(handPlan(), 0, h, "golden", 1); err == nil {
		t.Error("an unknown profile was judged")
	}
	for i := range h.Clips {
		h.Clips[i].Label = 0
	}
	if _, err := newJudged(handPlan(), 0, h, "polarity", 1); err == nil {
		t.Error("a panel without a counted clip was judged")
	}
}

// The oracle's cell stands above every other, and random deferral is the line.
func TestControls(t *testing.T) {
	h := handmade([6]float64{3, -0.3, 1.5, -0.45, 2.4, 0.9}, [6]bool{true, true, false, true, true, false})
	oracle := judgeOne(t, handPlan(), h, Spec{Measure: "oracle", Fusion: "replace"})
	// By hand: gains +1, +1, then four clips tied at 0 or -1: right 4, 6, 6, 4.
	if !oracle.Control || !alike(float64(oracle.OracleAccuracy), 1) || !alike(float64(oracle.AUROCGain.Value), 1) {
		t.Errorf("oracle: %+v", oracle)
	}
	constant := judgeOne(t, handPlan(), h, Spec{Measure: "constant", Fusion: "replace"})
	if !alike(float64(constant.AUDCVsRandom.Value), 0) || constant.Thresholds != 2 {
		t.Errorf("constant: %v over random with %d thresholds", constant.AUDCVsRandom.Value, constant.Thresholds)
	}
	if !oracle.Policies[0].Control {
		t.Error("a policy of a control is a claim")
	}
}

// Package experiment and this one judge the same cascades alike: their numbers are
// equal to the last printed digit.
func TestNumbersAreThoseOfExperiment(t *testing.T) {
	root := os.DirFS("../..")
	predictors, err := experiment.LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config, err := experiment.LoadConfig(root, "configs/experiments/synth-mosi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config.Replicates = 600
	h, err := experiment.Open(config, predictors, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := experiment.Run(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(config)
	b, err := newJudged(p, 0, h, config.Profile, config.Seed)
	if err != nil {
		t.Fatal(err)
	}
	k := bootstrap.NewKernel(b.reps, b.keepReps, b.largeReps, p.Rates, p.Level)
	var specs []Spec
	for _, f := range config.Fusions {
		specs = append(specs, Spec{Uncertainty: panel.Own, Measure: config.Headline.Measure, Calibration: panel.Uncalibrated, Fusion: f})
	}
	cells, err := b.judge(k, specs)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		compareSystem(t, want, c)
	}
	compareMeasures(t, want, b, k, config)
}

// planOf is the plan with the cascades of an experiment.
func planOf(c experiment.Config) *Plan {
	return &Plan{
		Name: c.Name, Tier: c.Tier, Measures: c.Measures, Rules: []Rule{{Rule: "best-with-tolerance"}}, Weights: c.Weights,
		Rates: experiment.CurveRates(), Tolerance: c.Tolerance, Folds: c.Folds, Replicates: c.Replicates, Level: c.Level,
		Pairs: []Pair{{
			Name: c.Name, Dataset: c.Dataset, Split: c.Split, Small: c.Small, Large: c.Large, Second: c.Second, Failures: c.Failures,
			LargeMeasure: c.LargeMeasure, TauLarge: c.TauLarge, Costs: c.Costs,
		}},
	}
}

var asPrinted = cmp.Options{cmp.Comparer(func(a, b Number) bool { return a.String() == b.String() }), cmpopts.EquateEmpty()}

// compareSystem compares a cell's policy with the experiment's system.
func compareSystem(t *testing.T, r *experiment.Result, c Cell) {
	t.Helper()
	for _, s := range r.Systems {
		if s.Measure != c.Measure || s.Fusion != c.Fusion || s.Threshold != experiment.CrossFitted {
			continue
		}
		p := c.Policies[0]
		vsSmall, vsLarge := *s.VsSmall, *s.VsLarge
		vsSmall.HolmP, vsLarge.HolmP = notANumber, notANumber
		want := Policy{
			Right: s.Right, Accuracy: s.Accuracy, Deferred: s.Deferred, First: s.First, Second: s.Second, Costs: s.Costs,
			VsSmall: &vsSmall, VsLarge: &vsLarge, Stages: s.Stages,
		}
		got := Policy{
			Right: p.Right, Accuracy: p.Accuracy, Deferred: p.Deferred, First: p.First, Second: p.Second, Costs: p.Costs,
			VsSmall: p.VsSmall, VsLarge: p.VsLarge, Stages: p.Stages,
		}
		if diff := cmp.Diff(want, got, asPrinted); diff != "" {
			t.Errorf("%s + %s (-experiment +ablation):\n%s", c.Measure, c.Fusion, diff)
		}
		return
	}
	t.Errorf("the experiment has no %s + %s", c.Measure, c.Fusion)
}

// compareMeasures compares every measure with the headline fusion, and the curves.
func compareMeasures(t *testing.T, r *experiment.Result, b *judged, k *bootstrap.Kernel, config experiment.Config) {
	t.Helper()
	for _, m := range r.Measures {
		cells, err := b.judge(k, []Spec{{Uncertainty: panel.Own, Measure: m.Name, Calibration: panel.Uncalibrated, Fusion: config.Headline.Fusion}})
		if err != nil {
			t.Fatal(err)
		}
		c := cells[0]
		got := experiment.Measure{
			Name: m.Name, Control: m.Control, AUROCError: c.AUROCError.Value, AUROCGain: c.AUROCGain.Value, AUDC: c.AUDC,
			APGR: c.APGR.Value, CPT20: c.CPT20.Value, CPT50: c.CPT50.Value, CPT80: c.CPT80.Value,
			OracleAccuracy: c.OracleAccuracy, OracleDeferred: c.OracleDeferred,
		}
		if diff := cmp.Diff(m, got, asPrinted); diff != "" && m.Name != "shuffled" { // the two shuffle other bases
			t.Errorf("%s (-experiment +ablation):\n%s", m.Name, diff)
		}
		for _, curve := range r.Curves {
			if curve.Measure != m.Name || curve.Fusion != config.Headline.Fusion || curve.Role != "measure" || m.Name == "shuffled" {
				continue
			}
			for i, p := range curve.Points {
				want := []Number{p.Rate, p.Accuracy, p.Lo, p.Hi, p.First, p.Second}
				got := []Number{c.Curve.Rate[i], c.Curve.Accuracy[i], c.Curve.Lo[i], c.Curve.Hi[i], c.Curve.First[i], c.Curve.Second[i]}
				if diff := cmp.Diff(want, got, asPrinted); diff != "" {
					t.Errorf("%s at %v (-experiment +ablation):\n%s", m.Name, p.Rate, diff)
				}
			}
		}
	}
}

func alike(a, b float64) bool { return math.Abs(a-b) < 1e-12 || math.IsNaN(a) && math.IsNaN(b) }
