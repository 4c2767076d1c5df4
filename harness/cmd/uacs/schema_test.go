package main

import (
	"path/filepath"
	"testing"

	"uacs/internal/golden"
)

// The committed schemas are those of the code; go test -update writes them.
func TestSchemasAreCommitted(t *testing.T) {
	for _, s := range schemas {
		data, err := s.make()
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, filepath.Join("..", "..", "..", filepath.FromSlash(s.file)), data)
	}
}
