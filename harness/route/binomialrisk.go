package route

import "fmt"

// ConformalBinomial bounds the error rate of the clips that are kept by the exact
// binomial test.
//
// For one threshold the K wrong ones of M kept clips are Bin(M, R), R being the
// error rate among kept clips; H: R > Alpha is rejected if P(Bin(M,Alpha) <= K)
// is small, which is when the Clopper–Pearson bound is at most Alpha. Thresholds
// are tested from the strictest to the loosest, stopping at the first that is
// not rejected, which keeps the probability of any false rejection at Delta
// whatever the number of thresholds.
//
// It needs losses of 0 or 1. It reads Alpha, Delta, Loss, Grid, Ranks, Starts,
// Bonferroni, and Unit, which may not be [ByVideo].
var ConformalBinomial = register(Rule{
	Name:     "conformal-binomial",
	Doc:      "Keeps most among the thresholds whose error rate on kept clips is provably at most alpha: exact binomial tests in a fixed sequence.",
	Formula:  "max τ such that every earlier τ' of its sequence has P(Bin(M(τ'),α) <= K(τ')) <= δ/starts",
	Citation: "Angelopoulos, Bates, Candès, Jordan and Lei, Learn then Test (2021); Clopper and Pearson (1934)",
	Guarantee: "P(error rate of kept clips > Alpha) <= Delta over the draw of the training clips, if they and new clips are independent draws " +
		"from one distribution; clips of one video are not: use one-per-video for a random clip of a new video",
	Reads: "uncertainties and qualities of the small model",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		if o.Unit == ByVideo {
			return Choice{}, fmt.Errorf("means over videos are not binomial: use one-per-video, or conformal-hoeffding-bentkus")
		}
		for _, v := range variants {
			loss, err := o.keptLosses(v)
			if err != nil {
				return Choice{}, err
			}
			for i, l := range loss {
				if l != 0 && l != 1 {
					return Choice{}, fmt.Errorf("the loss of keeping clip %d is %v, not 0 or 1: use conformal-hoeffding-bentkus", i, l)
				}
			}
		}
		return certify(variants, o, func(sum float64, n int, alpha float64) float64 {
			return BinomialCDF(int(sum), n, alpha)
		})
	},
})
