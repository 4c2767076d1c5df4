package route

import (
	"fmt"
	"slices"

	"uacs/internal/detsum"
)

// CrossFitRule lets a rule choose, for each fold, on the other folds, and
// applies each choice to its fold. Variants are as in [CrossFit]; folds hold the
// fold of each clip, from 0, as [Folds] deals them. With best-with-tolerance it
// equals [CrossFit].
//
// A guarantee of the rule holds for each fold's choice by itself, not for all of
// them together.
func CrossFitRule(r Rule, variants []Clips, folds []int, o RuleOptions) (Fitted, error) {
	if err := sameClips(variants); err != nil {
		return Fitted{}, err
	}
	if len(folds) != len(variants[0].U) {
		return Fitted{}, fmt.Errorf("route: %d clips in %d folds' entries", len(variants[0].U), len(folds))
	}
	o.Basis = CrossFitted
	fit := newFitted(len(folds))
	for k := range slices.Max(folds) + 1 {
		train := make([]Clips, len(variants))
		for i, v := range variants {
			train[i] = v.Where(func(clip int) bool { return folds[clip] != k })
		}
		choice, err := r.ChooseVariant(train, o)
		if err != nil {
			return Fitted{}, fmt.Errorf("without fold %d: %w", k, err)
		}
		if err := fit.take(choice, variants, folds, k); err != nil {
			return Fitted{}, err
		}
	}
	return fit, nil
}

// Judge lets a rule choose on the training clips, such as a valid split, and
// applies its choice to all test clips. The variants of both must correspond.
// The fit has one policy and one choice; its [Fitted.Point] has the achieved
// share, price and quality.
func Judge(r Rule, train, test []Clips, o RuleOptions) (Fitted, error) {
	if len(train) != len(test) {
		return Fitted{}, fmt.Errorf("route: %d variants to choose on but %d to judge on", len(train), len(test))
	}
	choice, err := r.ChooseVariant(train, o)
	if err != nil {
		return Fitted{}, err
	}
	return choice.Apply(test)
}

// Apply returns what the choice does to clips, given in as many variants as it
// was made among.
func (c Choice) Apply(variants []Clips) (Fitted, error) {
	if err := sameClips(variants); err != nil {
		return Fitted{}, err
	}
	if c.Variant >= len(variants) {
		return Fitted{}, fmt.Errorf("route: variant %d was chosen, there are %d", c.Variant, len(variants))
	}
	n := len(variants[0].U)
	fit := newFitted(n)
	return fit, fit.take(c, variants, make([]int, n), 0)
}

// take applies a choice to the clips of fold k.
func (f *Fitted) take(choice Choice, variants []Clips, folds []int, k int) error {
	c := variants[choice.Variant]
	var err error
	if c.U, err = choice.Signal.Scores(c); err != nil {
		return err
	}
	f.apply(c, choice.Threshold, folds, k)
	f.Policies = append(f.Policies, Policy{Variant: choice.Variant, Threshold: choice.Threshold})
	f.Choices = append(f.Choices, choice)
	return nil
}

// Optimism compares an honest choice with the one that the same rule makes on
// the very clips it is judged on.
type Optimism struct {
	// Honest and Oracle are the operating points of both on the judged clips.
	Honest, Oracle Point
	// Choice is the oracle's; its basis is [OracleThreshold].
	Choice Choice
	// Quality is Oracle minus Honest quality: by how much a threshold tuned on
	// test flatters. It may be negative for a rule that does not seek quality.
	// Calls is Oracle minus Honest calls per clip.
	Quality, Calls float64
	// Believed is the honest choices' mean expected quality, on their training
	// clips, minus the honest quality; NaN if the fit has no choices.
	Believed float64
}

// NewOptimism returns the optimism gap of a fit by [CrossFitRule] or [Judge],
// given the variants it was judged on, the rule, and its options.
func NewOptimism(r Rule, judged []Clips, fit Fitted, o RuleOptions) (Optimism, error) {
	o.Basis = OracleThreshold
	choice, err := r.ChooseVariant(judged, o)
	if err != nil {
		return Optimism{}, err
	}
	oracle, err := choice.Apply(judged)
	if err != nil {
		return Optimism{}, err
	}
	g := Optimism{Honest: fit.Point(), Oracle: oracle.Point(), Choice: choice}
	g.Quality = g.Oracle.Quality - g.Honest.Quality
	g.Calls = g.Oracle.First + g.Oracle.Second - g.Honest.First - g.Honest.Second
	var expected []float64
	for _, c := range fit.Choices {
		expected = append(expected, c.Expected.Quality)
	}
	g.Believed = detsum.Mean(expected) - g.Honest.Quality
	return g, nil
}
