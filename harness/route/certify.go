package route

import (
	"fmt"
	"math"
	"slices"
)

// pValue tests whether n losses that sum to sum can have a mean above alpha.
type pValue func(sum float64, n int, alpha float64) float64

// certify chooses the threshold that keeps most among those at which the test
// rejects, with the probability of any false rejection at most Delta. If there
// is none, everything is deferred: nothing kept has no risk.
//
// Testing in a fixed sequence is exact on a Grid: only the first threshold whose
// risk is above Alpha matters, and it is tested at the level of its sequence. On
// thresholds read off the clips, which threshold is the first is itself drawn.
// Let the risk first exceed Alpha at t and not fall from there on. Then the first
// true hypothesis is fixed by the number of clips up to t; given that number, those
// clips are a sample with the risk at t, any further clips kept are wrong with at least
// that probability, and the p-value is valid. Without that assumption Bonferroni
// holds: each test is exact by itself.
func certify(variants []Clips, o RuleOptions, test pValue) (Choice, error) {
	if !(o.Alpha > 0 && o.Alpha < 1) || !(o.Delta > 0 && o.Delta < 1) {
		return Choice{}, fmt.Errorf("a risk of %v with probability %v: Alpha and Delta must be in (0,1)", o.Alpha, o.Delta)
	}
	delta := o.Delta
	if !sameKept(variants) { // the best of several certificates needs a share of Delta each
		delta /= float64(len(variants))
	}
	return prefer(variants, func(c Clips) (Choice, float64, error) {
		cal, caveat, err := calibrate(c, o)
		if err != nil {
			return Choice{}, 0, err
		}
		choice, err := cal.certified(o, delta, test)
		if err != nil {
			return Choice{}, 0, err
		}
		if caveat != "" {
			choice.Warnings = append(choice.Warnings, caveat)
		}
		choice.Expected = pointAt(c, c.U, choice.Threshold)
		choice.Guarantee = o.promise(cal)
		return choice, -choice.Expected.Quality, nil
	})
}

// sameKept reports whether all variants keep the same clips with the same
// quality at any threshold; then one certificate serves them all.
func sameKept(variants []Clips) bool {
	for _, v := range variants[1:] {
		if !slices.Equal(v.U, variants[0].U) || !slices.Equal(v.Keep, variants[0].Keep) {
			return false
		}
	}
	return true
}

// certified tests the thresholds and returns a choice with the loosest that
// passes.
func (cal calibration) certified(o RuleOptions, delta float64, test pValue) (Choice, error) {
	thresholds, err := cal.thresholds(o)
	if err != nil {
		return Choice{}, err
	}
	p := make([]float64, len(thresholds))
	for i, tau := range thresholds {
		if o.Unit == ByVideo {
			p[i] = test(cal.byVideo(tau, o.Alpha), cal.videos, o.Alpha)
			continue
		}
		n, sum := cal.kept(tau)
		p[i] = test(sum, n, o.Alpha)
	}
	choice := Choice{Threshold: math.Inf(-1)}
	last, err := o.passes(p, delta, cal.start(o, delta, test))
	if err != nil {
		return Choice{}, err
	}
	if last >= 0 {
		choice.Threshold = thresholds[last]
	} else {
		choice.Warnings = append(choice.Warnings, fmt.Sprintf(
			"no threshold keeps a risk of at most %v provably: everything is deferred (%d exchangeable units)", o.Alpha, cal.videos))
	}
	if o.Grid == nil && o.Unit == ByVideo {
		choice.Warnings = append(choice.Warnings, "the thresholds tested were read off the same clips: by video the bound is exact only with a Grid")
	}
	return choice, nil
}

// start returns the rank, from 0, at which the sequence starts: the first that
// keeps at most half of the clips and whose test would reject after half of the
// losses allowed; if there is none, the first that could reject at all. It depends on
// numbers that are known before the losses are. −1 says that there is no such
// place: on a Grid the number kept is drawn, and by video the same videos are
// tested throughout.
func (cal calibration) start(o RuleOptions, delta float64, test pValue) int {
	if o.Starts != 0 || o.Grid != nil || o.Unit == ByVideo {
		return -1
	}
	ranks, n := o.ranks(), len(cal.u)
	for j := 0; 2*rank(n, j, ranks) <= n; j++ {
		m := rank(n, j, ranks)
		if test(math.Floor(o.Alpha*float64(m)/2), m, o.Alpha) <= delta {
			return j
		}
	}
	for j := range ranks {
		if test(0, rank(n, j, ranks), o.Alpha) <= delta {
			return j
		}
	}
	return ranks - 1
}

// passes returns the place of the last p-value that is rejected, −1 for none.
// All rejections together are false with probability at most delta.
func (o RuleOptions) passes(p []float64, delta float64, start int) (int, error) {
	last := -1
	if o.Bonferroni {
		for i, v := range p {
			if v <= delta/float64(len(p)) {
				last = i
			}
		}
		return last, nil
	}
	if o.Starts < 0 {
		return 0, fmt.Errorf("%d starts: not positive", o.Starts)
	}
	var starts []int
	if start >= 0 {
		starts = []int{start}
	} else {
		number := o.Starts
		if number == 0 {
			number = defaultStarts
		}
		number = min(number, len(p))
		for s := range number {
			starts = append(starts, s*len(p)/number)
		}
	}
	for _, i := range starts {
		for ; i < len(p) && p[i] <= delta/float64(len(starts)); i++ {
			last = max(last, i)
		}
	}
	return last, nil
}

// defaultStarts is the number of starts where no single one stands out.
const defaultStarts = 4

// promise spells the guarantee out.
func (o RuleOptions) promise(cal calibration) string {
	of := "the mean loss of the clips that are kept"
	units := "clips"
	if o.Unit == OnePerVideo || o.Unit == ByVideo {
		of += ", of a random clip of a random new video,"
		units = "videos"
	}
	condition := ""
	if o.Grid == nil && !o.Bonferroni {
		condition = ", provided that this risk does not fall as the threshold rises"
	}
	return fmt.Sprintf("with probability at least %.4g over the draw of %d %s that are independent and alike, %s is at most %v on new ones%s",
		1-o.Delta, cal.videos, units, of, o.Alpha, condition)
}
