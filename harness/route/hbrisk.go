package route

// ConformalHB bounds the mean loss of the clips that are kept by the
// Hoeffding–Bentkus inequality, for any loss in [0,1].
//
// By video, an observation is Y_v, the mean over the video's clips of the loss
// where a clip is kept and Alpha where it is deferred. E[Y] > Alpha says exactly
// that E[loss·kept]/P(kept) > Alpha, for a random clip of a random video.
//
// It reads Alpha, Delta, Loss, Grid, Ranks, Starts, Bonferroni and Unit.
var ConformalHB = register(Rule{
	Name:     "conformal-hoeffding-bentkus",
	Doc:      "Keeps most among the thresholds whose mean loss on kept clips is provably at most alpha: Hoeffding–Bentkus tests in a fixed sequence, by clip or by video.",
	Formula:  "as conformal-binomial, with p = min(exp(−M h(R̂∧α, α)), e·P(Bin(M,α) <= ⌈M R̂⌉))",
	Citation: "Bates, Angelopoulos, Lei, Malik and Jordan (2021); Angelopoulos et al., Learn then Test (2021)",
	Guarantee: "P(mean loss of kept clips > Alpha) <= Delta over the draw of the training units, if they and new ones are independent draws " +
		"from one distribution; clips of one video are not: use the unit video, which weighs videos alike",
	Reads: "uncertainties and qualities of the small model",
	choose: func(variants []Clips, o RuleOptions) (Choice, error) {
		return certify(variants, o, HoeffdingBentkus)
	},
})
