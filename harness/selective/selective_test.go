package selective

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// result is a call whose value is known by hand.
type result struct {
	name string
	of   func() (float64, error)
	want float64
}

func run(t *testing.T, results []result) {
	t.Helper()
	for _, c := range results {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.of()
			if err != nil || !(math.Abs(got-c.want) <= 1e-12) && got != c.want {
				t.Errorf("%v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func onLoss(f func(u, loss []float64) (float64, error), u, loss []float64) func() (float64, error) {
	return func() (float64, error) { return f(u, loss) }
}

// Five clips, two of them tied: from the surest, losses 0 | 1 0 | 0 | 1, so the
// groups end at 1, 3, 4, 5 clips with 0, 1, 1, 2 wrong.
var (
	fiveU    = []float64{0.5, 0.1, 0.9, 0.5, 0.7}
	fiveLoss = []float64{1, 0, 1, 0, 0}
)

func TestRiskCoverageByHand(t *testing.T) {
	got, err := RiskCoverage(fiveU, fiveLoss)
	if err != nil {
		t.Fatal(err)
	}
	want := []RiskPoint{
		{0, 0, math.Inf(-1), 0, 0},
		{1, 0.2, 0.1, 0, 0},
		{3, 0.6, 0.5, 1.0 / 3, 0.2},
		{4, 0.8, 0.7, 0.25, 0.2},
		{5, 1, 0.9, 0.4, 0.4},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Error(diff)
	}
	// A risk that begins above 0 has it at coverage 0 too.
	got, _ = RiskCoverage([]float64{1, math.Inf(1)}, []float64{3, 1})
	if diff := cmp.Diff([]RiskPoint{{0, 0, math.Inf(-1), 3, 0}, {1, 0.5, 1, 3, 1.5}, {2, 1, math.Inf(1), 2, 2}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRankingByHand(t *testing.T) {
	prr := func(share float64) func() (float64, error) {
		return func() (float64, error) { return PRR(fiveU, fiveLoss, share) }
	}
	// Mean risks of 1..5 clips, the tie shared: 0, .5/2, 1/3, 1/4, 2/5.
	mean := (0.25 + 1.0/3 + 0.25 + 0.4) / 5
	// In ascending order of loss: 0, 0, 0, 1/4, 2/5.
	best := (0.25 + 0.4) / 5
	// Trapezoids: .4·(0+1/3)/2 + .2·(1/3+1/4)/2 + .2·(1/4+2/5)/2.
	aurc := 0.4/6 + 0.1*(1.0/3+0.25) + 0.1*0.65
	run(t, []result{
		{"AURC", onLoss(AURC, fiveU, fiveLoss), aurc},
		// r = .4: .4 + .6 ln .6.
		{"E-AURC", onLoss(EAURC, fiveU, fiveLoss), aurc - (0.4 + 0.6*math.Log(0.6))},
		// The best order has risks 0, 0, 0, .25, .4: .1·.25 + .1·.65.
		{"finite E-AURC", onLoss(EAURCFinite, fiveU, fiveLoss), aurc - 0.09},
		{"E-AURC, all wrong", onLoss(EAURC, []float64{1, 2}, []float64{1, 1}), 0},
		{"E-AURC, none wrong", onLoss(EAURC, []float64{1, 2}, []float64{0, 0}), 0},
		// Two clips ranked right: .125 against .5 + .5 ln .5.
		{"E-AURC below 0", onLoss(EAURC, []float64{1, 2}, []float64{0, 1}), 0.125 - (0.5 + 0.5*math.Log(0.5))},
		// Losses 3, 1 in the wrong order: (3+3)/4 + (3+2)/4 less (1+1)/4 + (1+2)/4.
		{"E-AURC of losses", onLoss(EAURC, []float64{1, 2}, []float64{3, 1}), 1.5},
		{"mean risk", onLoss(MeanRiskAURC, fiveU, fiveLoss), mean},
		{"excess mean risk", onLoss(EMeanRiskAURC, fiveU, fiveLoss), mean - best},
		// Joint risks 0, 0, .2, .2, .4: .4·.1 + .2·.2 + .2·.3.
		{"AUGRC", onLoss(AUGRC, fiveU, fiveLoss), 0.14},
		{"E-AUGRC", onLoss(EAUGRC, fiveU, fiveLoss), 0.14 - 0.08},
		// Losses left: .4, .25, 1/3, .25, 0 of u; .4, .25, 0, 0, 0 at best; .4 at random.
		{"PRR", prr(1), (0.4 - mean) / (0.4 - best)},
		// Half of five clips is two: .4 and .25 either way.
		{"PRR to one half", prr(0.5), 1},
		// Up to 3 rejections: (.4+.25+1/3)/3 against (.4+.25)/3.
		{"PRR to .6", prr(0.6), (1.2 - 0.65 - 1.0/3) / (1.2 - 0.65)},
		// Steps: recall 1/2 at precision 1, 1 at precision 2/4 (the tie adds both).
		{"average precision", func() (float64, error) { return AveragePrecision(fiveU, isOne(fiveLoss)) }, 0.5 + 0.5*0.5},
		{"average precision of losses", onLoss(averagePrecisionOfErrors, fiveU, fiveLoss), 0.75},
		{"average precision, all positive", func() (float64, error) { return AveragePrecision([]float64{1, 2}, []bool{true, true}) }, 1},
		// Doubled centred ranks of u: −1 −4 4 −1 2, of the losses: 3 −2 3 −2 −2.
		{"Spearman", onLoss(Spearman, fiveU, fiveLoss), (-3 + 8 + 12 + 2 - 4) / math.Sqrt(38*30)},
		// Of the six pairs of a wrong and a right clip: .9 wins three, .5 wins one,
		// ties one, loses one. Of ten pairs 9 do not tie in u and 6 not in loss.
		{"Kendall", onLoss(KendallTauB, fiveU, fiveLoss), (4 - 1) / math.Sqrt(9*6)},
		{"Kendall, reversed", onLoss(KendallTauB, []float64{1, 2, 3}, []float64{9, 5, 1}), -1},
	})
}

// Probabilities on the edges of four bins: .25 belongs below under one rule and
// above under the other.
func TestBinRulesByHand(t *testing.T) {
	p, event := []float64{0, 0.25, 0.3, 0.5, 1}, []bool{false, false, true, true, true}
	for _, c := range []struct {
		name string
		b    Binning
		want []Bin
	}{
		{"right", Binning{RightClosed, 4}, []Bin{{0, 0.25, 2, 0.125, 0}, {0.25, 0.5, 2, 0.4, 1}, {0.75, 1, 1, 1, 1}}},
		{"left", Binning{LeftClosed, 4}, []Bin{{0, 0.25, 1, 0, 0}, {0.25, 0.5, 2, 0.275, 0.5}, {0.5, 0.75, 1, 0.5, 1}, {0.75, 1, 1, 1, 1}}},
		// The median .3 is the edge.
		{"mass", Binning{EqualMass, 2}, []Bin{{0, 0.3, 3, 0.55 / 3, 1.0 / 3}, {0.3, 1, 2, 0.75, 1}}},
		{"one bin", Binning{LeftClosed, 1}, []Bin{{0, 1, 5, 0.41, 0.6}}},
	} {
		got, err := Reliability(p, event, c.b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	right, left := Binning{RightClosed, 4}, Binning{LeftClosed, 4}
	run(t, []result{
		{"ECE right", func() (float64, error) { return ECE(p, event, right) }, (2*0.125 + 2*0.6 + 0) / 5},
		{"ECE left", func() (float64, error) { return ECE(p, event, left) }, (0 + 2*0.225 + 0.5 + 0) / 5},
		{"adaptive ECE", func() (float64, error) { return AdaptiveECE(p, event, 2) }, (3*(0.45/3) + 2*0.25) / 5},
		{"MCE right", func() (float64, error) { return MCE(p, event, right) }, 0.6},
		{"MCE left", func() (float64, error) { return MCE(p, event, left) }, 0.5},
	})
}

// Tenths are not exact in binary: each must fall where its decimal says.
func TestTenthsOnEdges(t *testing.T) {
	for k := range 11 {
		p := float64(k) / 10
		for _, c := range []struct {
			rule BinRule
			lo   float64
		}{{RightClosed, float64(max(k-1, 0)) / 10}, {LeftClosed, float64(min(k, 9)) / 10}} {
			bins, err := Reliability([]float64{p}, []bool{true}, Binning{c.rule, 10})
			if err != nil || bins[0].Lo != c.lo {
				t.Errorf("rule %d: %v fell into %+v, %v", c.rule, p, bins, err)
			}
		}
	}
}

func TestScoresByHand(t *testing.T) {
	p, event := []float64{0.8, 0.4}, []bool{true, true}
	sure := []float64{0}
	rows := [][]float64{{0.2, 0.3, 0.5}, {1, 0, 0}}
	run(t, []result{
		{"Brier", func() (float64, error) { return Brier(p, event) }, (0.04 + 0.36) / 2},
		{"NLL", func() (float64, error) { return NLL(p, event, 0) }, -(math.Log(0.8) + math.Log(0.4)) / 2},
		{"NLL of a certainty that failed", func() (float64, error) { return NLL(sure, []bool{true}, 0) }, math.Inf(1)},
		{"NLL of the same, clipped", func() (float64, error) { return NLL(sure, []bool{true}, 0.01) }, -math.Log(0.01)},
		{"class Brier", func() (float64, error) { return ClassBrier(rows, []int{2, 1}) }, (0.04 + 0.09 + 0.25 + 2) / 2},
		{"class NLL", func() (float64, error) { return ClassNLL(rows, []int{2, 0}, 0) }, -math.Log(0.5) / 2},
		{"class NLL, clipped", func() (float64, error) { return ClassNLL(rows, []int{2, 1}, 0.01) }, -(math.Log(0.5) + math.Log(0.01)) / 2},
	})
}

// Five points; (2, .5) is below the line from (1, .4) to (3, .8), (5, .7) is worse
// than what is cheaper, (3, .6) is worse at the same cost.
var (
	fivePoints = []Operating{{3, 0.8}, {1, 0.4}, {2, 0.5}, {5, 0.7}, {3, 0.6}}
	small      = Operating{1, 0.6}
	large      = Operating{11, 0.8}
)

func TestOperatingByHand(t *testing.T) {
	hull, err := Hull(fivePoints)
	if diff := cmp.Diff([]Operating{{1, 0.4}, {3, 0.8}}, hull); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	flat, _ := Hull([]Operating{{1, 0.4}, {2, 0.8}, {3, 0.8}, {4, 0.8}})
	if diff := cmp.Diff([]Operating{{1, 0.4}, {2, 0.8}, {4, 0.8}}, flat); diff != "" {
		t.Errorf("a flat end:\n%s", diff)
	}
	models := []Operating{{2, 0.5}, {4, 0.9}, {3, 0.4}}
	single := []Operating{{2, 0.9}, {3, 0.4}}
	run(t, []result{
		// Area 2·.6 to cost 3, then 5·.8 to cost 8.
		{"AIQ over max", func() (float64, error) { return AIQOverMax(fivePoints, 8) }, 5.2 / 8},
		{"AIQ over range", func() (float64, error) { return AIQOverRange(fivePoints, 8) }, 5.2 / 7},
		{"AIQ of one point", func() (float64, error) { return AIQOverMax([]Operating{{2, 0.5}}, 4) }, 0.25},
		{"AIQ of one point over range", func() (float64, error) { return AIQOverRange([]Operating{{2, 0.5}}, 4) }, 0.5},
		// .1 for 2 against .2 for 10: .05 against .02.
		{"IBC", func() (float64, error) { return IBC(Operating{3, 0.7}, small) }, 0.05},
		{"IBC lift", func() (float64, error) { return IBCLift(Operating{3, 0.7}, small, large) }, 1.5},
		{"IBC lift on the line", func() (float64, error) { return IBCLift(Operating{6, 0.7}, small, large) }, 0},
		{"IBC lift below the small model", func() (float64, error) { return IBCLift(Operating{6, 0.5}, small, large) }, -2},
		// From 2 to 4: the curve is .5, .7 at 3 and flat: (1·.6 + 1·.7)/2.
		{"ETH AUC, flat end", func() (float64, error) { return ETHAUC([]Operating{{2, 0.5}, {3, 0.7}}, models) }, 0.65},
		// Begins at the worst quality .4: (.4+.7)/2·1, then (.7+.9)/2·1.
		{"ETH AUC, dear start", func() (float64, error) { return ETHAUC([]Operating{{3, 0.7}, {4, 0.9}}, models) }, (0.55 + 0.8) / 2},
		// Cut at 2 (value .5) and at 4 (value .7): (.5+.6)/2 + (.6+.7)/2.
		{"ETH AUC, cut at both ends", func() (float64, error) { return ETHAUC([]Operating{{1, 0.4}, {3, 0.6}, {5, 0.8}}, models) }, (0.55 + 0.65) / 2},
		// The hull is .5 to .9; at 3 it is .7.
		{"ETH gap", func() (float64, error) { return ETHMaxGap([]Operating{{3, 0.75}, {4, 0.8}}, models) }, 0.05},
		{"ETH gap below", func() (float64, error) { return ETHMaxGap([]Operating{{3, 0.6}}, models) }, 0},
		// Beyond the hull's end its line goes on: at 5 it is 1.1, at 1 it is .3.
		{"ETH gap outside", func() (float64, error) { return ETHMaxGap([]Operating{{5, 1}, {1, 0.35}}, models) }, 0.05},
		// C = ½: 1.1·.8·.5/(.08+.5).
		{"arena", func() (float64, error) { return ArenaScore(0.8, 10, ArenaScale{0.1, 1, 100}) }, 0.44 / 0.58},
		{"arena, cheapest", func() (float64, error) { return ArenaScore(1, 1, ArenaScale{0.1, 1, 100}) }, 1},
		{"arena, dearest", func() (float64, error) { return ArenaScore(0, 100, ArenaScale{0.1, 1, 100}) }, 0},
		{"deferral ratio", func() (float64, error) { return DeferralRatio(0.7, 0.6, 0.8) }, 0.5},
		{"deferral ratio below random", func() (float64, error) { return DeferralRatio(0.5, 0.6, 0.8) }, -0.5},
	})
	if _, err := ETHMaxGap(single, single); !errors.Is(err, ErrUndefined) {
		t.Errorf("the gap over one model: %v", err)
	}
}

// Where a measure has no value, it says so and why.
func TestUndefined(t *testing.T) {
	one, two := []float64{1, 1}, []float64{1, 2}
	for _, c := range []struct {
		name, want string
		of         func() (float64, error)
	}{
		{"no positive", "AveragePrecision is undefined: no clip is positive", func() (float64, error) { return AveragePrecision(two, make([]bool, 2)) }},
		{"equal losses", "PRR is undefined: all losses are 1", func() (float64, error) { return PRR(two, one, 1) }},
		{"nothing to reject", "PRR is undefined: 0.4 of 2 clips leaves none to reject", func() (float64, error) { return PRR(two, two, 0.4) }},
		{"only no rejection", "PRR is undefined: 0.5 of 2 clips leaves none to reject", func() (float64, error) { return PRR(two, two, 0.5) }},
		{"nearly equal losses", "PRR is undefined: the losses differ by no more than rounding", func() (float64, error) { return PRR(two, []float64{1, 1 + 0x1p-52}, 1) }},
		{"constant u", "Spearman is undefined: all uncertainties or all losses are equal", func() (float64, error) { return Spearman(one, two) }},
		{"constant loss", "KendallTauB is undefined: all uncertainties or all losses are equal", func() (float64, error) { return KendallTauB(two, one) }},
		{"one clip", "KendallTauB is undefined: all uncertainties or all losses are equal", func() (float64, error) { return KendallTauB(one[:1], one[:1]) }},
		{"no range", "AIQOverRange is undefined: the only cost is 1", func() (float64, error) { return AIQOverRange([]Operating{small}, 1) }},
		{"free", "AIQOverMax is undefined: the greatest cost is 0", func() (float64, error) { return AIQOverMax([]Operating{{0, 1}}, 0) }},
		{"same cost", "IBC is undefined: the system costs what the small model costs, 1", func() (float64, error) { return IBC(small, small) }},
		{"no better", "IBCLift is undefined: the large model is no better or no dearer than the small one", func() (float64, error) { return IBCLift(Operating{2, 0.7}, large, small) }},
		{"models of one cost", "ETHAUC is undefined: all models cost 1", func() (float64, error) { return ETHAUC([]Operating{small}, []Operating{small}) }},
		{"no oracle", "DeferralRatio is undefined: the oracle's area 0.6 is no more than the random one's 0.6", func() (float64, error) { return DeferralRatio(0.6, 0.6, 0.6) }},
	} {
		got, err := c.of()
		if !math.IsNaN(got) || !errors.Is(err, ErrUndefined) || err.Error() != c.want {
			t.Errorf("%s: %v, %v, want %s", c.name, got, err, c.want)
		}
	}
}

func TestBadInput(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name, want string
		of         func() (float64, error)
	}{
		{"lengths", "AURC: 1 uncertainties for 2 losses", onLoss(AURC, []float64{1}, []float64{1, 2})},
		{"no clips", "AUGRC: no clips", onLoss(AUGRC, nil, nil)},
		{"NaN uncertainty", "MeanRiskAURC: the uncertainty of clip 1 is NaN", onLoss(MeanRiskAURC, []float64{1, nan}, []float64{0, 0})},
		{"infinite loss", "EAURC: the loss of clip 0 is +Inf", onLoss(EAURCFinite, []float64{1}, []float64{math.Inf(1)})},
		{"loss that is no error", "AveragePrecision: the loss of clip 0 is 0.5, not 0 or 1", onLoss(averagePrecisionOfErrors, []float64{1}, []float64{0.5})},
		{"rejection", "PRR: a maximal rejection of 0 is not in (0,1]", func() (float64, error) { return PRR(fiveU, fiveLoss, 0) }},
		{"probability", "Brier: the probability of clip 0 is 1.5", func() (float64, error) { return Brier([]float64{1.5}, []bool{true}) }},
		{"NaN probability", "NLL: the probability of clip 0 is NaN", func() (float64, error) { return NLL([]float64{nan}, []bool{true}, 0) }},
		{"clip", "NLL: a clip of 0.5 is not in [0,1/2)", func() (float64, error) { return NLL([]float64{0.5}, []bool{true}, 0.5) }},
		{"events", "ECE: Reliability: 1 probabilities for 0 events", func() (float64, error) { return ECE([]float64{0.5}, nil, rightClosed20) }},
		{"no bins", "MCE: Reliability: 0 bins", func() (float64, error) { return MCE([]float64{0.5}, []bool{true}, Binning{}) }},
		{"rule", "ECE: Reliability: bin rule 7 is not known", func() (float64, error) { return ECE([]float64{0.5}, []bool{true}, Binning{7, 1}) }},
		{"sum", "ClassNLL: the probabilities of clip 0 sum to 0.5", func() (float64, error) { return ClassNLL([][]float64{{0.5, 0}}, []int{0}, 0) }},
		{"class", "ClassBrier: class 2 of clip 0 is not one of 2", func() (float64, error) { return ClassBrier([][]float64{{0.5, 0.5}}, []int{2}) }},
		{"ragged", "ClassBrier: row 1 has 1 classes, the first 2", func() (float64, error) { return ClassBrier([][]float64{{0.5, 0.5}, {1}}, []int{0, 0}) }},
		{"no points", "Hull: no operating points", func() (float64, error) { return AIQOverMax(nil, 1) }},
		{"cost beyond", "AIQOverMax: the greatest cost 2 is below the hull's 3, or infinite", func() (float64, error) { return AIQOverMax(fivePoints, 2) }},
		{"outside", "ETHAUC: no operating point costs between 1 and 11", func() (float64, error) { return ETHAUC([]Operating{{12, 1}}, []Operating{small, large}) }},
		{"NaN point", "IBC: point 0 is (cost NaN, quality 1)", func() (float64, error) { return IBC(Operating{nan, 1}, small) }},
		{"arena cost", "ArenaScore: a cost of 0 is outside [0.0044,200]", func() (float64, error) { return ArenaScore(1, 0, RouterArenaScale) }},
		{"arena quality", "ArenaScore: a quality of 80 is outside [0,1]", func() (float64, error) { return ArenaScore(80, 1, RouterArenaScale) }},
		{"arena scale", "ArenaScore: scale {Beta:0 Min:0 Max:0}", func() (float64, error) { return ArenaScore(1, 1, ArenaScale{}) }},
		{"area", "DeferralRatio: an area is NaN", func() (float64, error) { return DeferralRatio(nan, 0, 1) }},
	} {
		got, err := c.of()
		if !math.IsNaN(got) || err == nil || errors.Is(err, ErrUndefined) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		} else if err.Error() != c.want && c.name != "infinite loss" {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
}
