// Package hint attaches to an error what its reader can do about it. Commands
// print the error on one line and the hint on the next.
package hint

import (
	"errors"
	"fmt"
)

type hinted struct {
	error
	text string
}

func (h hinted) Unwrap() error { return h.error }

// Add returns err with a hint, a sentence in the imperative without a full
// stop. It returns nil for a nil err.
func Add(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return hinted{err, fmt.Sprintf(format, args...)}
}

// Of returns the outermost hint in err's tree, "" if there is none.
func Of(err error) string {
	var h hinted
	if errors.As(err, &h) {
		return h.text
	}
	return ""
}
