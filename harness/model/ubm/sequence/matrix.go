package sequence

import (
	"gonum.org/v1/gonum/blas"

	"uacs/internal/gemm"
)

// number is what a network computes with: float32, and float64 where a test compares
// gradients with finite differences.
type number = gemm.Number

// matrix is a matrix in row-major order.
type matrix[T number] struct {
	rows, cols int
	data       []T
}

// sized returns m with another size, its memory used again; what is in it is arbitrary.
func (m matrix[T]) sized(rows, cols int) matrix[T] {
	if n := rows * cols; cap(m.data) < n {
		m.data = make([]T, n)
	} else {
		m.data = m.data[:n]
	}
	m.rows, m.cols = rows, cols
	return m
}

func (m matrix[T]) row(i int) []T { return m.data[i*m.cols : (i+1)*m.cols] }

// part returns n rows from at on.
func (m matrix[T]) part(at, n int) matrix[T] {
	return matrix[T]{n, m.cols, m.data[at*m.cols : (at+n)*m.cols]}
}

func (m matrix[T]) zero() { clear(m.data) }

// at returns the parameters of a slot.
func at[T number](w []T, s slot) matrix[T] {
	return matrix[T]{s.rows, s.cols, w[s.at : s.at+s.rows*s.cols : s.at+s.rows*s.cols]}
}

const (
	plain  = blas.NoTrans
	turned = blas.Trans
)

// multiply sets c to op(a)·op(b) + beta·c. gonum adds up each element of c in one goroutine and
// one order. Matrices without a row leave c times beta.
func multiply[T number](ta, tb blas.Transpose, a, b matrix[T], beta T, c matrix[T]) {
	if c.rows == 0 || c.cols == 0 {
		return
	}
	if a.rows == 0 || a.cols == 0 {
		if beta == 0 {
			c.zero()
		}
		return
	}
	gemm.Into(ta, tb, a.plain(), b.plain(), beta, c.plain())
}

// plain is the matrix as package gemm takes it.
func (m matrix[T]) plain() gemm.Matrix[T] {
	return gemm.Matrix[T]{Rows: m.rows, Cols: m.cols, Data: m.data}
}

// addRow adds v to every row.
func (m matrix[T]) addRow(v []T) {
	for i := range m.rows {
		row := m.row(i)
		for j, x := range v {
			row[j] += x
		}
	}
}

// sumRows adds the rows to out.
func (m matrix[T]) sumRows(out []T) {
	for i := range m.rows {
		for j, x := range m.row(i) {
			out[j] += x
		}
	}
}

// layer is a dense layer at work, with relu or without, and dropout behind.
type layer[T number] struct {
	out  matrix[T]
	keep []T // the factor of each output, nil for 1 throughout
	relu bool
	dx   matrix[T]
	dw   matrix[T]
}

func (l *layer[T]) forward(x matrix[T], w []T, s denseSlots, relu bool, drops Drops, p float64) matrix[T] {
	l.relu = relu
	l.out = l.out.sized(x.rows, s.weight.cols)
	multiply(plain, plain, x, at(w, s.weight), 0, l.out)
	l.out.addRow(at(w, s.bias).data)
	if relu {
		for k, v := range l.out.data {
			l.out.data[k] = max(v, 0) // no branch that half of the elements take
		}
	}
	l.keep = dropped(l.out, l.keep, drops, p)
	return l.out
}

// backward adds the gradients of the layer's parameters to g and returns the gradient by
// x, or nothing if the caller has no use for it. d, that by the output, is overwritten.
func (l *layer[T]) backward(x, d matrix[T], w, g []T, s denseSlots, further bool) matrix[T] {
	scale(d, l.keep)
	if l.relu {
		for k, v := range l.out.data {
			if v == 0 { // also where it was dropped: the gradient there is 0 already
				d.data[k] = 0
			}
		}
	}
	l.weightBack(x, d, at(g, s.weight))
	d.sumRows(at(g, s.bias).data)
	if !further {
		return matrix[T]{}
	}
	l.dx = l.dx.sized(x.rows, x.cols)
	multiply(plain, turned, d, at(w, s.weight), 0, l.dx)
	return l.dx
}

// weightBack adds the gradient by the weights, xᵀd. Where x has more columns it is computed
// as (dᵀx)ᵀ: the sums are the same, over longer rows, and what relu cut off is skipped.
func (l *layer[T]) weightBack(x, d, g matrix[T]) {
	if x.cols <= d.cols {
		multiply(turned, plain, x, d, 1, g)
		return
	}
	l.dw = l.dw.sized(d.cols, x.cols)
	multiply(turned, plain, d, x, 0, l.dw)
	for j := range d.cols {
		for i, v := range l.dw.row(j) {
			g.data[i*g.cols+j] += v
		}
	}
}

// dropped drops elements of m and returns the factors; nil for none.
func dropped[T number](m matrix[T], keep []T, drops Drops, p float64) []T {
	if drops == nil || p == 0 {
		return nil
	}
	keep = keep[:0]
	for k := range m.data {
		f := T(drops.Keep(p))
		keep = append(keep, f)
		m.data[k] *= f
	}
	return keep
}

// scale multiplies by the factors that dropped returned.
func scale[T number](m matrix[T], keep []T) {
	for k, f := range keep {
		m.data[k] *= f
	}
}
