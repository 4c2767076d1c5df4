package ubm

import "math"

// objective turns outputs into log-probabilities and both into a loss; a regression has
// neither log-probabilities nor a target.
type objective struct {
	loss LossKind
	bins []float64
	// mae is the weight of |Σ p c − y|, in label units.
	mae float64
}

// outputs returns how many outputs the network has.
func (o objective) outputs() int {
	switch o.loss {
	case CORN:
		return len(o.bins) - 1
	case AbsoluteError:
		return 1
	}
	return len(o.bins)
}

// logProbs sets logp to the log-probabilities of the bins.
func logProbs[T number](o objective, z []T, logp []float64) {
	if o.loss == CORN {
		before := 0.0 // ln P(label is not below bin k)
		for k, v := range z {
			logp[k] = before + logSigmoid(-float64(v))
			before += logSigmoid(float64(v))
		}
		logp[len(z)] = before
		return
	}
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, float64(v))
	}
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(float64(v) - top)
	}
	lse := top + math.Log(sum)
	for k, v := range z {
		logp[k] = float64(v) - lse
	}
}

// logSigmoid returns ln(1/(1+e^−x)) without overflow.
func logSigmoid(x float64) float64 {
	if x < 0 {
		return x - math.Log1p(math.Exp(x))
	}
	return -math.Log1p(math.Exp(-x))
}

// rowLoss returns the loss of one clip with the outputs z, target t and label y. Where dz is
// not nil it sets it to the gradient by z, times scale. by and logp are scratch of K.
func rowLoss[T number](o objective, z []T, t []float64, y float64, scale float64, dz []T, logp, by []float64) float64 {
	if o.loss == AbsoluteError {
		return absoluteError(z, y, scale, dz)
	}
	logProbs(o, z, logp)
	loss, score := 0.0, 0.0
	for k, l := range logp {
		if t[k] > 0 {
			loss -= t[k] * l
		}
		score += math.Exp(l) * o.bins[k]
	}
	loss += o.mae * math.Abs(score-y)
	if dz == nil {
		return loss
	}
	side := 0.0
	if score > y {
		side = o.mae
	} else if score < y {
		side = -o.mae
	}
	for k, l := range logp { // the gradient by ln p_k
		by[k] = -t[k] + side*o.bins[k]*math.Exp(l)
	}
	o.chain(logp, by, func(k int, d float64) { dz[k] = T(scale * d) }, func(k int) float64 { return float64(z[k]) })
	return loss
}

// absoluteError is rowLoss of a regression; its gradient at 0 is 0.
func absoluteError[T number](z []T, y, scale float64, dz []T) float64 {
	d := float64(z[0]) - y
	if dz != nil {
		dz[0] = 0
		if d != 0 {
			dz[0] = T(math.Copysign(scale, d))
		}
	}
	return math.Abs(d)
}

// chain hands out the gradient by each output, given the one by log-probabilities.
func (o objective) chain(logp, by []float64, set func(k int, d float64), z func(k int) float64) {
	total := 0.0
	for _, d := range by {
		total += d
	}
	if o.loss != CORN {
		for k, d := range by {
			set(k, d-math.Exp(logp[k])*total)
		}
		return
	}
	above := total // Σ over j > k of by[j]
	for k := range len(by) - 1 {
		above -= by[k]
		s := math.Exp(logSigmoid(z(k)))
		set(k, above*(1-s)-by[k]*s)
	}
}
