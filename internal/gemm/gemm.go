// Package gemm multiplies matrices of float32 or float64 by gonum's BLAS, whose
// functions have a name for each. Most readers want [Into].
package gemm

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
)

// Number is what a network computes with: float32, and float64 where a test compares
// gradients with finite differences.
type Number interface{ float32 | float64 }

// Matrix is a matrix in row-major order; Data has Rows·Cols elements.
type Matrix[T Number] struct {
	Rows, Cols int
	Data       []T
}

// Into sets c to op(a)·op(b) + beta·c, where op transposes if told to. No matrix may
// be empty. gonum adds up each element of c in one goroutine and one order.
func Into[T Number](ta, tb blas.Transpose, a, b Matrix[T], beta T, c Matrix[T]) {
	switch x := any(a.Data).(type) {
	case []float32:
		y, z := any(b.Data).([]float32), any(c.Data).([]float32)
		blas32.Gemm(ta, tb, 1, blas32.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Cols, Data: x},
			blas32.General{Rows: b.Rows, Cols: b.Cols, Stride: b.Cols, Data: y}, float32(beta),
			blas32.General{Rows: c.Rows, Cols: c.Cols, Stride: c.Cols, Data: z})
	case []float64:
		y, z := any(b.Data).([]float64), any(c.Data).([]float64)
		blas64.Gemm(ta, tb, 1, blas64.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Cols, Data: x},
			blas64.General{Rows: b.Rows, Cols: b.Cols, Stride: b.Cols, Data: y}, float64(beta),
			blas64.General{Rows: c.Rows, Cols: c.Cols, Stride: c.Cols, Data: z})
	}
}
