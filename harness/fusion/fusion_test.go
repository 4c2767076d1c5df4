package fusion

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/sample"
)

func scored(y float64) Answer { return Answer{Score: y, Polarity: sample.PolarityOf(y), OK: true} }
func polar(p sample.Polarity) Answer {
	return Answer{Score: math.NaN(), Polarity: p, OK: true}
}

// Expected outcomes are by hand from the strategies' formulas.
func TestStrategies(t *testing.T) {
	agree := Clip{Small: scored(1), Large: scored(2), Second: scored(0.5), USmall: 0.75, ULarge: 0.5, Truth: 1}
	conflict := Clip{Small: scored(1), Large: scored(-2), Second: scored(-1), USmall: 0.75, ULarge: 0.5, Truth: -1}
	words := Clip{Small: scored(1), Large: polar(sample.Positive), USmall: 0.75, ULarge: 0.5}
	silent := Clip{Small: scored(1), Large: polar(sample.Neutral), USmall: 0.75, ULarge: 0.5}
	refused := Clip{Small: scored(1), Second: scored(-1), USmall: 0.75, ULarge: math.Inf(1), Truth: -1}
	noSecond := conflict
	noSecond.Second = Answer{}

	unsure, sure := Params{TauLarge: 0.25}, Params{TauLarge: 0.5}
	for _, c := range []struct {
		name string
		s    Strategy
		clip Clip
		p    Params
		want Outcome
	}{
		{"small only", SmallOnly, conflict, unsure, Outcome{scored(1), Kept, 0}},
		{"small only where the large model refused", SmallOnly, refused, unsure, Outcome{scored(1), Kept, 0}},
		{"large only", LargeOnly, conflict, unsure, Outcome{scored(-2), Replaced, 1}},
		{"replace", Replace, conflict, unsure, Outcome{scored(-2), Replaced, 1}},
		{"replace where the large model refused", Replace, refused, unsure, Outcome{scored(1), FellBack, 1}},
		{"neutral does not replace", ReplaceUnlessNeutral, silent, unsure, Outcome{scored(1), FellBack, 1}},
		{"a side replaces", ReplaceUnlessNeutral, conflict, unsure, Outcome{scored(-2), Replaced, 1}},
		{"(0.25·1 + 0.5·2)/0.75", ConfidenceWeightedMean, agree, unsure, Outcome{scored(1.25 / 0.75), Averaged, 1}},
		{"(0.25·1 − 0.5·2)/0.75", ConfidenceWeightedMean, conflict, unsure, Outcome{scored(-1), Averaged, 1}},
		{"(4/3·1 + 2·2)/(4/3 + 2)", ConfidenceWeightedMean, agree, Params{Weight: InverseUncertainty}, Outcome{scored(1.6), Averaged, 1}},
		{"v1, confident at the threshold", UACSv1, conflict, sure, Outcome{scored(-2), Confident, 1}},
		{"v1, agreement is averaged", UACSv1, agree, unsure, Outcome{scored(1.25 / 0.75), Averaged, 1}},
		{"v1, agreement of words keeps the polarity", UACSv1, words, unsure, Outcome{polar(sample.Positive), Averaged, 1}},
		{"v1, conflict is asked again", UACSv1, conflict, unsure, Outcome{scored(-1), Requeried, 2}},
		{"v2, confident", UACSv2, conflict, sure, Outcome{scored(-2), Confident, 1}},
		{"v2, agreement is accepted", UACSv2, agree, unsure, Outcome{scored(2), Agreed, 1}},
		{"v2, conflict is asked again", UACSv2, conflict, unsure, Outcome{scored(-1), Requeried, 2}},
		{"v2, no second answer", UACSv2, noSecond, unsure, Outcome{scored(-2), FellBack, 2}},
		{"v2, refused", UACSv2, refused, unsure, Outcome{scored(1), FellBack, 1}},
		{"oracle, small right", OracleSelect, agree, unsure, Outcome{scored(1), Kept, 1}},
		{"oracle, large right", OracleSelect, conflict, unsure, Outcome{scored(-2), Replaced, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.s.Apply(c.clip, c.p)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-15)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.s.Name, diff)
			}
		})
	}
}

// With both weights zero, or unknown, neither answer is preferred.
func TestAverageWithoutWeights(t *testing.T) {
	for _, u := range []float64{1, math.NaN()} {
		got := ConfidenceWeightedMean.Apply(Clip{Small: scored(1), Large: scored(2), USmall: u, ULarge: u}, Params{})
		if got.Answer.Score != 1.5 {
			t.Errorf("u = %v: score %v, want 1.5", u, got.Answer.Score)
		}
	}
}

func TestRegistry(t *testing.T) {
	for _, s := range All() {
		if s.Name == "" || s.Doc == "" || s.Formula == "" || s.Citation == "" || s.Cost == "" {
			t.Errorf("%q is not fully described: %+v", s.Name, s)
		}
		if got, err := ByName(s.Name); err != nil || got.Name != s.Name {
			t.Errorf("ByName(%q) = %v, %v", s.Name, got.Name, err)
		}
	}
	if _, err := ByName("coin"); err == nil {
		t.Error("an unknown strategy was found")
	}
}
