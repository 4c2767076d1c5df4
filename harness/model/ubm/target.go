package ubm

import (
	"math"

	"uacs/harness/calibrate"
)

// targets sets t to the distribution over the bins that a label y is trained
// towards. A label beyond the outer bins counts as the nearest of them for
// "two-hot" and "gaussian".
//
//	hard      1 on the nearest bin
//	two-hot   linear between the two bins around y, so that the mean is y
//	gaussian  ∝ exp(−(c_k−y)²/(2 width²)), width in label units
func (c TargetConfig) set(bins []float64, y float64, t []float64) {
	clear(t)
	last := len(bins) - 1
	inside := min(max(y, bins[0]), bins[last])
	switch c.Kind {
	case Gaussian:
		sum := 0.0
		nearest := math.Abs(bins[calibrate.NearestBin(bins, inside)] - inside)
		for k, b := range bins {
			d := b - inside
			// The nearest bin is taken out of the exponent, lest a narrow width leave 0.
			t[k] = math.Exp((nearest*nearest - d*d) / (2 * c.Width * c.Width))
			sum += t[k]
		}
		for k := range t {
			t[k] /= sum
		}
	case TwoHot:
		k := 0
		for k < last-1 && bins[k+1] < inside {
			k++
		}
		share := (inside - bins[k]) / (bins[k+1] - bins[k])
		t[k], t[k+1] = 1-share, share
	default:
		t[calibrate.NearestBin(bins, y)] = 1
	}
}
