package fusion

import (
	"errors"
	"fmt"
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// StackingLogistic learns the polarity from the features of [StackingRidge] by
// logistic regression with an L2 penalty. Training clips with a label of 0 are
// left out, so it answers positive or negative, and neutral only on the
// boundary; its answers have no score. Until it is fitted the large model's
// answer stands.
var StackingLogistic = register(Strategy{
	Name:          "stacking-logistic",
	Doc:           "Logistic regression of the polarity on both scores, polarities and uncertainties.",
	Formula:       "sign ŷ = sign(b + w·x), min Σ ln(1 + exp(−sign(y)(b + w·z))) + λ|w|²/2, z the standardised x",
	Citation:      "Wolpert, Stacked Generalization (1992); the features are a hypothesis",
	Cost:          "1 call",
	NeedsTraining: true,
	needsBoth:     true,
	fuse:          untrained,
	fit:           fitLogistic,
	answer: func(value float64) Answer {
		return Answer{Score: math.NaN(), Polarity: sample.PolarityOf(value), OK: true}
	},
})

// newtonSteps bounds the iterations of a fit: convex and damped, it takes about
// ten.
const newtonSteps = 100

func fitLogistic(train []Clip, t Training) (*linear, error) {
	var side []float64
	var sided []Clip
	positive := 0
	for _, c := range train {
		if p := sample.PolarityOf(c.Truth); p != sample.Neutral {
			side, sided = append(side, float64(p)), append(sided, c)
			positive += int(p+1) / 2
		}
	}
	if positive == 0 || positive == len(side) {
		return nil, fmt.Errorf("%d usable training clips with a polarity, %d positive: both are needed", len(side), positive)
	}
	m, columns := standardise(sided)
	f := logistic{columns: append([][]float64{ones(len(side))}, columns...), side: side, penalty: t.Penalty}
	w := make([]float64, len(f.columns))
	for range newtonSteps {
		next, step, err := f.newton(w)
		if err != nil {
			return nil, err
		}
		w = next
		if step <= 1e-12 {
			m.bias, m.weight = w[0], w[1:]
			return m, nil
		}
	}
	return nil, errors.New("logistic regression did not converge")
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// logistic is the objective of a fit. The first column is constant and its
// weight, the intercept, is not penalised.
type logistic struct {
	columns [][]float64
	side    []float64
	penalty float64
}

// margins returns side times the linear predictor, by clip.
func (f logistic) margins(w []float64) []float64 {
	out := make([]float64, len(f.side))
	terms := make([]float64, len(w))
	for i := range out {
		for j := range w {
			terms[j] = float64(w[j] * f.columns[j][i])
		}
		out[i] = f.side[i] * detsum.Sum(terms)
	}
	return out
}

func (f logistic) loss(w []float64) float64 {
	terms := f.margins(w)
	for i, m := range terms {
		// ln(1+exp(−m)) without overflow. The last bits of math.Log depend on the
		// machine, but the loss only decides whether a step is halved.
		terms[i] = math.Max(0, -m) + math.Log(1+exp(-math.Abs(m)))
	}
	return detsum.Sum(terms) + float64(f.penalty*detsum.Dot(w[1:], w[1:]))/2
}

// newton returns the next weights, and the largest change relative to the
// weights' size. The step is halved until the loss does not grow.
func (f logistic) newton(w []float64) (next []float64, change float64, err error) {
	hessian, gradient := f.derivatives(w)
	step, err := solve(hessian, gradient)
	if err != nil {
		return nil, 0, err
	}
	before := f.loss(w)
	next = make([]float64, len(w))
	for scale := 1.0; ; scale /= 2 {
		change = 0
		for j := range w {
			d := float64(scale * step[j])
			next[j] = w[j] - d
			change = math.Max(change, math.Abs(d)/math.Max(1, math.Abs(w[j])))
		}
		// Near the minimum the loss is flat to its rounding error: there the
		// full step is right and comparing losses is not.
		if change <= 1e-6 || f.loss(next) <= before {
			return next, change, nil
		}
	}
}

func (f logistic) derivatives(w []float64) (hessian [][]float64, gradient []float64) {
	n, k := len(f.side), len(w)
	slope, curve := make([]float64, n), make([]float64, n)
	for i, m := range f.margins(w) {
		wrong := 1 / (1 + exp(m)) // the probability of the other side
		slope[i] = -f.side[i] * wrong
		curve[i] = float64(wrong * (1 - wrong))
	}
	hessian, gradient = newSquare(k), make([]float64, k)
	weighted := make([]float64, n)
	for j := range k {
		gradient[j] = detsum.Dot(f.columns[j], slope)
		for i := range weighted {
			weighted[i] = float64(f.columns[j][i] * curve[i])
		}
		for l := range j + 1 {
			hessian[j][l] = detsum.Dot(weighted, f.columns[l])
		}
		if j > 0 {
			gradient[j] += float64(f.penalty * w[j])
			hessian[j][j] += f.penalty
		}
	}
	return hessian, gradient
}
