// Package strictyaml reads configuration: one YAML document into one struct,
// where an unknown key, a key given twice, a wrong type or a second document is
// an error that names file and line and shows the line.
//
// A file may name the version of its keys, in a line "schema: 1" that begins at the
// margin; one that does not is of version 1. A file of a later version is an error
// with a hint, whatever its keys are.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"uacs/internal/hint"
)

// SchemaVersion is the version of all configs. It is raised when a key goes or comes to
// mean something else, not when one is added.
const SchemaVersion = 1

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
	body, err := unversioned(name, data)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(body))
	dec.KnownFields(true)
	err = dec.Decode(v)
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

// version matches the line that names the version.
var version = regexp.MustCompile(`(?m)^schema:[ \t]+([0-9]+)[ \t]*(#.*)?\r?$`)

// unversioned checks the version and returns data with spaces in place of the line that
// names it, so that lines keep their numbers.
func unversioned(name string, data []byte) ([]byte, error) {
	at := version.FindSubmatchIndex(data)
	if at == nil {
		return data, nil
	}
	if n, err := strconv.Atoi(string(data[at[2]:at[3]])); err != nil || n != SchemaVersion {
		line := 1 + bytes.Count(data[:at[0]], []byte("\n"))
		err := At(name, data, line, fmt.Sprintf("schema version %s, this program knows version %d", data[at[2]:at[3]], SchemaVersion))
		return nil, hint.Add(err, "update uacs")
	}
	out := bytes.Clone(data)
	copy(out[at[0]:at[1]], bytes.Repeat([]byte(" "), at[1]-at[0]))
	return out, nil
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
