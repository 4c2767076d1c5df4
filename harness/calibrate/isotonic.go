package calibrate

// Isotonic is the best fit, by squared error, among the functions that never fall.
// It is right-continuous: between two uncertainties that were seen, the lower one's
// probability stands, and outside them the nearest one's.
var Isotonic = register(Method{
	Name:     "isotonic",
	Doc:      "Non-decreasing step function of least squared error; it can be exactly 0 or 1.",
	Formula:  "argmin over non-decreasing f of Σ (wrong_i − f(u_i))², equal u pooled; pool adjacent violators",
	Citation: "Ayer, Brunk, Ewing, Reid and Silverman (1955); for calibration: Zadrozny and Elkan, Transforming Classifier Scores into Accurate Multiclass Probability Estimates (KDD 2002)",
	Monotone: true,
	fit: func(groups []group) Calibration {
		var knots []Knot
		for _, b := range poolViolators(groups) {
			knots = append(knots, Knot{b.first, b.rate()})
		}
		return Calibration{Knots: knots, at: step(knots)}
	},
})

// IsotonicLinear agrees with [Isotonic] at every uncertainty that was seen, and
// goes straight from one to the next.
var IsotonicLinear = register(Method{
	Name:     "isotonic-linear",
	Doc:      "As isotonic, with linear interpolation between the steps; it can be exactly 0 or 1.",
	Formula:  "as isotonic; between neighbouring u_i linear, constant outside",
	Citation: "as isotonic; the interpolation is that of scikit-learn's IsotonicRegression",
	Monotone: true,
	fit: func(groups []group) Calibration {
		var knots []Knot
		for _, b := range poolViolators(groups) {
			knots = append(knots, Knot{b.first, b.rate()})
			if b.last > b.first {
				knots = append(knots, Knot{b.last, b.rate()})
			}
		}
		return Calibration{Knots: knots, at: lines(knots)}
	},
})

// block is a stretch of uncertainties that share one probability.
type block struct {
	first, last float64
	n, wrong    int
}

func (b block) rate() float64 { return float64(b.wrong) / float64(b.n) }

// poolViolators joins neighbouring groups until the share of wrong answers rises
// from each block to the next. It compares whole numbers, so that rounding has no
// say in what is joined.
func poolViolators(groups []group) []block {
	var blocks []block
	for _, g := range groups {
		b := block{g.u, g.u, g.n, g.wrong}
		for len(blocks) > 0 {
			before := blocks[len(blocks)-1]
			if before.wrong*b.n < b.wrong*before.n {
				break
			}
			b = block{before.first, b.last, before.n + b.n, before.wrong + b.wrong}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	return blocks
}
