//go:build !hdf5

package features

import (
	"errors"

	"uacs/internal/hint"
)

// readHDF5 says what to do: HDF5 needs a C library.
func readHDF5(*Set) error {
	return hint.Add(errors.New("offset 0: an HDF5 file, which this build does not read"), "build with the tag hdf5 (it needs libhdf5), or convert it with h5py and np.savez")
}
