//go:build !hdf5

package features

import (
	"strings"
	"testing"

	"uacs/internal/hint"
)

func TestHDF5WithoutItsLibrary(t *testing.T) {
	_, err := Open(write(t, "f.csd", "\x89HDF\r\n\x1a\n"))
	if err == nil || !strings.HasSuffix(err.Error(), "offset 0: an HDF5 file, which this build does not read") || hint.Of(err) == "" {
		t.Errorf("got %v, hint %q", err, hint.Of(err))
	}
}
