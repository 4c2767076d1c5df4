package cascade

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// ShareThreshold returns the least threshold t for which at most share of the values,
// rounded to whole values, are above t. Ties at t are not above it, so fewer may be.
// A share of 1 gives a threshold below all. Values may be +Inf; the threshold is
// finite. No values, and a NaN among them, are errors.
func ShareThreshold(u []float64, share float64) (float64, error) {
	if len(u) == 0 {
		return 0, fmt.Errorf("no clip to take a quantile of")
	}
	if i := slices.IndexFunc(u, math.IsNaN); i >= 0 {
		return 0, fmt.Errorf("the uncertainty of clip %d is not a number", i)
	}
	sorted := slices.Sorted(slices.Values(u))
	slices.Reverse(sorted)
	k := int(math.Round(share * float64(len(u))))
	if k < len(u) {
		return finite(sorted[k]), nil
	}
	return finite(math.Nextafter(finite(sorted[len(u)-1]), math.Inf(-1))), nil
}

// finite brings infinities to the ends of what JSON can say. A clip without an answer
// has +Inf, which is above the threshold all the same.
func finite(x float64) float64 { return max(min(x, math.MaxFloat64), -math.MaxFloat64) }

// threshold applies the config's rule to the clips of its split.
func (r *run) threshold(ctx context.Context, tune []sample.Sample) (float64, error) {
	rule := &r.c.Threshold
	if rule.Fixed != nil {
		return *rule.Fixed, nil
	}
	if len(tune) == 0 {
		return 0, fmt.Errorf("split %s has no clip", rule.On)
	}
	if rule.Share != nil {
		_, u, err := r.small(ctx, tune)
		if err != nil {
			return 0, err
		}
		return ShareThreshold(u, *rule.Share)
	}
	s, err := r.sweep(ctx, tune)
	switch {
	case err != nil:
		return 0, err
	case rule.Best:
		return s.best(), nil
	}
	return s.equal()
}

// stop is a threshold and how many clips the cascade gets right there.
type stop struct{ at, right float64 }

// sweep is what the cascade gets right at every threshold, the highest first, so that
// each escalates more than the one before. Thresholds are the uncertainties
// themselves, and one below all.
type sweep struct {
	stops []stop
	// large is what the large model gets right by itself, of so many clips.
	large   float64
	counted int
}

// sweep answers all tuning clips by both models.
func (r *run) sweep(ctx context.Context, tune []sample.Sample) (*sweep, error) {
	all, err := r.answer(ctx, tune, -math.MaxFloat64)
	if err != nil {
		return nil, err
	}
	_, u, err := r.small(ctx, tune)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(u, math.IsNaN); i >= 0 {
		return nil, fmt.Errorf("the uncertainty of clip %s is not a number", tune[i].ID)
	}
	alone, err := experiment.ReadAnswers(all.Large, r.c.Large.role(), r.kind)
	if err != nil {
		return nil, err
	}
	var correct [3][]float64
	var counted []bool
	for k, answers := range [][]fusion.Answer{all.SmallAnswers, answersOf(all.Fused), alone} {
		if correct[k], counted, err = right(r.c.Profile, r.kind, tune, answers); err != nil {
			return nil, err
		}
	}
	s := newSweep(u, correct, counted)
	if s.counted == 0 {
		return nil, fmt.Errorf("profile %s counts none of the clips", r.c.Profile)
	}
	return s, nil
}

// newSweep makes the sweep of uncertainties and of what small-only, full escalation
// and large-only get right of the counted clips.
func newSweep(u []float64, correct [3][]float64, counted []bool) *sweep {
	s := new(sweep)
	var order []int
	total := 0.0
	for i := range u {
		if counted[i] {
			order = append(order, i)
			total += correct[0][i]
			s.large += correct[2][i]
		}
	}
	if s.counted = len(order); s.counted == 0 {
		return s
	}
	slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(u[a], u[b]) })
	s.stops = append(s.stops, stop{finite(u[order[0]]), total}) // nothing escalated
	for k, i := range order {
		total += correct[1][i] - correct[0][i]
		switch {
		case k+1 == len(order):
			s.stops = append(s.stops, stop{math.Nextafter(finite(u[i]), math.Inf(-1)), total})
		case u[order[k+1]] != u[i]: // between equals there is no threshold
			s.stops = append(s.stops, stop{finite(u[order[k+1]]), total})
		}
	}
	return s
}

// best is the threshold of the best accuracy, of those the one that escalates least.
func (s *sweep) best() float64 {
	at := s.stops[0]
	for _, stop := range s.stops {
		if stop.right > at.right {
			at = stop
		}
	}
	return at.at
}

// equal is the threshold that escalates least of those at which the cascade is no
// less accurate than the large model alone.
func (s *sweep) equal() (float64, error) {
	for _, stop := range s.stops {
		if stop.right >= s.large {
			return stop.at, nil
		}
	}
	return 0, hint.Add(fmt.Errorf("equal: at no threshold does the cascade get as many of %d clips right as the large model (%g)", s.counted, s.large),
		"use best, which takes what comes nearest")
}

// right is what the profile's headline accuracy makes of answers.
func right(profile string, kind metric.Kind, clips []sample.Sample, answers []fusion.Answer) (correct []float64, counted []bool, err error) {
	var a metric.Answers
	for i, x := range answers {
		a.Truth = append(a.Truth, clips[i].Label)
		a.Score, a.Polarity, a.Missing = append(a.Score, x.Score), append(a.Polarity, x.Polarity), append(a.Missing, !x.OK)
	}
	return metric.Correct(profile, kind, a)
}

func answersOf(outcomes []fusion.Outcome) []fusion.Answer {
	out := make([]fusion.Answer, len(outcomes))
	for i, o := range outcomes {
		out[i] = o.Answer
	}
	return out
}
