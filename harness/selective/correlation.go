package selective

import (
	"cmp"
	"math"
	"slices"
)

// Spearman returns Spearman's rank correlation of u and loss: Pearson's
// correlation of their ranks, those that tie getting the mean of their ranks. It
// lies in [−1,1]; 1 if the order of u is that of the losses. If either is
// constant it is [ErrUndefined]. Ranks are added up in integers, so the result
// is rounded only at the end. It is spearmanr of SciPy 1.10.1.
func Spearman(u, loss []float64) (float64, error) {
	if _, err := rank("Spearman", u, loss); err != nil {
		return math.NaN(), err
	}
	x, y := centredRanks(u), centredRanks(loss)
	var xx, yy, xy int64
	for i := range x {
		xx, yy, xy = xx+x[i]*x[i], yy+y[i]*y[i], xy+x[i]*y[i]
	}
	if xx == 0 || yy == 0 {
		return undefined("Spearman", "all uncertainties or all losses are equal")
	}
	return float64(xy) / math.Sqrt(float64(xx)*float64(yy)), nil
}

// centredRanks returns twice the mean rank of each x less the mean of all ranks,
// an integer. Its squares stay within an int64 up to a million clips.
func centredRanks(x []float64) []int64 {
	order := orderOf(x)
	out := make([]int64, len(x))
	for start := 0; start < len(x); {
		end := start
		for end < len(x) && x[order[end]] == x[order[start]] {
			end++
		}
		for _, i := range order[start:end] {
			out[i] = int64(start + end - len(x)) // ranks from ½: (start+end)/2 − n/2, doubled
		}
		start = end
	}
	return out
}

func orderOf(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	return order
}

// KendallTauB returns Kendall's τ-b of u and loss: concordant less discordant
// pairs over the geometric mean of the pairs that do not tie in u and those that
// do not tie in loss. It lies in [−1,1]. If either is constant it is
// [ErrUndefined]. Pairs are counted in integers, in O(n log n) by Knight's
// method. It is kendalltau of SciPy 1.10.1.
func KendallTauB(u, loss []float64) (float64, error) {
	if _, err := rank("KendallTauB", u, loss); err != nil {
		return math.NaN(), err
	}
	pairs := make([][2]float64, len(u))
	for i := range pairs {
		pairs[i] = [2]float64{u[i], loss[i]}
	}
	slices.SortFunc(pairs, func(a, b [2]float64) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	tiedU := tiedPairs(pairs, func(a, b [2]float64) bool { return a[0] == b[0] })
	tiedBoth := tiedPairs(pairs, func(a, b [2]float64) bool { return a[0] == b[0] && a[1] == b[1] })
	// Sorted by u and then loss, a pair is discordant if it is an inversion in loss.
	losses := make([]float64, len(pairs))
	for i, p := range pairs {
		losses[i] = p[1]
	}
	discordant := inversions(losses) // sorts losses
	for i, l := range losses {
		pairs[i][1] = l
	}
	tiedLoss := tiedPairs(pairs, func(a, b [2]float64) bool { return a[1] == b[1] })
	all := int64(len(u)) * int64(len(u)-1) / 2
	if all == tiedU || all == tiedLoss {
		return undefined("KendallTauB", "all uncertainties or all losses are equal")
	}
	concordant := all - tiedU - tiedLoss + tiedBoth - discordant
	return float64(concordant-discordant) / math.Sqrt(float64(all-tiedU)*float64(all-tiedLoss)), nil
}

// tiedPairs counts the pairs within runs of equal neighbours.
func tiedPairs(pairs [][2]float64, same func(a, b [2]float64) bool) int64 {
	total, run := int64(0), int64(0)
	for i := 1; i < len(pairs); i++ {
		if run++; !same(pairs[i-1], pairs[i]) {
			run = 0
		}
		total += run
	}
	return total
}

// inversions sorts x and returns how many pairs were out of order.
func inversions(x []float64) int64 {
	if len(x) < 2 {
		return 0
	}
	left, right := slices.Clone(x[:len(x)/2]), slices.Clone(x[len(x)/2:])
	total := inversions(left) + inversions(right)
	for k := range x {
		if len(right) == 0 || len(left) > 0 && left[0] <= right[0] {
			x[k], left = left[0], left[1:]
			continue
		}
		x[k], right = right[0], right[1:]
		total += int64(len(left))
	}
	return total
}
