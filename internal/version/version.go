// Package version tells files that a later version of this program wrote.
package version

import (
	"encoding/json"
	"fmt"

	"uacs/internal/hint"
)

// Later returns an error with a hint if a file's schema version is later than the known
// one, else nil.
func Later(version, known int) error {
	if version <= known {
		return nil
	}
	return hint.Add(fmt.Errorf("schema version %d, this program knows version %d", version, known), "update uacs")
}

// LaterLine is [Later] for a JSON object with the version under the key schema. What is no
// such object is none of a later version.
func LaterLine(line []byte, known int) error {
	var head struct{ Schema int }
	if json.Unmarshal(line, &head) != nil {
		return nil
	}
	return Later(head.Schema, known)
}
