//go:build !unix

package tensor

import (
	"io"
	"os"
)

// mapFile reads the file whole where it cannot be mapped.
func mapFile(f *os.File, size int) ([]byte, error) {
	data := make([]byte, size)
	_, err := io.ReadFull(f, data)
	return data, err
}

func unmap([]byte) error { return nil }
