//go:build !hdf5

package features

import (
	"errors"

	"uacs/internal/hint"
)

// readHDF5 says what to do: HDF5 needs a C library.
func readHDF5(*Set) error {
	return hint.Add(errors.New("offset 0: an HDF5 file, which this build does not read"), "make build TAGS=hdf5 (it needs libhdf5-dev and pkg-config), or convert it with h5py and np.savez")
}

// HDF5Main does nothing in this build. With the build tag hdf5 it lets [Open] read
// HDF5 files in a process of their own; a program calls it at the beginning of
// main.
func HDF5Main() {}
