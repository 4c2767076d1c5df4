package policy

import (
	"errors"
	"math"
	"strings"
	"testing"

	"uacs/harness/fusion"
	"uacs/harness/panel"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
)

func open(t *testing.T) *Panel {
	t.Helper()
	p, predictors := synthPlan(t)
	p.Measures = append(p.Measures, "margin")
	panel, err := Open(p, 0, predictors, nil)
	if err != nil {
		t.Fatal(err)
	}
	return panel
}

func goal(x float64) *float64 { return &x }

// What is recommended can be deployed, keeps to its goal on the clips it was
// chosen on, and does on them what it says: the threshold is applied anew.
func TestRecommend(t *testing.T) {
	panel := open(t)
	for _, c := range []struct {
		name string
		goal Goal
		met  func(a *Advice) bool
	}{
		{"budget", Goal{Budget: goal(0.3)}, func(a *Advice) bool { return a.Price <= 0.3 }},
		{"budget in FLOPs", Goal{Budget: goal(2e13), Axis: "flops"}, func(a *Advice) bool { return a.Price <= 2e13 && a.Unit == "FLOPs per clip (invented)" }},
		{"budget of nothing", Goal{Budget: goal(0)}, func(a *Advice) bool { return a.Price == 0 && math.IsInf(a.Threshold, 1) }},
		{"risk", Goal{MaxRisk: goal(0.25), Delta: 0.1}, func(a *Advice) bool {
			return a.Expected.Rate < 1 && strings.Contains(a.Guarantee, "Each of the 2 measures was tested at 0.1/2")
		}},
		{"risk by video", Goal{MaxRisk: goal(0.7), Delta: 0.1, Unit: route.OnePerVideo}, func(a *Advice) bool { return strings.Contains(a.Guarantee, "videos that are independent") }},
		{"accuracy", Goal{MinAccuracy: goal(0.84)}, func(a *Advice) bool { return a.Expected.Quality >= 0.84 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := panel.Recommend(c.goal)
			if err != nil {
				t.Fatal(err)
			}
			if !c.met(a) {
				t.Errorf("the goal is not met: %+v", a)
			}
			deployable(t, a)
			again(t, panel, a)
			if a.Honest.Accuracy.Lo > a.Honest.Accuracy.Value || a.Fixed.Lo > a.Fixed.Hi || !strings.Contains(a.TunedOn, "all ") || len(a.Warnings) == 0 {
				t.Errorf("honest %+v, fixed %+v, tuned on %q, warnings %q", a.Honest.Accuracy, a.Fixed, a.TunedOn, a.Warnings)
			}
		})
	}
}

func deployable(t *testing.T, a *Advice) {
	t.Helper()
	m, err := uncertainty.ByName(a.Ref.Measure)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fusion.ByName(a.Ref.Fusion)
	if err != nil {
		t.Fatal(err)
	}
	if m.Control || panel.ReadsLarge(m) || f.Control || f.NeedsTraining {
		t.Errorf("%s cannot be deployed", a.Ref)
	}
}

// again applies the recommended threshold to all clips.
func again(t *testing.T, b *Panel, a *Advice) {
	t.Helper()
	s, err := b.signals(a.Ref)
	if err != nil {
		t.Fatal(err)
	}
	variants, taus, err := b.variants(a.Ref, s)
	if err != nil {
		t.Fatal(err)
	}
	for v, tau := range taus {
		if tau != a.TauLarge && !(math.IsNaN(tau) && math.IsNaN(a.TauLarge)) {
			continue
		}
		c := variants[v]
		right, calls := 0.0, 0.0
		for i, u := range c.U {
			if u > a.Threshold {
				right, calls = right+c.Defer[i], calls+c.First[i]+c.Second[i]
			} else {
				right += c.Keep[i]
			}
		}
		n := float64(b.N)
		if math.Abs(right/n-a.Expected.Quality) > 1e-9 || math.Abs(calls/n-a.Expected.First-a.Expected.Second) > 1e-9 {
			t.Errorf("applied, the threshold is right about %v with %v calls, not %+v", right/n, calls/n, a.Expected)
		}
		return
	}
	t.Errorf("no threshold %v on the large model", a.TauLarge)
}

func TestNothingQualifies(t *testing.T) {
	panel := open(t)
	for _, c := range []struct {
		name         string
		goal         Goal
		why, nearest string
	}{
		{"budget below the small model", Goal{Budget: goal(1e9), Axis: "flops"}, "no policy costs at most 1e+09 FLOPs", "the small model alone at 1e+10"},
		{"risk", Goal{MaxRisk: goal(0.001), Delta: 0.1}, "no threshold of 2 measures keeps a risk of at most 0.001", "a risk of 0."},
		{"accuracy", Goal{MinAccuracy: goal(1)}, "no policy is right about at least 100.00 %", "at its best threshold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := panel.Recommend(c.goal)
			var none *NoPolicy
			if !errors.As(err, &none) || !strings.Contains(none.Why, c.why) || !strings.Contains(none.Nearest, c.nearest) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := panel.Recommend(Goal{Budget: goal(1), Axis: "money"}); err == nil || !strings.Contains(err.Error(), `no compute axis "money"`) {
		t.Errorf("an axis that there is not: %v", err)
	}
}

// By hand: two policies that get the same clips right, one that makes fewer calls.
func TestVerdict(t *testing.T) {
	panel := open(t)
	a, err := Parse("entropy+replace")
	if err != nil {
		t.Fatal(err)
	}
	same, err := panel.Compare(a, a)
	if err != nil {
		t.Fatal(err)
	}
	if got := same.Verdict(); got != "entropy+replace and entropy+replace get the same clips right; both make as many calls" {
		t.Errorf("verdict: %s", got)
	}
	c := Comparison{A: Played{Ref: a, First: 0.25}, B: Played{Ref: Ref{Alone: Large}, First: 1}, Corrected: 5, FlipP: 0.01}
	c.Difference.Value, c.Difference.Lo, c.Difference.Hi = 0.03, 0.01, 0.05
	if got := c.Verdict(); got != "entropy+replace is better than large by 3.00 points; it makes 0.750 calls per clip fewer" {
		t.Errorf("verdict: %s", got)
	}
	c.FlipP = 0.06
	if got := c.Verdict(); !strings.HasPrefix(got, "no difference between entropy+replace and large is shown (+3.00 points)") {
		t.Errorf("verdict: %s", got)
	}
}

// Each part of U-ACS that the plan has is compared with the whole.
func TestParts(t *testing.T) {
	panel := open(t)
	parts, err := panel.Parts("entropy")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range parts {
		got = append(got, p.Base.Fusion+": "+p.Change)
		if p.NA == "" && !(p.HolmP >= p.FlipP && p.HolmP <= 1) {
			t.Errorf("%s: p %v, Holm %v", p.Change, p.FlipP, p.HolmP)
		}
	}
	want := "uacs-v1: uncertainties of both models swapped, uacs-v1: uncertainties dealt to random clips"
	if strings.Join(got, ", ") != want {
		t.Errorf("parts are %v", got)
	}
}
