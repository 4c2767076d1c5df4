// Package schema writes the JSON schema of a Go type: what editors check YAML
// and JSON lines against while they are written.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
)

// Of returns the JSON schema of T, indented, with title, keys in the order of T's
// fields. T's fields must all have a json tag and a jsonschema description.
func Of[T any](title string) ([]byte, error) {
	s, err := jsonschema.For[T](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[any](): {},
	}})
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", title, err)
	}
	s.Title = title
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	compact, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
