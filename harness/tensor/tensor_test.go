package tensor

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/pickle"
)

// A pickle of protocol 4 whose one frame, and the array in it, is longer than
// 4 GiB: 1.25·2^30 + 16 numbers in rows of 16. The file is sparse; its last row
// counts from 1.
func TestFrameAbove4GiB(t *testing.T) {
	const rows = 5<<26/16*4 + 1
	const size = rows * 16 * 4
	u32 := func(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	head := "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01J" + u32(rows) + "K\x10\x86" +
		"cnumpy\ndtype\nX\x02\x00\x00\x00f4\x89\x88\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" +
		"\x8e" + string(binary.LittleEndian.AppendUint64(nil, size))
	tail := ""
	for i := range 16 {
		tail += u32(int([]uint32{0x3f800000, 0x40000000, 0x40400000, 0x40800000}[i%4]))
	}
	tail += "tb."
	frame := int64(len(head)) + size + int64(len("tb."))
	head = "\x80\x04\x95" + string(binary.LittleEndian.AppendUint64(nil, uint64(frame))) + head

	name := filepath.Join(t.TempDir(), "big.pkl")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	end := int64(len(head)) + size + int64(len("tb."))
	for _, part := range []struct {
		text string
		at   int64
	}{{head, 0}, {tail, end - int64(len(tail))}} {
		if _, err := f.WriteAt([]byte(part.text), part.at); err != nil {
			t.Skip(err) // no sparse files here
		}
	}
	m, err := Open(name)
	if err != nil {
		t.Skip(err) // a machine of 32 bits
	}
	defer m.Close()
	v, err := pickle.Unmarshal(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := New(v.(*pickle.Array), m)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float32, 16)
	if err := tensor.Read(rows-1, row); err != nil || row[0] != 1 || row[15] != 4 {
		t.Errorf("the last of %d rows is %v, %v", tensor.Len(), row, err)
	}
	if err := tensor.Read(rows/2, row); err != nil || row[0] != 0 {
		t.Errorf("the middle row is %v, %v", row, err)
	}
}

// Samples of arrays of other types and orders; values by hand.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		name    string
		dtype   pickle.DType
		shape   []int
		fortran bool
		data    string
		want    []float32 // of sample 1
	}{
		{"ints", "|i1", []int{2, 2}, false, "\x01\x02\x03\xff", []float32{3, -1}},
		{"bools", "|b1", []int{2, 2}, false, "\x00\x00\x00\x01", []float32{0, 1}},
		{"Fortran order", "|u1", []int{2, 3}, true, "\x01\x02\x03\x04\x05\x06", []float32{2, 4, 6}},
		{"Fortran order, three axes", "|u1", []int{2, 2, 2}, true, "\x01\x02\x03\x04\x05\x06\x07\x08", []float32{2, 6, 4, 8}},
		{"half", "<f2", []int{2, 1}, false, "\x00\x00\x00\x3c", []float32{1}},
		{"double, big-endian", ">f8", []int{2}, false, "\x00\x00\x00\x00\x00\x00\x00\x00\x3f\xf0\x00\x00\x00\x00\x00\x00", []float32{1}},
	} {
		a, err := pickle.NewArray(c.dtype, c.shape, c.fortran, []byte(c.data))
		if err != nil {
			t.Fatal(err)
		}
		tensor, err := New(a, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float32, tensor.Row())
		if err := tensor.Read(1, got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		exact, err := tensor.Float64s(1)
		if err != nil || float32(exact[0]) != c.want[0] {
			t.Errorf("%s: %v, %v", c.name, exact, err)
		}
		if err := tensor.Read(2, got); err == nil || !strings.Contains(err.Error(), "has no row 2") {
			t.Errorf("%s: row 2: %v", c.name, err)
		}
	}
}

// A view is the bytes themselves; where there can be none, that is said.
func TestView(t *testing.T) {
	aligned := make([]byte, 32)
	aligned[11] = 0x40 // the third number is 2
	for _, c := range []struct {
		name    string
		dtype   pickle.DType
		shape   []int
		fortran bool
		data    []byte
		ok      bool
	}{
		{"plain", "<f4", []int{2, 2}, false, aligned[:16], true},
		{"not aligned", "<f4", []int{2, 2}, false, aligned[1:17], false},
		{"another type", "<f8", []int{2, 2}, false, aligned, false},
		{"big-endian", ">f4", []int{2, 2}, false, aligned[:16], false},
		{"Fortran order", "<f4", []int{2, 2}, true, aligned[:16], false},
		{"no numbers", "<f4", []int{2, 0}, false, nil, false},
	} {
		a, err := pickle.NewArray(c.dtype, c.shape, c.fortran, c.data)
		if err != nil {
			t.Fatal(err)
		}
		tensor, err := New(a, nil)
		if err != nil {
			t.Fatal(err)
		}
		row, ok := tensor.View(1)
		if ok != c.ok || ok && !cmp.Equal(row, []float32{2, 0}) {
			t.Errorf("%s: %v, %v", c.name, row, ok)
		}
		if _, ok := tensor.View(2); ok {
			t.Errorf("%s: a view of row 2 of 2", c.name)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		dtype pickle.DType
		shape []int
		data  string
		want  string
	}{
		{"|S1", []int{1}, "a", `an array of dtype "|S1" holds no numbers`},
		{"|u1", nil, "a", "an array without axes holds no samples"},
	} {
		a, err := pickle.NewArray(c.dtype, c.shape, false, []byte(c.data))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(a, nil); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
