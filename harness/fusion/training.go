package fusion

import (
	"fmt"
	"math"
)

// Training says how a strategy is fitted.
type Training struct {
	// Penalty is the weight λ > 0 of the squared coefficients of standardised
	// features, in the units of scikit-learn's Ridge(alpha=λ) and
	// LogisticRegression(C=1/λ); 0 means 1.
	Penalty float64
}

// Fit returns s with its numbers learned from train, whose Truth must be set. A
// strategy that has nothing to learn is returned as it is. Clips without two
// usable first-round answers teach nothing: Apply never asks the model about
// them.
//
// A fitted strategy must not be judged on the clips it was fitted to; see
// [CrossFit]. It is an error if the penalty is negative, if a label is NaN, or if
// too few clips are left: two, of both polarities where the target is polarity.
// The result is a function of the clips in their order, to the last bit.
func (s Strategy) Fit(train []Clip, t Training) (Strategy, error) {
	if s.fit == nil {
		return s, nil
	}
	if t.Penalty == 0 {
		t.Penalty = 1
	}
	if !(t.Penalty > 0) || math.IsInf(t.Penalty, 1) {
		return Strategy{}, fmt.Errorf("fusion %s: penalty %v is not positive", s.Name, t.Penalty)
	}
	var usable []Clip
	for i, c := range train {
		if !c.Small.OK || !c.Large.OK {
			continue
		}
		if math.IsNaN(c.Truth) || math.IsInf(c.Truth, 0) {
			return Strategy{}, fmt.Errorf("fusion %s: training clip %d %q: label %v", s.Name, i, c.Key, c.Truth)
		}
		usable = append(usable, c)
	}
	model, err := s.fit(usable, t)
	if err != nil {
		return Strategy{}, fmt.Errorf("fusion %s: %w", s.Name, err)
	}
	s.model, s.NeedsTraining = model, false
	s.fuse = func(c Clip, _ Params) Outcome {
		return Outcome{Answer: s.answer(model.value(c)), Stage: Averaged, Calls: 1}
	}
	return s, nil
}

// CrossFit returns, for each fold, s fitted to the clips of all other folds: the
// strategy to apply to the fold's own clips. folds holds the fold of each clip,
// from 0; route.Folds deals them by video.
func CrossFit(s Strategy, clips []Clip, folds []int, t Training) ([]Strategy, error) {
	if len(clips) != len(folds) {
		return nil, fmt.Errorf("fusion %s: %d clips in %d folds' entries", s.Name, len(clips), len(folds))
	}
	last := -1
	for i, f := range folds {
		if f < 0 {
			return nil, fmt.Errorf("fusion %s: clip %d is in fold %d", s.Name, i, f)
		}
		last = max(last, f)
	}
	var out []Strategy
	for k := range last + 1 {
		var train []Clip
		for i, c := range clips {
			if folds[i] != k {
				train = append(train, c)
			}
		}
		fitted, err := s.Fit(train, t)
		if err != nil {
			return nil, fmt.Errorf("without fold %d: %w", k, err)
		}
		out = append(out, fitted)
	}
	return out, nil
}

// Coefficient is a number that a strategy learned: the weight of a feature in
// its own units, or the intercept.
type Coefficient struct {
	Feature string
	Weight  float64
}

// Coefficients returns what a fitted strategy learned, the intercept first; nil
// for one that is not fitted or has nothing to learn. A feature that did not
// vary in training has the weight 0.
func (s Strategy) Coefficients() []Coefficient {
	if s.model == nil {
		return nil
	}
	return s.model.coefficients()
}

// untrained is the outcome of a strategy that was not fitted.
func untrained(c Clip, _ Params) Outcome { return fellBack(c) }
