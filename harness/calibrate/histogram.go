package calibrate

import "fmt"

// histogramBins is the usual number of bins.
const histogramBins = 10

// Histogram gives each of ten bins of equally many answers the share of wrong
// answers in it. A bin begins at its least uncertainty and ends where the next
// begins. It is not monotone.
var Histogram = register(Method{
	Name:     "histogram",
	Doc:      "Share of wrong answers in the answer's bin, of ten with equally many answers as far as ties allow; it can be exactly 0 or 1.",
	Formula:  "Σ_{i in bin} wrong_i/n_bin, bins at the deciles of u, equal u never parted",
	Citation: "Zadrozny and Elkan, Obtaining Calibrated Probability Estimates from Decision Trees and Naive Bayesian Classifiers (ICML 2001)",
	fit: func(groups []group) Calibration {
		n, _ := count(groups)
		bins := min(histogramBins, n)
		blocks := equalMass(groups, bins)
		var c Calibration
		for _, b := range blocks {
			c.Knots = append(c.Knots, Knot{b.first, b.rate()})
		}
		if len(blocks) < histogramBins {
			c.Warnings = []string{fmt.Sprintf("%d answers of %d different uncertainties fill %d of %d bins", n, len(groups), len(blocks), histogramBins)}
		}
		c.at = step(c.Knots)
		return c
	},
})

// equalMass cuts groups into at most bins blocks: bin b ends with the first group
// that completes the share (b+1)/bins of all answers.
func equalMass(groups []group, bins int) []block {
	n, _ := count(groups)
	var blocks []block
	seen, full := 0, true
	for _, g := range groups {
		if full {
			blocks = append(blocks, block{first: g.u})
		}
		b := &blocks[len(blocks)-1]
		b.last, b.n, b.wrong = g.u, b.n+g.n, b.wrong+g.wrong
		before := seen * bins / n
		seen += g.n
		full = seen*bins/n > before
	}
	return blocks
}
