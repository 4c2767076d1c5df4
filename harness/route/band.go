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
// The cost is that of one walk over the clips per replicate: the order of the
// clips is the same in all of them.
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
	var areas []float64
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
		slices.Sort(q)
		band.Lo[i], band.Hi[i] = infer.Quantile(q, tail), infer.Quantile(q, 1-tail)
	}
	slices.Sort(areas)
	band.AUDC = infer.Interval{
		Estimate: curve.AUDC(), Lo: infer.Quantile(areas, tail), Hi: infer.Quantile(areas, 1-tail),
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

// walker draws the curve of weighted clips. Its columns are in the order of
// deferral, so that a walk reads memory in sequence.
type walker struct {
	cluster []int
	gain    []float64
	keep    []float64
	// last marks the last clip of each tie group.
	last []bool
}

func newWalker(c Clips, clusters *infer.Clusters) walker {
	order := ByUncertainty(c.U)
	w := walker{
		cluster: make([]int, len(order)), gain: make([]float64, len(order)),
		keep: make([]float64, len(order)), last: make([]bool, len(order)),
	}
	for k, clip := range order {
		w.cluster[k] = clusters.Of(clip)
		w.keep[k] = c.Keep[clip]
		w.gain[k] = c.Defer[clip] - c.Keep[clip]
		w.last[k] = k == len(order)-1 || c.U[order[k+1]] != c.U[clip]
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
	for k, cluster := range w.cluster {
		m := float64(weight[cluster])
		total += m
		quality += float64(m * w.keep[k])
	}
	if total == 0 {
		return 0, false
	}
	next, deferred := 0, 0.0
	lastDeferred, lastQuality := 0.0, quality
	for k, cluster := range w.cluster {
		if m := float64(weight[cluster]); m != 0 {
			deferred += m
			quality += float64(m * w.gain[k])
		}
		if !w.last[k] {
			continue
		}
		for next < len(rates) && float64(rates[next]*total) <= deferred {
			at := lastQuality
			if deferred > lastDeferred {
				at += float64((float64(rates[next]*total) - lastDeferred) / (deferred - lastDeferred) * (quality - lastQuality))
			}
			visit(next, at/total)
			next++
		}
		area += float64((deferred - lastDeferred) * (quality + lastQuality))
		lastDeferred, lastQuality = deferred, quality
	}
	for ; next < len(rates); next++ { // a rate of 1 that rounded above the total
		visit(next, quality/total)
	}
	return area / float64(2*total*total), true
}
