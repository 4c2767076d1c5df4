// Package calibrate turns an uncertainty into the probability that the answer is
// wrong: one file per method, each with its formula and its source.
//
// A method is fitted on pairs of an uncertainty, higher = less sure, and whether
// the answer was wrong, and gives a [Calibration], a function of the uncertainty
// alone. Fit on the validation split, or cross-fit where there are no answers to
// it: a calibration judged on the pairs it was fitted on flatters itself. Most
// readers want [ByName], [Method.Fit] and [CrossFit]. Temperature scaling of class
// probabilities, which changes the answers' distributions, is [FitTemperature].
//
// An uncertainty of +Inf is that of a clip without an answer. It is wrong for
// certain: its probability is 1, and no method learns from it.
//
// The package does not judge calibrations: Brier score, calibration error and the
// like are in harness/selective. Equal pairs in any order give equal bits on every
// machine.
package calibrate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Method is a registered way to learn error probabilities.
type Method struct {
	// Name is how configs, tables and figures call the method.
	Name string
	// Doc is one sentence for people, Formula the definition, Citation its source.
	Doc, Formula, Citation string
	// Monotone is set if the probability never falls as the uncertainty rises, so
	// that thresholds on both pick the same clips, but for ties that it makes.
	Monotone bool

	// fit receives the groups of equal uncertainty, ascending, with pairs of both
	// kinds among them.
	fit func(groups []group) Calibration
}

// Calibration maps an uncertainty to the probability that the answer is wrong.
// [Method.Fit] makes it; the zero value is of no use.
type Calibration struct {
	// Method is the name of the method.
	Method string
	// N counts the pairs that the method learnt from, Wrong those among them that
	// were wrong, Unanswered the pairs left out because there was no answer.
	N, Wrong, Unanswered int
	// Params are the fitted numbers of a parametric method, Knots the function of a
	// method that has none: its steps, or the ends of its straight pieces.
	Params []Param
	Knots  []Knot
	// Warnings are caveats to print beside any number made with this calibration.
	Warnings []string

	at func(u float64) float64
}

// Param is a fitted number.
type Param struct {
	Name  string
	Value float64
}

// Knot is a point of a calibration: error probability P at uncertainty U.
type Knot struct {
	U, P float64
}

// ErrOneClass says that the answers to learn from were all right or all wrong.
var ErrOneClass = errors.New("one class: there is nothing to tell apart")

// largest bounds the uncertainties to learn from, so that no square overflows.
const largest = 1e100

// Fit learns from pairs: u[i] is the uncertainty of an answer, wrong[i] whether it
// was wrong. A u of +Inf must be wrong; it is counted and left out. NaN, −Inf, a
// magnitude above 1e100, slices of different length or without any answer are
// errors, and answers that were all right or all wrong are [ErrOneClass].
func (m Method) Fit(u []float64, wrong []bool) (Calibration, error) {
	groups, unanswered, err := grouped(u, wrong)
	if err != nil {
		return Calibration{}, fmt.Errorf("calibrate %s: %w", m.Name, err)
	}
	c := m.fit(groups)
	c.Method, c.Unanswered = m.Name, unanswered
	c.N, c.Wrong = count(groups)
	return c, nil
}

// At returns the probability, in [0,1], that an answer of uncertainty u is wrong:
// 1 for +Inf, NaN for NaN.
func (c Calibration) At(u float64) float64 {
	switch {
	case math.IsNaN(u):
		return u
	case math.IsInf(u, 1):
		return 1
	}
	return c.at(max(u, -math.MaxFloat64))
}

// Apply returns [Calibration.At] of every u.
func (c Calibration) Apply(u []float64) []float64 {
	p := make([]float64, len(u))
	for i, v := range u {
		p[i] = c.At(v)
	}
	return p
}

// group is a set of answers of equal uncertainty: how many, and how many wrong.
type group struct {
	u        float64
	n, wrong int
}

// grouped checks the pairs and returns those that have an answer by ascending
// uncertainty, and how many have none.
func grouped(u []float64, wrong []bool) (groups []group, unanswered int, err error) {
	if len(u) != len(wrong) {
		return nil, 0, fmt.Errorf("%d uncertainties for %d answers", len(u), len(wrong))
	}
	pairs := make([]group, 0, len(u))
	for i, v := range u {
		switch {
		case math.IsInf(v, 1) && !wrong[i]:
			return nil, 0, fmt.Errorf("pair %d: an uncertainty of +Inf means no answer, which cannot be right", i)
		case math.IsInf(v, 1):
			unanswered++
		case !(math.Abs(v) <= largest):
			return nil, 0, fmt.Errorf("pair %d: the uncertainty is %v", i, v)
		default:
			pairs = append(pairs, group{v, 1, b2i(wrong[i])})
		}
	}
	if len(pairs) == 0 {
		return nil, 0, fmt.Errorf("no answers to learn from among %d pairs", len(u))
	}
	groups = pooled(pairs)
	switch n, bad := count(groups); bad {
	case 0:
		return nil, 0, fmt.Errorf("all %d answers are right: %w", n, ErrOneClass)
	case n:
		return nil, 0, fmt.Errorf("all %d answers are wrong: %w", n, ErrOneClass)
	}
	return groups, unanswered, nil
}

// pooled sorts pairs and joins those of equal uncertainty.
func pooled(pairs []group) []group {
	slices.SortFunc(pairs, func(a, b group) int { return cmp.Compare(a.u, b.u) })
	var out []group
	for _, p := range pairs {
		if last := len(out) - 1; last >= 0 && out[last].u == p.u {
			out[last].n += p.n
			out[last].wrong += p.wrong
			continue
		}
		out = append(out, p)
	}
	return out
}

// count returns the number of answers in groups, and of wrong ones.
func count(groups []group) (n, wrong int) {
	for _, g := range groups {
		n += g.n
		wrong += g.wrong
	}
	return n, wrong
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

var registry []Method

func register(m Method) Method {
	if slices.ContainsFunc(registry, func(o Method) bool { return o.Name == m.Name }) {
		panic("calibrate: method " + m.Name + " is registered twice")
	}
	registry = append(registry, m)
	slices.SortFunc(registry, func(a, b Method) int { return strings.Compare(a.Name, b.Name) })
	return m
}

// All returns the registered methods in order of their names.
func All() []Method { return slices.Clone(registry) }

// ByName returns the method called name.
func ByName(name string) (Method, error) {
	var names []string
	for _, m := range registry {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Method{}, fmt.Errorf("calibration method %q is not one of %s", name, strings.Join(names, ", "))
}
