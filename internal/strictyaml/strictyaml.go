// Package strictyaml reads configuration: one YAML document into one struct,
// where an unknown key, a key given twice, a wrong type or a second document is
// an error that names file and line and shows the line.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ReadFile decodes the YAML file at path in fsys into v, a pointer to a struct.
// Errors begin with "path:line: ".
func ReadFile(fsys fs.FS, path string, v any) error {
	data, err := fs.ReadFile(fsys, path)
	if err != nil {
		return err
	}
	return Decode(path, data, v)
}

// Decode is [ReadFile] on bytes already read; name stands for the file in errors.
func Decode(name string, data []byte, v any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	err := dec.Decode(v)
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:1: the file holds no YAML document", name)
	}
	if err != nil {
		return located(name, data, err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		line := second.Line
		if err != nil {
			return located(name, data, err)
		}
		return At(name, data, line, "a second YAML document; one file holds one")
	}
	return nil
}

// At returns an error at a line of a file, with the line's text beneath it.
func At(name string, data []byte, line int, message string) error {
	lines := strings.Split(string(data), "\n")
	if line < 1 || line > len(lines) {
		return fmt.Errorf("%s: %s", name, message)
	}
	return fmt.Errorf("%s:%d: %s\n    %s", name, line, message, strings.TrimRight(lines[line-1], "\r"))
}

// unknownKey matches the library's message about a key that the struct lacks;
// the Go type in it means nothing to who writes the file.
var unknownKey = regexp.MustCompile(`^field (\S+) not found in type \S+$`)

// located puts file, line and source line before the first message of a YAML error.
func located(name string, data []byte, err error) error {
	var several *yaml.LoadErrors
	if errors.As(err, &several) && len(several.Errors) > 0 {
		err = several.Errors[0]
	}
	var one *yaml.LoadError
	if errors.As(err, &one) {
		return At(name, data, one.Mark.Line, unknownKey.ReplaceAllString(one.Message, "unknown key $1"))
	}
	return fmt.Errorf("%s: %w", name, err)
}
