package uncertainty

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/sample"
)

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
		if m.Range == [2]float64{} || m.Range[0] > m.Range[1] {
			t.Errorf("%s has range %v", m.Name, m.Range)
		}
		if len(m.Requires) == 0 && !m.Control {
			t.Errorf("%s requires nothing and is no control", m.Name)
		}
		if got, err := ByName(m.Name); err != nil || got.Name != m.Name {
			t.Errorf("ByName(%q) = %v, %v", m.Name, got.Name, err)
		}
	}
	if _, err := ByName("gut-feeling"); err == nil {
		t.Error("an unknown measure was found")
	}
}

// supply puts a field, and nothing else, into an input of one clip.
var supply = map[Field]func(in *Input, each func(func(*sample.Prediction))){
	FieldScore:            onBoth(func(p *sample.Prediction) { p.Score = new(0.5) }),
	FieldProbs:            onBoth(func(p *sample.Prediction) { p.Bins, p.Probs = []float64{-1, 1}, []float64{.5, .5} }),
	FieldLabel:            onBoth(func(p *sample.Prediction) { p.Label = "neutral" }),
	FieldRanking:          onBoth(func(p *sample.Prediction) { p.Ranking = []string{"neutral"} }),
	FieldVotes:            onBoth(func(p *sample.Prediction) { p.Votes = map[string]int{"neutral": 1} }),
	FieldMemberScores:     onBoth(func(p *sample.Prediction) { p.MemberScores = []float64{-1, 1} }),
	FieldMemberProbs:      onBoth(func(p *sample.Prediction) { p.MemberProbs = [][]float64{{.5, .5}, {0, 1}} }),
	FieldTokenLogprobs:    onBoth(func(p *sample.Prediction) { p.TokenLogprobs = []float64{-1} }),
	FieldTokenEntropies:   onBoth(func(p *sample.Prediction) { p.TokenEntropies = []float64{1} }),
	FieldLabelLogprobs:    onBoth(func(p *sample.Prediction) { p.LabelLogprobs = map[string]float64{"a": -1, "b": -1} }),
	FieldVerbalConfidence: onBoth(func(p *sample.Prediction) { p.VerbalConfidence = new(0.5) }),
	FieldUnimodal:         onBoth(func(p *sample.Prediction) { p.Params = map[string]any{"members": []string{"text", "audio"}} }),
	FieldModalities: onBoth(func(p *sample.Prediction) {
		p.Bins = []float64{-1, 1}
		p.Params = map[string]any{modalityProbs: map[string]any{"text": []float64{.5, .5}, "audio": []float64{0, 1}}}
	}),
	FieldPolarity:   onBoth(func(p *sample.Prediction) { p.Label = "positive" }),
	FieldLarge:      func(in *Input, _ func(func(*sample.Prediction))) { in.Large = []*sample.Prediction{{ID: "v_1"}} },
	FieldLabelScale: func(in *Input, _ func(func(*sample.Prediction))) { in.HalfRange = 1 },
	FieldText:       func(in *Input, _ func(func(*sample.Prediction))) { in.Texts = []string{"text"} },
	FieldBase:       func(in *Input, _ func(func(*sample.Prediction))) { in.Base = []float64{1} },
	FieldGain:       func(in *Input, _ func(func(*sample.Prediction))) { in.Gain = []float64{1} },
}

func onBoth(fill func(*sample.Prediction)) func(*Input, func(func(*sample.Prediction))) {
	return func(_ *Input, each func(func(*sample.Prediction))) { each(fill) }
}

// holding returns an input of one clip that holds the fields but one.
func holding(fields []Field, without Field) Input {
	in := Input{Answers: []*sample.Prediction{{ID: "v_1"}}}
	if slices.Contains(fields, FieldLarge) && without != FieldLarge { // before what goes into it
		supply[FieldLarge](&in, nil)
	}
	for _, f := range fields {
		if f != without && f != FieldLarge {
			supply[f](&in, func(fill func(*sample.Prediction)) {
				for _, p := range append(slices.Clone(in.Answers), in.Large...) {
					fill(p)
				}
			})
		}
	}
	return in
}

// What a measure says it requires is enough, and none of it can be left out.
func TestRequires(t *testing.T) {
	for _, m := range All() {
		if _, err := m.Column(holding(m.Requires, "")); err != nil {
			t.Errorf("%s, given all of %v: %v", m.Name, m.Requires, err)
		}
		for _, f := range m.Requires {
			u, err := m.Column(holding(m.Requires, f))
			var na *NotApplicable
			scale := f == FieldLabelScale || f == FieldBase || f == FieldGain // columns of the caller, not answers
			if err == nil || !scale && !errors.As(err, &na) {
				t.Errorf("%s without %s = %v, %v", m.Name, f, u, err)
			}
		}
	}
}

// Fields that are there and hold too little are as good as absent.
func TestTooLittle(t *testing.T) {
	named := func(names any, y ...float64) *sample.Prediction {
		p := members(y...)
		p.Params = map[string]any{"members": names}
		return p
	}
	for _, c := range []struct {
		name         string
		measure      Measure
		small, large *sample.Prediction
	}{
		{"one class", Entropy, probs(1), nil},
		{"one class", LeastConfidence, probs(1), nil},
		{"probabilities without bins", OrdinalStd, probs(.5, .5), nil},
		{"one member", EnsembleStd, members(1), nil},
		{"one member", BALD, memberProbs([]float64{1, 0}), nil},
		{"members over different classes", BALD, memberProbs([]float64{1, 0}, []float64{0, 0, 1}), nil},
		{"no entropies", TokenEntropyMean, tokens(-1), nil},
		{"an entropy below 0", TokenEntropyMean, &sample.Prediction{ID: "v_1", TokenEntropies: []float64{-0.1}}, nil},
		{"no tokens", TokenNLLMean, tokens(), nil},
		{"a probability above 1", TokenNLLMean, tokens(-1, 0.5), nil},
		{"not a number", TokenNLLMax, tokens(-1, math.NaN()), nil},
		{"one label", LabelTokenEntropy, &sample.Prediction{LabelLogprobs: map[string]float64{"positive": 0}}, nil},
		{"all labels impossible", LabelTokenEntropy, labels(math.Inf(-1), math.Inf(-1), math.Inf(-1)), nil},
		{"members that are checkpoints", ModalityStd, named([]any{"seed-1", "seed-2"}, 1, 2), nil},
		{"one modality twice", ModalityStd, named([]any{"text", "text"}, 1, 2), nil},
		{"one modality by two models", ModalityStd, named([]any{"a-text", "b-text"}, 1, 2), nil},
		{"a modality inside a name", ModalityStd, named([]any{"text-a", "audio-a"}, 1, 2), nil},
		{"a name too few", ModalityPolarity, named([]any{"text", "audio"}, 1, 2, 3), nil},
		{"names of another type", ModalityPolarity, named([]any{1, 2}, 1, 2), nil},
		{"one modality", ModalityDisagreement, byModality(1, map[string]any{"text": []float64{1, 0}}), nil},
		{"an unknown modality", ModalityJS, byModality(1, map[string]any{"text": []float64{1, 0}, "smell": []float64{1, 0}}), nil},
		{"another number of bins by modality", ModalityJS, byModality(1, map[string]any{"text": []float64{1, 0}, "audio": []float64{1, 0, 0}}), nil},
		{"words for probabilities", ModalityJS, byModality(1, map[string]any{"text": []float64{1, 0}, "audio": []any{"a", "b"}}), nil},
		{"a probability that is none", ModalityJS, byModality(1, map[string]any{"text": []float64{1, 0}, "audio": []float64{math.NaN(), 1}}), nil},
		{"members that are seeds", ModalityDisagreement, named([]any{"seed 1", "seed 2"}, 1, 2), nil},
		{"scores alone", ModalityJS, unimodal(1, -1, 0), nil},
		{"a score on one side", CrossScore, score(1), label("positive")},
		{"no polarity on one side", CrossPolarity, score(1), tokens(-1)},
		{"other bins", CrossJS, over(1, .5, .5), over(3, .5, .5)},
		{"another number of bins", CrossJS, over(1, .5, .5), over(1, .5, .25, .25)},
	} {
		t.Run(c.measure.Name+"/"+c.name, func(t *testing.T) {
			small := *c.small
			small.ID = "v_1"
			in := measured{small: &small, large: c.large, halfRange: 1}.input()
			u, err := c.measure.Column(in)
			var na *NotApplicable
			if !errors.As(err, &na) || na.Missing != 1 {
				t.Errorf("%v, err = %v, want *NotApplicable", u, err)
			}
		})
	}
}

func TestColumnErrors(t *testing.T) {
	one := []*sample.Prediction{score(1)}
	for _, c := range []struct {
		name    string
		measure Measure
		in      Input
		want    string
	}{
		{"no scale", DistanceToNeutral, Input{Answers: one}, "uncertainty distance-to-neutral: half the width of the label scale is 0, not a positive number"},
		{"scale that is not a number", DistanceToNeutral, Input{Answers: one, HalfRange: math.NaN()}, "uncertainty distance-to-neutral: half the width of the label scale is NaN, not a positive number"},
		{"score that is not a number", DistanceToNeutral, Input{Answers: []*sample.Prediction{score(math.NaN())}, HalfRange: 1}, "uncertainty distance-to-neutral: clip v_1: the value is not a number"},
		{"no large answers", CrossPolarity, Input{Answers: one}, "uncertainty cross-polarity: not applicable: 1 of 1 answers have no large model's answer (first: v_1)"},
		{"fewer large answers", CrossPolarity, Input{Answers: one, Large: []*sample.Prediction{}}, "uncertainty cross-polarity: 0 answers of the large model for 1 of the small"},
		{"answers to another clip", CrossPolarity, Input{Answers: one, Large: []*sample.Prediction{{ID: "v_2"}}}, "uncertainty cross-polarity: clip 0 is v_1 for the small model and v_2 for the large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.measure.Column(c.in)
			if err == nil || err.Error() != c.want {
				t.Errorf("err  = %v\nwant = %s", err, c.want)
			}
		})
	}
}

// The decision rule in force decides what a conflict is: of these votes the
// plurality is neutral and the net vote positive.
func TestCrossPolarityFollowsTheRule(t *testing.T) {
	net, err := sample.DecisionByName("net-vote")
	if err != nil {
		t.Fatal(err)
	}
	large := &sample.Prediction{ID: "v_1", Votes: map[string]int{"neutral": 4, "positive": 3}}
	in := Input{Answers: []*sample.Prediction{score(1)}, Large: []*sample.Prediction{large}}
	plurality, _ := CrossPolarity.Column(in)
	in.LargeDecision = net
	netVote, err := CrossPolarity.Column(in)
	if err != nil || plurality[0] != 0.5 || netVote[0] != 0 {
		t.Errorf("plurality %v, net vote %v, err %v; want 0.5 and 0", plurality, netVote, err)
	}
}

// Where either model gave no answer, nothing is less sure.
func TestCrossModelError(t *testing.T) {
	in := Input{
		HalfRange: 3,
		Answers:   []*sample.Prediction{score(1), score(1), {ID: "v_1", Error: "refused"}},
		Large:     []*sample.Prediction{score(1), {ID: "v_1", Error: "refused"}, score(1)},
	}
	u, err := CrossScore.Column(in)
	if err != nil || u[0] != 0 || !math.IsInf(u[1], 1) || !math.IsInf(u[2], 1) {
		t.Errorf("u = %v, err = %v, want 0, +Inf, +Inf", u, err)
	}
}
