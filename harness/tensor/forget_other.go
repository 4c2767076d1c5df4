//go:build !linux

package tensor

// forget does nothing: the system takes the pages back when it needs them.
func forget([]byte) {}

// fetch does nothing: the pages come as they are used.
func fetch([]byte) {}
