//go:build !cgo

package onnx

import (
	"context"
	"errors"

	"uacs/harness/model/onnxfile"
	"uacs/internal/hint"
)

// Built tells whether this program can load the library: it was built with cgo.
const Built = false

// Model is an open model; without cgo there is none.
type Model struct{}

// errNoCgo is what everything says in a program that was built without cgo: the
// library is loaded through C. All commands that run no model work nevertheless.
func errNoCgo() error {
	return hint.Add(errors.New("this program was built without cgo and cannot load the ONNX Runtime library"),
		"install a C compiler (Debian: apt-get install gcc libc6-dev) and build again: make build")
}

// Init is an error without cgo.
func Init(string) error { return errNoCgo() }

// Version is "" without cgo.
func Version() string { return "" }

// Shutdown does nothing without cgo.
func Shutdown() error { return nil }

// Open is an error without cgo.
func Open(string, Options) (*Model, error) { return nil, errNoCgo() }

// OpenBytes is an error without cgo.
func OpenBytes(string, []byte, Options) (*Model, error) { return nil, errNoCgo() }

// Inputs is nil without cgo.
func (m *Model) Inputs() []onnxfile.Value { return nil }

// Outputs is nil without cgo.
func (m *Model) Outputs() []onnxfile.Value { return nil }

// Metadata is nil without cgo.
func (m *Model) Metadata() map[string]string { return nil }

// Digest is "" without cgo.
func (m *Model) Digest() string { return "" }

// Run is an error without cgo.
func (m *Model) Run(context.Context, map[string]Tensor) (map[string]Tensor, error) {
	return nil, errNoCgo()
}

// Close does nothing without cgo.
func (m *Model) Close() error { return nil }
