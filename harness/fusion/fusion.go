// Package fusion holds the strategies that make one answer of several: what
// happens to a clip once the small model's answer is doubted. One file per
// strategy, with its formula, its source and what it needs.
//
// A strategy is a pure function of one clip. Whether a clip is escalated at all
// is not its business but that of package route. Most readers want [ByName] and
// [Strategy.Apply].
package fusion

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"uacs/harness/sample"
)

// Answer is what a model said about a clip, reduced to what fusion reads.
type Answer struct {
	// Score is the sentiment on the label scale, NaN if the model gave none.
	Score float64
	// Polarity is the sign of the answer under the decision rule in force.
	Polarity sample.Polarity
	// OK is false if there is no usable answer.
	OK bool
}

// Clip is one escalated clip.
type Clip struct {
	// Small and Large are the first-round answers, Second the answer of the
	// second inference; Second.OK is false where there is none.
	Small, Large, Second Answer
	// USmall and ULarge are the uncertainties of the first-round answers, higher =
	// less sure; NaN where unknown.
	USmall, ULarge float64
	// Truth is the label. Only the oracle reads it.
	Truth float64
}

// Params are the knobs of the strategies.
type Params struct {
	// TauLarge is the threshold on the large model: it is confident where its
	// uncertainty is at most TauLarge.
	TauLarge float64
	// Weight turns an uncertainty into a weight of an average; nil means
	// [Confidence].
	Weight func(u float64) float64
}

// Confidence is the weight 1−u, cut at 0: the weight hypothesis for U-ACS v1.
func Confidence(u float64) float64 { return max(0, 1-u) }

// InverseUncertainty is the alternative weight 1/u, bounded for u near 0.
func InverseUncertainty(u float64) float64 { return 1 / max(u, 1e-6) }

// Stage says which part of the cascade gave the answer.
type Stage string

// The stages a clip can end in.
const (
	Kept      Stage = "kept"      // the small model's answer, no call
	Replaced  Stage = "replaced"  // the large model's answer
	Confident Stage = "confident" // the large model's, accepted because it was sure
	Agreed    Stage = "agreed"    // the large model's, accepted because both agree
	Averaged  Stage = "averaged"  // a mean of both
	Requeried Stage = "requeried" // the second inference's
	FellBack  Stage = "fell-back" // the small model's, because a later answer was unusable
)

// Outcome is the cascade's answer to a clip.
type Outcome struct {
	Answer Answer
	Stage  Stage
	// Calls counts the inferences of the large model that the answer took.
	Calls int
}

// Strategy is a registered way to answer an escalated clip.
type Strategy struct {
	Name string
	// Doc is one sentence for people, Formula the definition, Citation its source.
	Doc, Formula, Citation string
	// Cost says how many calls of the large model an escalated clip takes.
	Cost string
	// NeedsScores is set if both answers must have a score, NeedsSecond if a
	// second inference's answers must be given, NeedsTau if TauLarge is read.
	NeedsScores, NeedsSecond, NeedsTau bool
	// Control marks a reference that no deployed system could use.
	Control bool

	fuse func(c Clip, p Params) Outcome
}

// Keep returns the outcome of a clip that is not escalated.
func Keep(small Answer) Outcome { return Outcome{Answer: small, Stage: Kept} }

// Apply answers an escalated clip. If the large model's answer is unusable the
// small model's stands, and the call is counted all the same.
func (s Strategy) Apply(c Clip, p Params) Outcome {
	if p.Weight == nil {
		p.Weight = Confidence
	}
	if !c.Large.OK && s.Name != SmallOnly.Name {
		return Outcome{Answer: c.Small, Stage: FellBack, Calls: 1}
	}
	return s.fuse(c, p)
}

// average returns the weighted mean of both scores, NaN if either is missing,
// with its sign as polarity. Where a score is missing and the polarities are
// equal, that polarity stands.
func average(c Clip, p Params) Answer {
	ws, wl := p.Weight(c.USmall), p.Weight(c.ULarge)
	if ws+wl == 0 || math.IsNaN(ws+wl) { // nothing known in favour of either
		ws, wl = 1, 1
	}
	a := Answer{Score: (float64(ws*c.Small.Score) + float64(wl*c.Large.Score)) / (ws + wl), OK: true}
	if math.IsNaN(a.Score) {
		a.Polarity = c.Large.Polarity
		return a
	}
	a.Polarity = sample.PolarityOf(a.Score)
	return a
}

// requery is the outcome of asking again; where the second answer is unusable,
// the large model's first answer stands.
func requery(c Clip) Outcome {
	if !c.Second.OK {
		return Outcome{Answer: c.Large, Stage: FellBack, Calls: 2}
	}
	return Outcome{Answer: c.Second, Stage: Requeried, Calls: 2}
}

// confident reports whether the large model is sure enough to be accepted.
func confident(c Clip, p Params) bool { return c.ULarge <= p.TauLarge }

var registry []Strategy

func register(s Strategy) Strategy {
	if slices.ContainsFunc(registry, func(o Strategy) bool { return o.Name == s.Name }) {
		panic("fusion: strategy " + s.Name + " is registered twice")
	}
	registry = append(registry, s)
	slices.SortFunc(registry, func(a, b Strategy) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// All returns the registered strategies in order of their names.
func All() []Strategy { return slices.Clone(registry) }

// ByName returns the strategy called name.
func ByName(name string) (Strategy, error) {
	var names []string
	for _, s := range registry {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Strategy{}, fmt.Errorf("fusion strategy %q is not one of %s", name, strings.Join(names, ", "))
}
