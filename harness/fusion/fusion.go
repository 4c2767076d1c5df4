// Package fusion holds the strategies that make one answer of several: what
// happens to a clip once the small model's answer is doubted. One file per
// strategy, with its formula, its source and what it needs.
//
// A strategy is a pure function of one clip. Whether a clip is escalated at all
// is not its business but that of package route. Most readers want [ByName] and
// [Strategy.Apply].
//
// Beside the baselines and the two published versions of U-ACS there are
// blends of both answers, learned stacking ([Strategy.Fit]), and ablations, the
// strategies named uacs-… beside uacs-v1 and uacs-v2: each takes one part of it
// away or puts chance in its place. What a strategy needs is in its Needs
// fields; [Strategy.Check] says whether clips have it. [Func] makes a strategy of
// your own that is not registered.
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
	// Variance is the variance of the score, in squared label units. 0 and NaN
	// both mean unknown; [VarianceOf] gives it for a record.
	Variance float64
	// Bins are class centres on the label scale and Probs the probabilities of
	// those classes, summing to 1; both nil if the model gave none. Strategies
	// read them and never write to them.
	Bins, Probs []float64
}

// Clip is one escalated clip.
type Clip struct {
	// Small and Large are the first-round answers, Second the answer of the
	// second inference; Second.OK is false where there is none.
	Small, Large, Second Answer
	// USmall and ULarge are the uncertainties of the first-round answers, higher =
	// less sure; NaN where unknown.
	USmall, ULarge float64
	// Truth is the label. Only the oracle and [Strategy.Fit] read it.
	Truth float64
	// Key identifies the clip; only strategies that toss a coin read it, so that
	// the coin belongs to the clip and not to its place in a slice.
	Key string
	// Other is the second answer of another clip, see [ShuffleSecond]. Only the
	// shuffled controls read it.
	Other Answer
}

// Params are the knobs of the strategies.
type Params struct {
	// TauLarge is the threshold on the large model: it is confident where its
	// uncertainty is at most TauLarge.
	TauLarge float64
	// Weight turns an uncertainty into a weight of an average; nil means
	// [Confidence].
	Weight func(u float64) float64
	// Seed seeds the coins of the strategies that toss one.
	Seed uint64
	// SecondShare is the share of clips, in (0,1], that a random second round asks
	// again; 0 means one half.
	SecondShare float64
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
	Averaged  Stage = "averaged"  // a mean or another blend of both
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
	// NeedsProbs is set if both answers must have probabilities over the same
	// bins, NeedsVariance if both must have a variance.
	NeedsProbs, NeedsVariance bool
	// NeedsKey is set if each clip must have a Key of its own, NeedsOther if the
	// second answers of other clips must be given.
	NeedsKey, NeedsOther bool
	// NeedsTraining is set until [Strategy.Fit] has learned the strategy's numbers.
	NeedsTraining bool
	// Control marks a reference that no deployed system could or would use.
	Control bool

	// needsBoth is set if an unusable small answer leaves the large one alone.
	needsBoth bool
	fuse      func(c Clip, p Params) Outcome
	// fit learns a model, and answer reads its value; both nil if there is nothing
	// to learn.
	fit    func(train []Clip, t Training) (*linear, error)
	answer func(value float64) Answer
	model  *linear
}

// Keep returns the outcome of a clip that is not escalated.
func Keep(small Answer) Outcome { return Outcome{Answer: small, Stage: Kept} }

// Apply answers an escalated clip. If the large model's answer is unusable the
// small model's stands, and the call is counted all the same. Where a clip lacks
// what s needs, the large model's answer stands, at the stage [FellBack]; the
// docs of the blends say where they can do better. Apply is deterministic: a
// coin is a function of the seed and the clip's key.
func (s Strategy) Apply(c Clip, p Params) Outcome {
	if p.Weight == nil {
		p.Weight = Confidence
	}
	if !c.Large.OK && s.Name != SmallOnly.Name {
		return Outcome{Answer: c.Small, Stage: FellBack, Calls: 1}
	}
	if s.needsBoth && !c.Small.OK {
		return Outcome{Answer: c.Large, Stage: Replaced, Calls: 1}
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
func requery(c Clip) Outcome { return requeried(c, c.Second) }

func requeried(c Clip, second Answer) Outcome {
	if !second.OK {
		return Outcome{Answer: c.Large, Stage: FellBack, Calls: 2}
	}
	return Outcome{Answer: second, Stage: Requeried, Calls: 2}
}

// fellBack is the large model's answer for want of what a strategy needs.
func fellBack(c Clip) Outcome { return Outcome{Answer: c.Large, Stage: FellBack, Calls: 1} }

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
