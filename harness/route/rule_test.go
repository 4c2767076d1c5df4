package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uacs/internal/pava"
)

func TestRegistry(t *testing.T) {
	for _, r := range All() {
		if r.Name == "" || r.Doc == "" || r.Formula == "" || r.Citation == "" || r.Guarantee == "" || r.Reads == "" {
			t.Errorf("%q is not fully described: %+v", r.Name, r)
		}
		if got, err := ByName(r.Name); err != nil || got.Name != r.Name {
			t.Errorf("ByName(%q) = %v, %v", r.Name, got.Name, err)
		}
	}
	if _, err := ByName("coin"); err == nil || !strings.Contains(err.Error(), "best-with-tolerance, budget,") {
		t.Errorf("an unknown rule: err = %v", err)
	}
}

// fiveClips is the curve of TestCurveByHand: qualities 0.6 0.8 0.8 0.6 0.6 at
// rates 0 0.2 0.6 0.8 1 and thresholds +∞ 0.7 0.4 0.2 −∞.
func fiveClips() Clips {
	return clips([]float64{0.5, 0.9, 0.1, 0.5, 0.3}, []float64{0, 0, 1, 1, 1}, []float64{1, 1, 1, 0, 0})
}

// Expected choices are by hand from fiveClips. For isotonic-cost, the losses of
// the small model by u are 0 0 ½ ½ 1, fitted as they are, and the large model's
// mean loss is 0.4: the estimated losses along the curve are 0.4, 0.28, 0.24,
// 0.32, 0.4.
func TestRulesByHand(t *testing.T) {
	inf := math.Inf(1)
	price := func(first, _ float64) float64 { return 2 + 10*first }
	for _, c := range []struct {
		name                     string
		rule                     Rule
		o                        RuleOptions
		threshold, rate, quality float64
		basis                    Basis
	}{
		{"at the threshold a clip is kept", Fixed, RuleOptions{Threshold: 0.5}, 0.5, 0.2, 0.8, Given},
		{"a share of 0", TargetShare, RuleOptions{}, inf, 0, 0.6, Tuned},
		{"a share that ties forbid", TargetShare, RuleOptions{Share: 0.4}, 0.7, 0.2, 0.8, Tuned},
		{"a share that is met", TargetShare, RuleOptions{Share: 0.6}, 0.4, 0.6, 0.8, Tuned},
		{"a share of 1", TargetShare, RuleOptions{Share: 1}, -inf, 1, 0.6, Tuned},
		{"a budget of equals takes the cheaper", Budget, RuleOptions{Budget: 1}, 0.7, 0.2, 0.8, Tuned},
		{"a budget too small for one clip", Budget, RuleOptions{Budget: 0.19}, inf, 0, 0.6, Tuned},
		{"a budget in prices, met exactly", Budget, RuleOptions{Budget: 4, Price: price}, 0.7, 0.2, 0.8, Tuned},
		{"no tolerance", BestWithTolerance, RuleOptions{}, 0.7, 0.2, 0.8, Tuned},
		{"a tolerance that reaches nothing deferred", BestWithTolerance, RuleOptions{Tolerance: 0.2}, inf, 0, 0.6, Tuned},
		{"calls cost nothing against errors", IsotonicCost, RuleOptions{ErrorCost: 100}, 0.4, 0.6, 0.8, Tuned},
		{"0.4, 0.28+0.2, 0.24+0.6", IsotonicCost, RuleOptions{ErrorCost: 1}, inf, 0, 0.6, Tuned},
		{"2·0.4, 2·0.28+0.2, 2·0.24+0.6", IsotonicCost, RuleOptions{ErrorCost: 2}, 0.7, 0.2, 0.8, Tuned},
		{"an estimated quality of 0.75 costs calls", IsotonicCost, RuleOptions{ErrorCost: 1, MinQuality: new(0.75)}, 0.4, 0.6, 0.8, Tuned},
		{"an estimated quality that no threshold has", IsotonicCost, RuleOptions{ErrorCost: 1, MinQuality: new(0.9)}, 0.4, 0.6, 0.8, Tuned},
		{"clips 0 and 1 gain", OracleGain, RuleOptions{}, 0, 0.4, 1, OracleThreshold},
		{"random, in expectation", Random, RuleOptions{Share: 0.25}, 0.75, 0.25, 0.6, Given},
	} {
		t.Run(c.rule.Name+"/"+c.name, func(t *testing.T) {
			got, err := c.rule.Choose(fiveClips(), c.o)
			if err != nil {
				t.Fatal(err)
			}
			want := Point{Threshold: c.threshold, Rate: c.rate, Quality: c.quality, First: c.rate}
			ignore := cmpopts.IgnoreFields(Point{}, "Deferred")
			if diff := cmp.Diff(want, got.Expected, ignore, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Errorf("expected point (-want +got):\n%s", diff)
			}
			if math.Abs(got.Threshold-c.threshold) > 1e-12 || got.Basis != c.basis || got.Rule != c.rule.Name || got.Guarantee == "" {
				t.Errorf("choice %+v", got)
			}
		})
	}
}

func TestRulesWarn(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		o    RuleOptions
		want string
	}{
		{TargetShare, RuleOptions{Share: 0.4}, "ties: a share of 0.4 was asked for, 0.2 of the reference set is deferred"},
		{IsotonicCost, RuleOptions{ErrorCost: 1, MinQuality: new(0.9)}, "no threshold has an estimated quality of 0.9: the highest is taken"},
		{ConformalBinomial, RuleOptions{Alpha: 0.1, Delta: 0.1}, "no threshold keeps a risk of at most 0.1 provably: everything is deferred (5 exchangeable units)"},
		{ConformalExpected, RuleOptions{Alpha: 0.1}, "5 exchangeable units cannot bound a risk of 0.1: everything is deferred"},
		{ConformalHB, RuleOptions{Alpha: 0.1, Delta: 0.1}, "no videos were given: the bound holds only if clips are independent"},
	} {
		got, err := c.rule.Choose(fiveClips(), c.o)
		if err != nil || !strings.Contains(strings.Join(got.Warnings, "\n"), c.want) {
			t.Errorf("%s: %v, warnings %q, want %q", c.rule.Name, err, got.Warnings, c.want)
		}
	}
}

func TestRulesReject(t *testing.T) {
	loss := fiveClips()
	loss.Keep[2] = -1.5
	half := fiveClips()
	half.Keep[3] = 0.5
	for _, c := range []struct {
		rule  Rule
		clips Clips
		o     RuleOptions
		want  string
	}{
		{Fixed, fiveClips(), RuleOptions{Threshold: math.NaN()}, "route: rule fixed-threshold: the threshold is NaN"},
		{TargetShare, fiveClips(), RuleOptions{Share: 1.1}, "route: rule target-share: a share of 1.1 is outside [0,1]"},
		{
			Budget, fiveClips(),
			RuleOptions{Budget: 1, Price: func(first, _ float64) float64 { return 2 + first }},
			"route: rule budget: a budget of 1 per clip is below the price of deferring nothing, 2",
		},
		{BestWithTolerance, fiveClips(), RuleOptions{Tolerance: -1}, "route: rule best-with-tolerance: a tolerance of -1 is not 0 or more"},
		{IsotonicCost, fiveClips(), RuleOptions{}, "route: rule isotonic-cost: ErrorCost 0 must be positive and finite"},
		{ConformalHB, loss, RuleOptions{Alpha: 0.1, Delta: 0.1}, "route: rule conformal-hoeffding-bentkus: the loss of keeping clip 2 is 2.5, not in [0,1]: give Loss"},
		{
			ConformalBinomial, half,
			RuleOptions{Alpha: 0.1, Delta: 0.1},
			"route: rule conformal-binomial: the loss of keeping clip 3 is 0.5, not 0 or 1: use conformal-hoeffding-bentkus",
		},
		{ConformalHB, fiveClips(), RuleOptions{}, "route: rule conformal-hoeffding-bentkus: a risk of 0 with probability 0: Alpha and Delta must be in (0,1)"},
		{
			ConformalHB, fiveClips(),
			RuleOptions{Alpha: 0.1, Delta: 0.1, Unit: ByVideo},
			"route: rule conformal-hoeffding-bentkus: a bound by video needs the videos of the clips",
		},
		{
			ConformalBinomial, fiveClips(),
			RuleOptions{Alpha: 0.1, Delta: 0.1, Unit: ByVideo},
			"route: rule conformal-binomial: means over videos are not binomial: use one-per-video, or conformal-hoeffding-bentkus",
		},
		{LearnedRouter, fiveClips(), RuleOptions{}, "route: rule learned-router: learned router: 0 features of 5 clips"},
		{LearnedRouter, fiveClips(), RuleOptions{Then: "oracle"}, "route: rule learned-router: oracle is a reference and sets no threshold"},
		{LearnedRouter, fiveClips(), RuleOptions{Then: "learned-router"}, "route: rule learned-router: a learned router cannot set its own threshold"},
		{Fixed, Clips{}, RuleOptions{}, "route: no clips"},
		{Rule{Name: "own"}, fiveClips(), RuleOptions{}, `route: rule "own" is not registered`},
	} {
		if _, err := c.rule.Choose(c.clips, c.o); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v\nwant %s", c.rule.Name, err, c.want)
		}
	}
}

// allThresholds are a threshold for each set of clips that some threshold defers.
func allThresholds(c Clips) []float64 {
	return append([]float64{math.Inf(-1), math.Inf(1)}, c.U...)
}

// bruteForce returns the lowest objective over all thresholds that are allowed.
func bruteForce(c Clips, allowed func(p Point) bool, objective func(p Point) float64) float64 {
	lowest := math.Inf(1)
	for _, tau := range allThresholds(c) {
		if p := naivePoint(c, tau); allowed(p) {
			lowest = min(lowest, objective(p))
		}
	}
	return lowest
}

func naivePoint(c Clips, tau float64) Point {
	p, n := Point{Threshold: tau}, float64(len(c.U))
	for i, u := range c.U {
		if u > tau {
			p.Deferred++
			p.Quality += c.Defer[i] / n
			p.First += c.First[i] / n
			p.Second += c.Second[i] / n
		} else {
			p.Quality += c.Keep[i] / n
		}
	}
	p.Rate = float64(p.Deferred) / n
	return p
}

func TestRulesAgreeWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClips(t)
		// Between the multiples of 1/n, so that rounding decides nothing.
		knob := float64(rapid.IntRange(0, 99).Draw(t, "knob"))/100 + 0.00137
		quality := func(p Point) float64 { return -p.Quality }
		calls := func(p Point) float64 { return p.First + p.Second }
		best := -bruteForce(c, func(Point) bool { return true }, quality)
		for _, want := range []struct {
			rule      Rule
			o         RuleOptions
			allowed   func(Point) bool
			objective func(Point) float64
		}{
			{TargetShare, RuleOptions{Share: knob}, func(p Point) bool { return p.Rate <= knob }, func(p Point) float64 { return -p.Rate }},
			{Budget, RuleOptions{Budget: knob}, func(p Point) bool { return calls(p) <= knob }, quality},
			{BestWithTolerance, RuleOptions{Tolerance: knob}, func(p Point) bool { return p.Quality >= best-knob-1e-9 }, calls},
		} {
			got, err := want.rule.Choose(c, want.o)
			if err != nil {
				t.Fatal(err)
			}
			p := naivePoint(c, got.Threshold)
			lowest := bruteForce(c, want.allowed, want.objective)
			if !want.allowed(p) || math.Abs(want.objective(p)-lowest) > 1e-9 {
				t.Fatalf("%s chose %+v; the objective can be %v", want.rule.Name, p, lowest)
			}
		}
	})
}

// The objective of isotonic-cost, threshold by threshold and clip by clip.
func TestIsotonicCostAgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClips(t)
		o := RuleOptions{ErrorCost: rapid.Float64Range(0.1, 10).Draw(t, "λ"), GainMap: rapid.Bool().Draw(t, "gain map")}
		var wrong, gain []float64
		large := 0.0
		for i := range c.U {
			wrong = append(wrong, 1-c.Keep[i])
			gain = append(gain, c.Defer[i]-c.Keep[i])
			large += (1 - c.Defer[i]) / float64(len(c.U))
		}
		kept, _ := pava.Fit(c.U, wrong, nil)
		gains, _ := pava.Fit(c.U, gain, nil)
		estimate := func(tau float64) (loss, cost float64) {
			for _, u := range c.U {
				l := kept.At(u)
				if u > tau && o.GainMap {
					l -= gains.At(u)
				} else if u > tau {
					l = large
				}
				loss += l / float64(len(c.U))
			}
			return loss, o.ErrorCost*loss + naivePoint(c, tau).First
		}
		if rapid.Bool().Draw(t, "constrained") {
			// Between the values that estimates take, so that rounding decides nothing.
			o.MinQuality = new(float64(rapid.IntRange(0, 99).Draw(t, "least quality"))/100 + 0.0017)
		}
		got, err := IsotonicCost.Choose(c, o)
		if err != nil {
			t.Fatal(err)
		}
		lowest, least := math.Inf(1), math.Inf(1)
		for _, tau := range allThresholds(c) {
			loss, cost := estimate(tau)
			least = min(least, loss)
			if o.MinQuality == nil || 1-loss >= *o.MinQuality {
				lowest = min(lowest, cost)
			}
		}
		loss, cost := estimate(got.Threshold)
		if math.IsInf(lowest, 1) {
			if math.Abs(loss-least) > 1e-8 || len(got.Warnings) == 0 {
				t.Fatalf("infeasible: estimated loss %v, the least is %v; warnings %v", loss, least, got.Warnings)
			}
		} else if math.Abs(cost-lowest) > 1e-8 && (o.MinQuality == nil || math.Abs(1-loss-*o.MinQuality) > 1e-8) {
			t.Fatalf("cost %v, the lowest is %v", cost, lowest)
		}
	})
}

// featured are clips with videos and features, of which the first tells
// something about the gain that u does not.
func featured(n int, seed uint64) Clips {
	rng := rand.New(rand.NewPCG(seed, 9))
	c := Clips{Features: []Feature{{Name: "u"}, {Name: "hint"}, {Name: "length"}}}
	for i := range n {
		u, hint := rng.Float64(), rng.NormFloat64()
		c.U, c.Videos = append(c.U, u), append(c.Videos, fmt.Sprint(i/4))
		c.Keep = append(c.Keep, float64(b2i(rng.Float64() > u/3 && rng.NormFloat64() > hint-0.5)))
		c.Defer = append(c.Defer, float64(b2i(rng.Float64() > 0.2)))
		c.First, c.Second = append(c.First, 1), append(c.Second, 0)
		for j, v := range []float64{u, hint, rng.Float64()} {
			c.Features[j].Values = append(c.Features[j].Values, v)
		}
	}
	return c
}

// someOptions let every rule choose.
func someOptions() RuleOptions {
	return RuleOptions{
		Threshold: 0.5, Share: 0.3, Budget: 0.4, Tolerance: 0.01, ErrorCost: 3,
		Alpha: 0.45, Delta: 0.2, Seed: 7, On: "made up",
	}
}

// A constant feature is reported once, not once per fold.
func TestLearnedRouterWarns(t *testing.T) {
	c := featured(80, 1)
	c.Features = append(c.Features, Feature{Name: "same", Values: make([]float64, 80)})
	got, err := LearnedRouter.Choose(c, RuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"learned router: feature same is constant and was dropped"}, got.Warnings); diff != "" {
		t.Error(diff)
	}
	c.Videos = slices.Repeat([]string{"one"}, 80)
	if _, err := LearnedRouter.Choose(c, RuleOptions{}); err == nil || !strings.Contains(err.Error(), "1 videos cannot be dealt to 5 folds") {
		t.Errorf("one video: err = %v", err)
	}
}

// The hint separates gains better than u, so the router must beat u at the same
// share on clips it has not seen.
func TestLearnedRouterUsesFeatures(t *testing.T) {
	train, test := featured(600, 1), featured(600, 2)
	o := RuleOptions{Share: 0.3, Then: "target-share"}
	learned, err := Judge(LearnedRouter, []Clips{train}, []Clips{test}, o)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Judge(TargetShare, []Clips{train}, []Clips{test}, o)
	if err != nil {
		t.Fatal(err)
	}
	if l, p := learned.Point(), plain.Point(); l.Quality < p.Quality+0.03 || math.Abs(l.Rate-0.3) > 0.08 {
		t.Errorf("learned %+v, by uncertainty %+v", l, p)
	}
	w := learned.Choices[0].Signal.Router.Weights
	if math.Abs(w[1]) < 3*math.Abs(w[2]) {
		t.Errorf("weights %v: the hint should weigh more than noise", w)
	}
}
