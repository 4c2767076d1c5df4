package synth

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Exact holds what is true of a config's distribution, by enumeration. Every
// accuracy is over clips with a non-zero label, an answer being right when its
// score has the label's sign; a score of 0 is wrong. A refusal of the large
// model is answered by the small one. The number of clips and videos has no
// influence on any value here, only on [Estimand.StdErr].
type Exact struct {
	Title    string `json:"title"`
	Dataset  string `json:"dataset"`
	Revision string `json:"revision"`
	// Total is the probability of everything enumerated: 1 but for rounding.
	Total float64 `json:"total"`
	// Labels and LabelProbs are the label grid and the marginal distribution.
	Labels     []float64 `json:"labels"`
	LabelProbs []float64 `json:"label_probs"`
	// Nonzero is the share of clips with a non-zero label.
	Nonzero Estimand `json:"nonzero"`

	// Small, Large and Second are the accuracies of the three answers.
	Small  Estimand `json:"small"`
	Large  Estimand `json:"large"`
	Second Estimand `json:"second"`
	// Oracle is the accuracy of choosing the right one of small and large
	// wherever one is right.
	Oracle Estimand `json:"oracle"`
	// Gain and Loss are the shares of scored clips where only the large model is
	// right and where only the small one is. Small + Gain - Loss = Large.
	Gain Estimand `json:"gain"`
	Loss Estimand `json:"loss"`
	// TextCeiling and FullCeiling are the best accuracies that any rule reaches
	// from the text, and from text, voice and face: the most probable sign. They
	// are not below those of the sign of the expected label.
	TextCeiling float64 `json:"text_ceiling"`
	FullCeiling float64 `json:"full_ceiling"`

	// Curves are the deferral curves of replacing the small answer by the large
	// one, by [Entropy] and by [DistanceToNeutral].
	Curves []Curve `json:"curves"`
	// Warnings say where a measured curve may differ from the exact one for a
	// reason other than sampling.
	Warnings []string `json:"warnings,omitempty"`
}

// The names of the two uncertainties that [Enumerate] defers by, higher being
// less sure.
const (
	// Entropy is the entropy of the small model's Probs divided by ln K.
	Entropy = "entropy"
	// DistanceToNeutral is minus the size of its Score.
	DistanceToNeutral = "distance_to_neutral"
)

// Curve is one exact deferral curve.
type Curve struct {
	Uncertainty string `json:"uncertainty"`
	// Points begin with no clip deferred and go on with one point for each value
	// that the uncertainty can take, in descending order; the last defers all.
	Points []Point `json:"points"`
	// AUDC is the area under Accuracy over RateScored by the trapezoid rule,
	// RandomAUDC and OracleAUDC those of the two references.
	AUDC       float64 `json:"audc"`
	RandomAUDC float64 `json:"random_audc"`
	OracleAUDC float64 `json:"oracle_audc"`
}

// Point is one point of a deferral curve: the clips with an uncertainty of at
// least Threshold are deferred.
type Point struct {
	// Threshold is nil at the first point, where nothing is deferred.
	Threshold *float64 `json:"threshold"`
	// Classes are the text classes that this point defers and the one before
	// did not.
	Classes []string `json:"classes,omitempty"`
	// Rate is the deferred share of all clips, RateScored that of the clips with
	// a non-zero label.
	Rate       Estimand `json:"rate"`
	RateScored Estimand `json:"rate_scored"`
	Accuracy   Estimand `json:"accuracy"`
	// Random and Oracle are the accuracies at RateScored of deferring at random
	// and of deferring gains first and losses last.
	Random float64 `json:"random"`
	Oracle float64 `json:"oracle"`
}

// Estimand is the value of a share in the distribution, with what is needed for
// the standard error of its estimate from a sample of clips in videos.
type Estimand struct {
	Value float64 `json:"value"`
	// Within is the mean over videos' latents of the conditional variance of one
	// clip's influence on the estimate, Between the variance of its conditional
	// mean. The influence of a clip on C/N is (c - Value*n)/E[n], where c and n
	// are its contributions to C and N.
	Within  float64 `json:"within"`
	Between float64 `json:"between"`
}

// StdErr returns the standard error of the share measured in videos of the given
// numbers of clips: the square root of (Within*n + Between*sum of squares of
// clips)/n^2, n being all clips. It is exact for shares of all clips and the
// first-order (delta-method) one for shares of the scored clips. It returns NaN
// without clips.
func (e Estimand) StdErr(clips []int) float64 {
	n, squares := 0.0, 0.0
	for _, k := range clips {
		n += float64(k)
		squares += float64(k) * float64(k)
	}
	return math.Sqrt(float64(e.Within*n)+float64(e.Between*squares)) / n
}

// Random returns the accuracy of deferring a share of the scored clips at
// random, in expectation: the straight line from Small to Large.
func (e *Exact) Random(rate float64) float64 {
	return e.Small.Value + float64(rate*(e.Large.Value-e.Small.Value))
}

// OracleAt returns the accuracy of an oracle that must defer that share of the
// scored clips: it takes first those that only the large model gets right, last
// those that only the small one does.
func (e *Exact) OracleAt(rate float64) float64 {
	return e.Small.Value + min(rate, e.Gain.Value) - max(0, rate-(1-e.Loss.Value))
}

// Curve returns the curve of an uncertainty, nil for an unknown name.
func (e *Exact) Curve(uncertainty string) *Curve {
	for i := range e.Curves {
		if e.Curves[i].Uncertainty == uncertainty {
			return &e.Curves[i]
		}
	}
	return nil
}

// Enumerate computes the exact values of c's distribution: a sum over all
// combinations of mood, recording, grade, difficulty, sarcasm, text class, three
// cues, lapse and refusal. It takes some milliseconds and draws no random number.
func Enumerate(c Config) (*Exact, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	m := newModel(c)
	j := m.enumerate(c)
	e := &Exact{
		Title: c.Title(), Dataset: c.Name, Revision: c.Revision(),
		Labels: m.labels, LabelProbs: m.labelMarginal(),
	}
	for _, z := range j.cells {
		for _, cell := range z {
			e.Total += cell.all
		}
	}
	share := func(part, whole func(*cell) float64) Estimand {
		return j.estimand(func(_ int, x *cell) float64 { return part(x) }, whole)
	}
	e.Nonzero = share(scored, all)
	e.Small = share(func(x *cell) float64 { return x.small }, scored)
	e.Large = share(func(x *cell) float64 { return x.large }, scored)
	e.Second = share(func(x *cell) float64 { return x.second }, scored)
	e.Gain = share(func(x *cell) float64 { return x.large - x.both }, scored)
	e.Loss = share(func(x *cell) float64 { return x.small - x.both }, scored)
	e.Oracle = share(func(x *cell) float64 { return x.small + x.large - x.both }, scored)
	e.TextCeiling, e.FullCeiling = m.ceilings()
	e.addCurve(j, Entropy, func(t int) float64 { return m.small[t].entropy() })
	e.addCurve(j, DistanceToNeutral, func(t int) float64 { return -math.Abs(m.small[t].score) })
	return e, nil
}

// sameUncertainty is the difference below which two classes have one
// uncertainty: the rounding error of an entropy is some 1e-15.
const sameUncertainty = 1e-9

// addCurve appends the curve of the uncertainty u of a text class.
func (e *Exact) addCurve(j *joint, name string, u func(t int) float64) {
	var order []int
	for t := range textClasses {
		if j.mass(t) > 0 {
			order = append(order, t)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(u(b), u(a)) })
	curve := Curve{Uncertainty: name, Points: []Point{e.point(j, nil)}}
	deferred := make([]bool, textClasses)
	for i := 0; i < len(order); {
		var names []string
		threshold := u(order[i])
		for ; i < len(order) && threshold-u(order[i]) < sameUncertainty; i++ {
			deferred[order[i]] = true
			names = append(names, textClass(order[i]).String())
		}
		if len(names) > 1 {
			threshold = u(order[i-1])
			e.Warnings = append(e.Warnings, fmt.Sprintf(
				"%s: %d text classes have one value (%v); a measured curve may part them by their rounding errors",
				name, len(names), names))
		}
		p := e.point(j, deferred)
		p.Threshold, p.Classes = &threshold, names
		curve.Points = append(curve.Points, p)
	}
	curve.areas(e)
	e.Curves = append(e.Curves, curve)
}

// point computes the estimands of deferring the given text classes.
func (e *Exact) point(j *joint, deferred []bool) Point {
	isDeferred := func(t int) bool { return deferred != nil && deferred[t] }
	p := Point{
		Rate: j.estimand(func(t int, x *cell) float64 {
			if isDeferred(t) {
				return x.all
			}
			return 0
		}, all),
		RateScored: j.estimand(func(t int, x *cell) float64 {
			if isDeferred(t) {
				return x.scored
			}
			return 0
		}, scored),
		Accuracy: j.estimand(func(t int, x *cell) float64 {
			if isDeferred(t) {
				return x.large
			}
			return x.small
		}, scored),
	}
	p.Random, p.Oracle = e.Random(p.RateScored.Value), e.OracleAt(p.RateScored.Value)
	return p
}

// areas fills the three areas under c. That of the oracle is integrated over its
// own corners, so it does not depend on where c has points.
func (c *Curve) areas(e *Exact) {
	for i := 1; i < len(c.Points); i++ {
		a, b := c.Points[i-1], c.Points[i]
		c.AUDC += (b.RateScored.Value - a.RateScored.Value) * (a.Accuracy.Value + b.Accuracy.Value) / 2
	}
	c.RandomAUDC = (e.Small.Value + e.Large.Value) / 2
	gain, loss := e.Gain.Value, e.Loss.Value
	c.OracleAUDC = e.Small.Value + float64(gain*(1-gain/2)) - float64(loss*loss)/2
}
