package tensor

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/pickle"
	"uacs/internal/hint"
)

func bytesOf(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

// What is written is read: names, order, dtypes, shapes, bytes, metadata.
func TestSafetensorsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zé/"\\]{1,8}`), 0, 5, rapid.ID[string]).Draw(t, "names")
		var parts []Part
		want := map[string][]byte{}
		for _, name := range names {
			d := rapid.SampledFrom([]pickle.DType{"<f4", "<f8", "|u1", "<i8", "|b1"}).Draw(t, "dtype")
			shape := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 3).Draw(t, "shape")
			n := int(d[2] - '0')
			for _, k := range shape {
				n *= k
			}
			want[name] = rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "data")
			parts = append(parts, Part{name, d, shape, bytesOf(want[name])})
		}
		metadata := rapid.MapOfN(rapid.String(), rapid.String(), 0, 2).Draw(t, "metadata")
		var buf bytes.Buffer
		if err := WriteSafetensors(&buf, metadata, parts); err != nil {
			t.Fatal(err)
		}
		s, err := ReadSafetensors(buf.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(append([]string{}, names...), append([]string{}, s.Names()...)) {
			t.Fatalf("names %v, want %v", s.Names(), names)
		}
		for _, p := range parts {
			a, err := s.Array(p.Name)
			if err != nil || a.DType != p.DType || !bytes.Equal(a.Data, want[p.Name]) {
				t.Fatalf("%s: %v", p.Name, err)
			}
		}
		for k, v := range metadata {
			if s.Metadata[k] != v {
				t.Fatalf("metadata %q", k)
			}
		}
	})
}

// A file by hand, as the format's description lays it out.
const byHand = `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I8","shape":[],"data_offsets":[8,9]}}`

func safetensors(header, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+data...)
}

func TestSafetensorsByHand(t *testing.T) {
	s, err := ReadSafetensors(safetensors(byHand, "\x00\x00\x80\x3f\x00\x00\x00\xc0\xff"))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := s.Array("a")
	b, _ := s.Array("b")
	x, _ := a.Float32s()
	y, _ := b.Ints()
	if diff := cmp.Diff([]any{[]float32{1, -2}, []int64{-1}}, []any{x, y}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := s.Array("c"); hint.Of(err) != "its arrays are: a, b" {
		t.Errorf("hint %q", hint.Of(err))
	}
}

var damagedSafetensors = []struct{ name, in, want string }{
	{"short", "1234567", "offset 0: no safetensors file: it is shorter than 8 bytes"},
	{"2^62 bytes of header", "\x00\x00\x00\x00\x00\x00\x00\x40{}", "offset 0: a header of 4611686018427387904 bytes; 2 follow, and the format allows 100000000"},
	{"no JSON", string(safetensors("[", "")), "offset 8: the header: unexpected end of JSON input"},
	{"range backwards", string(safetensors(`{"a":{"dtype":"I8","shape":[0],"data_offsets":[1,0]}}`, "x")), `offset 8: the header: array "a": data_offsets [1 0] are no range`},
	{"unknown field", string(safetensors(`{"a":{"dtype":"I8","shape":[0],"data_offsets":[0,0],"x":1}}`, "")), `offset 8: the header: array "a": json: unknown field "x"`},
	{"gap", string(safetensors(`{"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}`, "xx")), `offset 61: array "a" begins at 1 of the data, not at 0 where the last one ends`},
	{"beyond the end", string(safetensors(byHand, "1234567")), `offset 113: array "a" ends at 8 of the data, which has 7 bytes`},
	{"cut", string(safetensors(byHand, "12345678")), `offset 121: array "b" ends at 9 of the data, which has 8 bytes`},
	{"bytes after", string(safetensors(byHand, "123456789x")), "offset 122: 1 bytes follow the last array"},
	{"unknown dtype", string(safetensors(`{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}`, "xx")), `offset 63: array "a": dtype "BF16" is not supported`},
	{"wrong size", string(safetensors(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, "12345678")), `offset 62: array "a": an array of shape [3] and dtype <f4 has 8 bytes of data`},
	{"negative", string(safetensors(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}`, "")), `offset 63: array "a": shape [-1] has a negative size`},
	{"2^64 elements", string(safetensors(`{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, "")), `offset 82: array "a": shape [4611686018427387904 4] is beyond any memory`},
}

func TestDamagedSafetensors(t *testing.T) {
	for _, c := range damagedSafetensors {
		_, err := ReadSafetensors([]byte(c.in))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got  %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestWriteSafetensorsRefuses(t *testing.T) {
	ok := Part{"a", "<f4", []int{1}, bytesOf(make([]byte, 4))}
	for _, c := range []struct {
		name  string
		parts []Part
		want  string
	}{
		{"twice", []Part{ok, ok}, `array "a" is given twice`},
		{"dtype", []Part{{"a", ">f4", nil, nil}}, `array "a": dtype ">f4" has no place in a safetensors file`},
		{"length", []Part{{"a", "<f4", []int{2}, bytesOf(make([]byte, 4))}}, `array "a": 4 bytes were written, its shape [2] of <f4 needs 8`},
	} {
		if err := WriteSafetensors(io.Discard, nil, c.parts); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func FuzzReadSafetensors(f *testing.F) {
	f.Add(safetensors(byHand, "123456789"))
	for _, c := range damagedSafetensors {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadSafetensors(data)
		if err != nil {
			return
		}
		for _, name := range s.Names() {
			a, err := s.Array(name)
			if err != nil {
				t.Fatal(err)
			}
			tensor, err := New(a, nil)
			if err != nil || tensor.Len() > 1<<16 {
				continue
			}
			if _, err := tensor.Count(); err != nil && !strings.Contains(err.Error(), "beyond") {
				t.Error(err)
			}
		}
	})
}

// The counts are by hand.
func TestCount(t *testing.T) {
	// Two samples of three frames of two columns; the second column is constant.
	inf := []byte{0, 0, 0x80, 0xff}
	one, nan := []byte{0, 0, 0x80, 0x3f}, []byte{0, 0, 0xc0, 0x7f}
	zero := make([]byte, 4)
	data := bytes.Join([][]byte{zero, zero, one, zero, zero, zero, inf, zero, nan, zero, zero, zero}, nil)
	a, err := pickle.NewArray("<f4", []int{2, 3, 2}, false, data)
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := New(a, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tensor.Count()
	want := Counts{Values: 12, NaN: 1, NegInf: 1, ZeroFrames: 3, Frames: 6, Constant: 1, Columns: 2}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func mappedFile(t *testing.T, data []byte) *Mapped {
	t.Helper()
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestMapped(t *testing.T) {
	m := mappedFile(t, bytes.Repeat([]byte("abcdefgh"), 2000))
	m.Release(m.Bytes()[5000:9000])
	m.Release([]byte("elsewhere"))
	m.Release(nil)
	if string(m.Bytes()[8000:8008]) != "abcdefgh" {
		t.Error("released bytes are not read anew")
	}
	if empty := mappedFile(t, nil); len(empty.Bytes()) != 0 || empty.Close() != nil {
		t.Error("an empty file")
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.HasSuffix(err.Error(), ": not a regular file") {
		t.Errorf("a folder: %v", err)
	}
}

// A file that is cut short while it is mapped is an error and not the end of
// the process; another panic stays one.
func TestGuard(t *testing.T) {
	m := mappedFile(t, make([]byte, 1<<16))
	if err := os.Truncate(m.Name(), 0); err != nil {
		t.Fatal(err)
	}
	var sum int
	err := m.Guard(func() error {
		for _, c := range m.Bytes() {
			sum += int(c)
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "the file changed or cannot be read any more") {
		t.Errorf("got %v, sum %d", err, sum)
	}
	defer func() {
		if recover() != "mine" {
			t.Error("a panic of the caller's was swallowed")
		}
	}()
	_ = m.Guard(func() error { panic("mine") })
}
