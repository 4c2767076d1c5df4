package cascade

import (
	"context"
	"fmt"
	"math"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/sample"
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
	return r.best(ctx, tune)
}

// best answers all tuning clips by both models and takes the threshold of the best
// accuracy, of those the one that escalates least. Candidates are the uncertainties
// themselves, and one below all.
func (r *run) best(ctx context.Context, tune []sample.Sample) (float64, error) {
	all, err := r.answer(ctx, tune, -math.MaxFloat64)
	if err != nil {
		return 0, err
	}
	_, u, err := r.small(ctx, tune)
	if err != nil {
		return 0, err
	}
	keep, counted, err := right(r.c.Profile, r.kind, tune, all.SmallAnswers)
	if err != nil {
		return 0, err
	}
	escalated, _, err := right(r.c.Profile, r.kind, tune, answersOf(all.Fused))
	if err != nil {
		return 0, err
	}
	order := make([]int, 0, len(tune))
	total := 0.0
	for i := range tune {
		if counted[i] {
			order = append(order, i)
			total += keep[i]
		}
	}
	if len(order) == 0 {
		return 0, fmt.Errorf("profile %s counts none of the clips", r.c.Profile)
	}
	slices.SortStableFunc(order, func(a, b int) int { return -compare(u[a], u[b]) })
	best, at := total, finite(u[order[0]]) // nothing escalated
	for k, i := range order {
		total += escalated[i] - keep[i]
		last := k+1 == len(order)
		if total <= best || !last && u[order[k+1]] == u[i] {
			continue
		}
		best = total
		if last {
			at = math.Nextafter(finite(u[i]), math.Inf(-1))
		} else {
			at = finite(u[order[k+1]])
		}
	}
	return at, nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
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
