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

// spread is a score with a variance.
func spread(y, variance float64) Answer {
	a := scored(y)
	a.Variance = variance
	return a
}

// binned is a distribution over the bins −1, 0 and 1.
func binned(p ...float64) Answer {
	bins := []float64{-1, 0, 1}
	mean, variance := momentsOf(bins, p)
	a := spread(mean, variance)
	a.Bins, a.Probs = bins, p
	return a
}

// strategyCase is a row of the table of outcomes by hand.
type strategyCase struct {
	name string
	s    Strategy
	clip Clip
	p    Params
	want Outcome
}

// The clips and parameters of the table.
var (
	agree    = Clip{Small: scored(1), Large: scored(2), Second: scored(0.5), Other: scored(-3), USmall: 0.75, ULarge: 0.5, Truth: 1, Key: "a"}
	conflict = Clip{Small: scored(1), Large: scored(-2), Second: scored(-1), Other: scored(3), USmall: 0.75, ULarge: 0.5, Truth: -1, Key: "a"}
	words    = Clip{Small: scored(1), Large: polar(sample.Positive), USmall: 0.75, ULarge: 0.5}
	opposed  = Clip{Small: scored(1), Large: polar(sample.Negative), USmall: 0.75, ULarge: 0.5}
	silent   = Clip{Small: scored(1), Large: polar(sample.Neutral), USmall: 0.75, ULarge: 0.5}
	neutrals = Clip{Small: scored(0), Large: polar(sample.Neutral), Second: scored(1), USmall: 0.75, ULarge: 0.5}
	refused  = Clip{Small: scored(1), Second: scored(-1), USmall: 0.75, ULarge: math.Inf(1), Truth: -1}
	mute     = Clip{Small: Answer{Score: math.NaN()}, Large: scored(-2), USmall: math.Inf(1), ULarge: 0.5}
	noSecond = with(conflict, func(c *Clip) { c.Second, c.Other = Answer{}, Answer{} })
	noKey    = with(conflict, func(c *Clip) { c.Key = "" })
	tied     = with(conflict, func(c *Clip) { c.ULarge = c.USmall })
	surer    = with(conflict, func(c *Clip) { c.USmall = 0.25 })
	unknown  = with(conflict, func(c *Clip) { c.USmall, c.ULarge = math.NaN(), math.NaN() })
	unknownL = with(conflict, func(c *Clip) { c.ULarge = math.NaN() })

	unsure, sure = Params{TauLarge: 0.25}, Params{TauLarge: 0.5}
)

func with(c Clip, change func(*Clip)) Clip {
	change(&c)
	return c
}

// strategyCases are by hand from the strategies' formulas.
var strategyCases = []strategyCase{
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

	{"mean", Mean, conflict, unsure, Outcome{scored(-0.5), Averaged, 1}},
	{"mean ignores the weights", Mean, conflict, Params{Weight: InverseUncertainty}, Outcome{scored(-0.5), Averaged, 1}},
	{"mean of equal and opposite scores", Mean, Clip{Small: scored(1), Large: scored(-1)}, unsure, Outcome{scored(0), Averaged, 1}},
	{"mean of words that agree", Mean, words, unsure, Outcome{polar(sample.Positive), Averaged, 1}},
	{"mean of words that conflict", Mean, opposed, unsure, Outcome{polar(sample.Negative), Averaged, 1}},
	{"mean without a small answer", Mean, mute, unsure, Outcome{scored(-2), Replaced, 1}},
	{"mean, refused", Mean, refused, unsure, Outcome{scored(1), FellBack, 1}},
	{"(4/3·1 − 2·2)/(4/3 + 2)", InverseUncertaintyMean, conflict, unsure, Outcome{scored(-0.8), Averaged, 1}},
	{
		"no doubt at all weighs a million", InverseUncertaintyMean,
		Clip{Small: scored(1), Large: scored(-2), USmall: 0, ULarge: 1},
		unsure,
		Outcome{scored((1e6 - 2) / (1e6 + 1)), Averaged, 1},
	},
	{"unknown uncertainties weigh the same", InverseUncertaintyMean, unknown, unsure, Outcome{scored(-0.5), Averaged, 1}},
	{
		"precisions 4 and 1: (4·1 − 1·2)/5, variance 1/5", InverseVarianceMean,
		Clip{Small: spread(1, 0.25), Large: spread(-2, 1)},
		unsure,
		Outcome{spread(0.4, 0.2), Averaged, 1},
	},
	{
		"an unknown variance makes it the mean", InverseVarianceMean,
		Clip{Small: spread(1, 0.25), Large: spread(-2, math.NaN())},
		unsure,
		Outcome{scored(-0.5), Averaged, 1},
	},
	{"a variance of zero is unknown", InverseVarianceMean, Clip{Small: spread(1, 0), Large: spread(-2, 1)}, unsure, Outcome{scored(-0.5), Averaged, 1}},
	{
		"variances but no score", InverseVarianceMean,
		Clip{Small: spread(1, 1), Large: Answer{Score: math.NaN(), Polarity: sample.Negative, OK: true, Variance: 1}},
		unsure,
		Outcome{polar(sample.Negative), Averaged, 1},
	},
	{
		"products .08, .15 and .09 of .32", ProductOfExperts,
		Clip{Small: binned(0.2, 0.5, 0.3), Large: binned(0.4, 0.3, 0.3)},
		unsure,
		Outcome{binned(8.0/32, 15.0/32, 9.0/32), Averaged, 1},
	},
	{"no bin possible to both", ProductOfExperts, Clip{Small: binned(1, 0, 0), Large: binned(0, 0, 1)}, unsure, Outcome{binned(0, 0, 1), FellBack, 1}},
	{"experts without probabilities", ProductOfExperts, conflict, unsure, Outcome{scored(-2), FellBack, 1}},
	{
		"half of .6, .8 and .6", LinearOpinionPool,
		Clip{Small: binned(0.2, 0.5, 0.3), Large: binned(0.4, 0.3, 0.3)},
		unsure,
		Outcome{binned(0.3, 0.4, 0.3), Averaged, 1},
	},
	{
		"opposite certainties are neutral", LinearOpinionPool,
		Clip{Small: binned(1, 0, 0), Large: binned(0, 0, 1)},
		unsure,
		Outcome{binned(0.5, 0, 0.5), Averaged, 1},
	},
	{
		"pools of different bins", LinearOpinionPool,
		Clip{Small: Answer{Score: 0, OK: true, Bins: []float64{0, 1}, Probs: []float64{1, 0}}, Large: binned(0, 0, 1)},
		unsure,
		Outcome{binned(0, 0, 1), FellBack, 1},
	},
	{"pool without a small answer", LinearOpinionPool, Clip{Large: binned(0, 0, 1)}, unsure, Outcome{binned(0, 0, 1), Replaced, 1}},
	{"the surer is the large model", MaxConfidenceSelect, conflict, unsure, Outcome{scored(-2), Replaced, 1}},
	{"the surer is the small model", MaxConfidenceSelect, surer, unsure, Outcome{scored(1), Kept, 1}},
	{"as sure as each other", MaxConfidenceSelect, tied, unsure, Outcome{scored(-2), Replaced, 1}},
	{"neither known", MaxConfidenceSelect, unknown, unsure, Outcome{scored(-2), Replaced, 1}},
	{"the large one's unknown", MaxConfidenceSelect, unknownL, unsure, Outcome{scored(1), Kept, 1}},
	{"select without a small answer", MaxConfidenceSelect, mute, unsure, Outcome{scored(-2), Replaced, 1}},
	{"stacking before it is fitted", StackingRidge, conflict, unsure, Outcome{scored(-2), FellBack, 1}},
	{"stacking before it is fitted, refused", StackingLogistic, refused, unsure, Outcome{scored(1), FellBack, 1}},
	{"stacking before it is fitted, conflict", StackingLogistic, conflict, unsure, Outcome{scored(-2), FellBack, 1}},

	{"no agreement rule, confident", UACSNoAgreement, agree, sure, Outcome{scored(2), Confident, 1}},
	{"no agreement rule, agreement is asked again", UACSNoAgreement, agree, unsure, Outcome{scored(0.5), Requeried, 2}},
	{"no agreement rule, conflict is asked again", UACSNoAgreement, conflict, unsure, Outcome{scored(-1), Requeried, 2}},
	{"no averaging, agreement is accepted", UACSv1NoAveraging, agree, unsure, Outcome{scored(2), Agreed, 1}},
	{"no averaging, conflict is asked again", UACSv1NoAveraging, conflict, unsure, Outcome{scored(-1), Requeried, 2}},
	{"v1, no confidence rule, agreement", UACSv1NoConfidence, agree, sure, Outcome{scored(1.25 / 0.75), Averaged, 1}},
	{"v1, no confidence rule, conflict", UACSv1NoConfidence, conflict, sure, Outcome{scored(-1), Requeried, 2}},
	{"v2, no confidence rule, agreement", UACSv2NoConfidence, agree, sure, Outcome{scored(2), Agreed, 1}},
	{"v2, no confidence rule, conflict", UACSv2NoConfidence, conflict, sure, Outcome{scored(-1), Requeried, 2}},
	{"v2, both neutral agree", UACSv2NoConfidence, neutrals, sure, Outcome{polar(sample.Neutral), Agreed, 1}},
	{"v2, neutral and positive conflict", UACSv2NoConfidence, silent, sure, Outcome{polar(sample.Neutral), FellBack, 2}},
	{"v1, conflict to the large, confident", UACSv1ConflictLarge, conflict, sure, Outcome{scored(-2), Confident, 1}},
	{"v1, conflict to the large, agreement", UACSv1ConflictLarge, agree, unsure, Outcome{scored(1.25 / 0.75), Averaged, 1}},
	{"v1, conflict to the large", UACSv1ConflictLarge, conflict, unsure, Outcome{scored(-2), Replaced, 1}},
	{"v2, conflict to the large, agreement", UACSv2ConflictLarge, agree, unsure, Outcome{scored(2), Agreed, 1}},
	{"v2, conflict to the large", UACSv2ConflictLarge, conflict, unsure, Outcome{scored(-2), Replaced, 1}},
	{"v1, conflict to the small, agreement", UACSv1ConflictSmall, agree, unsure, Outcome{scored(1.25 / 0.75), Averaged, 1}},
	{"v1, conflict to the small", UACSv1ConflictSmall, conflict, unsure, Outcome{scored(1), Kept, 1}},
	{"v2, conflict to the small, confident", UACSv2ConflictSmall, conflict, sure, Outcome{scored(-2), Confident, 1}},
	{"v2, conflict to the small", UACSv2ConflictSmall, conflict, unsure, Outcome{scored(1), Kept, 1}},
	{"v2, conflict to a small model without an answer", UACSv2ConflictSmall, mute, unsure, Outcome{scored(-2), Replaced, 1}},
	{"v1, coin, agreement", UACSv1ConflictCoin, agree, unsure, Outcome{scored(1.25 / 0.75), Averaged, 1}},
	{"v1, coin without a key", UACSv1ConflictCoin, noKey, unsure, Outcome{scored(-2), FellBack, 1}},
	{"v2, coin, agreement", UACSv2ConflictCoin, agree, unsure, Outcome{scored(2), Agreed, 1}},
	{"v2, coin, confident", UACSv2ConflictCoin, conflict, sure, Outcome{scored(-2), Confident, 1}},
	{"v2, coin without a key", UACSv2ConflictCoin, noKey, unsure, Outcome{scored(-2), FellBack, 1}},
	{"v1, all asked again", UACSv1RandomSecond, agree, Params{TauLarge: 0.25, SecondShare: 1}, Outcome{scored(0.5), Requeried, 2}},
	{"v1, almost none asked again", UACSv1RandomSecond, conflict, Params{TauLarge: 0.25, SecondShare: 1e-12}, Outcome{scored(-1), Averaged, 1}},
	{"v2, all asked again", UACSv2RandomSecond, agree, Params{TauLarge: 0.25, SecondShare: 1}, Outcome{scored(0.5), Requeried, 2}},
	{"v2, almost none asked again", UACSv2RandomSecond, conflict, Params{TauLarge: 0.25, SecondShare: 1e-12}, Outcome{scored(-2), Replaced, 1}},
	{"v2, random second, confident", UACSv2RandomSecond, agree, sure, Outcome{scored(2), Confident, 1}},
	{"v2, random second without a key", UACSv2RandomSecond, noKey, unsure, Outcome{scored(-2), FellBack, 1}},
	{"v1, another clip's answer", UACSv1ShuffledSecond, conflict, unsure, Outcome{scored(3), Requeried, 2}},
	{"v1, another clip's answer, agreement", UACSv1ShuffledSecond, agree, unsure, Outcome{scored(1.25 / 0.75), Averaged, 1}},
	{"v2, another clip's answer", UACSv2ShuffledSecond, conflict, unsure, Outcome{scored(3), Requeried, 2}},
	{"v2, no other clip", UACSv2ShuffledSecond, noSecond, unsure, Outcome{scored(-2), FellBack, 2}},
}

func TestStrategies(t *testing.T) {
	for _, c := range strategyCases {
		t.Run(c.name, func(t *testing.T) {
			got := c.s.Apply(c.clip, c.p)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-15)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.s.Name, diff)
			}
		})
	}
}

// A strategy without a row above is a strategy nobody has checked.
func TestEveryStrategyHasACase(t *testing.T) {
	rows := map[string]int{}
	for _, c := range strategyCases {
		rows[c.s.Name]++
	}
	for _, s := range All() {
		if rows[s.Name] == 0 {
			t.Errorf("%s has no row in strategyCases", s.Name)
		}
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
