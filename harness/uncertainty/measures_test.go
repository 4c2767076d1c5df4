package uncertainty

import (
	"math"
	"math/rand/v2"
	"testing"

	"uacs/harness/sample"
)

func probs(p ...float64) *sample.Prediction { return &sample.Prediction{ID: "v_1", Probs: p} }

// over returns an answer with the probabilities p of equally spaced bins on [-r,r].
func over(r float64, p ...float64) *sample.Prediction {
	bins := make([]float64, len(p))
	for k := range bins {
		bins[k] = r * (2*float64(k)/float64(len(p)-1) - 1)
	}
	return &sample.Prediction{ID: "v_1", Bins: bins, Probs: p}
}

func score(y float64) *sample.Prediction { return &sample.Prediction{ID: "v_1", Score: &y} }
func members(y ...float64) *sample.Prediction {
	return &sample.Prediction{ID: "v_1", MemberScores: y}
}

func memberProbs(p ...[]float64) *sample.Prediction {
	return &sample.Prediction{ID: "v_1", MemberProbs: p}
}
func label(word string) *sample.Prediction { return &sample.Prediction{ID: "v_1", Label: word} }
func ranking(w ...string) *sample.Prediction {
	return &sample.Prediction{ID: "v_1", Ranking: w}
}

func votes(neg, neu, pos int) *sample.Prediction {
	return &sample.Prediction{ID: "v_1", Votes: map[string]int{"negative": neg, "mixed": neu, "positive": pos}}
}

// tokens and labels take log-probabilities.
func tokens(l ...float64) *sample.Prediction { return &sample.Prediction{ID: "v_1", TokenLogprobs: l} }

func labels(neg, neu, pos float64) *sample.Prediction {
	return &sample.Prediction{ID: "v_1", LabelLogprobs: map[string]float64{"negative": neg, "neutral": neu, "positive": pos}}
}

func unimodal(text, audio, video float64) *sample.Prediction {
	p := members(text, audio, video)
	p.Params = map[string]any{"members": []any{"text", "audio", "video"}}
	return p
}

// byModality returns an answer over equally spaced bins on [-r,r] that tells what the model
// says to single modalities.
func byModality(r float64, said map[string]any) *sample.Prediction {
	n := 0
	for _, v := range said {
		p, _ := asNumbers(v)
		n = len(p)
	}
	p := over(r, make([]float64, n)...)
	p.Probs, p.Params = nil, map[string]any{modalityProbs: said}
	return p
}

// measured is one answer, or a pair of answers for measures that compare models,
// and the value that a measure must have there.
type measured struct {
	name         string
	measure      Measure
	small, large *sample.Prediction
	halfRange    float64
	want         float64
}

var h2OfQuarter = 2 - 0.75*math.Log2(3) // −¼ log₂ ¼ − ¾ log₂ ¾ = ½ + ¾(2 − log₂ 3)

// Expected values are by hand from the formulas in the measures' documentation.
var measuredCases = []measured{
	{name: "certainty", measure: Entropy, small: probs(0, 1, 0), want: 0},
	{name: "uniform", measure: Entropy, small: probs(.25, .25, .25, .25), want: 1},
	{name: "ln 2/ln 4", measure: Entropy, small: probs(.5, .5, 0, 0), want: 0.5},
	{name: "uniform", measure: LeastConfidence, small: probs(.25, .25, .25, .25), want: 1},
	{name: "(1−0.6)·3/2", measure: LeastConfidence, small: probs(.6, .3, .1), want: 0.6},
	{name: "1−(0.6−0.3)", measure: Margin, small: probs(.3, .6, .1), want: 0.7},
	{name: "tie", measure: Margin, small: probs(.4, .4, .2), want: 1},
	{name: "0.3/0.6", measure: Ratio, small: probs(.3, .6, .1), want: 0.5},
	{name: "certainty", measure: Ratio, small: probs(0, 1, 0), want: 0},
	{name: "tie", measure: Ratio, small: probs(.4, .4, .2), want: 1},
	{name: "(1−0.36−0.09−0.01)·3/2", measure: Gini, small: probs(.6, .3, .1), want: 0.81},
	{name: "uniform", measure: Gini, small: probs(.25, .25, .25, .25), want: 1},
	{name: "ln 2/ln 4", measure: Renyi2, small: probs(.5, .5, 0, 0), want: 0.5},
	{name: "−ln 0.46/ln 3", measure: Renyi2, small: probs(.6, .3, .1), want: -math.Log(0.46) / math.Log(3)},

	// On (−1, 0, 1) half the mass on either end has mean 0 and variance 1.
	{name: "half on either end", measure: OrdinalStd, small: over(1, .5, 0, .5), halfRange: 1, want: 1},
	{name: "variance ½·9 on (−3, 0, 3)", measure: OrdinalStd, small: over(3, .25, .5, .25), halfRange: 3, want: math.Sqrt(0.5)},
	{name: "certainty", measure: OrdinalStd, small: over(3, 0, 1, 0), halfRange: 3, want: 0},
	{name: "both cuts at ½", measure: BinaryEntropy, small: over(1, .5, 0, .5), want: 1},
	{name: "cuts ½ and 1", measure: BinaryEntropy, small: over(1, .5, .5, 0), want: 0.5},
	// H₂(1/3) = log₂ 3 − 2/3 at both cuts.
	{name: "uniform is not the maximum", measure: BinaryEntropy, small: over(1, 1./3, 1./3, 1./3), want: math.Log2(3) - 2./3},
	{name: "half on either end", measure: MedianDeviation, small: over(1, .5, 0, .5), halfRange: 1, want: 1},
	{name: "0.3·1 + 0.1·2 from the median −1", measure: MedianDeviation, small: over(1, .6, .3, .1), halfRange: 1, want: 0.5},
	{name: "½·3 of 3", measure: MedianDeviation, small: over(3, .25, .5, .25), halfRange: 3, want: 0.5},
	{name: "one polarity in two bins", measure: PolarityEntropy, small: over(3, .5, .5, 0, 0), want: 0},
	{name: "no neutral bin: ln 2/ln 3", measure: PolarityEntropy, small: over(3, .25, .25, .25, .25), want: math.Ln2 / math.Log(3)},
	{name: "uniform polarities", measure: PolarityEntropy, small: over(1, 1./3, 1./3, 1./3), want: 1},
	{name: "1−|0.4−0.6|", measure: PolarityMargin, small: over(3, .4, .2, .1, .3), want: 0.8},
	{name: "neutral for certain", measure: PolarityMargin, small: over(1, 0, 1, 0), want: 1},
	{name: "mean ¼ of 1", measure: ExpectedDistance, small: over(1, .25, .25, .5), halfRange: 1, want: 0.75},
	{name: "mean −3 of 3", measure: ExpectedDistance, small: over(3, 1, 0, 0), halfRange: 3, want: 0},

	{name: "neutral score", measure: DistanceToNeutral, small: score(0), halfRange: 3, want: 1},
	{name: "score −1.5 of 3", measure: DistanceToNeutral, small: score(-1.5), halfRange: 3, want: 0.5},
	{name: "score outside the scale", measure: DistanceToNeutral, small: score(4.5), halfRange: 3, want: -0.5},
	{name: "members −1 and 1 of 1", measure: EnsembleStd, small: members(-1, 1), halfRange: 1, want: 1},
	{name: "members 1, 2, 3: sqrt(2/3)/3", measure: EnsembleStd, small: members(1, 2, 3), halfRange: 3, want: math.Sqrt(2./3) / 3},
	{name: "members −1 and 1 of 1", measure: EnsembleVariance, small: members(-1, 1), halfRange: 1, want: 1},
	{name: "members 1, 2, 3: (2/3)/9", measure: EnsembleVariance, small: members(1, 2, 3), halfRange: 3, want: 2. / 27},
	{name: "members certain of different classes", measure: BALD, small: memberProbs([]float64{1, 0}, []float64{0, 1}), want: 1},
	{name: "members unsure alike", measure: BALD, small: memberProbs([]float64{.5, .5}, []float64{.5, .5}), want: 0},
	// The mean is (¾, ¼); the members have 0 and 1 bit.
	{name: "H₂(¼) − ½", measure: BALD, small: memberProbs([]float64{1, 0}, []float64{.5, .5}), want: h2OfQuarter - 0.5},

	{name: "seven equal votes", measure: VoteEntropy, small: votes(0, 0, 7), want: 0},
	{name: "votes one each", measure: VoteEntropy, small: votes(1, 1, 1), want: 1},
	{name: "shares 1/4, 3/4", measure: VoteEntropy, small: votes(1, 0, 3), want: (0.25*math.Log(4) + 0.75*math.Log(4./3)) / math.Log(3)},
	{name: "1−(4−2)/7", measure: VoteMargin, small: votes(2, 1, 4), want: 1 - 2./7},

	{name: "1+2+6", measure: TokenNLLSum, small: tokens(-1, -2, -6), want: 9},
	{name: "a hair above 0 is rounding", measure: TokenNLLSum, small: tokens(-1, 1e-7), want: 1},
	{name: "(0.5+1.5+1)/3", measure: TokenEntropyMean, small: &sample.Prediction{ID: "v_1", TokenEntropies: []float64{0.5, 1.5, 1}}, want: 1},
	{name: "9/3", measure: TokenNLLMean, small: tokens(-1, -2, -6), want: 3},
	{name: "least likely token", measure: TokenNLLMax, small: tokens(-1, -6, -2), want: 6},
	// Of the three order statistics, place 0.4, 1 and 1.6.
	{name: "1 + 0.4·(2−1)", measure: TokenNLLQ20, small: tokens(-6, -1, -2), want: 1.4},
	{name: "middle one", measure: TokenNLLQ50, small: tokens(-6, -1, -2), want: 2},
	{name: "2 + 0.6·(6−2)", measure: TokenNLLQ80, small: tokens(-6, -1, -2), want: 4.4},
	{name: "one token", measure: TokenNLLQ80, small: tokens(-6), want: 6},
	{name: "e³", measure: Perplexity, small: tokens(-1, -2, -6), want: math.Exp(3)},
	{name: "certain tokens", measure: Perplexity, small: tokens(0, 0), want: 1},
	{name: "1 − e⁻³", measure: InversePerplexity, small: tokens(-1, -2, -6), want: 1 - math.Exp(-3)},
	// Renormalised to ½, ¼, ¼: an entropy of 1.5 ln 2.
	{name: "shares of 0.4", measure: LabelTokenEntropy, small: labels(math.Log(.2), math.Log(.1), math.Log(.1)), want: 1.5 * math.Ln2 / math.Log(3)},
	{name: "impossible label: ln 2/ln 3", measure: LabelTokenEntropy, small: labels(-800, -800, math.Inf(-1)), want: math.Ln2 / math.Log(3)},
	{name: "1−(½−¼)", measure: LabelTokenMargin, small: labels(math.Log(.1), math.Log(.2), math.Log(.1)), want: 0.75},
	{name: "(1−½)·3/2", measure: LabelTokenLeastConfidence, small: labels(math.Log(.1), math.Log(.1), math.Log(.2)), want: 0.75},

	{name: "80 % sure", measure: VerbalConfidence, small: &sample.Prediction{ID: "v_1", VerbalConfidence: new(0.8)}, want: 0.2},
	{name: "polarities apart", measure: RankGap, small: ranking("positive", "weakly positive", "neutral", "weakly negative", "negative"), want: 0.25},
	{name: "polarities adjacent", measure: RankGap, small: ranking("neutral", "weakly negative", "weakly positive", "negative", "positive"), want: 0.75},
	{name: "partial ranking of one label", measure: RankGap, small: ranking("negative"), want: 0},
	{name: "neutral alone", measure: RankGap, small: ranking("neutral"), want: 1},
	{name: "strong on top", measure: RankTop, small: ranking("negative", "neutral"), want: 0},
	{name: "weak on top", measure: RankTop, small: ranking("weakly positive"), want: 0.5},
	{name: "neutral on top", measure: RankTop, small: ranking("neutral", "negative"), want: 1},
	{name: "neutral label", measure: LabelNeutral, small: label("neutral"), want: 1},
	{name: "weak label", measure: LabelNeutral, small: label("weakly negative"), want: 0.5},
	{name: "strong label", measure: LabelNeutral, small: label("positive"), want: 0},
	// 1, −1, 0 have mean 0 and variance 2/3; so have the signs of 0.5, −0.2, 0.
	{name: "sqrt(2/3) of 1", measure: ModalityStd, small: unimodal(1, -1, 0), halfRange: 1, want: math.Sqrt(2. / 3)},
	{name: "models of one modality each", measure: ModalityStd, small: &sample.Prediction{
		ID: "v_1", MemberScores: []float64{-1, 1}, Params: map[string]any{"members": []string{"small-text", "small-video"}},
	}, halfRange: 1, want: 1},
	{name: "signs 1, −1, 0", measure: ModalityPolarity, small: unimodal(.5, -.2, 0), want: math.Sqrt(2. / 3)},
	{name: "one side", measure: ModalityPolarity, small: unimodal(.5, .2, 1), want: 0},

	// |F_a − F_b| is 1 and 1 between the ends of three bins; the third is in the middle.
	{name: "two certain of the ends, one of the middle: (2 + 1 + 1)/3 of 2", measure: ModalityDisagreement, small: byModality(1, map[string]any{
		"text": []float64{1, 0, 0}, "audio": []any{0., 0., 1.}, "video": []float64{0, 1, 0},
	}), halfRange: 1, want: 2. / 3},
	{name: "half moved by 3, of 6", measure: ModalityDisagreement, small: byModality(3, map[string]any{
		"text": []float64{.5, .5, 0}, "audio": []float64{0, 1, 0},
	}), halfRange: 3, want: 0.25},
	{name: "scores 1, −1, 0: (2 + 1 + 1)/3 of 2", measure: ModalityDisagreement, small: &sample.Prediction{
		ID: "v_1", Params: map[string]any{modalityScores: map[string]any{"text": 1., "audio": -1., "video": 0.}},
	}, halfRange: 1, want: 2. / 3},
	{name: "members that are modalities", measure: ModalityDisagreement, small: unimodal(1, -1, 0), halfRange: 1, want: 2. / 3},
	{name: "disjoint", measure: ModalityJS, small: byModality(1, map[string]any{"text": []float64{1, 0}, "video": []float64{0, 1}}), want: 1},
	// Of the three pairs, two have H₂(¼) − ½, and one is equal.
	{name: "(2·(H₂(¼) − ½) + 0)/3", measure: ModalityJS, small: byModality(1, map[string]any{
		"text": []float64{1, 0}, "audio": []float64{.5, .5}, "video": []float64{.5, .5},
	}), want: 2 * (h2OfQuarter - 0.5) / 3},

	{name: "|1−(−2)| of 6", measure: CrossScore, small: score(1), large: score(-2), halfRange: 3, want: 0.5},
	{name: "opposite", measure: CrossPolarity, small: score(-.1), large: label("positive"), want: 1},
	{name: "one is neutral", measure: CrossPolarity, small: label("neutral"), large: votes(5, 1, 1), want: 0.5},
	{name: "agreed", measure: CrossPolarity, small: ranking("neutral", "negative"), large: score(-3), want: 0},
	{name: "disjoint", measure: CrossJS, small: over(1, 1, 0), large: over(1, 0, 1), want: 1},
	{name: "equal", measure: CrossJS, small: over(1, .3, .7), large: over(1, .3, .7), want: 0},
	// m = (¾, ¼), and the two have 0 and 1 bit.
	{name: "H₂(¼) − ½", measure: CrossJS, small: over(1, 1, 0), large: over(1, .5, .5), want: h2OfQuarter - 0.5},

	{name: "half", measure: Constant, small: label("positive"), want: 0.5},
	{name: "a permutation of one", measure: Shuffled, small: label("positive"), want: 7},
	{name: "the gain", measure: Oracle, small: label("positive"), want: -2},
	{name: "the longest text", measure: TextLength, small: label("positive"), want: 1},
	// By math/rand/v2, whose streams are fixed.
	{name: "first draw", measure: Random, small: label("positive"), want: rand.New(rand.NewPCG(1, 0x72616e646f6d)).Float64()},
}

func (c measured) input() Input {
	in := Input{
		Answers: []*sample.Prediction{c.small}, HalfRange: c.halfRange,
		Seed: 1, Base: []float64{7}, Gain: []float64{-2}, Texts: []string{"ok"},
	}
	if c.large != nil {
		in.Large = []*sample.Prediction{c.large}
	}
	return in
}

func TestMeasures(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range measuredCases {
		tested[c.measure.Name] = true
		t.Run(c.measure.Name+"/"+c.name, func(t *testing.T) {
			u, err := c.measure.Column(c.input())
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(u[0]-c.want) > 2e-15*max(1, math.Abs(c.want)) {
				t.Errorf("%s = %v, want %v", c.measure.Name, u[0], c.want)
			}
		})
	}
	for _, m := range All() {
		if !tested[m.Name] {
			t.Errorf("%s has no row in the table: add one with its value by hand", m.Name)
		}
	}
}
