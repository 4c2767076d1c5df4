package ubm

import "math"

// adamW is the optimiser of Loshchilov and Hutter, Decoupled Weight Decay
// Regularization (ICLR 2019): Adam with β = (0.9, 0.999) and ε = 1e-8, and weights that
// shrink by rate·decay a step besides.
type adamW struct {
	decay float64
	// coupled adds decay times the weight to the gradient instead, of every weight: Adam
	// with an L2 penalty.
	coupled  bool
	m, v     []float32
	b1t, b2t float64 // β to the power of the step
}

func newAdamW(size int, decay float64) *adamW {
	return &adamW{decay: decay, m: make([]float32, size), v: make([]float32, size), b1t: 1, b2t: 1}
}

// step moves the weights against the gradient at a learning rate.
func (o *adamW) step(w, g []float32, decays []bool, rate float64) {
	const b1, b2, eps = 0.9, 0.999, 1e-8
	o.b1t, o.b2t = o.b1t*b1, o.b2t*b2
	first, second := float32(rate/(1-o.b1t)), float32(1/(1-o.b2t))
	shrink := float32(1 - rate*o.decay)
	for k, d := range g {
		if o.coupled {
			d += float32(o.decay) * w[k]
		}
		m := float32(b1)*o.m[k] + float32(1-b1)*d
		v := float32(b2)*o.v[k] + float32(1-b2)*d*d
		o.m[k], o.v[k] = m, v
		if decays[k] && !o.coupled {
			w[k] *= shrink
		}
		w[k] -= first * m / (float32(math.Sqrt(float64(v*second))) + eps)
	}
}

// clip scales the gradient to the norm most where it is longer; 0 leaves it.
func clip(g []float32, most float64) {
	if most == 0 {
		return
	}
	sum := 0.0
	for _, d := range g {
		sum += float64(d) * float64(d)
	}
	if norm := math.Sqrt(sum); norm > most {
		f := float32(most / norm)
		for k := range g {
			g[k] *= f
		}
	}
}
