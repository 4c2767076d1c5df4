package synth

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// The lengths of the feature vectors.
const (
	AudioDim  = 5
	VisionDim = 20
)

// featureNoise is the standard deviation of the noise in each dimension. The
// noise is a sum of three uniforms, so it is never above three deviations: a
// vector strays by at most 3*0.05*sqrt(20) = 0.67, less than half of the
// distance sqrt(2) between centroids, and the nearest centroid is the right one
// in every clip, not only in nearly all.
const featureNoise = 0.05

// centroids returns the centroid of each cue: the first rows of the orthonormal
// sine transform of type I, sqrt(2/(n+1)) sin(pi (k+1)(j+1)/(n+1)). No single
// dimension tells the cue.
func centroids(dim int) (c [cues][]float64) {
	for k := range c {
		c[k] = make([]float64, dim)
		for j := range dim {
			c[k][j] = math.Sqrt(2/float64(dim+1)) * math.Sin(math.Pi*float64((k+1)*(j+1))/float64(dim+1))
		}
	}
	return c
}

var (
	audioCentroids  = centroids(AudioDim)
	visionCentroids = centroids(VisionDim)
)

// newFeature draws a vector about a centroid.
func newFeature(rng *rand.Rand, centroid []float64) []float32 {
	x := make([]float32, len(centroid))
	for j, c := range centroid {
		// The sum of three uniforms has variance 1/4.
		noise := 2 * (rng.Float64() + rng.Float64() + rng.Float64() - 1.5)
		x[j] = float32(c + float64(featureNoise*noise))
	}
	return x
}

// ReadCue returns the cue that a generated vector carries: that of the nearest
// centroid, [AudioDim] numbers being a voice and [VisionDim] a face. A vector of
// another length, or one that is not finite, is an error.
func ReadCue(feature []float32) (Cue, error) {
	var table *[cues][]float64
	switch len(feature) {
	case AudioDim:
		table = &audioCentroids
	case VisionDim:
		table = &visionCentroids
	default:
		return 0, fmt.Errorf("feature: %d numbers, want %d (audio) or %d (vision)", len(feature), AudioDim, VisionDim)
	}
	best, least := -1, math.Inf(1)
	for k, c := range table {
		d := 0.0
		for j, x := range feature {
			diff := float64(x) - c[j]
			d += float64(diff * diff)
		}
		if d < least {
			best, least = k, d
		}
	}
	if best < 0 {
		return 0, fmt.Errorf("feature: %v is not finite", feature)
	}
	return Cue(best - cues/2), nil
}
