package onnxfile

import (
	"encoding/binary"
	"fmt"
	"math"
)

// DType is the type of a tensor's entries, numbered as in TensorProto.
type DType int

// The types. String is known by name only: tensors of it are refused.
const (
	Float    DType = 1
	Uint8    DType = 2
	Int8     DType = 3
	Uint16   DType = 4
	Int16    DType = 5
	Int32    DType = 6
	Int64    DType = 7
	String   DType = 8
	Bool     DType = 9
	Float16  DType = 10
	Double   DType = 11
	Uint32   DType = 12
	Uint64   DType = 13
	BFloat16 DType = 16
)

var dtypes = map[DType]struct {
	name string
	size int
}{
	Float: {"float32", 4}, Uint8: {"uint8", 1}, Int8: {"int8", 1}, Uint16: {"uint16", 2}, Int16: {"int16", 2},
	Int32: {"int32", 4}, Int64: {"int64", 8}, String: {"string", 0}, Bool: {"bool", 1}, Float16: {"float16", 2},
	Double: {"float64", 8}, Uint32: {"uint32", 4}, Uint64: {"uint64", 8}, BFloat16: {"bfloat16", 2},
}

// String returns the name of the type as in Go: float32, int64.
func (t DType) String() string {
	if d, ok := dtypes[t]; ok {
		return d.name
	}
	return fmt.Sprintf("type %d", int(t))
}

// Size is the number of bytes of one entry, 0 if it has none fixed.
func (t DType) Size() int { return dtypes[t].size }

// Tensor is a constant. Raw holds the entries in row-major order, little
// endian; no Dims make a scalar of one entry. The Raw of a decoded tensor may
// be a part of the file's bytes: leave both unchanged.
type Tensor struct {
	Name string
	Type DType
	Dims []int64
	Raw  []byte
}

// Floats returns a float32 tensor. [Model.Check] tells if dims do not fit v.
func Floats(name string, dims []int64, v []float32) Tensor {
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return Tensor{Name: name, Type: Float, Dims: dims, Raw: raw}
}

// Int64s returns an int64 tensor. [Model.Check] tells if dims do not fit v.
func Int64s(name string, dims []int64, v []int64) Tensor {
	raw := make([]byte, 0, 8*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(x))
	}
	return Tensor{Name: name, Type: Int64, Dims: dims, Raw: raw}
}

// Int32s returns an int32 tensor. [Model.Check] tells if dims do not fit v.
func Int32s(name string, dims []int64, v []int32) Tensor {
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(x))
	}
	return Tensor{Name: name, Type: Int32, Dims: dims, Raw: raw}
}

// Floats returns the entries of a float32 tensor.
func (t Tensor) Floats() ([]float32, error) {
	if err := t.is(Float); err != nil {
		return nil, err
	}
	out := make([]float32, len(t.Raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Raw[4*i:]))
	}
	return out, nil
}

// Int64s returns the entries of an int64 tensor.
func (t Tensor) Int64s() ([]int64, error) {
	if err := t.is(Int64); err != nil {
		return nil, err
	}
	out := make([]int64, len(t.Raw)/8)
	for i := range out {
		out[i] = int64(binary.LittleEndian.Uint64(t.Raw[8*i:]))
	}
	return out, nil
}

// Int32s returns the entries of an int32 tensor.
func (t Tensor) Int32s() ([]int32, error) {
	if err := t.is(Int32); err != nil {
		return nil, err
	}
	out := make([]int32, len(t.Raw)/4)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(t.Raw[4*i:]))
	}
	return out, nil
}

// is checks that t is a sound tensor of type want.
func (t Tensor) is(want DType) error {
	if t.Type != want {
		return fmt.Errorf("tensor %q: it holds %v, not %v", t.Name, t.Type, want)
	}
	return t.check()
}

// Len is the number of entries that Dims say, an error if a size is negative or
// the number is beyond what memory can hold.
func (t Tensor) Len() (int64, error) {
	n, err := product(t.Dims)
	if err != nil {
		return 0, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return n, nil
}

// check compares the number of bytes with the type and the sizes.
func (t Tensor) check() error {
	size := t.Type.Size()
	if size == 0 {
		return fmt.Errorf("tensor %q: tensors of %v are not supported", t.Name, t.Type)
	}
	n, err := t.Len()
	if err != nil {
		return err
	}
	if n != int64(len(t.Raw)/size) || len(t.Raw)%size != 0 {
		return fmt.Errorf("tensor %q: %d bytes of data for the shape %v of %v", t.Name, len(t.Raw), t.Dims, t.Type)
	}
	return nil
}

// Bounds of shapes, far beyond any real one: a small file must not make work
// that is large.
const (
	largest  = 1 << 46 // entries
	mostAxes = 64
)

// product multiplies sizes, 1 if there are none.
func product(sizes []int64) (int64, error) {
	if len(sizes) > mostAxes {
		return 0, fmt.Errorf("a shape has %d axes, and at most %d are supported", len(sizes), mostAxes)
	}
	n := int64(1)
	for _, s := range sizes {
		switch {
		case s < 0:
			return 0, fmt.Errorf("the shape %v has a negative size", sizes)
		case s > 0 && n > largest/s:
			return 0, fmt.Errorf("the shape %v is too large", sizes)
		}
		n *= s
	}
	return n, nil
}
