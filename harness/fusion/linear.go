package fusion

import (
	"errors"
	"math"

	"uacs/internal/detsum"
)

// featureNames are the features of stacking, in order.
var featureNames = [...]string{
	"small score", "large score", "small polarity", "large polarity",
	"small uncertainty", "large uncertainty",
	"small polarity × uncertainty", "large polarity × uncertainty",
}

// features returns what stacking knows of c; what c lacks is NaN.
func features(c Clip) [len(featureNames)]float64 {
	us, ul := finiteOrNaN(c.USmall), finiteOrNaN(c.ULarge)
	ss, sl := float64(c.Small.Polarity), float64(c.Large.Polarity)
	return [...]float64{finiteOrNaN(c.Small.Score), finiteOrNaN(c.Large.Score), ss, sl, us, ul, ss * us, sl * ul}
}

func finiteOrNaN(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// linear is a linear function of the features of a clip.
type linear struct {
	// centre and scale standardise a feature; a scale of 0 drops it.
	centre, scale [len(featureNames)]float64
	// used are the features that weight belongs to.
	used   []int
	weight []float64
	bias   float64
}

// standardise returns a model without weights and the standardised columns of
// the features that vary. A missing value is 0, the mean.
func standardise(clips []Clip) (*linear, [][]float64) {
	m := &linear{}
	var columns [][]float64
	for j := range featureNames {
		var known []float64
		for _, c := range clips {
			if x := features(c)[j]; !math.IsNaN(x) {
				known = append(known, x)
			}
		}
		if !varies(known) {
			continue
		}
		m.centre[j], m.scale[j] = detsum.Mean(known), deviation(known)
		if m.scale[j] == 0 { // squares too small for a float64
			continue
		}
		m.used = append(m.used, j)
		column := make([]float64, len(clips))
		for i, c := range clips {
			column[i] = m.standard(j, features(c)[j])
		}
		columns = append(columns, column)
	}
	return m, columns
}

func varies(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return true
		}
	}
	return false
}

// deviation returns the standard deviation with divisor n.
func deviation(x []float64) float64 {
	mean := detsum.Mean(x)
	squares := make([]float64, len(x))
	for i, v := range x {
		squares[i] = float64((v - mean) * (v - mean))
	}
	return math.Sqrt(detsum.Mean(squares))
}

// standard returns x as feature j in units of its deviation, 0 if missing.
func (m *linear) standard(j int, x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return (x - m.centre[j]) / m.scale[j]
}

// value returns the function's value for c.
func (m *linear) value(c Clip) float64 {
	x := features(c)
	terms := []float64{m.bias}
	for k, j := range m.used {
		terms = append(terms, float64(m.weight[k]*m.standard(j, x[j])))
	}
	return detsum.Sum(terms)
}

func (m *linear) coefficients() []Coefficient {
	out := []Coefficient{{"intercept", 0}}
	terms := []float64{m.bias}
	for _, name := range featureNames {
		out = append(out, Coefficient{name, 0})
	}
	for k, j := range m.used {
		out[j+1].Weight = m.weight[k] / m.scale[j]
		terms = append(terms, -float64(out[j+1].Weight*m.centre[j]))
	}
	out[0].Weight = detsum.Sum(terms)
	return out
}

func newSquare(n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
	}
	return out
}

// solve returns x with ax = b for a symmetric positive definite a, of which it
// reads the lower triangle and overwrites it with its Cholesky factor. Sums are
// compensated and in order, so the result has the same bits everywhere, which
// those of a BLAS have not. The cost is n³/3 for a handful of features.
func solve(a [][]float64, b []float64) ([]float64, error) {
	n := len(b)
	for j := range n {
		for i := j; i < n; i++ {
			rest := a[i][j] - detsum.Dot(a[i][:j], a[j][:j])
			switch {
			case i > j:
				a[i][j] = rest / a[j][j]
			case !(rest > 0):
				return nil, errors.New("the normal equations are singular")
			default:
				a[j][j] = math.Sqrt(rest)
			}
		}
	}
	x, column := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i] = (b[i] - detsum.Dot(a[i][:i], x[:i])) / a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			column[k] = a[k][i]
		}
		x[i] = (x[i] - detsum.Dot(column[i+1:], x[i+1:])) / a[i][i]
	}
	return x, nil
}
