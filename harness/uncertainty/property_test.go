package uncertainty

import (
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/sample"
)

// value is m of one answer, or of a pair, on the scale [-3,3].
func value(t *rapid.T, m Measure, small, large *sample.Prediction) float64 {
	u, err := m.Column(measured{small: small, large: large, halfRange: 3}.input())
	if err != nil {
		t.Fatal(err)
	}
	return u[0]
}

func drawDistribution(t *rapid.T, k int, name string) []float64 {
	weights := rapid.SliceOfN(rapid.Float64Range(0, 1), k, k).Draw(t, name)
	weights[rapid.IntRange(0, k-1).Draw(t, name+" certain")] += 0.01
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(a)) }

// Measures of nominal classes do not depend on their order, are 0 at certainty
// and 1, their greatest, at the uniform distribution.
func TestNominalMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 21).Draw(t, "K")
		p := drawDistribution(t, k, "p")
		permuted := rapid.Permutation(p).Draw(t, "permuted")
		uniform, certain := slices.Repeat([]float64{1 / float64(k)}, k), make([]float64, k)
		certain[rapid.IntRange(0, k-1).Draw(t, "class")] = 1
		for _, m := range []Measure{Entropy, LeastConfidence, Margin, Ratio, Gini, Renyi2} {
			u := value(t, m, probs(p...), nil)
			if u < 0 || u > 1 || !near(u, value(t, m, probs(permuted...), nil)) {
				t.Errorf("%s: %v, permuted %v", m.Name, u, value(t, m, probs(permuted...), nil))
			}
			if got := value(t, m, probs(certain...), nil); got != 0 {
				t.Errorf("%s of certainty is %v", m.Name, got)
			}
			if got := value(t, m, probs(uniform...), nil); !near(got, 1) {
				t.Errorf("%s of the uniform distribution is %v", m.Name, got)
			}
		}
	})
}

// Measures of ordered classes do not depend on which end is which, are 0 at
// certainty and 1, their greatest, with half the mass on either end.
func TestOrdinalMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 21).Draw(t, "K")
		p := drawDistribution(t, k, "p")
		mirrored := slices.Clone(p)
		slices.Reverse(mirrored)
		certain, ends := make([]float64, k), make([]float64, k)
		certain[rapid.IntRange(0, k-1).Draw(t, "class")] = 1
		ends[0], ends[k-1] = 0.5, 0.5
		for _, m := range []Measure{OrdinalStd, BinaryEntropy, MedianDeviation} {
			u := value(t, m, over(3, p...), nil)
			if u < 0 || u > 1+1e-12 || !near(u, value(t, m, over(3, mirrored...), nil)) {
				t.Errorf("%s: %v, mirrored %v", m.Name, u, value(t, m, over(3, mirrored...), nil))
			}
			if got := value(t, m, over(3, certain...), nil); got != 0 {
				t.Errorf("%s of certainty is %v", m.Name, got)
			}
			if got := value(t, m, over(3, ends...), nil); !near(got, 1) {
				t.Errorf("%s of both ends is %v", m.Name, got)
			}
		}
	})
}

// Taking mass from the median to both of its neighbours, without moving the
// median, makes every ordinal measure larger.
func TestOrdinalMeasuresGrowWithSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(3, 21).Draw(t, "K")
		p := drawDistribution(t, k, "p")
		m, below := 0, 0.0
		for below+p[m] < 0.5 {
			below += p[m]
			m++
		}
		if m == 0 || m == k-1 {
			t.Skip("the median has one neighbour")
		}
		moved := rapid.Float64Range(0, 0.99).Draw(t, "share") * min(p[m]/2, 0.5-below, below+p[m]-0.5)
		if moved < 1e-9 {
			t.Skip("nothing to move")
		}
		wider := slices.Clone(p)
		wider[m-1] += moved
		wider[m] -= 2 * moved
		wider[m+1] += moved
		for _, m := range []Measure{OrdinalStd, BinaryEntropy, MedianDeviation} {
			if a, b := value(t, m, over(3, p...), nil), value(t, m, over(3, wider...), nil); b <= a {
				t.Errorf("%s: %v, wider %v", m.Name, a, b)
			}
		}
	})
}

// Measures of polarity see where mass lies only by its side of neutral.
func TestPolarityMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawDistribution(t, 7, "p")
		shifted := slices.Clone(p)
		shifted[0], shifted[1] = p[0]+p[1], 0
		for _, m := range []Measure{PolarityEntropy, PolarityMargin} {
			u := value(t, m, over(3, p...), nil)
			if u < 0 || u > 1 || !near(u, value(t, m, over(3, shifted...), nil)) {
				t.Errorf("%s: %v, within a side %v", m.Name, u, value(t, m, over(3, shifted...), nil))
			}
		}
		u := value(t, ExpectedDistance, over(3, p...), nil)
		mean := 0.0
		for k := range p {
			mean += p[k] * (float64(k) - 3)
		}
		if u < 0 || u > 1 || !near(u, value(t, DistanceToNeutral, score(mean), nil)) {
			t.Errorf("expected distance %v, of the score %v", u, value(t, DistanceToNeutral, score(mean), nil))
		}
	})
}

// The spread of members depends on neither their order nor their mean, and is
// proportional to their distance.
func TestEnsembleMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-1, 1), 2, 20).Draw(t, "y")
		shift := rapid.Float64Range(-1, 1).Draw(t, "shift")
		other := rapid.Permutation(y).Draw(t, "permuted")
		for i := range other {
			other[i] = 2*other[i] + shift
		}
		std, wider := value(t, EnsembleStd, members(y...), nil), value(t, EnsembleStd, members(other...), nil)
		if std < 0 || std > 1 || math.Abs(wider-2*std) > 1e-12 {
			t.Errorf("std %v, twice as wide %v", std, wider)
		}
		if variance := value(t, EnsembleVariance, members(y...), nil); !near(variance, std*std) {
			t.Errorf("variance %v of std %v", variance, std)
		}
	})
}

// Mutual information is at most the entropy of the mean, does not depend on the
// order of members or classes, and is 0 for members that agree.
func TestBALD(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 7).Draw(t, "K")
		var all [][]float64
		for range rapid.IntRange(2, 8).Draw(t, "M") {
			all = append(all, drawDistribution(t, k, "member"))
		}
		u := value(t, BALD, memberProbs(all...), nil)
		total := value(t, Entropy, probs(meanDistribution(all)...), nil)
		permuted := rapid.Permutation(all).Draw(t, "permuted")
		if u < 0 || u > total+1e-12 || !near(u, value(t, BALD, memberProbs(permuted...), nil)) {
			t.Errorf("BALD %v of entropy %v, permuted %v", u, total, value(t, BALD, memberProbs(permuted...), nil))
		}
		if got := value(t, BALD, memberProbs(slices.Repeat(all[:1], 3)...), nil); got > 1e-12 {
			t.Errorf("BALD of equal members is %v", got)
		}
	})
}

// No sequence measure depends on the order of the tokens, and none falls when a
// token becomes less likely.
func TestSequenceMeasures(t *testing.T) {
	sequence := []Measure{TokenNLLSum, TokenNLLMean, TokenNLLMax, TokenNLLQ20, TokenNLLQ50, TokenNLLQ80, Perplexity, InversePerplexity}
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SliceOfN(rapid.Float64Range(-10, 0), 1, 30).Draw(t, "logprobs")
		permuted := rapid.Permutation(l).Draw(t, "permuted")
		lower := slices.Clone(l)
		lower[rapid.IntRange(0, len(l)-1).Draw(t, "which")] -= rapid.Float64Range(0, 5).Draw(t, "by")
		for _, m := range sequence {
			u := value(t, m, tokens(l...), nil)
			if u < m.Range[0] || u > m.Range[1] || !near(u, value(t, m, tokens(permuted...), nil)) {
				t.Errorf("%s: %v, permuted %v", m.Name, u, value(t, m, tokens(permuted...), nil))
			}
			if less := value(t, m, tokens(lower...), nil); less < u-1e-12*max(1, u) {
				t.Errorf("%s: %v, with a less likely token %v", m.Name, u, less)
			}
		}
		longer := append(slices.Clone(l), 0)
		if a, b := value(t, TokenNLLSum, tokens(l...), nil), value(t, TokenNLLSum, tokens(longer...), nil); a != b {
			t.Errorf("sum %v, with a certain token %v", a, b)
		}
	})
}

// Only the ratios of the label probabilities count.
func TestLabelTokenMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.MapOfN(rapid.StringN(1, 3, -1), rapid.Float64Range(-20, 0), 2, 6).Draw(t, "logprobs")
		shift := rapid.Float64Range(-700, 0).Draw(t, "shift")
		shifted, even := maps.Clone(l), maps.Clone(l)
		for w := range l {
			shifted[w] += shift
			even[w] = shift
		}
		for _, m := range []Measure{LabelTokenEntropy, LabelTokenMargin, LabelTokenLeastConfidence} {
			u := value(t, m, &sample.Prediction{LabelLogprobs: l}, nil)
			got := value(t, m, &sample.Prediction{LabelLogprobs: shifted}, nil)
			if u < 0 || u > 1 || math.Abs(u-got) > 1e-11 {
				t.Errorf("%s: %v, shifted %v", m.Name, u, got)
			}
			if got := value(t, m, &sample.Prediction{LabelLogprobs: even}, nil); !near(got, 1) {
				t.Errorf("%s of equal labels is %v", m.Name, got)
			}
		}
	})
}

// What compares two models does not depend on which is which, and is 0 for equal
// answers.
func TestCrossMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 11).Draw(t, "K")
		answer := func(name string) *sample.Prediction {
			p := over(3, drawDistribution(t, k, name)...)
			p.Score = new(rapid.Float64Range(-3, 3).Draw(t, name+" score"))
			return p
		}
		a, b := answer("small"), answer("large")
		for _, m := range []Measure{CrossScore, CrossPolarity, CrossJS} {
			u := value(t, m, a, b)
			if u < 0 || u > 1 || !near(u, value(t, m, b, a)) {
				t.Errorf("%s: %v, exchanged %v", m.Name, u, value(t, m, b, a))
			}
			if got := value(t, m, a, a); got != 0 {
				t.Errorf("%s of equal answers is %v", m.Name, got)
			}
		}
	})
}

// What compares modalities does not depend on which is which, is 0 for equal answers,
// within [0,1], and 1 where two modalities are certain of opposite ends.
func TestModalityMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 11).Draw(t, "K")
		names := modalityNames[:rapid.IntRange(2, 3).Draw(t, "M")]
		permuted := rapid.Permutation(names).Draw(t, "permuted")
		said, other, equal := map[string]any{}, map[string]any{}, map[string]any{}
		one := drawDistribution(t, k, "one")
		for i, name := range names {
			p := drawDistribution(t, k, name)
			said[name], other[permuted[i]], equal[name] = p, p, one
		}
		ends := map[string]any{"text": make([]float64, k), "video": make([]float64, k)}
		ends["text"].([]float64)[0], ends["video"].([]float64)[k-1] = 1, 1
		for _, m := range []Measure{ModalityDisagreement, ModalityJS} {
			u := value(t, m, byModality(3, said), nil)
			if u < 0 || u > 1+1e-12 || !near(u, value(t, m, byModality(3, other), nil)) {
				t.Errorf("%s: %v, permuted %v", m.Name, u, value(t, m, byModality(3, other), nil))
			}
			if got := value(t, m, byModality(3, equal), nil); got != 0 {
				t.Errorf("%s of equal answers is %v", m.Name, got)
			}
			if got := value(t, m, byModality(3, ends), nil); !near(got, 1) {
				t.Errorf("%s of opposite ends is %v", m.Name, got)
			}
		}
	})
}

// A point mass on a bin is as good as a score: both ways of telling agree.
func TestModalityDisagreementOfPointMasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		probs, scores := map[string]any{}, map[string]any{}
		for _, name := range modalityNames {
			k := rapid.IntRange(0, 6).Draw(t, name)
			p := make([]float64, 7)
			p[k] = 1
			probs[name], scores[name] = p, float64(k)-3
		}
		byScore := &sample.Prediction{ID: "v_1", Params: map[string]any{modalityScores: scores}}
		if a, b := value(t, ModalityDisagreement, byModality(3, probs), nil), value(t, ModalityDisagreement, byScore, nil); !near(a, b) {
			t.Errorf("distributions %v, scores %v", a, b)
		}
	})
}
