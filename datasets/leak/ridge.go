package leak

import (
	"errors"
	"math"

	"uacs/internal/detsum"
)

// model is a linear model of the label.
type model struct {
	mean, weight []float64 // of each column; weight is 0 for a constant one
	base         float64
}

func (m *model) predict(x []float64) float64 {
	sum := m.base
	for k, w := range m.weight {
		sum += float64(w * (x[k] - m.mean[k])) // no fused step: the same bits everywhere
	}
	return sum
}

// gram is what of a design ridge regression needs, whatever the penalty.
type gram struct {
	mean, scale []float64   // of each column; scale is 0 for a constant one
	xx          [][]float64 // lower triangle of the standardised columns' products
	xy          []float64
	base        float64
}

// flat is the spread, in units of the column's size, below which a column is
// constant: what remains is rounding.
const flat = 1e-9

func newGram(d design) *gram {
	width := len(d.x[0])
	g := &gram{mean: make([]float64, width), scale: make([]float64, width), xy: make([]float64, width), base: detsum.Mean(d.y)}
	column := make([]float64, len(d.x))
	for k := range width {
		for i, x := range d.x {
			column[i] = x[k]
		}
		g.mean[k] = detsum.Mean(column)
		for i := range column {
			column[i] -= g.mean[k]
		}
		if sd := math.Sqrt(detsum.Dot(column, column) / float64(len(column))); sd > flat*(1+math.Abs(g.mean[k])) {
			g.scale[k] = 1 / sd
		}
	}
	g.xx = make([][]float64, width)
	for k := range g.xx {
		g.xx[k] = make([]float64, k+1)
	}
	z := make([]float64, width)
	for i, x := range d.x {
		for k := range z {
			z[k] = (x[k] - g.mean[k]) * g.scale[k]
		}
		g.add(z, d.y[i]-g.base)
	}
	return g
}

// add adds a standardised row to the sums, always in the order of the rows.
func (g *gram) add(z []float64, y float64) {
	for k, zk := range z {
		if zk == 0 {
			continue
		}
		g.xy[k] += float64(zk * y)
		row := g.xx[k]
		for j := range row {
			row[j] += float64(zk * z[j])
		}
	}
}

// solve returns the weights w of (X'X + penalty I) w = X'y, by Cholesky's
// factorisation.
func (g *gram) solve(penalty float64) (*model, error) {
	n := len(g.xy)
	l := make([][]float64, n)
	for i := range n {
		l[i] = make([]float64, i+1)
		for j := range i + 1 {
			sum := g.xx[i][j]
			if i == j {
				sum += penalty
			}
			a, b := l[i], l[j]
			for k := range j {
				sum -= float64(a[k] * b[k])
			}
			if i != j {
				l[i][j] = sum / l[j][j]
				continue
			}
			if !(sum > 0) {
				return nil, errors.New("the columns are too large to be regressed on")
			}
			l[i][i] = math.Sqrt(sum)
		}
	}
	w := append([]float64(nil), g.xy...)
	for i := range n {
		for k := range i {
			w[i] -= float64(l[i][k] * w[k])
		}
		w[i] /= l[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			w[i] -= float64(l[k][i] * w[k])
		}
		w[i] /= l[i][i]
	}
	for k := range w {
		w[k] *= g.scale[k]
	}
	return &model{mean: g.mean, weight: w, base: g.base}, nil
}
