package calibrate

import (
	"fmt"
	"slices"
)

// CrossFit returns the error probability of every answer by a calibration that was
// fitted on the other folds: an honest column for data that has no validation
// answers. u and wrong are as in [Method.Fit]; folds[i] is the fold of answer i, as
// dealt by videos, so that no video is on both sides of a cut. [FitFolds] says what
// is an error.
//
// The probabilities of different folds come from different functions: within a
// fold they keep the order of u if the method is monotone, across folds they may not.
func CrossFit(m Method, u []float64, wrong []bool, folds []int) ([]float64, error) {
	fits, err := FitFolds(m, u, wrong, folds)
	if err != nil {
		return nil, err
	}
	p := make([]float64, len(u))
	for i, k := range folds {
		p[i] = fits[k].At(u[i])
	}
	return p, nil
}

// FitFolds returns, for each fold, the calibration fitted on all others, with its
// warnings. Folds are numbered from 0, without a gap, and there are two or more. It
// is an error, [ErrOneClass], if the answers outside a fold are all right or all
// wrong.
func FitFolds(m Method, u []float64, wrong []bool, folds []int) ([]Calibration, error) {
	if len(folds) != len(u) || len(folds) != len(wrong) {
		return nil, fmt.Errorf("calibrate %s: %d uncertainties, %d answers, %d entries of folds", m.Name, len(u), len(wrong), len(folds))
	}
	if err := checkFolds(folds); err != nil {
		return nil, fmt.Errorf("calibrate %s: %w", m.Name, err)
	}
	var fits []Calibration
	for k := range slices.Max(folds) + 1 {
		var us []float64
		var ws []bool
		for i := range folds {
			if folds[i] != k {
				us, ws = append(us, u[i]), append(ws, wrong[i])
			}
		}
		fit, err := m.Fit(us, ws)
		if err != nil {
			return nil, fmt.Errorf("without fold %d: %w", k, err)
		}
		fits = append(fits, fit)
	}
	return fits, nil
}

func checkFolds(folds []int) error {
	if len(folds) == 0 {
		return fmt.Errorf("no answers to learn from")
	}
	if least := slices.Min(folds); least < 0 {
		return fmt.Errorf("fold %d: folds are numbered from 0", least)
	}
	last := slices.Max(folds)
	if last == 0 {
		return fmt.Errorf("one fold leaves nothing to learn from: there must be two or more")
	}
	sizes := map[int]int{}
	for _, k := range folds {
		sizes[k]++
	}
	if len(sizes) != last+1 { // a stray number must not make us loop to it
		return fmt.Errorf("folds 0 to %d, but only %d of them have answers", last, len(sizes))
	}
	return nil
}
