package selective

import "math"

// DeferralRatio returns how much of what a perfect deferral would gain over a
// random one a curve gains: (A_curve − A_random)/(A_oracle − A_random), from the
// areas of three curves over the same axis, such as those of package route. 1 is
// the oracle, 0 random, below 0 worse than random. If the oracle is no better
// than random it is [ErrUndefined].
//
// Source: in the manner of Rabanser et al., Gatekeeper (2025), which measures the
// distance to ideal deferral; the ratio of areas is this package's.
func DeferralRatio(curve, random, oracle float64) (float64, error) {
	for _, a := range []float64{curve, random, oracle} {
		if math.IsNaN(a) || math.IsInf(a, 0) {
			return invalid("DeferralRatio: an area is %v", a)
		}
	}
	if oracle <= random {
		return undefined("DeferralRatio", "the oracle's area %v is no more than the random one's %v", oracle, random)
	}
	return (curve - random) / (oracle - random), nil
}
