package infer

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// Clusters says which clips belong together. Clusters are numbered from 0 in the
// order in which they first appear among the clips. It is not changed after it
// was made.
type Clusters struct {
	of    []int32  // clip -> cluster
	names []string // nil for singletons
	n     int
}

// NewClusters groups clips by the name of their video, one name per clip. It
// takes any strings: an empty name is a video like any other.
func NewClusters(videos []string) *Clusters {
	c := &Clusters{of: make([]int32, len(videos))}
	number := map[string]int32{}
	for i, name := range videos {
		k, ok := number[name]
		if !ok {
			k = int32(len(c.names))
			number[name] = k
			c.names = append(c.names, name)
		}
		c.of[i] = k
	}
	c.n = len(c.names)
	return c
}

// Singletons makes each of n clips its own cluster: statistics by clip.
func Singletons(n int) *Clusters {
	c := &Clusters{of: make([]int32, n), n: n}
	for i := range c.of {
		c.of[i] = int32(i)
	}
	return c
}

// Len returns the number of clusters.
func (c *Clusters) Len() int { return c.n }

// Clips returns the number of clips.
func (c *Clusters) Clips() int { return len(c.of) }

// Of returns the cluster of a clip. It panics when there is no such clip.
func (c *Clusters) Of(clip int) int { return int(c.of[clip]) }

// Name returns the name of a cluster, "" for one of [Singletons]. It panics when
// there is no such cluster.
func (c *Clusters) Name(cluster int) string {
	if c.names == nil && cluster < c.n {
		return ""
	}
	return c.names[cluster]
}

// Sums returns, per cluster, the sum of x over the clips that counted marks and
// their number. A nil counted counts every clip. Sums are compensated and run in
// clip order. An x or counted that does not have one element per clip and a
// counted x that is not finite are errors; an x that does not count may be
// anything.
func (c *Clusters) Sums(x []float64, counted []bool) (sum, size []float64, err error) {
	if len(x) != len(c.of) {
		return nil, nil, fmt.Errorf("%d values for %d clips", len(x), len(c.of))
	}
	if counted != nil && len(counted) != len(c.of) {
		return nil, nil, fmt.Errorf("%d counting marks for %d clips", len(counted), len(c.of))
	}
	parts, size := make([][]float64, c.n), make([]float64, c.n)
	for i, k := range c.of {
		if counted != nil && !counted[i] {
			continue
		}
		if math.IsNaN(x[i]) || math.IsInf(x[i], 0) {
			return nil, nil, fmt.Errorf("value of clip %d is %v", i, x[i])
		}
		parts[k] = append(parts[k], x[i])
		size[k]++
	}
	sum = make([]float64, c.n)
	for k, part := range parts {
		sum[k] = detsum.Sum(part)
	}
	return sum, size, nil
}

// differences returns a-b of clips that count; elsewhere it is 0.
func differences(a, b []float64, counted []bool) ([]float64, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("a pair of %d and %d values", len(a), len(b))
	}
	d := make([]float64, len(a))
	for i := range d {
		if counted == nil || (i < len(counted) && counted[i]) {
			d[i] = a[i] - b[i]
		}
	}
	return d, nil
}
