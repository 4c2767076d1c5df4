//go:build hdf5

package features

import (
	"path/filepath"
	"strings"
	"testing"

	"uacs/internal/mirror"
)

// Real files of the CMU SDK and of h5py: 93 videos, as h5py counts their
// segments and words, and one array.
func TestHDF5(t *testing.T) {
	dir := mirror.Need(t)
	for _, c := range []struct{ name, want string }{
		{"mosi/csd/CMU_MOSI_Labels.csd", "all 2199: features[2199 1] intervals[2199 2] ids"},
		{"mosi/csd/CMU_MOSI_ModifiedTimestampedWords.csd", "all 51056: intervals[51056 2] ids texts"},
		{"mosi/mfn/y_test.h5", "all 686: data[686]"},
	} {
		s := open(t, filepath.Join(dir, c.name))
		if outline(s) != c.want {
			t.Errorf("%s: %s, want %s", c.name, outline(s), c.want)
		}
		if _, err := Inspect(s); err != nil {
			t.Error(err)
		}
	}
}

// 1080 positive and 1023 negative labels, as h5py has them.
func TestHDF5Values(t *testing.T) {
	s := open(t, filepath.Join(mirror.Need(t), "mosi/csd/CMU_MOSI_Labels.csd"))
	a, _ := s.Splits[0].Array("features")
	positive, negative := 0, 0
	for i := range a.Tensor.Len() {
		row, err := a.Tensor.Float64s(i)
		if err != nil {
			t.Fatal(err)
		}
		if row[0] > 0 {
			positive++
		} else if row[0] < 0 {
			negative++
		}
	}
	if positive != 1080 || negative != 1023 {
		t.Errorf("%d positive, %d negative", positive, negative)
	}
}

func TestDamagedHDF5(t *testing.T) {
	path := write(t, "f.csd", "\x89HDF\r\n\x1a\n"+strings.Repeat("\x00", 100))
	_, err := Open(path)
	if err == nil || !strings.HasPrefix(err.Error(), path+": offset 0: not an HDF5 file that the library reads") {
		t.Errorf("got %v", err)
	}
}
