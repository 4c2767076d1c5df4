package ubm

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"

	"uacs/internal/gemm"
)

// Matrix is a matrix in row-major order: a row for each clip, a column for each
// feature. Data has Rows·Cols elements.
type Matrix struct {
	Rows, Cols int
	Data       []float32
}

// MatrixOf copies rows, which must have one length, into a Matrix.
func MatrixOf(rows [][]float32) (Matrix, error) {
	m := Matrix{Rows: len(rows)}
	for i, r := range rows {
		if i == 0 {
			m.Cols = len(r)
			m.Data = make([]float32, 0, m.Rows*m.Cols)
		}
		if len(r) != m.Cols {
			return Matrix{}, fmt.Errorf("row %d has %d features, row 0 has %d", i, len(r), m.Cols)
		}
		m.Data = append(m.Data, r...)
	}
	return m, nil
}

// Row returns row i; the caller must not change it.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Cols : (i+1)*m.Cols] }

// check reports a size that does not fit and the first number that is not finite.
func (m Matrix) check(rows int) error {
	if m.Rows != rows || len(m.Data) != m.Rows*m.Cols {
		return fmt.Errorf("%d×%d matrix with %d numbers for %d clips", m.Rows, m.Cols, len(m.Data), rows)
	}
	for k, v := range m.Data {
		if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
			return fmt.Errorf("row %d, feature %d is %v", k/m.Cols, k%m.Cols, v)
		}
	}
	return nil
}

// number is what a network computes with: float32, and float64 where a test
// compares gradients with finite differences.
type number = gemm.Number

// dense is a matrix in row-major order.
type dense[T number] struct {
	rows, cols int
	data       []T
}

func newDense[T number](rows, cols int) dense[T] {
	return dense[T]{rows, cols, make([]T, rows*cols)}
}

func (d dense[T]) row(i int) []T { return d.data[i*d.cols : (i+1)*d.cols] }

// top returns the first rows of d.
func (d dense[T]) top(rows int) dense[T] {
	return dense[T]{rows, d.cols, d.data[:rows*d.cols]}
}

// multiply sets c to op(a)·op(b) + beta·c, where op transposes if told to. gonum adds up each
// element of c in one goroutine and one order.
func multiply[T number](ta, tb blas.Transpose, a, b dense[T], beta T, c dense[T]) {
	gemm.Into(ta, tb, a.plain(), b.plain(), beta, c.plain())
}

// plain is the matrix as package gemm takes it.
func (d dense[T]) plain() gemm.Matrix[T] {
	return gemm.Matrix[T]{Rows: d.rows, Cols: d.cols, Data: d.data}
}

// addRow adds v to every row of d.
func (d dense[T]) addRow(v []T) {
	for i := range d.rows {
		row := d.row(i)
		for j, x := range v {
			row[j] += x
		}
	}
}

// sumRows adds the rows of d, the row i times weight[i] if weight is not nil, to out.
func (d dense[T]) sumRows(weight, out []T) {
	for i := range d.rows {
		w := T(1)
		if weight != nil {
			w = weight[i]
		}
		for j, x := range d.row(i) {
			out[j] += w * x
		}
	}
}
