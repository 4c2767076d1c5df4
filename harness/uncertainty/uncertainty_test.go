package uncertainty

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/sample"
)

func probs(p ...float64) *sample.Prediction { return &sample.Prediction{ID: "v_1", Probs: p} }
func ranking(w ...string) *sample.Prediction {
	return &sample.Prediction{ID: "v_1", Ranking: w}
}

func votes(neg, neu, pos int) *sample.Prediction {
	return &sample.Prediction{ID: "v_1", Votes: map[string]int{"negative": neg, "mixed": neu, "positive": pos}}
}

// Expected values are by hand from the formulas in the measures' documentation.
func TestMeasures(t *testing.T) {
	for _, c := range []struct {
		name      string
		measure   Measure
		p         *sample.Prediction
		halfRange float64
		want      float64
	}{
		{"entropy of certainty", Entropy, probs(0, 1, 0), 3, 0},
		{"entropy of the uniform distribution", Entropy, probs(.25, .25, .25, .25), 3, 1},
		{"entropy of (1/2, 1/2, 0, 0) is ln 2/ln 4", Entropy, probs(.5, .5, 0, 0), 3, 0.5},
		{"least confidence, uniform", LeastConfidence, probs(.25, .25, .25, .25), 3, 1},
		{"least confidence (1−0.6)·3/2", LeastConfidence, probs(.6, .3, .1), 3, 0.6},
		{"margin 1−(0.6−0.3)", Margin, probs(.3, .6, .1), 3, 0.7},
		{"margin of a tie", Margin, probs(.4, .4, .2), 3, 1},
		{"neutral score", DistanceToNeutral, &sample.Prediction{Score: new(0.0)}, 3, 1},
		{"score −1.5 of 3", DistanceToNeutral, &sample.Prediction{Score: new(-1.5)}, 3, 0.5},
		{"score outside the scale", DistanceToNeutral, &sample.Prediction{Score: new(4.5)}, 3, -0.5},
		{"members −1 and 1 of 1", EnsembleStd, &sample.Prediction{MemberScores: []float64{-1, 1}}, 1, 1},
		{"members 1, 2, 3: sqrt(2/3)/3", EnsembleStd, &sample.Prediction{MemberScores: []float64{1, 2, 3}}, 3, math.Sqrt(2.0/3) / 3},
		{"seven equal votes", VoteEntropy, votes(0, 0, 7), 1, 0},
		{"votes one each", VoteEntropy, votes(1, 1, 1), 1, 1},
		{"vote entropy of 1/4, 3/4", VoteEntropy, votes(1, 0, 3), 1, (0.25*math.Log(4) + 0.75*math.Log(4.0/3)) / math.Log(3)},
		{"vote margin 1−(4−2)/7", VoteMargin, votes(2, 1, 4), 1, 1 - 2.0/7},
		{"ranking that keeps the polarities apart", RankGap, ranking("positive", "weakly positive", "neutral", "weakly negative", "negative"), 3, 0.25},
		{"ranking with the polarities adjacent", RankGap, ranking("neutral", "weakly negative", "weakly positive", "negative", "positive"), 3, 0.75},
		{"partial ranking of one label", RankGap, ranking("negative"), 3, 0},
		{"neutral alone", RankGap, ranking("neutral"), 3, 1},
		{"strong on top", RankTop, ranking("negative", "neutral"), 3, 0},
		{"weak on top", RankTop, ranking("weakly positive"), 3, 0.5},
		{"neutral label", LabelNeutral, &sample.Prediction{Label: "neutral"}, 3, 1},
		{"weak label", LabelNeutral, &sample.Prediction{Label: "weakly negative"}, 3, 0.5},
		{"strong label", LabelNeutral, &sample.Prediction{Label: "positive"}, 3, 0},
		{"neutral on top", RankTop, ranking("neutral", "negative"), 3, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := c.measure.Column(Input{Answers: []*sample.Prediction{c.p}, HalfRange: c.halfRange})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(u[0]-c.want) > 1e-15 {
				t.Errorf("%s = %v, want %v", c.measure.Name, u[0], c.want)
			}
		})
	}
}

func TestNotApplicable(t *testing.T) {
	answers := []*sample.Prediction{probs(.5, .5), {ID: "v_2", Label: "positive"}, {ID: "v_3", Error: "refused"}, {ID: "v_4"}}
	_, err := Entropy.Column(Input{Answers: answers, HalfRange: 3})
	var na *NotApplicable
	if !errors.As(err, &na) {
		t.Fatalf("err = %v, want *NotApplicable", err)
	}
	if diff := cmp.Diff(NotApplicable{Needs: "probs", ID: "v_2", Missing: 2, N: 4}, *na); diff != "" {
		t.Error(diff)
	}
	const want = "uncertainty entropy: not applicable: 2 of 4 answers have no probs (first: v_2)"
	if err.Error() != want {
		t.Errorf("error = %q, want %q", err, want)
	}
}

// No answer is the least sure answer, whatever the measure.
func TestErrorRecordIsMostUncertain(t *testing.T) {
	u, err := Entropy.Column(Input{Answers: []*sample.Prediction{probs(.5, .5), {ID: "v_2", Error: "refused"}}, HalfRange: 3})
	if err != nil || !math.IsInf(u[1], 1) {
		t.Errorf("u = %v, err = %v", u, err)
	}
}

func TestControls(t *testing.T) {
	in := Input{Answers: make([]*sample.Prediction, 100), Seed: 7, Base: make([]float64, 100), Gain: make([]float64, 100)}
	for i := range in.Answers {
		in.Answers[i] = &sample.Prediction{}
		in.Base[i], in.Gain[i] = float64(i/10), float64(i%3-1)
	}
	shuffled, err := Shuffled.Column(in)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(shuffled, in.Base) {
		t.Error("shuffled left the column in order")
	}
	if !slices.Equal(slices.Sorted(slices.Values(shuffled)), in.Base) {
		t.Error("shuffled changed the values")
	}
	first, _ := Random.Column(in)
	again, _ := Random.Column(in)
	in.Seed++
	other, _ := Random.Column(in)
	if !slices.Equal(first, again) || slices.Equal(first, other) {
		t.Error("random does not follow its seed")
	}
	if oracle, _ := Oracle.Column(in); !slices.Equal(oracle, in.Gain) {
		t.Error("oracle is not the gain")
	}
	in.Texts = slices.Repeat([]string{"三个字", "a"}, 50)
	if length, _ := TextLength.Column(in); length[0] != 1 || length[1] != 1.0/3 {
		t.Errorf("text lengths %v, want 1 and 1/3: characters, not bytes", length[:2])
	}
	in.Texts[7] = ""
	if _, err := TextLength.Column(in); err == nil {
		t.Error("a clip without a transcript was given a length")
	}
	in.Gain = nil
	if _, err := Oracle.Column(in); err == nil {
		t.Error("oracle without the truth gave a column")
	}
}

func TestRegistry(t *testing.T) {
	for _, m := range All() {
		if m.Name == "" || m.Doc == "" || m.Formula == "" || m.Citation == "" || m.Needs == "" || m.Cost == "" {
			t.Errorf("%q is not fully described: %+v", m.Name, m)
		}
		if got, err := ByName(m.Name); err != nil || got.Name != m.Name {
			t.Errorf("ByName(%q) = %v, %v", m.Name, got.Name, err)
		}
	}
	if _, err := ByName("gut-feeling"); err == nil {
		t.Error("an unknown measure was found")
	}
}

// The probability measures are in [0,1], 0 at certainty, 1 at the uniform
// distribution, and do not depend on the order of the classes.
func TestProbabilityMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(0.001, 1), 2, 21).Draw(t, "weights")
		sum := 0.0
		for _, w := range weights {
			sum += w
		}
		for i := range weights {
			weights[i] /= sum
		}
		reversed := slices.Clone(weights)
		slices.Reverse(reversed)
		for _, m := range []Measure{Entropy, LeastConfidence, Margin} {
			u, err := m.Column(Input{Answers: []*sample.Prediction{probs(weights...), probs(reversed...)}, HalfRange: 1})
			if err != nil {
				t.Fatal(err)
			}
			if u[0] < 0 || u[0] > 1+1e-12 || math.Abs(u[0]-u[1]) > 1e-12 {
				t.Errorf("%s: %v and reversed %v", m.Name, u[0], u[1])
			}
		}
	})
}
