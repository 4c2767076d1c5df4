package tensor

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"uacs/harness/pickle"
)

// Tensor is an array of numbers whose first axis counts samples. A sample is
// decoded when it is read. Where the array is in Fortran order a sample lies
// scattered over all of it, and each reading touches much of the file. Its
// methods are safe for concurrent use.
type Tensor struct {
	array  *pickle.Array
	mapped *Mapped // where the array lies; nil if in plain memory
	row    int     // numbers in a sample
}

// New returns the Tensor over an array of floats, ints or bools of at least one
// axis. m is the file that the array's bytes lie in, nil for none; it must stay
// open as long as the Tensor is used.
func New(a *pickle.Array, m *Mapped) (*Tensor, error) {
	switch kind := a.DType[1]; {
	case kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b':
		return nil, fmt.Errorf("an array of dtype %q holds no numbers", a.DType)
	case len(a.Shape) == 0:
		return nil, fmt.Errorf("an array without axes holds no samples")
	}
	t := &Tensor{array: a, mapped: m}
	if n := a.Shape[0]; n > 0 {
		t.row = a.Len() / n
	}
	return t, nil
}

// Len returns the number of samples.
func (t *Tensor) Len() int { return t.array.Shape[0] }

// Shape returns the sizes of all axes, the samples' first. Not to be changed.
func (t *Tensor) Shape() []int { return t.array.Shape }

// DType returns the type of the stored numbers.
func (t *Tensor) DType() pickle.DType { return t.array.DType }

// Row returns how many numbers a sample has: the product of the axes but the
// first; 0 if there is no sample.
func (t *Tensor) Row() int { return t.row }

// Read writes sample i to dst, which must be Row long, last axis fastest. Floats
// of 64 bits and ints are rounded to the nearest float32; NaN and infinities
// come as they are. Errors say what is wrong with the file at this sample.
func (t *Tensor) Read(i int, dst []float32) error {
	return t.read(i, func(row *pickle.Array) error { return row.CopyFloat32s(dst) })
}

// View returns sample i where it lies, without decoding or copying, and whether
// that can be done: the numbers must be little-endian float32 in C order at an
// address that is a multiple of 4, on a machine that is little-endian itself.
// The slice must not be written; it is valid until the file is closed, and
// reading it is not guarded, see [Mapped.Guard].
func (t *Tensor) View(i int) ([]float32, bool) {
	if t.array.DType != "<f4" || i < 0 || i >= t.Len() || t.array.Fortran && len(t.Shape()) > 1 || t.row == 0 {
		return nil, false
	}
	row, err := t.array.Row(i)
	if err != nil || len(row.Data) != 4*t.row {
		return nil, false
	}
	at := unsafe.Pointer(&row.Data[0])
	if uintptr(at)%4 != 0 || binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return nil, false
	}
	return unsafe.Slice((*float32)(at), t.row), true
}

// Float64s returns sample i as it is stored, without rounding; an int that
// float64 cannot hold is an error.
func (t *Tensor) Float64s(i int) (out []float64, err error) {
	err = t.read(i, func(row *pickle.Array) error {
		out, err = row.Float64s()
		return err
	})
	return out, err
}

// read calls use with sample i and gives back the memory it lay in.
func (t *Tensor) read(i int, use func(*pickle.Array) error) error {
	get := func() error {
		row, err := t.array.Row(i)
		if err != nil {
			return err
		}
		if t.mapped != nil {
			t.mapped.fetch(row.Data)
		}
		if err := use(row); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
		if t.mapped != nil {
			t.mapped.Release(row.Data)
		}
		return nil
	}
	if t.mapped == nil {
		return get()
	}
	return t.mapped.Guard(get)
}
