package pickle

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustArray(t *testing.T, d DType, shape []int, fortran bool, data string) *Array {
	t.Helper()
	a, err := NewArray(d, shape, fortran, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The values are by hand from IEEE 754 and two's complement.
func TestNumbers(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		dtype DType
		data  string
		want  []float64
	}{
		{"<f2", "\x00\x3c\x00\xc0\x01\x00\x00\x7c\xff\x7b\x00\x80", []float64{1, -2, 0x1p-24, inf, 65504, math.Copysign(0, -1)}},
		{">f2", "\x3c\x00\xfc\x00", []float64{1, -inf}},
		{"<f4", "\x00\x00\x80\x3f", []float64{1}},
		{">f4", "\x3f\x80\x00\x00", []float64{1}},
		{"<f8", "\x00\x00\x00\x00\x00\x00\xf0\x3f", []float64{1}},
		{">f8", "\x3f\xf0\x00\x00\x00\x00\x00\x00", []float64{1}},
		{"|i1", "\x80\x7f", []float64{-128, 127}},
		{"|u1", "\x80\x7f", []float64{128, 127}},
		{"|b1", "\x00\x01\x02", []float64{0, 1, 1}},
		{"<i2", "\xfe\xff", []float64{-2}},
		{">i2", "\xff\xfe", []float64{-2}},
		{"<u2", "\xfe\xff", []float64{65534}},
		{"<i4", "\xfe\xff\xff\xff", []float64{-2}},
		{">u4", "\xff\xff\xff\xfe", []float64{1<<32 - 2}},
		{"<i8", "\xfe\xff\xff\xff\xff\xff\xff\xff", []float64{-2}},
		{">u8", "\x00\x20\x00\x00\x00\x00\x00\x00", []float64{1 << 53}},
	} {
		dt, _, _ := parseDType(string(c.dtype))
		a := mustArray(t, c.dtype, []int{len(c.data) / dt.size}, false, c.data)
		got, err := a.Float64s()
		if err != nil {
			t.Errorf("%s: %v", c.dtype, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.dtype, diff)
		}
		for i, v := range got {
			if math.Signbit(v) != math.Signbit(c.want[i]) {
				t.Errorf("%s: sign of element %d", c.dtype, i)
			}
		}
	}
}

func TestAccessorsRefuseOtherDTypes(t *testing.T) {
	floats := mustArray(t, "<f4", []int{1}, false, "\x00\x00\x80\x3f")
	text := mustArray(t, "<U1", []int{1}, false, "a\x00\x00\x00")
	surrogate := mustArray(t, "<U1", []int{1}, false, "\x00\xd8\x00\x00")
	large := mustArray(t, "<u8", []int{1}, false, "\xff\xff\xff\xff\xff\xff\xff\xff")
	odd := mustArray(t, "<i8", []int{1}, false, "\x01\x00\x00\x00\x00\x00\x20\x00") // 2^53 + 1
	pair := mustArray(t, "|b1", []int{2}, false, "\x00\x01")
	errOf := func(_ any, err error) error { return err }
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"strings of floats", errOf(floats.Strings()), `an array of dtype "<f4" holds no strings`},
		{"ints of floats", errOf(floats.Ints()), `an array of dtype "<f4" holds no ints`},
		{"objects of floats", errOf(floats.Objects()), `an array of dtype "<f4" holds no objects`},
		{"floats of text", errOf(text.Float64s()), `an array of dtype "<U1" holds no numbers`},
		{"float32s of ints", errOf(odd.Float32s()), `an array of dtype "<i8" holds no floats`},
		{"a surrogate", errOf(surrogate.Strings()), "element 0 of an array of dtype <U1 holds a character beyond Unicode"},
		{"2^64-1 as int", errOf(large.Ints()), "element 0 of an array of dtype <u8 is beyond a signed 64-bit int"},
		{"2^64-1 as item", errOf(large.Item()), "18446744073709551615 is beyond a signed 64-bit int"},
		{"2^53+1 as float", errOf(odd.Float64s()), "element 0 of an array of dtype <i8 is too large to be exact as float64"},
		{"item of two", errOf(pair.Item()), "an array of shape [2] has 2 elements, not one"},
		{"row 2 of two", errOf(pair.Row(2)), "an array of shape [2] has no row 2"},
		{"row of a single value", errOf(mustArray(t, "|b1", nil, false, "\x01").Row(0)), "an array of shape [] has no row 0"},
		{"zero array", errOf((&Array{}).Float64s()), `an array of dtype "" holds no numbers`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, c.err, c.want)
		}
	}
}

func TestNewArrayChecks(t *testing.T) {
	huge := 1 << 62
	for _, c := range []struct {
		name  string
		dtype DType
		shape []int
		data  string
		want  string // part of the error; "" for none
	}{
		{"empty axis", "<f8", []int{0, 5}, "", ""},
		{"empty axis beside a huge one", "<f8", []int{huge, 0}, "", "too large for an array without elements"},
		{"product overflows", "<f8", []int{huge, huge}, "", "beyond any memory"},
		{"bytes overflow", "<f8", []int{huge}, "", "bytes of data"},
		{"bytes without elements", "<f8", []int{0}, "x", "1 bytes of data"},
		{"elements without bytes", "|S0", []int{5}, "", "have no bytes"},
		{"S0 without elements", "|S0", []int{0}, "", ""},
		{"a single value", "|u1", nil, "x", ""},
		{"objects", "|O", []int{1}, "12345678", "an object array has no data bytes"},
		{"no byte order", "f4", []int{1}, "1234", "names no byte order"},
		{"native byte order", "=f4", []int{1}, "1234", "not supported"},
		{"long double", "<f16", []int{1}, "1234567890123456", "not supported"},
		{"date", "<M8[ns]", []int{1}, "12345678", "not supported"},
		{"two orders", "<>f4", []int{1}, "1234", "not supported"},
		{"U of 2^40", "<U1099511627776", []int{1}, "1234", "not supported"},
		{"65 axes", "|u1", make([]int, 65), "", "65 axes"},
	} {
		_, err := NewArray(c.dtype, c.shape, false, []byte(c.data))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestStrings(t *testing.T) {
	u := mustArray(t, "<U2", []int{3}, false, "\xc5\x60\x00\x00\x1f\x61\x00\x00"+"a\x00\x00\x00\x00\x00\x00\x00"+"\x00\x00\x00\x00\x00\x00\x00\x00")
	got, err := u.Strings()
	if diff := cmp.Diff([]string{"情感", "a", ""}, got); diff != "" || err != nil {
		t.Errorf("%v, U (-want +got):\n%s", err, diff)
	}
	s := mustArray(t, "|S3", []int{2}, false, "a\x00b"+"c\x00\x00")
	got, err = s.Strings()
	if diff := cmp.Diff([]string{"a\x00b", "c"}, got); diff != "" || err != nil {
		t.Errorf("%v, S (-want +got):\n%s", err, diff)
	}
}

// Six bytes as 2×3, in either order: rows and elements must agree, by hand.
func TestFortranOrder(t *testing.T) {
	c := mustArray(t, "|u1", []int{2, 3}, false, "\x01\x02\x03\x04\x05\x06")
	f := mustArray(t, "|u1", []int{2, 3}, true, "\x01\x04\x02\x05\x03\x06")
	for name, a := range map[string]*Array{"C": c, "Fortran": f} {
		got, err := a.Ints()
		if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6}, got); diff != "" || err != nil {
			t.Errorf("%s, %v (-want +got):\n%s", name, err, diff)
		}
		row, err := a.Row(1)
		if err != nil {
			t.Fatal(err)
		}
		got, err = row.Ints()
		if diff := cmp.Diff([]int64{4, 5, 6}, got); diff != "" || err != nil || len(row.Shape) != 1 {
			t.Errorf("%s, row 1, %v (-want +got):\n%s", name, err, diff)
		}
	}
	// 2×2×2 in Fortran order, element (i, j, k) being 100i+10j+k.
	deep := mustArray(t, "|u1", []int{2, 2, 2}, true, "\x00\x64\x0a\x6e\x01\x65\x0b\x6f")
	row, err := deep.Row(1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := row.Ints()
	if diff := cmp.Diff([]int64{100, 101, 110, 111}, got); diff != "" || err != nil {
		t.Errorf("row 1 of 2×2×2, %v (-want +got):\n%s", err, diff)
	}
}

func TestObjectsAndItem(t *testing.T) {
	v, err := Unmarshal([]byte(objects0))
	if err != nil {
		t.Fatal(err)
	}
	item, err := v.(*Array).Item()
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := item.(*Dict).Get("a"); !ok || got != int64(1) {
		t.Errorf("a = %v, %v", got, ok)
	}
	if _, err := v.(*Array).Strings(); err == nil {
		t.Error("Strings of a dict: no error")
	}
}

func TestFloat32s(t *testing.T) {
	// 0.1 as float64; the nearest float32 is 0x3dcccccd.
	a := mustArray(t, "<f8", []int{1}, false, "\x9a\x99\x99\x99\x99\x99\xb9\x3f")
	got, err := a.Float32s()
	if err != nil || len(got) != 1 || math.Float32bits(got[0]) != 0x3dcccccd {
		t.Errorf("%v, %v", got, err)
	}
}

// Both ways to decode give the numbers that encoding/binary does.
func TestLittleFloat32s(t *testing.T) {
	defer func(is bool) { littleEndian = is }(littleEndian)
	data := []byte{0xff, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0} // an odd address, then 1 and -2.5
	for _, is := range []bool{littleEndian, false} {
		littleEndian = is
		got := make([]float32, 2)
		littleFloat32s(got, data[1:])
		littleFloat32s(nil, nil)
		if got[0] != 1 || got[1] != -2.5 {
			t.Errorf("by copying %v: %v", is, got)
		}
	}
}
