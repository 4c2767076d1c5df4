package route

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"uacs/internal/detsum"
)

// Rule is a registered way to choose which clips are escalated.
type Rule struct {
	Name string
	// Doc is one sentence for people, Formula the definition, Citation its source.
	Doc, Formula, Citation string
	// Guarantee says in words what the rule promises about clips it has not seen
	// and what that rests on. It begins with "none" if it promises nothing.
	Guarantee string
	// Reads says what the rule is tuned on: which columns of the training clips
	// decide its choice.
	Reads string
	// Control marks a reference that no deployed system could or should use.
	Control bool

	choose func(variants []Clips, o RuleOptions) (Choice, error)
}

// RuleOptions are the knobs of the rules; each rule reads those that its
// documentation names and no others.
type RuleOptions struct {
	// Basis and On describe the training clips for those who read a choice: what
	// relation they have to the clips that are judged, and what they are, such as
	// "MOSI valid". An empty Basis means [Tuned].
	Basis Basis
	On    string

	// Threshold is that of fixed-threshold.
	Threshold float64
	// Share, in [0,1], is the share of clips to defer.
	Share float64
	// Budget is the largest mean price of a clip, and Price the price of a clip
	// that takes first and second calls; cost.Axis.Mean is such a function. A nil
	// Price counts calls. Price must be affine in both, so that the price of the
	// means is the mean of the prices.
	Budget float64
	Price  func(first, second float64) float64
	// Tolerance is how much mean quality may be lost against the best.
	Tolerance float64

	// ErrorCost is the cost of a loss of 1, in units of Price. MinQuality is the
	// least estimated mean quality, nil for none. GainMap estimates the gain of
	// escalation as a function of the uncertainty instead of one number.
	ErrorCost  float64
	MinQuality *float64
	GainMap    bool

	// Alpha is the risk to stay below and Delta the probability of failing to.
	Alpha, Delta float64
	// Loss maps the quality of a kept answer to a loss in [0,1]; nil means one
	// minus the quality.
	Loss func(quality float64) float64
	// Grid holds the thresholds to test, fixed without looking at these clips; with
	// Starts 1 the least is where testing starts. If it is nil, thresholds are read off the training uncertainties at Ranks
	// evenly spaced ranks; 0 means 20.
	Grid  []float64
	Ranks int
	// Starts is the number of evenly spaced places from which fixed-sequence
	// testing starts, each with its share of Delta; 0 means one start at the first
	// rank that can succeed, or, on a Grid and by video, 4. Bonferroni gives each
	// threshold its share of Delta instead.
	Starts     int
	Bonferroni bool
	// Unit is what is taken to be exchangeable; "" means [ByClip].
	Unit Unit

	// L2 is the weight of the penalty of the learned router; 0 means 1. Then is
	// the rule that sets the threshold on its scores; "" means
	// best-with-tolerance. InnerFolds is the number of folds its scores for that
	// come from; 0 means 5.
	L2         float64
	Then       string
	InnerFolds int
	// Seed seeds whatever is drawn: random scores, inner folds, one clip per video.
	Seed uint64
}

// Basis says what relation the clips a choice was made on have to those it is
// judged on.
type Basis string

// The bases a choice can have.
const (
	// Given choices were tuned on nothing.
	Given Basis = "given"
	// Tuned choices were made on clips apart from those judged, such as valid.
	Tuned Basis = "tuned on other clips"
	// CrossFitted choices were made on the other folds.
	CrossFitted Basis = "cross-fitted"
	// OracleThreshold choices were made on the clips they are judged on: their
	// quality is too good.
	OracleThreshold Basis = "oracle threshold"
)

// Choice is what a rule decided: escalate the clips whose score is above the
// threshold.
type Choice struct {
	// Rule is the name of the rule; Variant the place, among the variants it was
	// given, of the one it chose.
	Rule    string
	Variant int
	// Signal says what the score of a clip is.
	Signal    Signal
	Threshold float64
	// Basis and On are from the options, N is the number of training clips.
	Basis Basis
	On    string
	N     int
	// Guarantee is the rule's guarantee with the numbers of this choice.
	Guarantee string
	// Expected is the operating point on the training clips: what the rule
	// believed it was choosing, not what it will achieve.
	Expected Point
	// Warnings are caveats to print beside the choice.
	Warnings []string
}

// TunedOn says in a few words what the choice was made on.
func (c Choice) TunedOn() string {
	if c.Basis == Given {
		return string(c.Basis)
	}
	on := c.On
	if on != "" {
		on += ", "
	}
	return fmt.Sprintf("%s (%s%d clips)", c.Basis, on, c.N)
}

// Choose returns what the rule decides on the training clips. The error names
// the rule.
func (r Rule) Choose(train Clips, o RuleOptions) (Choice, error) {
	return r.ChooseVariant([]Clips{train}, o)
}

// ChooseVariant is like [Rule.Choose] for clips under several settings of a
// second knob, of which the rule chooses one too. All variants must have the
// same number of clips.
func (r Rule) ChooseVariant(variants []Clips, o RuleOptions) (Choice, error) {
	if err := sameClips(variants); err != nil {
		return Choice{}, err
	}
	if r.choose == nil {
		return Choice{}, fmt.Errorf("route: rule %q is not registered", r.Name)
	}
	c, err := r.choose(variants, o)
	if err != nil {
		return Choice{}, fmt.Errorf("route: rule %s: %w", r.Name, err)
	}
	c.Rule, c.On, c.N = r.Name, o.On, len(variants[0].U)
	if c.Basis == "" {
		c.Basis = o.Basis
	}
	if c.Basis == "" {
		c.Basis = Tuned
	}
	if c.Guarantee == "" {
		c.Guarantee = r.Guarantee
	}
	return c, nil
}

// sameClips reports variants that are defective or of different length.
func sameClips(variants []Clips) error {
	if len(variants) == 0 {
		return fmt.Errorf("route: no variants")
	}
	for i, v := range variants {
		if err := v.validate(); err != nil {
			return err
		}
		if len(v.U) != len(variants[0].U) {
			return fmt.Errorf("route: variant %d has %d clips, variant 0 has %d", i, len(v.U), len(variants[0].U))
		}
	}
	return nil
}

// prefer chooses among variants the choice of lowest objective, among equals
// the one with the fewest calls, then the first.
func prefer(variants []Clips, choose func(c Clips) (choice Choice, objective float64, err error)) (Choice, error) {
	var best Choice
	lowest := math.NaN()
	for i, v := range variants {
		c, objective, err := choose(v)
		if err != nil {
			return Choice{}, err
		}
		c.Variant = i
		equal := math.Abs(objective-lowest) <= qualityEpsilon
		if i == 0 || (objective < lowest && !equal) || (equal && c.calls() < best.calls()-qualityEpsilon) {
			best, lowest = c, objective
		}
	}
	return best, nil
}

func (c Choice) calls() float64 { return c.Expected.First + c.Expected.Second }

// price returns the mean price of a clip at the point.
func (o RuleOptions) price(p Point) float64 {
	if o.Price == nil {
		return p.First + p.Second
	}
	return o.Price(p.First, p.Second)
}

// pointAt returns the operating point of escalating the clips whose score is
// above a threshold.
func pointAt(c Clips, score []float64, threshold float64) Point {
	fit := newFitted(len(score))
	c.U = score
	fit.apply(c, threshold, make([]int, len(score)), 0)
	p := fit.Point()
	p.Threshold = threshold
	return p
}

// Point returns the mean operating point of the fit. Its threshold is NaN unless
// all policies have the same.
func (f Fitted) Point() Point {
	p := Point{
		Threshold: math.NaN(), Quality: detsum.Mean(f.Quality),
		First: detsum.Mean(f.First), Second: detsum.Mean(f.Second),
	}
	for _, d := range f.Deferred {
		if d {
			p.Deferred++
		}
	}
	p.Rate = float64(p.Deferred) / float64(len(f.Deferred))
	if len(f.Policies) > 0 && !slices.ContainsFunc(f.Policies, func(o Policy) bool { return o.Threshold != f.Policies[0].Threshold }) {
		p.Threshold = f.Policies[0].Threshold
	}
	return p
}

func newFitted(n int) Fitted {
	return Fitted{Deferred: make([]bool, n), Quality: make([]float64, n), First: make([]float64, n), Second: make([]float64, n)}
}

var registry []Rule

func register(r Rule) Rule {
	if slices.ContainsFunc(registry, func(o Rule) bool { return o.Name == r.Name }) {
		panic("route: rule " + r.Name + " is registered twice")
	}
	registry = append(registry, r)
	slices.SortFunc(registry, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return r
}

// All returns the registered rules in order of their names.
func All() []Rule { return slices.Clone(registry) }

// ByName returns the rule called name.
func ByName(name string) (Rule, error) {
	var names []string
	for _, r := range registry {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return Rule{}, fmt.Errorf("routing rule %q is not one of %s", name, strings.Join(names, ", "))
}
