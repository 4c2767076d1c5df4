package metric

import (
	"fmt"
	"math"
	"slices"
)

// Value is one metric of one set of answers.
type Value struct {
	// Name is the metric's name in its profile.
	Name string
	// Value is a fraction for accuracies and F1, in label units for MAE, and NaN
	// where the metric is not available.
	Value float64
	// N is the number of clips that count.
	N int
	// NA says why Value is NaN; empty when it is not.
	NA string
}

// Result holds all metrics of a profile.
type Result struct {
	Profile string
	Kind    Kind
	// Values stand in the profile's order.
	Values []Value
	// Warnings are caveats to print beside the numbers.
	Warnings []string
}

// Get returns the metric of that name.
func (r Result) Get(name string) (Value, bool) {
	i := slices.IndexFunc(r.Values, func(v Value) bool { return v.Name == name })
	if i < 0 {
		return Value{}, false
	}
	return r.Values[i], true
}

// Evaluate computes all metrics of a profile. A metric that needs a score of
// every clip reads n/a where one is lacking; no clips at all make every metric
// n/a. An unknown profile or kind, slices of different length, a label that is
// not finite and an infinite score are errors. The cost is linear in the number
// of clips.
func Evaluate(profile string, kind Kind, a Answers) (Result, error) {
	p, err := Lookup(profile)
	if err != nil {
		return Result{}, err
	}
	defs, ok := p.metrics[kind]
	if !ok {
		return Result{}, fmt.Errorf("profile %s has no rules for label scale %v", profile, kind)
	}
	if err := a.check(); err != nil {
		return Result{}, fmt.Errorf("evaluate by profile %s: %w", profile, err)
	}
	result := Result{Profile: profile, Kind: kind, Warnings: a.warnings(kind)}
	for _, d := range defs {
		out := d.measure.of(a)
		if out.reason == "" && math.IsNaN(out.value) {
			out.reason = "not a number"
		}
		result.Values = append(result.Values, Value{Name: d.Name, Value: out.value, N: out.n, NA: out.reason})
		for _, w := range out.warnings {
			result.Warnings = append(result.Warnings, d.Name+": "+w)
		}
	}
	return result, nil
}

// Correct returns the per-clip vector of the profile's headline accuracy
// ([Profile.Headline]): 1 where the answer is right, else 0, and whether the
// clip counts. A clip that does not count has 0. The mean over the counted clips
// is the accuracy that [Evaluate] reports.
func Correct(profile string, kind Kind, a Answers) (correct []float64, counted []bool, err error) {
	p, err := Lookup(profile)
	if err != nil {
		return nil, nil, err
	}
	return PerClip(profile, kind, p.headline[kind], a)
}

// PerClip returns the vector whose mean over the counted clips is the named
// metric: 1 or 0 for an accuracy, |p-y| for MAE. Clips that do not count have 0.
// F1 and Corr have no such vector, and a metric that is n/a for these answers
// has none either; both are errors.
func PerClip(profile string, kind Kind, name string, a Answers) (value []float64, counted []bool, err error) {
	p, err := Lookup(profile)
	if err != nil {
		return nil, nil, err
	}
	d, err := p.definition(kind, name)
	if err != nil {
		return nil, nil, err
	}
	m, ok := d.measure.(averaged)
	if !ok {
		return nil, nil, fmt.Errorf("%s of profile %s is not a mean over clips", name, profile)
	}
	if err := a.check(); err != nil {
		return nil, nil, fmt.Errorf("%s by profile %s: %w", name, profile, err)
	}
	value, counted, reason := m.perClip(a)
	if reason != "" {
		return nil, nil, fmt.Errorf("%s by profile %s: n/a: %s", name, profile, reason)
	}
	return value, counted, nil
}

// Printed returns x as MMSA prints and averages it: four decimals, halves of the
// scaled number to even (numpy's round). NaN stays NaN.
func Printed(x float64) float64 { return math.RoundToEven(x*1e4) / 1e4 }
