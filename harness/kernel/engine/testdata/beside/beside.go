// Package beside lies beside a notebook.
package beside

// Answer returns 42.
func Answer() int { return 42 }
