package route

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// BinomialCDF returns the probability of at most k successes in n trials that
// each succeed with probability p in [0,1]; as a p-value it speaks against a
// success rate above p. It is 0 for k < 0 and 1 for k >= n.
func BinomialCDF(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n, p == 0:
		return 1
	case p == 1:
		return 0
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}

// ClopperPearson returns the exact two-sided interval for a success probability
// after k successes in n trials at a level in (0,1): each end misses with
// probability at most (1−level)/2. It is an error if k is not in [0,n], n is not
// positive, or the level is outside (0,1).
//
// Source: Clopper and Pearson, Biometrika 26 (1934).
func ClopperPearson(k, n int, level float64) (lo, hi float64, err error) {
	if n < 1 || k < 0 || k > n {
		return 0, 0, fmt.Errorf("route: %d successes in %d trials", k, n)
	}
	if !(level > 0 && level < 1) {
		return 0, 0, fmt.Errorf("route: confidence level %v is outside (0,1)", level)
	}
	tail := (1 - level) / 2
	hi = UpperBinomial(k, n, tail)
	lo = 1 - UpperBinomial(n-k, n, tail)
	return lo, hi, nil
}

// UpperBinomial returns the one-sided Clopper–Pearson bound: the largest success
// probability under which at most k successes in n trials have probability at
// least delta. The true one is above it with probability at most delta. It is 1
// for k = n. It panics unless 0 <= k <= n, n > 0 and delta is in (0,1).
func UpperBinomial(k, n int, delta float64) float64 {
	if k < 0 || k > n || n < 1 || !(delta > 0 && delta < 1) {
		panic(fmt.Sprintf("route: upper bound of %d in %d at %v", k, n, delta))
	}
	if k == n {
		return 1
	}
	return mathext.InvRegIncBeta(float64(k+1), float64(n-k), 1-delta)
}

// HoeffdingBentkus returns a p-value against a mean above alpha, for n
// independent losses in [0,1] that sum to sum:
//
//	min( exp(−n·h(min(m,alpha), alpha)), e·P(Bin(n,alpha) <= ceil(sum)) ), m = sum/n
//
// with h(a,b) = a ln(a/b) + (1−a) ln((1−a)/(1−b)). It is 1 for n = 0, and never
// above 1.
//
// Source: Bates, Angelopoulos, Lei, Malik and Jordan, Distribution-Free,
// Risk-Controlling Prediction Sets (2021), section 3.1.
func HoeffdingBentkus(sum float64, n int, alpha float64) float64 {
	if n == 0 || alpha <= 0 {
		return 1
	}
	if alpha >= 1 {
		return 0
	}
	mean := min(sum/float64(n), alpha)
	exponent := float64(mean*safeLog(mean/alpha)) + float64((1-mean)*safeLog((1-mean)/(1-alpha)))
	hoeffding := math.Exp(-float64(n) * exponent)
	// A sum of losses may be a whole number up to rounding.
	bentkus := math.E * BinomialCDF(int(math.Ceil(sum-qualityEpsilon)), n, alpha)
	return min(1, hoeffding, bentkus)
}

// safeLog is the logarithm, 0 at 0, where it is multiplied by 0.
func safeLog(x float64) float64 {
	if x == 0 {
		return 0
	}
	return math.Log(x)
}
