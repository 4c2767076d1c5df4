package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// streamFolds keeps the draw of the folds apart from other draws under one seed.
const streamFolds = 0x666f6c6473

// Folds deals clusters (videos) to k folds, so that no video is on both sides
// of a cut, and returns the fold of each clip. Videos are shuffled by the seed and
// each goes to the fold that has the fewest clips so far. It is an error if
// there are fewer videos than folds.
func Folds(videos []string, k int, seed uint64) ([]int, error) {
	size := map[string]int{}
	var names []string
	for _, v := range videos {
		if size[v] == 0 {
			names = append(names, v)
		}
		size[v]++
	}
	if k < 2 || len(names) < k {
		return nil, fmt.Errorf("route: %d videos cannot be dealt to %d folds", len(names), k)
	}
	rng := rand.New(rand.NewPCG(seed, streamFolds))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	fold, load := map[string]int{}, make([]int, k)
	for _, v := range names {
		least := slices.Index(load, slices.Min(load))
		fold[v] = least
		load[least] += size[v]
	}
	out := make([]int, len(videos))
	for i, v := range videos {
		out[i] = fold[v]
	}
	return out, nil
}

// Policy is a way to run a cascade: a threshold for one of several variants of
// its other knobs.
type Policy struct {
	Variant   int
	Threshold float64
}

// Fitted is what a cascade does when each clip's policy was chosen on the other
// folds: an honest estimate of choosing a threshold on data like this.
type Fitted struct {
	// Policies holds the choice made without each fold, in order of the folds, or
	// the only one where all clips were judged by one. Choices says more about
	// each; it is nil if [CrossFit] made the fit.
	Policies []Policy
	Choices  []Choice
	// Deferred says which clips are escalated; Quality, First and Second are the
	// columns that result.
	Deferred               []bool
	Quality, First, Second []float64
}

// CrossFit chooses, for each fold, a variant and threshold on the other folds and
// applies them to the fold. The choice is the one with the fewest calls among
// those whose mean quality is within tolerance of the best: a tolerance of 0 asks
// for the best quality whatever it costs. Variants are the same clips under
// different settings of a second knob, such as the large model's threshold; one is
// enough.
func CrossFit(variants []Clips, folds []int, tolerance float64) (Fitted, error) {
	if len(variants) == 0 {
		return Fitted{}, fmt.Errorf("route: no variants")
	}
	for _, v := range variants {
		if err := v.validate(); err != nil {
			return Fitted{}, err
		}
		if len(v.U) != len(folds) {
			return Fitted{}, fmt.Errorf("route: %d clips in %d folds' entries", len(v.U), len(folds))
		}
	}
	n := len(folds)
	fit := Fitted{Deferred: make([]bool, n), Quality: make([]float64, n), First: make([]float64, n), Second: make([]float64, n)}
	for k := range slices.Max(folds) + 1 {
		policy, err := choose(variants, folds, k, tolerance)
		if err != nil {
			return Fitted{}, err
		}
		fit.Policies = append(fit.Policies, policy)
		fit.apply(variants[policy.Variant], policy.Threshold, folds, k)
	}
	return fit, nil
}

// choose returns the cheapest policy that is good enough on the clips outside fold k.
func choose(variants []Clips, folds []int, k int, tolerance float64) (Policy, error) {
	curves := make([]Curve, len(variants))
	best := math.Inf(-1)
	for i, v := range variants {
		var err error
		if curves[i], err = NewCurve(v.Where(func(clip int) bool { return folds[clip] != k })); err != nil {
			return Policy{}, err
		}
		best = max(best, curves[i].Best().Quality)
	}
	var policy Policy
	calls := math.Inf(1)
	for i, curve := range curves {
		p, ok := curve.Cheapest(best - tolerance)
		if ok && p.First+p.Second < calls {
			policy, calls = Policy{Variant: i, Threshold: p.Threshold}, p.First+p.Second
		}
	}
	return policy, nil
}

// apply fills in the clips of fold k under a threshold.
func (f *Fitted) apply(c Clips, threshold float64, folds []int, k int) {
	for i := range folds {
		if folds[i] != k {
			continue
		}
		f.Deferred[i] = c.U[i] > threshold
		f.Quality[i] = c.Keep[i]
		if f.Deferred[i] {
			f.Quality[i], f.First[i], f.Second[i] = c.Defer[i], c.First[i], c.Second[i]
		}
	}
}

// Where returns the clips for which keep is true, in their order.
func (c Clips) Where(keep func(clip int) bool) Clips {
	var out Clips
	for _, f := range c.Features {
		out.Features = append(out.Features, Feature{Name: f.Name})
	}
	for i := range c.U {
		if keep(i) {
			out.U = append(out.U, c.U[i])
			out.Keep = append(out.Keep, c.Keep[i])
			out.Defer = append(out.Defer, c.Defer[i])
			out.First = append(out.First, c.First[i])
			out.Second = append(out.Second, c.Second[i])
			if c.Videos != nil {
				out.Videos = append(out.Videos, c.Videos[i])
			}
			for j, f := range c.Features {
				out.Features[j].Values = append(out.Features[j].Values, f.Values[i])
			}
		}
	}
	return out
}
