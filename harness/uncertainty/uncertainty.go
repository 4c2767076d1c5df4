// Package uncertainty holds the measures that decide which answers are doubted:
// one file per measure, each with its formula, its source and what it needs.
//
// Every measure is oriented the same way, higher = less sure, and scaled to
// [0,1] where its formula allows. A measure whose inputs are absent is not
// applicable, with the reason; it is never zero. Most readers want [ByName] and
// [Measure.Column].
//
// [Func] makes a measure of your own that is not registered. Adding one for all is
// one file that calls register in a variable declaration, one row in the tests'
// table, and one line in a config.
package uncertainty

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Orientation is the direction of every measure's values.
const Orientation = "higher = less sure"

// Field names something that a measure reads.
type Field string

// The fields of a prediction, under their names in the record.
const (
	FieldScore            Field = "score"
	FieldProbs            Field = "probs" // with bins
	FieldLabel            Field = "label"
	FieldRanking          Field = "ranking"
	FieldVotes            Field = "votes"
	FieldMemberScores     Field = "member_scores" // of two or more members
	FieldMemberProbs      Field = "member_probs"  // of two or more members, with bins
	FieldTokenLogprobs    Field = "token_logprobs"
	FieldTokenEntropies   Field = "token_entropies"
	FieldLabelLogprobs    Field = "label_logprobs" // of two or more labels
	FieldVerbalConfidence Field = "verbal_confidence"
)

// What is not a field of one prediction.
const (
	// FieldUnimodal says that the members of member_scores must be models of
	// single modalities: params "members" names text, audio or video for each, alone
	// or as the end of a model's name (some-model-text).
	FieldUnimodal Field = "unimodal"
	// FieldModalities stands for what the model says to single modalities: params
	// "modality_probs", a distribution over bins for each of text, audio and video; or
	// member_probs of members that are modalities, as FieldUnimodal has them. Where a
	// measure takes scores too, params "modality_scores" or member_scores will do.
	FieldModalities Field = "modalities"
	// FieldPolarity stands for any answer that a decision rule reads a polarity
	// from: a score, a label, a ranking or votes.
	FieldPolarity Field = "polarity"
	// FieldLarge stands for the large model's answers, [Input.Large]; the other
	// fields that the measure requires must be in them too.
	FieldLarge Field = "large"
	// FieldLabelScale stands for [Input.HalfRange].
	FieldLabelScale Field = "label_scale"
	// FieldText, FieldBase and FieldGain stand for the columns of that name.
	FieldText Field = "text"
	FieldBase Field = "base"
	FieldGain Field = "gain"
)

// Measure is a registered uncertainty measure or control. Its values follow
// [Orientation].
type Measure struct {
	// Name is how configs, tables and figures call the measure.
	Name string
	// Doc is one sentence for people, Formula the definition, Citation its source.
	Doc, Formula, Citation string
	// Needs says in words what the answers must hold, Requires says the same to
	// programs: all fields that must be there, none for a control that reads nothing.
	Needs    string
	Requires []Field
	// Cost says what the measure costs beyond the answers themselves.
	Cost string
	// Range is the least and the greatest value, infinite where the formula has no
	// bound. It holds for scores and bins on the label scale; a score outside the
	// scale may leave it, and a clip without an answer always has +Inf.
	Range [2]float64
	// Control marks a reference that no router could use in earnest: random,
	// shuffled, constant, text-length, oracle.
	Control bool

	column func(Input) ([]float64, error)
}

// Ranges that many measures share.
var (
	unit        = [2]float64{0, 1}
	nonNegative = [2]float64{0, math.Inf(1)}
	unbounded   = [2]float64{math.Inf(-1), math.Inf(1)}
)

// Input is what a measure sees: columns aligned by clip.
type Input struct {
	// Answers are the predictions whose uncertainty is wanted.
	Answers []*sample.Prediction
	// Large are the large model's answers to the same clips in the same order. Only
	// measures that require [FieldLarge] read them.
	Large []*sample.Prediction
	// Decision and LargeDecision are the rules that read a polarity out of the
	// answers, for measures that compare polarities; the zero value is "auto".
	Decision, LargeDecision sample.Decision
	// HalfRange is half the width of the label scale: 3 for MOSI, 1 for SIMS.
	HalfRange float64
	// Seed seeds the controls random and shuffled.
	Seed uint64
	// Texts are the transcripts. Only text-length reads them.
	Texts []string
	// Base is the column that shuffled permutes; other measures ignore it.
	Base []float64
	// Gain is, for each clip, the quality if deferred minus the quality if kept.
	// It takes the truth to know it: only oracle reads it.
	Gain []float64
}

// Column returns one uncertainty per clip, higher = less sure. A clip whose
// answer is an error record gets +Inf: nothing is less sure than no answer. So
// does, under a measure that compares two models, a clip that either did not
// answer. It returns a [*NotApplicable] error if some usable answer lacks what m
// needs, and an error that says why if the columns of in do not fit each other or
// the label scale is needed and not given.
func (m Measure) Column(in Input) ([]float64, error) {
	u, err := m.checkedColumn(in)
	if err != nil {
		return nil, fmt.Errorf("uncertainty %s: %w", m.Name, err)
	}
	if m.Control {
		return u, nil
	}
	for i, p := range in.Answers {
		if !p.OK() {
			u[i] = math.Inf(1)
		}
		if math.IsNaN(u[i]) { // no threshold would ever defer it
			return nil, fmt.Errorf("uncertainty %s: clip %s: the value is not a number", m.Name, p.ID)
		}
	}
	return u, nil
}

func (m Measure) checkedColumn(in Input) ([]float64, error) {
	if slices.Contains(m.Requires, FieldLabelScale) && !(in.HalfRange > 0 && in.HalfRange <= math.MaxFloat64) {
		return nil, fmt.Errorf("half the width of the label scale is %v, not a positive number", in.HalfRange)
	}
	if slices.Contains(m.Requires, FieldLarge) {
		if err := in.checkLarge(); err != nil {
			return nil, err
		}
	}
	return m.column(in)
}

// checkLarge reports large answers that are absent or of other clips.
func (in Input) checkLarge() error {
	if in.Large == nil {
		absent := NotApplicable{Needs: "large model's answer", N: len(in.Answers)}
		for _, p := range in.Answers {
			absent.add(p.ID)
		}
		return absent.orNil()
	}
	if len(in.Large) != len(in.Answers) {
		return fmt.Errorf("%d answers of the large model for %d of the small", len(in.Large), len(in.Answers))
	}
	for i, p := range in.Answers {
		if l := in.Large[i]; l.ID != p.ID {
			return fmt.Errorf("clip %d is %s for the small model and %s for the large", i, p.ID, l.ID)
		}
	}
	return nil
}

// NotApplicable says that a measure cannot be computed from these answers, and why.
type NotApplicable struct {
	// Needs is what is missing, ID the first clip it is missing from, Missing
	// and N how many clips lack it, of how many.
	Needs      string
	ID         string
	Missing, N int
}

func (e *NotApplicable) Error() string {
	return fmt.Sprintf("not applicable: %d of %d answers have no %s (first: %s)", e.Missing, e.N, e.Needs, e.ID)
}

// add counts a clip that lacks what is needed.
func (e *NotApplicable) add(id string) {
	if e.Missing == 0 {
		e.ID = id
	}
	e.Missing++
}

// orNil returns e if a clip was counted, else nil.
func (e *NotApplicable) orNil() error {
	if e.Missing > 0 {
		return e
	}
	return nil
}

var registry []Measure

func register(m Measure) Measure {
	if slices.ContainsFunc(registry, func(o Measure) bool { return o.Name == m.Name }) {
		panic("uncertainty: measure " + m.Name + " is registered twice")
	}
	registry = append(registry, m)
	slices.SortFunc(registry, func(a, b Measure) int { return strings.Compare(a.Name, b.Name) })
	return m
}

// All returns the registered measures in order of their names.
func All() []Measure { return slices.Clone(registry) }

// ByName returns the measure called name.
func ByName(name string) (Measure, error) {
	var names []string
	for _, m := range registry {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Measure{}, fmt.Errorf("uncertainty measure %q is not one of %s", name, strings.Join(names, ", "))
}

// perClip makes a column from a formula for one answer. The formula returns
// false if the answer lacks what it needs.
func perClip(needs string, formula func(p *sample.Prediction, halfRange float64) (float64, bool)) func(Input) ([]float64, error) {
	return func(in Input) ([]float64, error) {
		u := make([]float64, len(in.Answers))
		absent := NotApplicable{Needs: needs, N: len(in.Answers)}
		for i, p := range in.Answers {
			if !p.OK() {
				continue
			}
			var ok bool
			if u[i], ok = formula(p, in.HalfRange); !ok {
				absent.add(p.ID)
			}
		}
		return u, absent.orNil()
	}
}

// perPair makes a column from a formula for both models' answers to one clip. A
// clip that either model did not answer gets +Inf.
func perPair(needs string, formula func(small, large *sample.Prediction, in Input) (float64, bool)) func(Input) ([]float64, error) {
	return func(in Input) ([]float64, error) {
		u := make([]float64, len(in.Answers))
		absent := NotApplicable{Needs: needs, N: len(in.Answers)}
		for i, small := range in.Answers {
			if !small.OK() || !in.Large[i].OK() {
				u[i] = math.Inf(1)
				continue
			}
			var ok bool
			if u[i], ok = formula(small, in.Large[i], in); !ok {
				absent.add(small.ID)
			}
		}
		return u, absent.orNil()
	}
}

// inUnit cuts off what rounding, or probabilities whose sum is 1 only to the
// exporter's precision, leave outside [0,1].
func inUnit(u float64) float64 { return min(1, max(0, u)) }

// spread returns the population standard deviation of x.
func spread(x []float64) float64 {
	mean := detsum.Mean(x)
	squares := make([]float64, len(x))
	for i, v := range x {
		squares[i] = float64((v - mean) * (v - mean))
	}
	return math.Sqrt(detsum.Mean(squares))
}

// xlogx is x·ln x, continuous at 0.
func xlogx(x float64) float64 {
	if x == 0 {
		return 0
	}
	return float64(x * math.Log(x))
}

// topTwo returns the largest and second largest of p, which holds two or more.
func topTwo(p []float64) (first, second float64) {
	first, second = math.Inf(-1), math.Inf(-1)
	for _, v := range p {
		switch {
		case v > first:
			first, second = v, first
		case v > second:
			second = v
		}
	}
	return first, second
}

// voteShares returns the shares of the negative, neutral and positive votes. A
// word that is no polarity takes no side: it counts as neutral.
func voteShares(p *sample.Prediction) (shares []float64, ok bool) {
	v := p.VoteCounts()
	n := float64(v.Total())
	if n == 0 {
		return nil, false
	}
	return []float64{float64(v.Negative) / n, float64(v.Neutral+v.Other) / n, float64(v.Positive) / n}, true
}
