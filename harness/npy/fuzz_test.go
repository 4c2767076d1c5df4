package npy

import (
	"archive/zip"
	"testing"

	"uacs/harness/pickle"
)

// fuzzed are small files of each kind, the seeds of both targets.
var fuzzed = []string{
	file(1, headerF4, dataF4),
	file(2, headerF4, dataF4),
	file(1, headerO, dictPickle),
	file(1, "{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }", "a\x00\x00\x00b\x00\x00\x00"),
	file(3, "{'descr': '|S2', 'fortran_order': True, 'shape': (2, 2), }", "abcdefgh"),
	file(1, "{'descr': '>i2', 'fortran_order': True, 'shape': (0, 3), }", ""),
	file(1, "{'descr': '<u8', 'fortran_order': False, 'shape': (4611686018427387904, 4L), }", ""),
}

// FuzzNPY demands an error or an array that can be used, whatever the bytes.
func FuzzNPY(f *testing.F) {
	for _, in := range fuzzed {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if a, err := Read(data); err == nil {
			use(t, a)
		}
	})
}

// FuzzNPZ demands the same of an archive and all its arrays.
func FuzzNPZ(f *testing.F) {
	for _, in := range fuzzed {
		f.Add(archive(f, zip.Store, "a.npy", in))
		f.Add(archive(f, zip.Deflate, "a.npy", in, "b.npy", in))
	}
	f.Add(lie(archive(f, zip.Deflate, "a.npy", fuzzed[0]), 1<<31))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ReadNPZWithin(data, Limits{Member: 1 << 20, Total: 1 << 21})
		if err != nil {
			return
		}
		for _, name := range a.Names() {
			if array, err := a.Array(name); err == nil {
				use(t, array)
			}
			if array, err := a.Mapped(name); err == nil {
				use(t, array)
			}
		}
	})
}

// use calls what an array offers; its length must be that of its shape.
func use(t *testing.T, a *pickle.Array) {
	n := 1
	for _, size := range a.Shape {
		n *= size
	}
	if n != a.Len() {
		t.Errorf("shape %v, length %d", a.Shape, a.Len())
	}
	_, _ = a.Float64s()
	_, _ = a.Ints()
	_, _ = a.Strings()
	_, _ = a.Objects()
	_, _ = a.Item()
	if n > 0 && len(a.Shape) > 0 {
		if _, err := a.Row(0); err != nil {
			t.Error(err)
		}
	}
}
