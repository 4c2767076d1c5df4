package features

import (
	"os"
	"testing"
)

// The test program is also the process that reads HDF5 files, as a user's is.
func TestMain(m *testing.M) {
	HDF5Main()
	os.Exit(m.Run())
}
