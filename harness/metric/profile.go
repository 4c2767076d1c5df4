package metric

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says which label scale a dataset has; profiles have other rules for each.
type Kind int

// The two label scales.
const (
	// MOSI is the scale [-3,3] of CMU-MOSI and CMU-MOSEI.
	MOSI Kind = iota + 1
	// SIMS is the scale [-1,1] of CH-SIMS and CH-SIMS v2.
	SIMS
)

// String returns "mosi" or "sims".
func (k Kind) String() string {
	switch k {
	case MOSI:
		return "mosi"
	case SIMS:
		return "sims"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// limit returns the largest label of the scale; the smallest is its negative.
func (k Kind) limit() float64 {
	if k == SIMS {
		return 1
	}
	return 3
}

// KindOf returns the label scale of a dataset by its short name: mosi, mosei,
// sims, simsv2, synth-mosi or synth-sims. Any other name is an error.
func KindOf(dataset string) (Kind, error) {
	switch dataset {
	case "mosi", "mosei", "synth-mosi":
		return MOSI, nil
	case "sims", "simsv2", "synth-sims":
		return SIMS, nil
	}
	return 0, fmt.Errorf("dataset %q has no known label scale (mosi, mosei, sims, simsv2, synth-mosi, synth-sims)", dataset)
}

// Definition describes one metric of a profile.
type Definition struct {
	// Name is the metric's name within its profile, where there is one the name
	// that the profile's source prints.
	Name string
	// Doc says in a sentence what the number is, and Formula how it is computed,
	// with p an answer's score, y its label and n the number of counted clips.
	Doc, Formula string
	// Zero says what becomes of a label of 0 and of an answer of 0.
	Zero string
	// Rounding says how a score becomes a class.
	Rounding string
	// Source names the repository, commit and file that the rule follows.
	Source string
	// NeedsScore tells that the metric reads n/a when any answer has no numeric
	// score. Other metrics need the sign only.
	NeedsScore bool
	// LowerIsBetter is the orientation: true for MAE, false for all others.
	LowerIsBetter bool

	measure measure
}

// Averages reports whether the metric is the mean of one number per clip, which
// [PerClip] then returns. F1 scores and correlations are not.
func (d Definition) Averages() bool {
	_, ok := d.measure.(averaged)
	return ok
}

// measure computes one metric. The answers have passed Answers.check.
type measure interface {
	of(a Answers) outcome
}

// averaged is a measure that is the mean of one number per clip. A reason other
// than "" says why there is none.
type averaged interface {
	perClip(a Answers) (value []float64, counted []bool, reason string)
}

// outcome is a metric's value, NaN with a reason where there is none.
type outcome struct {
	value    float64
	n        int
	reason   string
	warnings []string
}

// Profile is a named set of rules.
type Profile struct {
	// Name is what configurations and tables call it.
	Name string
	// Doc says in a sentence whose rules these are.
	Doc string
	// Source names the repository, commit and file.
	Source string

	headline map[Kind]string
	metrics  map[Kind][]Definition
}

// Metrics returns the profile's metrics for a label scale, in the order in which
// its source prints them. The slice is the caller's.
func (p *Profile) Metrics(kind Kind) []Definition { return slices.Clone(p.metrics[kind]) }

// Headline returns the name of the accuracy that [Correct] uses: the two-class
// accuracy of the profile, on non-zero labels where the profile has such a one.
func (p *Profile) Headline(kind Kind) string { return p.headline[kind] }

// registry holds the profiles; the files of the profiles fill it from init.
var registry = map[string]*Profile{}

// register adds p. It panics on a second profile of the same name and on a
// headline that is not among the metrics or does not average: bugs.
func register(p *Profile) {
	if registry[p.Name] != nil {
		panic("metric: profile " + p.Name + " registered twice")
	}
	for _, kind := range []Kind{MOSI, SIMS} {
		d, err := p.definition(kind, p.headline[kind])
		if err != nil || !d.Averages() {
			panic("metric: profile " + p.Name + " has no headline accuracy for " + kind.String())
		}
	}
	registry[p.Name] = p
}

// Profiles returns all profiles, sorted by name.
func Profiles() []*Profile {
	all := make([]*Profile, 0, len(registry))
	for _, p := range registry {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *Profile) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup returns the profile of that name, or an error that lists the names.
func Lookup(name string) (*Profile, error) {
	if p := registry[name]; p != nil {
		return p, nil
	}
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.Name)
	}
	return nil, fmt.Errorf("unknown metric profile %q (known: %s)", name, strings.Join(names, ", "))
}

// definition returns the metric of that name.
func (p *Profile) definition(kind Kind, name string) (Definition, error) {
	defs, ok := p.metrics[kind]
	if !ok {
		return Definition{}, fmt.Errorf("profile %s has no rules for label scale %v", p.Name, kind)
	}
	i := slices.IndexFunc(defs, func(d Definition) bool { return d.Name == name })
	if i < 0 {
		return Definition{}, fmt.Errorf("profile %s has no metric %q for label scale %v", p.Name, name, kind)
	}
	return defs[i], nil
}
