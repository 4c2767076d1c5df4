package features

import (
	"bytes"
	"strings"
	"testing"

	"uacs/harness/pickle"
)

// stream is what a process writes of one array and one thing that is none.
func stream(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := newHDF5Writer(&out)
	must(t, err)
	a, err := pickle.NewArray("<f4", []int{2}, false, []byte("12345678"))
	must(t, err)
	must(t, w.next("a/b"))
	must(t, w.array("a/b", a))
	must(t, w.next("a/\xff"))
	must(t, w.other("a/\xff", "a link"))
	must(t, w.end(nil))
	return out.Bytes()
}

// More than is allowed is refused before it is read.
func TestHDF5StreamIsBounded(t *testing.T) {
	c := newHDF5Content()
	_, err := c.readStream(bytes.NewReader(stream(t)), 7)
	if err == nil || !strings.Contains(err.Error(), "data of 8, of which 7 are allowed") {
		t.Error(err)
	}
}

func FuzzHDF5Stream(f *testing.F) {
	f.Add(stream(f))
	f.Add([]byte(hdf5Magic))
	f.Fuzz(func(t *testing.T, in []byte) {
		c := newHDF5Content()
		if _, err := c.readStream(bytes.NewReader(in), 1<<16); err != nil {
			return
		}
		for _, name := range c.names {
			if c.arrays[name] == nil {
				t.Errorf("%q is not there", name)
			}
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
