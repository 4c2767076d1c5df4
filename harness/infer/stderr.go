package infer

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// StandardError is a mean with its standard errors in closed form.
type StandardError struct {
	// Mean is the mean over the counted clips.
	Mean float64
	// Naive treats clips as independent: s/sqrt(n), s with n-1.
	Naive float64
	// Clustered lets clips of one cluster depend on each other in any way. It is
	// NaN with fewer than two clusters.
	Clustered float64
	// Clusters is the number of clusters with a counted clip, Clips the number
	// of counted clips.
	Clusters, Clips int
	// Warnings are caveats to print beside the numbers.
	Warnings []string
}

// MeanSE returns the mean of x over the counted clips, nil for all, and its
// standard errors. With S_k and n_k the sum and number of cluster k's counted
// clips, N clips and C clusters that have one,
//
//	Clustered² = C/(C-1) · sum over k of (S_k - n_k·Mean)² / N²
//
// the linearised variance of a ratio estimator, with the small-sample factor
// that inspect_ai and Stata use. With one clip per cluster it equals Naive.
// Errors are those of [Mean].
//
// Source: W. G. Cochran, Sampling Techniques (1977), section 9A.
func MeanSE(c *Clusters, x []float64, counted []bool) (StandardError, error) {
	sum, size, err := c.Sums(x, counted)
	if err != nil {
		return StandardError{}, fmt.Errorf("standard error of a mean: %w", err)
	}
	n := detsum.Sum(size)
	if n == 0 {
		return StandardError{}, fmt.Errorf("standard error of a mean: no clip counts")
	}
	se := StandardError{Mean: detsum.Sum(sum) / n, Clips: int(n)}
	var byCluster, byClip []float64
	for k := range sum {
		if size[k] > 0 {
			byCluster = append(byCluster, sum[k]-float64(size[k]*se.Mean))
		}
	}
	for i, v := range x {
		if counted == nil || counted[i] {
			byClip = append(byClip, v-se.Mean)
		}
	}
	se.Clusters = len(byCluster)
	se.Naive, se.Clustered = linearised(byClip, n), linearised(byCluster, n)
	if se.Clusters < fewClusters {
		se.Warnings = append(se.Warnings, fmt.Sprintf("only %d clusters: the clustered standard error is too small below about %d", se.Clusters, fewClusters))
	}
	return se, nil
}

// linearised returns sqrt(C/(C-1) sum(r²))/n for C residuals r; NaN for C < 2.
func linearised(r []float64, n float64) float64 {
	groups := float64(len(r))
	if groups < 2 {
		return math.NaN()
	}
	return math.Sqrt(groups/(groups-1)*detsum.Dot(r, r)) / n
}
