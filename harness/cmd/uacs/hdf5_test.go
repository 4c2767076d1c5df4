//go:build hdf5

package main

func init() { withHDF5 = true }
