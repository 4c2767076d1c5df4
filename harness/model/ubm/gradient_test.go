package ubm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The gradient of every loss and fusion agrees with central differences in float64,
// with dropout of elements and of modalities drawn alike in each evaluation.
func TestGradientsMatchFiniteDifferences(t *testing.T) {
	bins := []float64{-3, -1, 0, 1, 2.5}
	for _, fusion := range []Fusion{Early, Late, Gated} {
		for _, loss := range []LossKind{CrossEntropy, CORN} {
			for _, mae := range []float64{0, 0.4} {
				for _, modalities := range []int{1, 3} {
					t.Run(fmt.Sprintf("%s/%s/mae=%v/modalities=%d", fusion, loss, mae, modalities), func(t *testing.T) {
						o := objective{loss: loss, bins: bins, mae: mae}
						s := shape{dims: []int{4, 3, 2}[:modalities], hidden: 5, outputs: o.outputs(), fusion: fusion}
						checkGradient(t, s, o)
					})
				}
			}
		}
	}
}

func checkGradient(t *testing.T, s shape, o objective) {
	t.Helper()
	const rows = 7
	r := rand.New(rand.NewPCG(3, 5))
	w, g := newWeights[float64](s), newWeights[float64](s)
	for k := range w.flat {
		w.flat[k] = 0.6 * r.NormFloat64()
	}
	x := make([][]float64, len(s.dims))
	for m, d := range s.dims {
		x[m] = make([]float64, rows*d)
		for k := range x[m] {
			x[m][k] = r.NormFloat64()
		}
	}
	y, target := make([]float64, rows), newDense[float64](rows, len(o.bins))
	for i := range y {
		y[i] = 6*r.Float64() - 3
		TargetConfig{Kind: Gaussian, Width: 0.8}.set(o.bins, y[i], target.row(i))
	}
	p := newPass[float64](s, rows)
	dz := newDense[float64](rows, s.outputs)
	logp, by := make([]float64, len(o.bins)), make([]float64, len(o.bins))
	loss := func() (sum float64) {
		for m := range x {
			copy(p.x[m].data, x[m])
		}
		p.forward(w, &noise{r: rand.New(rand.NewPCG(1, 2)), hidden: 0.3, modality: 0.4})
		for i := range rows {
			sum += rowLoss(o, p.z.row(i), target.row(i), y[i], 1, dz.row(i), logp, by)
		}
		return sum
	}
	loss()
	p.backward(w, g, dz)
	const h = 1e-6
	for k := range w.flat {
		at := w.flat[k]
		w.flat[k] = at + h
		up := loss()
		w.flat[k] = at - h
		down := loss()
		w.flat[k] = at
		if want := (up - down) / (2 * h); math.Abs(g.flat[k]-want) > 1e-6*(1+math.Abs(want)) {
			t.Errorf("parameter %d: gradient %.9g, central difference %.9g", k, g.flat[k], want)
		}
	}
}
