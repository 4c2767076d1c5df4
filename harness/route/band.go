package route

import (
	"fmt"
	"slices"

	"uacs/harness/infer"
)

// Band is the sampling error of a deferral curve.
type Band struct {
	// Rates are the deferral rates asked for; Lo and Hi bound the quality at each
	// of them, pointwise.
	Rates, Lo, Hi []float64
	// AUDC is the area under the curve with its interval.
	AUDC infer.Interval
}

// NewBand resamples clusters of clips, draws the curve of each replicate, and
// returns percentile intervals. In a replicate, a deferral rate is a share of the
// replicate's clips, so the point at rate 0 is the small model's interval and the
// point at rate 1 the large model's. Rates must ascend within [0,1].
//
// The cost is that of one walk over the clips per replicate, less where many of
// them tie: the order of the clips is the same in all replicates.
func NewBand(c Clips, clusters *infer.Clusters, rates []float64, plan infer.Plan) (Band, error) {
	curve, err := NewCurve(c)
	if err != nil {
		return Band{}, err
	}
	if clusters.Clips() != len(c.U) {
		return Band{}, fmt.Errorf("route: %d clips but clusters of %d", len(c.U), clusters.Clips())
	}
	if !slices.IsSorted(rates) || len(rates) == 0 || rates[0] < 0 || rates[len(rates)-1] > 1 {
		return Band{}, fmt.Errorf("route: rates must ascend within [0,1]")
	}
	replicates := make([][]float64, len(rates))
	for i := range replicates {
		replicates[i] = make([]float64, 0, replicatesOf(plan))
	}
	areas := make([]float64, 0, replicatesOf(plan))
	walker := newWalker(c, clusters)
	err = infer.Resample(clusters.Len(), plan, func(_ int, weight []int32) {
		area, ok := walker.walk(weight, rates, func(i int, quality float64) {
			replicates[i] = append(replicates[i], quality)
		})
		if ok {
			areas = append(areas, area)
		}
	})
	if err != nil {
		return Band{}, err
	}
	tail := (1 - level(plan)) / 2
	band := Band{Rates: rates, Lo: make([]float64, len(rates)), Hi: make([]float64, len(rates))}
	for i, q := range replicates {
		band.Lo[i], band.Hi[i] = quantile(q, tail), quantile(q, 1-tail)
	}
	band.AUDC = infer.Interval{
		Estimate: curve.AUDC(), Lo: quantile(areas, tail), Hi: quantile(areas, 1-tail),
		Level: level(plan), Method: "percentile bootstrap by cluster", B: len(areas),
		Clusters: clusters.Len(), Clips: len(c.U),
	}
	return band, nil
}

func level(p infer.Plan) float64 {
	if p.Level == 0 {
		return 0.95
	}
	return p.Level
}

func replicatesOf(p infer.Plan) int {
	if p.Replicates == 0 {
		return infer.DefaultReplicates
	}
	return p.Replicates
}

// walker draws the curve of weighted clips. Its steps are in the order of
// deferral, so that a walk reads memory in sequence.
type walker struct {
	steps []step
	// size and keep are the number of clips of each cluster and the sum of their
	// qualities if kept.
	size, keep []float64
	weight     []float64 // of the clusters in the current walk
}

// step defers the clips of one cluster within one tie group.
type step struct {
	cluster int32
	last    bool    // of its tie group
	clips   float64 // how many
	gain    float64 // what deferring them adds to the sum of qualities
}

func newWalker(c Clips, clusters *infer.Clusters) walker {
	w := walker{
		steps: make([]step, 0, len(c.U)),
		size:  make([]float64, clusters.Len()), keep: make([]float64, clusters.Len()), weight: make([]float64, clusters.Len()),
	}
	order := ByUncertainty(c.U)
	for begin, end := 0, 0; begin < len(order); begin = end {
		for end = begin; end < len(order) && c.U[order[end]] == c.U[order[begin]]; {
			end++
		}
		group := order[begin:end]
		slices.SortStableFunc(group, func(a, b int) int { return clusters.Of(a) - clusters.Of(b) })
		for k, clip := range group {
			cluster := clusters.Of(clip)
			if k == 0 || clusters.Of(group[k-1]) != cluster {
				w.steps = append(w.steps, step{cluster: int32(cluster)})
			}
			s := &w.steps[len(w.steps)-1]
			s.clips++
			s.gain += c.Defer[clip] - c.Keep[clip]
			w.size[cluster]++
			w.keep[cluster] += c.Keep[clip]
		}
		w.steps[len(w.steps)-1].last = true
	}
	return w
}

// walk calls visit with the quality at each rate and returns the area under the
// curve. ok is false if the weights leave no clip; visit is then not called.
//
// Sums are plain: qualities are 0 or 1 or of that size, and their rounding is far
// below the spread of the replicates.
func (w walker) walk(weight []int32, rates []float64, visit func(i int, quality float64)) (area float64, ok bool) {
	total, quality := 0.0, 0.0
	for k, m := range weight {
		w.weight[k] = float64(m)
		total += float64(w.weight[k] * w.size[k])
		quality += float64(w.weight[k] * w.keep[k])
	}
	if total == 0 {
		return 0, false
	}
	next, at := 0, float64(rates[0]*total) // at is how many clips the next rate defers
	deferred, lastDeferred, lastQuality := 0.0, 0.0, quality
	for i := range w.steps {
		s := &w.steps[i]
		m := w.weight[s.cluster]
		deferred += float64(m * s.clips)
		quality += float64(m * s.gain)
		if !s.last {
			continue
		}
		for ; next < len(rates) && at <= deferred; next++ {
			q := lastQuality
			if deferred > lastDeferred {
				q += float64((at - lastDeferred) / (deferred - lastDeferred) * (quality - lastQuality))
			}
			visit(next, q/total)
			if next+1 < len(rates) {
				at = float64(rates[next+1] * total)
			}
		}
		area += float64((deferred - lastDeferred) * (quality + lastQuality))
		lastDeferred, lastQuality = deferred, quality
	}
	for ; next < len(rates); next++ { // a rate of 1 that rounded above the total
		visit(next, quality/total)
	}
	return area / float64(2*total*total), true
}

// quantile is [infer.Quantile] of x in any order, which it changes: it selects
// the two elements between which the quantile lies and sorts no others.
func quantile(x []float64, q float64) float64 {
	if len(x) < 2 {
		return infer.Quantile(x, q)
	}
	h := float64(float64(len(x)-1) * q)
	below := min(int(h), len(x)-2)
	selectNth(x, below)
	step := (h - float64(below)) * (slices.Min(x[below+1:]) - x[below])
	return x[below] + float64(step)
}

// selectNth puts the n-th smallest element of x, from 0, into its place, no
// larger one before it and no smaller one behind it.
//
// Source: C. A. R. Hoare, Algorithm 65: Find, CACM 4 (1961), with the median of
// three as pivot.
func selectNth(x []float64, n int) {
	for lo, hi := 0, len(x)-1; lo < hi; {
		a, b, c := x[lo], x[lo+(hi-lo)/2], x[hi]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for pivot < x[j] {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default: // between them stand pivots only
			return
		}
	}
}
