package fusion

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"uacs/harness/sample"
)

// drawAnswer draws an answer with everything an answer can have. Scores, bins
// and polarities agree; some scores are missing if words is set.
func drawAnswer(t *rapid.T, words bool) Answer {
	var p []float64
	total := 0.0
	for range 3 {
		p = append(p, float64(rapid.IntRange(1, 20).Draw(t, "mass")))
		total += p[len(p)-1]
	}
	for k := range p {
		p[k] /= total
	}
	a := binned(p...)
	if words && rapid.Bool().Draw(t, "word") {
		return polar(a.Polarity)
	}
	return a
}

func drawClip(t *rapid.T, words bool) Clip {
	u := rapid.SampledFrom([]float64{0, 0.25, 0.5, 0.75, 1})
	return Clip{
		Small: drawAnswer(t, words), Large: drawAnswer(t, words), Second: drawAnswer(t, words), Other: drawAnswer(t, words),
		USmall: u.Draw(t, "small u"), ULarge: u.Draw(t, "large u"),
		Truth: float64(rapid.IntRange(-3, 3).Draw(t, "truth")), Key: fmt.Sprint(rapid.IntRange(0, 1000).Draw(t, "key")),
	}
}

var nearly = cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-12)}

// symmetric are the blends that do not care which model is which.
var symmetric = []Strategy{Mean, ConfidenceWeightedMean, InverseUncertaintyMean, InverseVarianceMean, ProductOfExperts, LinearOpinionPool}

func TestBlendsAreSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t, false)
		swapped := c
		swapped.Small, swapped.Large, swapped.USmall, swapped.ULarge = c.Large, c.Small, c.ULarge, c.USmall
		for _, s := range symmetric {
			// Bit for bit: addition and multiplication of two numbers commute.
			if diff := cmp.Diff(s.Apply(c, Params{}), s.Apply(swapped, Params{}), cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("%s:\n%s", s.Name, diff)
			}
		}
	})
}

// Where all answers are the same, so is that of every strategy. The product of
// experts is the exception by design: it keeps the polarity of a distribution
// that leans one way throughout, not the score.
func TestEqualAnswersAreFixedPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t, true)
		c.Large, c.Second, c.Other = c.Small, c.Small, c.Small
		p := Params{TauLarge: 0.5, Seed: rapid.Uint64().Draw(t, "seed")}
		for _, s := range All() {
			got := s.Apply(c, p).Answer
			if s.Name == ProductOfExperts.Name {
				continue
			}
			// A score next to zero may round to the other side of it.
			if !got.OK || math.IsNaN(c.Small.Score) && got.Polarity != c.Small.Polarity {
				t.Fatalf("%s: %+v, not %+v", s.Name, got, c.Small)
			}
			if diff := cmp.Diff(c.Small.Score, got.Score, nearly); diff != "" {
				t.Fatalf("%s:\n%s", s.Name, diff)
			}
		}
	})
}

// By hand: probabilities (1, 2, 3)/6 squared are (1, 4, 9)/14.
func TestProductOfEqualExpertsIsSurer(t *testing.T) {
	a := binned(1.0/6, 2.0/6, 3.0/6)
	got := ProductOfExperts.Apply(Clip{Small: a, Large: a}, Params{}).Answer
	if diff := cmp.Diff(binned(1.0/14, 4.0/14, 9.0/14), got, nearly); diff != "" {
		t.Error(diff)
	}
}

// The pools against the textbook in the way one writes it with arrays: the
// product through logarithms and a log-sum-exp, the mean through a loop over
// outcomes.
func TestPoolsAgreeWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t, false)
		logs, largest := make([]float64, 3), math.Inf(-1)
		for k := range logs {
			logs[k] = math.Log(c.Small.Probs[k]) + math.Log(c.Large.Probs[k])
			largest = max(largest, logs[k])
		}
		total := 0.0
		for _, l := range logs {
			total += math.Exp(l - largest)
		}
		product, mixture := make([]float64, 3), make([]float64, 3)
		for k, l := range logs {
			product[k] = math.Exp(l-largest) / total
			mixture[k] = 0.5*c.Small.Probs[k] + 0.5*c.Large.Probs[k]
		}
		for s, want := range map[string][]float64{ProductOfExperts.Name: product, LinearOpinionPool.Name: mixture} {
			strategy, _ := ByName(s)
			got := strategy.Apply(c, Params{}).Answer
			mean, square := 0.0, 0.0
			for k, y := range c.Small.Bins {
				mean += want[k] * y
				square += want[k] * y * y
			}
			if diff := cmp.Diff(want, got.Probs, nearly); diff != "" || math.Abs(got.Score-mean) > 1e-12 || math.Abs(got.Variance-(square-mean*mean)) > 1e-12 {
				t.Fatalf("%s: %+v, want mean %v\n%s", s, got, mean, diff)
			}
		}
	})
}

// The pool of distributions has the mean of their means.
func TestLinearPoolHasTheMeanScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t, false)
		pool, mean := LinearOpinionPool.Apply(c, Params{}).Answer.Score, Mean.Apply(c, Params{}).Answer.Score
		if math.Abs(pool-mean) > 1e-12 {
			t.Fatalf("pool %v, mean %v", pool, mean)
		}
	})
}

// A mean lies between its parts, whatever weighs them.
func TestMeansLieBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t, false)
		lo, hi := min(c.Small.Score, c.Large.Score), max(c.Small.Score, c.Large.Score)
		for _, s := range []Strategy{Mean, ConfidenceWeightedMean, InverseUncertaintyMean, InverseVarianceMean, LinearOpinionPool} {
			if y := s.Apply(c, Params{}).Answer.Score; y < lo-1e-12 || y > hi+1e-12 {
				t.Fatalf("%s: %v is outside [%v,%v]", s.Name, y, lo, hi)
			}
		}
	})
}

// The oracle has the right polarity wherever the small or the large model has it,
// and so is never below any strategy that selects one of the two.
func TestOracleSelectIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t, true)
		c.Small.OK = rapid.IntRange(0, 9).Draw(t, "small fails") > 0
		c.Large.OK = rapid.IntRange(0, 9).Draw(t, "large fails") > 0
		right := func(a Answer) bool { return a.OK && a.Polarity == sample.PolarityOf(c.Truth) }
		oracle := right(OracleSelect.Apply(c, Params{}).Answer)
		for _, s := range []Strategy{SmallOnly, LargeOnly, Replace, ReplaceUnlessNeutral, MaxConfidenceSelect, UACSv2ConflictSmall, UACSv2ConflictLarge, UACSv2ConflictCoin} {
			if right(s.Apply(c, Params{TauLarge: 0.5}).Answer) && !oracle {
				t.Fatalf("%s is right and the oracle is not", s.Name)
			}
		}
	})
}

// What the docs of the ablations say they are equal to.
func TestAblationsThatAreKnownRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, p := drawClip(t, true), Params{TauLarge: 0.5}
		if diff := cmp.Diff(UACSv2.Apply(c, p), UACSv1NoAveraging.Apply(c, p), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("v1 without averaging is not v2:\n%s", diff)
		}
		if diff := cmp.Diff(Replace.Apply(c, p).Answer, UACSv2ConflictLarge.Apply(c, p).Answer, cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("v2 with conflicts to the large model does not answer as it:\n%s", diff)
		}
		none := Params{TauLarge: math.Inf(-1)}
		if diff := cmp.Diff(UACSv2.Apply(c, none), UACSv2NoConfidence.Apply(c, p), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("v2 without confidence is not v2 with a threshold nothing reaches:\n%s", diff)
		}
	})
}

// A coin is a function of the seed and the key: it does not change with the
// answers or the order, it does with the seed, and it is fair.
func TestCoin(t *testing.T) {
	const n = 4000
	small, other := 0, 0
	for i := range n {
		c := conflict
		c.Key = fmt.Sprint("clip ", i)
		first := UACSv2ConflictCoin.Apply(c, Params{TauLarge: 0.25, Seed: 1}).Stage
		c.Large.Score, c.ULarge = -0.5, 0.75
		if again := UACSv1ConflictCoin.Apply(c, Params{TauLarge: 0.25, Seed: 1}).Stage; again != first {
			t.Fatalf("%s: the coin fell on both sides", c.Key)
		}
		if first == Kept {
			small++
		}
		if UACSv2ConflictCoin.Apply(c, Params{TauLarge: 0.25, Seed: 2}).Stage != first {
			other++
		}
	}
	// Four standard deviations of a fair coin: 4·√4000/2 = 126.
	for name, k := range map[string]int{"small answers": small, "changed by the seed": other} {
		if k < n/2-126 || k > n/2+126 {
			t.Errorf("%s: %d of %d", name, k, n)
		}
	}
}

func TestSecondShare(t *testing.T) {
	const n, share = 4000, 0.2
	asked := 0
	for i := range n {
		c := conflict
		c.Key = fmt.Sprint(i)
		if UACSv2RandomSecond.Apply(c, Params{TauLarge: 0.25, SecondShare: share}).Stage == Requeried {
			asked++
		}
	}
	// Four standard deviations: 4·√(4000·.2·.8) = 101.
	if asked < 800-101 || asked > 800+101 {
		t.Errorf("%d of %d clips were asked again, want about %v", asked, n, share*n)
	}
}

// Everybody with a second answer gets that of somebody else, each is given once,
// and the input is left alone.
func TestShuffleSecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := make([]Clip, rapid.IntRange(0, 12).Draw(t, "n"))
		var given []float64
		for i := range clips {
			if rapid.Bool().Draw(t, "asked") {
				clips[i].Second = scored(float64(i + 1))
				given = append(given, float64(i+1))
			}
		}
		seed := rapid.Uint64().Draw(t, "seed")
		before := slices.Clone(clips)
		out := ShuffleSecond(clips, seed)
		if diff := cmp.Diff(before, clips); diff != "" {
			t.Fatalf("the input changed:\n%s", diff)
		}
		if diff := cmp.Diff(out, ShuffleSecond(clips, seed)); diff != "" {
			t.Fatalf("one seed, two shuffles:\n%s", diff)
		}
		var got []float64
		for i, c := range out {
			if !c.Other.OK {
				continue
			}
			if got = append(got, c.Other.Score); c.Other.Score == float64(i+1) || !c.Second.OK {
				t.Fatalf("clip %d got %v", i, c.Other.Score)
			}
		}
		if slices.Sort(got); len(given) > 1 && !slices.Equal(got, given) || len(given) == 1 && len(got) > 0 {
			t.Fatalf("answers %v became %v", given, got)
		}
	})
}
