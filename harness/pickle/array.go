package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"
)

// Array is a numpy array. Its numbers lie in Data as the file has them and are
// decoded by the accessors, which all list the elements in C order, the last
// axis running fastest. [NewArray] makes one; the zero Array is of no use. An
// Array is safe for concurrent use as long as nobody writes to it.
type Array struct {
	DType   DType
	Shape   []int  // sizes of the axes; empty for a single value
	Fortran bool   // Data lists the first axis fastest
	Data    []byte // the elements, back to back; nil in an object array and where protocol 2 spells them as text

	dt      dtype
	spelt   *window // the elements where Data is nil
	objects List    // an object array's elements, in C order
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
	switch {
	case a.dt.size == 0:
		return 0
	case a.spelt != nil:
		return (a.spelt.hi - a.spelt.lo) / a.dt.size
	}
	return len(a.Data) / a.dt.size
}

// Bytes returns Data, or what it would be where protocol 2 of Python 3 spells
// the bytes as text; that is decoded anew, and checked, at each call.
func (a *Array) Bytes() ([]byte, error) {
	if a.spelt == nil {
		return a.Data, nil
	}
	return a.spelt.bytes()
}

// Float64s returns the elements of an array of floats, ints or bools, a bool
// being 0 or 1. Float32 values are widened exactly. An int beyond an int64, or
// one that float64 cannot hold exactly, is an error, as is any other dtype.
func (a *Array) Float64s() ([]float64, error) {
	switch a.dt.kind {
	case 'f', 'i', 'u', 'b':
	default:
		return nil, fmt.Errorf("an array of dtype %q holds no numbers", a.DType)
	}
	b, err := a.cOrder()
	if err != nil {
		return nil, err
	}
	out := make([]float64, 0, a.Len())
	for ; len(b) > 0; b = b[a.dt.size:] {
		if a.dt.kind == 'f' {
			out = append(out, a.dt.float(b))
			continue
		}
		v, ok := a.dt.int(b)
		f := float64(v)
		if !ok || f >= 1<<63 || int64(f) != v {
			return nil, fmt.Errorf("element %d of an array of dtype %s is too large to be exact as float64", len(out), a.DType)
		}
		out = append(out, f)
	}
	return out, nil
}

// Float32s returns the elements of an array of floats; float64 values are
// rounded to the nearest float32, as numpy's astype does. Any other dtype is an
// error.
func (a *Array) Float32s() ([]float32, error) {
	if a.dt.kind != 'f' {
		return nil, fmt.Errorf("an array of dtype %q holds no floats", a.DType)
	}
	out := make([]float32, a.Len())
	return out, a.CopyFloat32s(out)
}

// CopyFloat32s writes the elements of an array of floats, ints or bools to dst,
// which must be as long, each rounded to the nearest float32 as numpy's astype
// does. An int beyond an int64 is an error, as is any other dtype.
func (a *Array) CopyFloat32s(dst []float32) error {
	if len(dst) != a.Len() {
		return fmt.Errorf("an array of %d elements does not fit a slice of %d", a.Len(), len(dst))
	}
	b, err := a.cOrder()
	if err != nil {
		return err
	}
	switch {
	case a.dt == dtype{kind: 'f', size: 4}: // nearly every feature file
		littleFloat32s(dst, b)
	case a.dt.kind == 'f':
		for i := range dst {
			dst[i] = float32(a.dt.float(b[i*a.dt.size:]))
		}
	case a.dt.kind == 'i', a.dt.kind == 'u', a.dt.kind == 'b':
		for i := range dst {
			v, ok := a.dt.int(b[i*a.dt.size:])
			if !ok {
				return fmt.Errorf("element %d of an array of dtype %s is beyond a signed 64-bit int", i, a.DType)
			}
			dst[i] = float32(v)
		}
	default:
		return fmt.Errorf("an array of dtype %q holds no numbers", a.DType)
	}
	return nil
}

// littleEndian says that this machine keeps numbers as such files do.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// littleFloat32s decodes little-endian float32, as one copy where the machine has
// the same order of bytes: b need not be aligned for that, and dst is.
func littleFloat32s(dst []float32, b []byte) {
	if len(dst) == 0 {
		return
	}
	if littleEndian {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), 4*len(dst)), b)
		return
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}

// Ints returns the elements of an array of ints or bools, a bool being 0 or 1.
// A value beyond an int64 is an error, as is any other dtype.
func (a *Array) Ints() ([]int64, error) {
	switch a.dt.kind {
	case 'i', 'u', 'b':
	default:
		return nil, fmt.Errorf("an array of dtype %q holds no ints", a.DType)
	}
	b, err := a.cOrder()
	if err != nil {
		return nil, err
	}
	out := make([]int64, 0, a.Len())
	for ; len(b) > 0; b = b[a.dt.size:] {
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
	switch a.dt.kind {
	case 'S', 'U':
		b, err := a.cOrder()
		if err != nil {
			return nil, err
		}
		out := make([]string, 0, a.Len())
		for ; len(b) > 0; b = b[a.dt.size:] {
			s, ok := a.dt.str(b[:a.dt.size])
			if !ok {
				return nil, fmt.Errorf("element %d of an array of dtype %s holds a character beyond Unicode", len(out), a.DType)
			}
			out = append(out, s)
		}
		return out, nil
	case 'O':
		out := make([]string, 0, len(a.objects))
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
	b, err := a.Bytes()
	if err != nil {
		return nil, err
	}
	return a.dt.item(b)
}
