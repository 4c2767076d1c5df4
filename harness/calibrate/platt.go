package calibrate

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// Platt fits a logistic curve in the uncertainty. Its targets are Platt's, a little
// inside 0 and 1, which keep the curve finite where a threshold parts right from
// wrong. The slope is held at 0, with a warning, where the fit would fall.
var Platt = register(Method{
	Name:     "platt",
	Doc:      "Logistic curve in the uncertainty with Platt's smoothed targets; flat if the fit would fall.",
	Formula:  "σ(a u + b), a ≥ 0, of least cross-entropy to targets (N₊+1)/(N₊+2) for wrong, 1/(N₋+2) for right",
	Citation: "Platt, Probabilistic Outputs for Support Vector Machines (1999); the search as in Lin, Lin and Weng, A Note on Platt's Probabilistic Outputs for Support Vector Machines (2007)",
	Monotone: true,
	fit: func(groups []group) Calibration {
		n, wrong := count(groups)
		high, low := (float64(wrong)+1)/(float64(wrong)+2), 1/(float64(n-wrong)+2)
		curve := newLogistic(groups, low, high)
		slope, level := curve.fit()
		var c Calibration
		switch {
		case len(groups) == 1:
			c.Warnings = []string{"all uncertainties are equal: the slope is 0"}
		case slope < 0:
			c.Warnings = []string{fmt.Sprintf("higher uncertainties are less often wrong (slope %.3g): the slope is held at 0", slope)}
			slope, level = 0, curve.flat()
		}
		c.Params = []Param{{"slope", slope}, {"intercept", level - float64(slope*curve.mean)}}
		// About the mean: the intercept of uncertainties that lie close together has
		// lost the digits that tell them apart.
		c.at = func(u float64) float64 { return sigmoid(onGrid(float64(slope*(u-curve.mean)) + level)) }
		return c
	},
})

// sigmoid is 1/(1+e^−x) without overflow.
func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// onGrid rounds log-odds to multiples of 2⁻⁴⁰. Steps of that size outweigh the last
// bits of [math.Exp], which do not rise with every last bit of its argument.
func onGrid(x float64) float64 { return math.Round(x*(1<<40)) / (1 << 40) }

// logistic is the problem of fitting σ(a z + b) to groups of answers at
// standardised uncertainties z: n answers whose targets add up to target.
type logistic struct {
	z, n, target []float64
	mean, scale  float64
}

// newLogistic gives right answers the target low and wrong ones high.
func newLogistic(groups []group, low, high float64) logistic {
	var l logistic
	var sum []float64
	for _, g := range groups {
		n := float64(g.n)
		l.n = append(l.n, n)
		l.target = append(l.target, float64(float64(g.wrong)*high)+float64(float64(g.n-g.wrong)*low))
		sum = append(sum, float64(n*g.u))
	}
	total := detsum.Sum(l.n)
	l.mean = detsum.Sum(sum) / total
	squares := make([]float64, len(groups))
	for i, g := range groups {
		squares[i] = float64(l.n[i] * float64((g.u-l.mean)*(g.u-l.mean)))
	}
	if l.scale = math.Sqrt(detsum.Sum(squares) / total); l.scale == 0 {
		l.scale = 1
	}
	for _, g := range groups {
		l.z = append(l.z, (g.u-l.mean)/l.scale)
	}
	return l
}

// flat returns the best intercept for a slope of 0: the logit of the mean target.
func (l logistic) flat() float64 {
	p := detsum.Sum(l.target) / detsum.Sum(l.n)
	return math.Log(p / (1 - p))
}

// newtonSteps bounds the search; with both kinds of answers it ends after about ten.
const newtonSteps = 200

// fit returns the slope per unit of the uncertainty, and the log-odds at its mean, of
// least cross-entropy. The problem is convex: Newton's method with halved steps finds its
// only minimum. Only unsmoothed targets that a threshold parts have none; the search
// then ends far out.
func (l logistic) fit() (slope, level float64) {
	a, b := 0.0, l.flat()
	loss := l.loss(a, b)
	for range newtonSteps {
		da, db, ok := l.newton(a, b)
		if !ok {
			break
		}
		step, better := 1.0, false
		for ; step > 1e-10 && !better; step /= 2 {
			nextA, nextB := a+float64(step*da), b+float64(step*db)
			if next := l.loss(nextA, nextB); next < loss {
				a, b, loss, better = nextA, nextB, next, true
			}
		}
		if !better {
			break
		}
	}
	// Where the loss is flat to the last bit a full step still comes nearer.
	if da, db, ok := l.newton(a, b); ok && math.Abs(da)+math.Abs(db) < 1e-3 {
		a, b = a+da, b+db
	}
	return a / l.scale, b
}

// loss is the cross-entropy in nats.
func (l logistic) loss(a, b float64) float64 {
	terms := make([]float64, len(l.z))
	for i, z := range l.z {
		x := float64(a*z) + b
		softplus := max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
		terms[i] = float64(l.n[i]*softplus) - float64(l.target[i]*x)
	}
	return detsum.Sum(terms)
}

// newton returns the Newton step, and false where the curvature is lost.
func (l logistic) newton(a, b float64) (da, db float64, ok bool) {
	k := len(l.z)
	ga, gb := make([]float64, k), make([]float64, k)
	haa, hab, hbb := make([]float64, k), make([]float64, k), make([]float64, k)
	for i, z := range l.z {
		p := sigmoid(float64(a*z) + b)
		gb[i] = float64(l.n[i]*p) - l.target[i]
		ga[i] = float64(gb[i] * z)
		hbb[i] = float64(l.n[i] * float64(p*(1-p)))
		hab[i] = float64(hbb[i] * z)
		haa[i] = float64(hab[i] * z)
	}
	// A hair on the diagonal keeps the slope of equal uncertainties at 0.
	const hair = 1e-12
	aa, ab, bb := detsum.Sum(haa)+hair, detsum.Sum(hab), detsum.Sum(hbb)+hair
	det := float64(aa*bb) - float64(ab*ab)
	if !(det > 0) {
		return 0, 0, false
	}
	sa, sb := detsum.Sum(ga), detsum.Sum(gb)
	da = (float64(ab*sb) - float64(bb*sa)) / det
	db = (float64(ab*sa) - float64(aa*sb)) / det
	return da, db, true
}
