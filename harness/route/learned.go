package route

import (
	"fmt"
	"slices"
	"strconv"
)

// LearnedRouter replaces the uncertainty by the estimated probability that
// escalation gains, and lets another rule set the threshold on it.
//
// The threshold is set on scores that each training clip gets from a router
// fitted without its fold, folds being dealt by video where videos are given. The
// router used afterwards is fitted on all training clips. Several variants have
// a router each.
//
// It needs Features. It reads L2, InnerFolds, Seed and Then, and what that rule
// reads.
var LearnedRouter = register(Rule{
	Name:      "learned-router",
	Doc:       "Logistic regression from features to the probability of a gain; another rule sets the threshold.",
	Formula:   "defer if σ(w·z + b) > τ; w, b minimise log loss + L2/2·|w|²",
	Citation:  "learned post-hoc deferral of Gupta et al. (ICLR 2024); the features and the model are a hypothesis",
	Guarantee: "none: the router is refitted after its threshold was set",
	Reads:     "features and gains, then what the rule Then reads",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		then, err := o.then()
		if err != nil {
			return Choice{}, err
		}
		scored, routers := make([]Clips, len(variants)), make([]*Router, len(variants))
		for i, v := range variants {
			if routers[i], err = FitRouter(v.Features, gained(v), o.l2()); err != nil {
				return Choice{}, err
			}
			scored[i] = v
			if scored[i].U, routers[i].Warnings, err = o.outOfFold(v, routers[i].Warnings); err != nil {
				return Choice{}, err
			}
		}
		choice, err := then.ChooseVariant(scored, o)
		if err != nil {
			return Choice{}, err
		}
		router := routers[choice.Variant]
		choice.Warnings = append(slices.Clone(router.Warnings), choice.Warnings...)
		choice.Signal = Signal{Kind: Learned, Router: router}
		choice.Basis = o.Basis
		choice.Guarantee = fmt.Sprintf("none: %s set the threshold on cross-fitted scores, and its promise does not carry over to the refitted router", then.Name)
		return choice, nil
	},
})

func (o RuleOptions) l2() float64 {
	if o.L2 == 0 {
		return 1
	}
	return o.L2
}

// then returns the rule that sets the threshold.
func (o RuleOptions) then() (Rule, error) {
	name := o.Then
	if name == "" {
		name = BestWithTolerance.Name
	}
	if name == "learned-router" { // by its literal: the variable would refer to itself
		return Rule{}, fmt.Errorf("a learned router cannot set its own threshold")
	}
	r, err := ByName(name)
	if err == nil && r.Control {
		return Rule{}, fmt.Errorf("%s is a reference and sets no threshold", name)
	}
	return r, err
}

// outOfFold returns the score of each clip under a router fitted without its
// fold, and the warnings with those of these routers added.
func (o RuleOptions) outOfFold(c Clips, warnings []string) (score []float64, all []string, err error) {
	k := o.InnerFolds
	if k == 0 {
		k = 5
	}
	videos := c.Videos
	if videos == nil {
		for i := range c.U {
			videos = append(videos, strconv.Itoa(i))
		}
	}
	folds, err := Folds(videos, k, o.Seed)
	if err != nil {
		return nil, nil, err
	}
	out := make([]float64, len(c.U))
	for f := range k {
		train := c.Where(func(clip int) bool { return folds[clip] != f })
		router, err := FitRouter(train.Features, gained(train), o.l2())
		if err != nil {
			return nil, nil, err
		}
		for _, w := range router.Warnings {
			if !slices.Contains(warnings, w) {
				warnings = append(warnings, w)
			}
		}
		score, err := router.Scores(c.Features)
		if err != nil {
			return nil, nil, err
		}
		for i := range out {
			if folds[i] == f {
				out[i] = score[i]
			}
		}
	}
	return out, warnings, nil
}

// gained says which clips are better for escalation.
func gained(c Clips) []bool {
	out := make([]bool, len(c.U))
	for i, g := range gains(c) {
		out[i] = g > 0
	}
	return out
}
