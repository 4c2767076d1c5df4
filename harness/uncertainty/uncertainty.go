// Package uncertainty holds the measures that decide which answers are doubted:
// one file per measure, each with its formula, its source and what it needs.
//
// Every measure is oriented the same way, higher = less sure, and scaled to
// [0,1] where its formula allows. A measure whose inputs are absent is not
// applicable, with the reason; it is never zero. Most readers want [ByName] and
// [Measure.Column].
//
// Adding a measure is one file that calls register in a variable declaration,
// one test, and one line in a config.
package uncertainty

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"uacs/harness/sample"
)

// Measure is a registered uncertainty measure or control.
type Measure struct {
	// Name is how configs, tables and figures call the measure.
	Name string
	// Doc is one sentence for people, Formula the definition, Citation its source.
	Doc, Formula, Citation string
	// Needs says what a prediction must hold.
	Needs string
	// Cost says what the measure costs beyond the answers themselves.
	Cost string
	// Control marks a reference that no router could use in earnest: random,
	// shuffled, oracle.
	Control bool

	column func(Input) ([]float64, error)
}

// Input is what a measure sees: columns aligned by clip.
type Input struct {
	// Answers are the predictions whose uncertainty is wanted.
	Answers []*sample.Prediction
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
// answer is an error record gets +Inf: nothing is less sure than no answer. It
// returns a [*NotApplicable] error if some usable answer lacks what m needs.
func (m Measure) Column(in Input) ([]float64, error) {
	u, err := m.column(in)
	if err != nil {
		return nil, fmt.Errorf("uncertainty %s: %w", m.Name, err)
	}
	for i, p := range in.Answers {
		if !p.OK() && !m.Control {
			u[i] = math.Inf(1)
		}
	}
	return u, nil
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
			if u[i], ok = formula(p, in.HalfRange); ok {
				continue
			}
			if absent.Missing == 0 {
				absent.ID = p.ID
			}
			absent.Missing++
		}
		if absent.Missing > 0 {
			return nil, &absent
		}
		return u, nil
	}
}

// xlogx is x·ln x, continuous at 0.
func xlogx(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(x)
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
