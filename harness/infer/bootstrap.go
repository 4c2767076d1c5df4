package infer

import (
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// Below these sizes an interval carries a warning: with few clusters percentile
// intervals are too short, and with few clips they are coarse.
const (
	fewClusters = 20
	fewClips    = 30
)

// Interval is an estimate with a bootstrap interval.
type Interval struct {
	// Estimate is the statistic of the data as they are.
	Estimate float64
	// Lo and Hi bound the interval. The estimate need not be its middle.
	Lo, Hi float64
	// SE is the standard deviation of the replicates (divided by B-1).
	SE float64
	// Level is the confidence level, in (0,1).
	Level float64
	// Method names how the interval was made: "percentile bootstrap by cluster",
	// or "by clip" when each clip is its own cluster.
	Method string
	// B is the number of replicates that had a value.
	B int
	// Clusters is the number of clusters that were resampled, Clips the number
	// of clips that counted.
	Clusters, Clips int
	// Warnings are caveats to print beside the interval.
	Warnings []string
}

// Mean estimates the mean of x over the clips that counted marks, nil for all,
// and its percentile interval by resampling clusters. Where clusters differ in
// size, each replicate is the sum over the drawn clusters divided by the number
// of their clips. Clusters without a counted clip are resampled like the others,
// so that equal plans draw equal videos for every metric. Slices that do not fit
// the clusters, a counted value that is not finite, and no counted clip at all
// are errors.
func Mean(c *Clusters, x []float64, counted []bool, p Plan) (Interval, error) {
	sum, size, err := c.Sums(x, counted)
	if err != nil {
		return Interval{}, fmt.Errorf("bootstrap of a mean: %w", err)
	}
	interval, err := Ratio(sum, size, p)
	if err != nil {
		return Interval{}, fmt.Errorf("bootstrap of a mean: %w", err)
	}
	interval.Clips = int(detsum.Sum(size))
	if c.Len() == c.Clips() {
		interval.Method = "percentile bootstrap by clip"
	}
	if interval.Clips < fewClips {
		interval.warn("only %d clips", interval.Clips)
	}
	if equal(x, counted) {
		interval.warn("all values are equal: the interval has no width and says nothing about the error")
	}
	return interval, nil
}

// Difference is [Mean] of a-b, clip by clip: the paired difference of two
// systems on the same clips. A negative result means that b is larger.
func Difference(c *Clusters, a, b []float64, counted []bool, p Plan) (Interval, error) {
	d, err := differences(a, b, counted)
	if err != nil {
		return Interval{}, fmt.Errorf("bootstrap of a difference: %w", err)
	}
	return Mean(c, d, counted, p)
}

// Ratio estimates sum(num)/sum(den), one element of each per cluster, and its
// percentile interval by resampling clusters. Replicates whose denominator is 0
// have no value; they are left out and counted in a warning. Slices of different
// length, a value that is not finite, and a denominator that sums to 0 are
// errors. Clips is 0: the ratio does not know them.
//
// The bounds are quantiles of the replicates at (1-Level)/2 and its complement,
// interpolated linearly between order statistics ([Quantile]). A replicate's
// sums are plain additions in the order of the draws; their rounding is far
// below the spread of the replicates.
func Ratio(num, den []float64, p Plan) (Interval, error) {
	p, err := p.filled()
	if err != nil {
		return Interval{}, err
	}
	if err := checkRatio(num, den); err != nil {
		return Interval{}, err
	}
	replicates := ratios(num, den, p)
	interval := Interval{
		Estimate: detsum.Sum(num) / detsum.Sum(den),
		Level:    p.Level, Method: "percentile bootstrap by cluster",
		B: len(replicates), Clusters: len(num),
	}
	if lost := p.Replicates - len(replicates); lost > 0 {
		interval.warn("%d of %d replicates had no counted clip and were left out", lost, p.Replicates)
	}
	if len(num) < fewClusters {
		interval.warn("only %d clusters: percentile intervals are too short below about %d", len(num), fewClusters)
	}
	if len(replicates) == 0 {
		return Interval{}, fmt.Errorf("none of %d replicates had a counted clip", p.Replicates)
	}
	interval.SE = sampleStd(replicates)
	slices.Sort(replicates)
	tail := (1 - p.Level) / 2
	interval.Lo, interval.Hi = Quantile(replicates, tail), Quantile(replicates, 1-tail)
	return interval, nil
}

func (i *Interval) warn(format string, args ...any) {
	i.Warnings = append(i.Warnings, fmt.Sprintf(format, args...))
}

func checkRatio(num, den []float64) error {
	if len(num) != len(den) {
		return fmt.Errorf("%d numerators for %d denominators", len(num), len(den))
	}
	if len(num) == 0 {
		return fmt.Errorf("no clusters to resample")
	}
	for k := range num {
		if v := num[k] + den[k]; math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("cluster %d is %v/%v", k, num[k], den[k])
		}
	}
	if detsum.Sum(den) == 0 {
		return fmt.Errorf("no clip counts")
	}
	return nil
}

// ratios returns the replicates that have a value, in the order drawn.
func ratios(num, den []float64, p Plan) []float64 {
	// One cache line per draw instead of two.
	pairs := make([][2]float64, len(num))
	for k := range pairs {
		pairs[k] = [2]float64{num[k], den[k]}
	}
	draws, index := newDraws(p, len(num)), make([]uint32, len(num))
	replicates := make([]float64, 0, p.Replicates)
	for range p.Replicates {
		draws.fill(index)
		n, d := 0.0, 0.0
		for _, k := range index {
			n += pairs[k][0]
			d += pairs[k][1]
		}
		if d != 0 {
			replicates = append(replicates, n/d)
		}
	}
	return replicates
}

// Quantile returns the q-quantile of x, which must be sorted in ascending order
// and hold no NaN: with h = (n-1)q it is x[floor h] plus the fraction of h times
// the step to the next element. This is type 7 of Hyndman and Fan, "Sample
// Quantiles in Statistical Packages", American Statistician 50 (1996), the
// default of R and numpy. NaN for an empty x or a q outside [0,1].
func Quantile(x []float64, q float64) float64 {
	if len(x) == 0 || !(q >= 0 && q <= 1) {
		return math.NaN()
	}
	h := float64(float64(len(x)-1) * q)
	below := int(h)
	if below == len(x)-1 {
		return x[below]
	}
	step := (h - float64(below)) * (x[below+1] - x[below])
	return x[below] + float64(step)
}

// sampleStd returns the standard deviation of x, divided by n-1; 0 for one value.
func sampleStd(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	mean := detsum.Mean(x)
	d := make([]float64, len(x))
	for i, v := range x {
		d[i] = v - mean
	}
	return math.Sqrt(detsum.Dot(d, d) / float64(len(x)-1))
}

// equal reports whether all counted values are the same.
func equal(x []float64, counted []bool) bool {
	first, seen := 0.0, false
	for i, v := range x {
		if counted != nil && !counted[i] {
			continue
		}
		if seen && v != first {
			return false
		}
		first, seen = v, true
	}
	return true
}
