package route

import (
	"fmt"
	"math"

	"uacs/internal/detsum"
)

// Router is a logistic regression from features to the probability that
// escalation gains.
type Router struct {
	// Names are the features it reads, in order; constant ones were dropped.
	Names []string
	// Mean and Scale standardise each feature: population mean and deviation of
	// the training clips.
	Mean, Scale []float64
	// Weights belong to the standardised features.
	Weights   []float64
	Intercept float64
	// Iterations is the number of Newton steps taken.
	Iterations int
	// Warnings are caveats about the fit, such as dropped features.
	Warnings []string
}

// FitRouter fits the router by maximum likelihood with an L2 penalty,
//
//	min over w, b of sum_i log(1 + exp(−s_i (w·z_i + b))) + l2/2 · |w|²
//
// with s_i = ±1 for a clip that gains or not, z_i the standardised features, and
// b free; scikit-learn's LogisticRegression with C = 1/l2 on StandardScaler's
// output. A feature that is constant is dropped with a warning. If all clips gain,
// or none, the router gives that one probability, with a warning. It is an error
// if there are no features or clips, if lengths differ, if a value is not
// finite, or if l2 is not positive.
//
// Newton's method, as iteratively reweighted least squares; it starts at 0, so the
// fit depends on the input alone.
//
// Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning
// (2009), section 4.4.1.
func FitRouter(features []Feature, gained []bool, l2 float64) (*Router, error) {
	if !(l2 > 0) || math.IsInf(l2, 1) {
		return nil, fmt.Errorf("learned router: a penalty of %v is not positive and finite", l2)
	}
	if err := checkFeatures(features, len(gained)); err != nil {
		return nil, err
	}
	r, columns := standardised(features)
	positive := 0
	for _, g := range gained {
		positive += indicator(g)
	}
	if positive == 0 || positive == len(gained) {
		r.Intercept = math.Inf(2*positive - 1)
		r.Weights = make([]float64, len(columns))
		r.Warnings = append(r.Warnings, fmt.Sprintf("learned router: %d of %d training clips gain: nothing to learn", positive, len(gained)))
		return r, nil
	}
	return r, r.newton(columns, gained, l2)
}

func indicator(b bool) int {
	if b {
		return 1
	}
	return 0
}

func checkFeatures(features []Feature, n int) error {
	if len(features) == 0 || n == 0 {
		return fmt.Errorf("learned router: %d features of %d clips", len(features), n)
	}
	for _, f := range features {
		if len(f.Values) != n {
			return fmt.Errorf("learned router: feature %s has %d values for %d clips", f.Name, len(f.Values), n)
		}
		for i, v := range f.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("learned router: feature %s of clip %d is %v", f.Name, i, v)
			}
		}
	}
	return nil
}

// standardised returns a router that knows its features and their standardised
// columns.
func standardised(features []Feature) (*Router, [][]float64) {
	r := &Router{}
	var columns [][]float64
	for _, f := range features {
		mean := detsum.Mean(f.Values)
		centred := make([]float64, len(f.Values))
		for i, v := range f.Values {
			centred[i] = v - mean
		}
		scale := math.Sqrt(detsum.Dot(centred, centred) / float64(len(centred)))
		if scale <= 1e-12*math.Abs(mean) || scale == 0 { // rounding of the mean, not spread
			r.Warnings = append(r.Warnings, fmt.Sprintf("learned router: feature %s is constant and was dropped", f.Name))
			continue
		}
		for i := range centred {
			centred[i] /= scale
		}
		r.Names, r.Mean, r.Scale = append(r.Names, f.Name), append(r.Mean, mean), append(r.Scale, scale)
		columns = append(columns, centred)
	}
	return r, columns
}

// maxNewton is far above the ten or so steps that a penalised fit takes.
const maxNewton = 100

// newton fits the weights and the intercept, which is the last parameter.
func (r *Router) newton(columns [][]float64, gained []bool, l2 float64) error {
	n := len(gained)
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	f := likelihood{columns: append(columns, ones), gained: gained, l2: l2}
	beta := make([]float64, len(f.columns))
	loss := f.loss(beta)
	gradient, hessian := f.at(beta)
	for ; r.Iterations < maxNewton && largest(gradient) > 1e-11*float64(n); r.Iterations++ {
		step, err := solveCholesky(hessian, gradient)
		if err != nil {
			return fmt.Errorf("learned router: %w", err)
		}
		next, nextLoss, ok := f.descend(beta, step, loss)
		if !ok {
			break // the loss cannot be lowered within rounding: this is the minimum
		}
		beta, loss = next, nextLoss
		gradient, hessian = f.at(beta)
	}
	if r.Iterations == maxNewton {
		r.Warnings = append(r.Warnings, fmt.Sprintf("learned router: not converged after %d steps", maxNewton))
	}
	r.Weights, r.Intercept = beta[:len(beta)-1], beta[len(beta)-1]
	return nil
}

func largest(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}

// likelihood is the penalised loss to be minimised; its last column is the
// intercept's.
type likelihood struct {
	columns [][]float64
	gained  []bool
	l2      float64
}

// linear returns the linear predictor of each clip.
func (f likelihood) linear(beta []float64) []float64 {
	out := make([]float64, len(f.gained))
	for j, col := range f.columns {
		for i, v := range col {
			out[i] += float64(beta[j] * v)
		}
	}
	return out
}

// loss returns the penalised loss.
func (f likelihood) loss(beta []float64) float64 {
	terms := f.linear(beta)
	for i, g := range f.gained {
		if g {
			terms[i] = -terms[i]
		}
		terms[i] = max(terms[i], 0) + math.Log1p(math.Exp(-math.Abs(terms[i])))
	}
	w := beta[:len(beta)-1]
	return detsum.Sum(terms) + float64(f.l2/2*detsum.Dot(w, w))
}

// at returns the gradient of the loss and the lower triangle of its Hessian.
func (f likelihood) at(beta []float64) (gradient []float64, hessian [][]float64) {
	linear := f.linear(beta)
	residual, weight := make([]float64, len(linear)), make([]float64, len(linear))
	for i, eta := range linear {
		p := sigmoid(eta)
		residual[i] = p - float64(indicator(f.gained[i]))
		weight[i] = p * sigmoid(-eta)
	}
	d := len(beta)
	gradient, hessian = make([]float64, d), make([][]float64, d)
	weighted := make([]float64, len(linear))
	for j, col := range f.columns {
		gradient[j] = detsum.Dot(col, residual)
		hessian[j] = make([]float64, d)
		for i, v := range col {
			weighted[i] = v * weight[i]
		}
		for k := range j + 1 {
			hessian[j][k] = detsum.Dot(weighted, f.columns[k])
		}
		if j < d-1 {
			gradient[j] += float64(f.l2 * beta[j])
			hessian[j][j] += f.l2
		}
	}
	return gradient, hessian
}

// descend halves the step until the loss falls; ok is false if it never does.
func (f likelihood) descend(beta, step []float64, loss float64) (next []float64, nextLoss float64, ok bool) {
	for size := 1.0; size > 1e-10; size /= 2 {
		next = make([]float64, len(beta))
		for j := range beta {
			next[j] = beta[j] - float64(size*step[j])
		}
		if nextLoss = f.loss(next); nextLoss < loss {
			return next, nextLoss, true
		}
	}
	return nil, 0, false
}

// sigmoid returns 1/(1+exp(−x)) without overflow.
func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// solveCholesky solves a x = b for a positive definite a, of which it reads the
// lower triangle.
func solveCholesky(a [][]float64, b []float64) ([]float64, error) {
	d := len(b)
	l, x := make([][]float64, d), make([]float64, d)
	for i := range d {
		l[i] = make([]float64, i+1)
		for j := range i + 1 {
			rest := a[i][j] - detsum.Dot(l[i][:j], l[j][:j])
			if i != j {
				l[i][j] = rest / l[j][j]
				continue
			}
			if !(rest > 0) {
				return nil, fmt.Errorf("the Hessian is singular at parameter %d", i)
			}
			l[i][i] = math.Sqrt(rest)
		}
		x[i] = (b[i] - detsum.Dot(l[i][:i], x[:i])) / l[i][i]
	}
	for i := d - 1; i >= 0; i-- {
		for j := i + 1; j < d; j++ {
			x[i] -= float64(l[j][i] * x[j])
		}
		x[i] /= l[i][i]
	}
	return x, nil
}

// Scores returns the probability of a gain for each clip, in [0,1]. Features are
// found by name; further ones are ignored. A missing or non-finite one is an error.
func (r *Router) Scores(features []Feature) ([]float64, error) {
	if len(features) == 0 {
		return nil, fmt.Errorf("learned router: no features")
	}
	out := make([]float64, len(features[0].Values))
	for i := range out {
		out[i] = r.Intercept
	}
	for j, name := range r.Names {
		f, err := named(features, name, len(out))
		if err != nil {
			return nil, err
		}
		for i, v := range f.Values {
			out[i] += float64(r.Weights[j] * ((v - r.Mean[j]) / r.Scale[j]))
		}
	}
	for i := range out {
		out[i] = sigmoid(out[i])
	}
	return out, nil
}

// named returns the feature of that name, checked.
func named(features []Feature, name string, n int) (Feature, error) {
	for _, f := range features {
		if f.Name == name {
			return f, checkFeatures([]Feature{f}, n)
		}
	}
	return Feature{}, fmt.Errorf("learned router: feature %s is missing", name)
}
