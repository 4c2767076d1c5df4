package report

import (
	"encoding/json"
	"math"

	"uacs/harness/experiment"
)

var na = experiment.Number(math.NaN())

func estimate(value, lo, hi experiment.Number) experiment.Estimate {
	return experiment.Estimate{Value: value, Lo: lo, Hi: hi}
}

// handMade is a small result, written by hand: every cell of the tables has a
// number of its own, and some do not exist.
func handMade() *experiment.Result {
	paired := func(d experiment.Estimate, holm experiment.Number) *experiment.Paired {
		return &experiment.Paired{Difference: d, Corrected: 7, Broken: 2, McNemarP: 0.1797, FlipP: 0.01, HolmP: holm}
	}
	return &experiment.Result{
		Setup: experiment.Setup{
			Name: "hand", Title: "Hand-made set, a_b & 100 % of it", Tier: "synth", Dataset: "synth-mosi", Split: "test", Profile: "polarity",
			Quality: "Acc_2", Small: "small one", Large: "large one", Second: "second look", Surrogate: "a true second inference",
			Headline: experiment.Headline{Measure: "entropy", Fusion: "replace"}, Failures: "fallback-small",
			Clips: 60, Dropped: 4, N: 50, Videos: 9, SmallFailed: 1, LargeFailed: 3, SecondFailed: 2, Folds: 5, Tolerance: 0.005,
			Seed: 7, Replicates: 1000, Level: 0.95, Hypotheses: []string{"weights, 1−u", "τ, the threshold"}, Warnings: []string{"only 9 clusters"},
			Axes: []experiment.Axis{
				{Name: "calls", Unit: "calls per clip", Source: "counted"},
				{Name: "flops", Unit: "FLOPs per clip", Source: "an estimate", Hypothesis: true, Log: true},
			},
			Config: "configs/experiments/hand.yaml", ConfigSHA256: "0123456789abcdef", Inputs: []experiment.Input{{Path: "a.csv"}},
		},
		Systems: []experiment.System{
			{
				Name: "small only", Fusion: "small-only", Threshold: experiment.NoThreshold, Right: 35, Accuracy: estimate(0.7, 0.6, 0.8),
				Costs: []experiment.Number{0, 1e10}, Stages: []experiment.StageCount{{Stage: "kept", Clips: 50, Right: 35}},
			},
			{
				Name: "large only", Fusion: "large-only", Threshold: experiment.NoThreshold, Right: 38, Accuracy: estimate(0.76, 0.66, 0.86),
				Deferred: 1, First: 1, Costs: []experiment.Number{1, 7e13}, VsSmall: paired(estimate(0.06, -0.00001, 0.15), 0.34),
				Stages: []experiment.StageCount{{Stage: "replaced", Clips: 47, Right: 36}, {Stage: "fell-back", Clips: 3, Right: 2}},
			},
			{
				Name: "oracle select", Fusion: "oracle-select", Threshold: experiment.NoThreshold, Control: true, Right: 45, Accuracy: estimate(0.9, 0.82, 0.96),
				Deferred: 1, First: 1, Costs: []experiment.Number{1, 7e13}, VsSmall: paired(estimate(0.2, 0.1, 0.3), na), VsLarge: paired(estimate(0.14, 0.06, 0.22), na),
			},
			{
				Name: "entropy + replace", Measure: "entropy", Fusion: "replace", Threshold: experiment.CrossFitted, Headline: true, Right: 41,
				Accuracy: estimate(0.82, 0.73, 0.9), Deferred: 0.42, First: 0.42, Second: 0.1, Costs: []experiment.Number{0.52, 3.64e13},
				VsSmall: paired(estimate(0.12, 0.03, 0.21), 0.00004), VsLarge: paired(estimate(0.06, -0.01, 0.13), 0.2),
				Stages: []experiment.StageCount{{Stage: "kept", Clips: 29, Right: 25}, {Stage: "replaced", Clips: 21, Right: 16}},
			},
			{
				Name: "entropy + replace", Measure: "entropy", Fusion: "replace", Threshold: experiment.OracleTau, Control: true, Right: 42,
				Accuracy: estimate(0.84, 0.75, 0.91), Deferred: 0.4, First: 0.4, Costs: []experiment.Number{0.0004, 2.8e13},
				VsSmall: paired(estimate(0.14, 0.05, 0.22), na), VsLarge: paired(estimate(0.08, 0, 0.15), na),
			},
		},
		Measures: []experiment.Measure{
			{
				Name: "entropy", AUROCError: 0.8123, AUROCGain: 0.7, AUDC: estimate(0.79, 0.7, 0.88), APGR: 1.5, CPT20: 0.02, CPT50: 0.05, CPT80: 0.09,
				OracleAccuracy: 0.84, OracleDeferred: 0.4,
			},
			{
				Name: "text-length", Control: true, NA: "3 of 56 answers have no transcript", AUROCError: na, AUROCGain: na,
				AUDC: estimate(na, na, na), APGR: na, CPT20: na, CPT50: na, CPT80: na, OracleAccuracy: na, OracleDeferred: na,
			},
		},
		Curves: []experiment.Curve{
			handCurve("entropy", "replace", "measure", 0.7, 0.83, 0.76),
			handCurve("entropy", "mean", "fusion", 0.7, 0.8, 0.78),
			handCurve("random", "replace", "random", 0.7, 0.73, 0.76),
			handCurve("oracle", "replace", "oracle", 0.7, 0.9, 0.9),
			handCurve("entropy", "replace", "exact", 0.71, 0.82, 0.77),
		},
		Profiles: []experiment.Profile{
			{
				System: "small only", Profile: "mmsa", Metrics: []experiment.MetricValue{{Name: "MAE", Value: 0.71234, Lo: 0.6, Hi: 0.85, N: 56}, {Name: "Mult_acc_7", Value: na, Lo: na, Hi: na, N: 0, NA: "no scores"}},
				Warnings: []string{"1 of 56 answers are missing"},
			},
			{
				System: "small only", Profile: "polarity", Metrics: []experiment.MetricValue{{Name: "Acc_2", Value: 0.7, Lo: 0.6, Hi: 0.8, N: 50}},
				Warnings: []string{"1 of 56 answers are missing", "Acc_2: 4 of 50 counted answers are neutral"},
			},
		},
		Exact: json.RawMessage(`{"small":{"value":0.71}}`),
	}
}

func handCurve(measure, fusion, role string, accuracies ...float64) experiment.Curve {
	c := experiment.Curve{Name: measure + " + " + fusion, Measure: measure, Fusion: fusion, Role: role}
	for i, a := range accuracies {
		rate := float64(i) / float64(len(accuracies)-1)
		c.Points = append(c.Points, experiment.CurvePoint{
			Rate: experiment.Number(rate), Accuracy: experiment.Number(a), Lo: experiment.Number(a - 0.08), Hi: experiment.Number(a + 0.08),
			First: experiment.Number(rate), Costs: []experiment.Number{experiment.Number(rate), experiment.Number(1e10 + 7e13*rate)},
		})
	}
	return c
}
