package pickle

import (
	"errors"
	"fmt"
)

// Array is a numpy array. Its numbers lie in Data as the file has them and are
// decoded by the accessors, which all list the elements in C order, the last
// axis running fastest. [NewArray] makes one; the zero Array is of no use. An
// Array is safe for concurrent use as long as nobody writes to it.
type Array struct {
	DType   DType
	Shape   []int  // sizes of the axes; empty for a single value
	Fortran bool   // Data lists the first axis fastest
	Data    []byte // the elements, back to back; nil in an object array

	dt      dtype
	objects List // an object array's elements, in C order
}

// NewArray returns the array of the given dtype and shape whose elements lie in
// data, which it does not copy. The length of data must be that of the elements;
// fortran says that the first axis runs fastest. Object arrays cannot be made
// this way.
func NewArray(d DType, shape []int, fortran bool, data []byte) (*Array, error) {
	dt, ordered, err := parseDType(string(d))
	if err != nil {
		return nil, err
	}
	if !ordered {
		return nil, fmt.Errorf("dtype %q names no byte order", d)
	}
	if err := checkData(dt, shape, len(data)); err != nil {
		return nil, err
	}
	return newArray(dt, shape, fortran, data), nil
}

func newArray(dt dtype, shape []int, fortran bool, data []byte) *Array {
	return &Array{DType: DType(dt.String()), Shape: shape, Fortran: fortran, Data: data, dt: dt}
}

// checkData checks that length bytes are what an array needs.
func checkData(dt dtype, shape []int, length int) error {
	n, err := elements(shape)
	if err != nil {
		return err
	}
	if dt.kind == 'O' {
		return errors.New("an object array has no data bytes")
	}
	if dt.size == 0 && n > 0 {
		return fmt.Errorf("an array of shape %v and dtype %v, whose elements have no bytes", shape, dt)
	}
	if n == 0 && length == 0 {
		return nil
	}
	// By division, as n times the size may overflow.
	if n == 0 || length%n != 0 || length/n != dt.size {
		return fmt.Errorf("an array of shape %v and dtype %v has %d bytes of data", shape, dt, length)
	}
	return nil
}

// Len returns the number of elements.
func (a *Array) Len() int {
	if a.dt.kind == 'O' {
		return len(a.objects)
	}
	if a.dt.size == 0 {
		return 0
	}
	return len(a.Data) / a.dt.size
}

// Float64s returns the elements of an array of floats, ints or bools, a bool
// being 0 or 1. Float32 values are widened exactly. An int beyond an int64, or
// one that float64 cannot hold exactly, is an error, as is any other dtype.
func (a *Array) Float64s() ([]float64, error) {
	out := make([]float64, 0, a.Len())
	switch a.dt.kind {
	case 'f':
		for b := a.cOrder(); len(b) > 0; b = b[a.dt.size:] {
			out = append(out, a.dt.float(b))
		}
		return out, nil
	case 'i', 'u', 'b':
		for b := a.cOrder(); len(b) > 0; b = b[a.dt.size:] {
			v, ok := a.dt.int(b)
			f := float64(v)
			if !ok || f >= 1<<63 || int64(f) != v {
				return nil, fmt.Errorf("element %d of an array of dtype %s is too large to be exact as float64", len(out), a.DType)
			}
			out = append(out, f)
		}
		return out, nil
	}
	return nil, fmt.Errorf("an array of dtype %q holds no numbers", a.DType)
}

// Float32s returns the elements of an array of floats; float64 values are
// rounded to the nearest float32, as numpy's astype does. Any other dtype is an
// error.
func (a *Array) Float32s() ([]float32, error) {
	if a.dt.kind != 'f' {
		return nil, fmt.Errorf("an array of dtype %q holds no floats", a.DType)
	}
	out := make([]float32, 0, a.Len())
	for b := a.cOrder(); len(b) > 0; b = b[a.dt.size:] {
		out = append(out, float32(a.dt.float(b)))
	}
	return out, nil
}

// Ints returns the elements of an array of ints or bools, a bool being 0 or 1.
// A value beyond an int64 is an error, as is any other dtype.
func (a *Array) Ints() ([]int64, error) {
	switch a.dt.kind {
	case 'i', 'u', 'b':
	default:
		return nil, fmt.Errorf("an array of dtype %q holds no ints", a.DType)
	}
	out := make([]int64, 0, a.Len())
	for b := a.cOrder(); len(b) > 0; b = b[a.dt.size:] {
		v, ok := a.dt.int(b)
		if !ok {
			return nil, fmt.Errorf("element %d of an array of dtype %s is beyond a signed 64-bit int", len(out), a.DType)
		}
		out = append(out, v)
	}
	return out, nil
}

// Strings returns the elements of an array of fixed-width strings, without the
// zeros that fill them up, or of an object array that holds strings only.
// Elements of dtype S are returned byte for byte. Any other dtype is an error.
func (a *Array) Strings() ([]string, error) {
	out := make([]string, 0, a.Len())
	switch a.dt.kind {
	case 'S', 'U':
		for b := a.cOrder(); len(b) > 0; b = b[a.dt.size:] {
			s, ok := a.dt.str(b[:a.dt.size])
			if !ok {
				return nil, fmt.Errorf("element %d of an array of dtype %s holds a character beyond Unicode", len(out), a.DType)
			}
			out = append(out, s)
		}
		return out, nil
	case 'O':
		for i, v := range a.objects {
			s, ok := v.(string)
			if !ok {
				return nil, fmt.Errorf("element %d of an object array is a %T, not a string", i, v)
			}
			out = append(out, s)
		}
		return out, nil
	}
	return nil, fmt.Errorf("an array of dtype %q holds no strings", a.DType)
}

// Objects returns the elements of an object array, and an error for any other
// dtype.
func (a *Array) Objects() (List, error) {
	if a.dt.kind != 'O' {
		return nil, fmt.Errorf("an array of dtype %q holds no objects", a.DType)
	}
	return a.objects, nil
}

// Item returns the element of an array that has exactly one, whatever its shape:
// the object itself, or the value a numpy scalar of that dtype becomes. This is
// what numpy calls item(), and how np.save wraps a dict.
func (a *Array) Item() (any, error) {
	if n := a.Len(); n != 1 {
		return nil, fmt.Errorf("an array of shape %v has %d elements, not one", a.Shape, n)
	}
	if a.dt.kind == 'O' {
		return a.objects[0], nil
	}
	return a.dt.item(a.Data)
}

// Row returns the part of a whose first index is i, an array of one axis less.
// It shares a's data, except where a is in Fortran order and has several axes:
// then it is a copy. An index outside the first axis is an error.
func (a *Array) Row(i int) (*Array, error) {
	if len(a.Shape) == 0 || i < 0 || i >= a.Shape[0] {
		return nil, fmt.Errorf("an array of shape %v has no row %d", a.Shape, i)
	}
	rows, n := a.Shape[0], a.Len()/a.Shape[0]
	row := *a
	row.Shape = a.Shape[1:]
	switch size := a.dt.size; {
	case a.dt.kind == 'O':
		row.objects = a.objects[i*n : (i+1)*n : (i+1)*n]
	case a.Fortran && len(a.Shape) > 1:
		row.Data = make([]byte, 0, n*size)
		for k := range n {
			cell := (k*rows + i) * size
			row.Data = append(row.Data, a.Data[cell:cell+size]...)
		}
	default:
		row.Data = a.Data[i*n*size : (i+1)*n*size : (i+1)*n*size]
	}
	return &row, nil
}

// cOrder returns the bytes of the elements in C order: Data itself, unless that
// is in Fortran order.
func (a *Array) cOrder() []byte {
	if !a.Fortran || len(a.Shape) < 2 || len(a.Data) == 0 {
		return a.Data
	}
	strides := make([]int, len(a.Shape))
	stride := a.dt.size
	for axis, n := range a.Shape {
		strides[axis] = stride
		stride *= n
	}
	// Count up the index vector, last axis fastest, and follow its offset.
	out := make([]byte, 0, len(a.Data))
	index := make([]int, len(a.Shape))
	at := 0
	for len(out) < len(a.Data) {
		out = append(out, a.Data[at:at+a.dt.size]...)
		for axis := len(index) - 1; axis >= 0; axis-- {
			index[axis]++
			at += strides[axis]
			if index[axis] < a.Shape[axis] {
				break
			}
			at -= index[axis] * strides[axis]
			index[axis] = 0
		}
	}
	return out
}
