package route

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// CrossFit is best-with-tolerance without the report.
func TestCrossFitRuleIsCrossFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawClips(t), Clips{}
		b = a
		b.Defer = slices.Clone(a.Keep)
		n := len(a.U)
		if n < 3 {
			t.Skip()
		}
		folds := make([]int, n)
		for i := range folds {
			folds[i] = i % 3
		}
		tolerance := rapid.SampledFrom([]float64{0, 0.05, 0.2}).Draw(t, "tolerance")
		want, err := CrossFit([]Clips{b, a}, folds, tolerance)
		if err != nil {
			t.Fatal(err)
		}
		got, err := CrossFitRule(BestWithTolerance, []Clips{b, a}, folds, RuleOptions{Tolerance: tolerance})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Fitted{}, "Choices")); diff != "" {
			t.Fatalf("(-CrossFit +CrossFitRule):\n%s", diff)
		}
	})
}

// No rule but the oracle may look at the outcome of the clips it routes: with the
// labels of a fold turned round, that fold's choice stays.
func TestNoRulePeeks(t *testing.T) {
	c := featured(120, 3)
	folds, err := Folds(c.Videos, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	turned := c
	turned.Keep, turned.Defer = slices.Clone(c.Keep), slices.Clone(c.Defer)
	for i, f := range folds {
		if f == 1 {
			turned.Keep[i], turned.Defer[i] = 1-c.Keep[i], 1-c.Defer[i]
		}
	}
	for _, r := range All() {
		before, err := CrossFitRule(r, []Clips{c}, folds, someOptions())
		if err != nil {
			t.Fatal(err)
		}
		after, err := CrossFitRule(r, []Clips{turned}, folds, someOptions())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before.Choices[1], after.Choices[1]) {
			t.Errorf("%s: fold 1's choice went from %+v to %+v with fold 1's own labels", r.Name, before.Choices[1], after.Choices[1])
		}
		for i, f := range folds {
			if f == 1 && r.Name != OracleGain.Name && before.Deferred[i] != after.Deferred[i] {
				t.Errorf("%s: clip %d is routed by its own label", r.Name, i)
			}
		}
	}
}

func TestRulesAreDeterministic(t *testing.T) {
	c := featured(120, 3)
	for _, r := range All() {
		a, err := r.Choose(c, someOptions())
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := r.Choose(c, someOptions()); !reflect.DeepEqual(a, b) {
			t.Errorf("%s chose %+v, then %+v", r.Name, a, b)
		}
		if a.N != 120 || a.On != "made up" {
			t.Errorf("%s does not say what it was tuned on: %+v", r.Name, a)
		}
	}
}

func TestTunedOn(t *testing.T) {
	for _, c := range []struct {
		choice Choice
		want   string
	}{
		{Choice{Basis: Given, N: 5}, "given"},
		{Choice{Basis: Tuned, On: "SIMS valid", N: 5}, "tuned on other clips (SIMS valid, 5 clips)"},
		{Choice{Basis: OracleThreshold, N: 5}, "oracle threshold (5 clips)"},
	} {
		if got := c.choice.TunedOn(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// By hand: on valid the best threshold is 0.5, which on test defers the clip with
// 0.6 that loses by it; the test's own best threshold defers nothing.
func TestJudgeAndOptimism(t *testing.T) {
	valid := clips([]float64{0.9, 0.1}, []float64{0, 1}, []float64{1, 1})
	test := clips([]float64{0.6, 0.2, 0.1}, []float64{1, 1, 1}, []float64{0, 1, 1})
	o := RuleOptions{On: "valid"}
	fit, err := Judge(BestWithTolerance, []Clips{valid}, []Clips{test}, o)
	if err != nil {
		t.Fatal(err)
	}
	want := Point{Deferred: 1, Rate: 1. / 3, Threshold: 0.5, Quality: 2. / 3, First: 1. / 3}
	if diff := cmp.Diff(want, fit.Point(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c := fit.Choices[0]; c.Basis != Tuned || c.On != "valid" || c.N != 2 {
		t.Errorf("choice %+v", c)
	}
	gap, err := NewOptimism(BestWithTolerance, []Clips{test}, fit, o)
	if err != nil {
		t.Fatal(err)
	}
	if gap.Choice.Basis != OracleThreshold || gap.Oracle.Quality != 1 {
		t.Errorf("oracle %+v of %+v", gap.Oracle, gap.Choice)
	}
	for _, n := range []struct {
		name      string
		got, want float64
	}{{"quality", gap.Quality, 1. / 3}, {"calls", gap.Calls, -1. / 3}, {"believed", gap.Believed, 1. / 3}} {
		if math.Abs(n.got-n.want) > 1e-12 {
			t.Errorf("%s gap %v, want %v", n.name, n.got, n.want)
		}
	}
	if plain, err := CrossFit([]Clips{test}, []int{0, 1, 0}, 0); err != nil {
		t.Error(err)
	} else if gap, err := NewOptimism(BestWithTolerance, []Clips{test}, plain, o); err != nil || !math.IsNaN(gap.Believed) {
		t.Errorf("without choices: believed %v, %v", gap.Believed, err)
	}
}

// For a rule that seeks nothing but quality, the threshold chosen on the
// judged clips is never worse than an honest one.
func TestOptimismIsNotNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		valid, test := drawClips(t), drawClips(t)
		fit, err := Judge(BestWithTolerance, []Clips{valid}, []Clips{test}, RuleOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if gap, err := NewOptimism(BestWithTolerance, []Clips{test}, fit, RuleOptions{}); err != nil || gap.Quality < -1e-9 {
			t.Fatalf("gap %+v, %v", gap, err)
		}
	})
}

func TestJudgeRejects(t *testing.T) {
	c := fiveClips()
	if _, err := Judge(Fixed, []Clips{c}, []Clips{c, c}, RuleOptions{}); err == nil || err.Error() != "route: 1 variants to choose on but 2 to judge on" {
		t.Errorf("variants: err = %v", err)
	}
	if _, err := CrossFitRule(Fixed, []Clips{c}, []int{0}, RuleOptions{}); err == nil || err.Error() != "route: 5 clips in 1 folds' entries" {
		t.Errorf("folds: err = %v", err)
	}
	short := clips([]float64{1}, []float64{1}, []float64{1})
	if _, err := Fixed.ChooseVariant([]Clips{c, short}, RuleOptions{}); err == nil || err.Error() != "route: variant 1 has 1 clips, variant 0 has 5" {
		t.Errorf("lengths: err = %v", err)
	}
	choice, err := LearnedRouter.Choose(featured(40, 1), RuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := choice.Apply([]Clips{c}); err == nil || !strings.Contains(err.Error(), "no features") {
		t.Errorf("a router without features: err = %v", err)
	}
}
