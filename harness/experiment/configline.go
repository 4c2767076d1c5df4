package experiment

import (
	"errors"
	"fmt"
	"strings"

	"uacs/internal/hint"
	"uacs/internal/strictyaml"
)

// keyError is a value that is wrong, under the YAML key where it stands: a dotted
// path such as small.label.
type keyError struct {
	key string
	err error
}

func (e keyError) Error() string { return e.key + ": " + e.err.Error() }
func (e keyError) Unwrap() error { return e.err }

// keyErrorf returns a keyError.
func keyErrorf(key, format string, args ...any) error {
	return keyError{key, fmt.Errorf(format, args...)}
}

// atKey puts file and line before an error, and the line beneath it, if the
// error knows its key and some part of the key is in the file.
func atKey(file string, data []byte, err error) error {
	var e keyError
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", file, err)
	}
	return atLine(file, data, lineOf(data, e.key), err)
}

// atLine puts file and line before an error and the line beneath it; 0 is no line.
func atLine(file string, data []byte, line int, err error) error {
	if line == 0 {
		return fmt.Errorf("%s: %w", file, err)
	}
	located := strictyaml.At(file, data, line, err.Error())
	if h := hint.Of(err); h != "" {
		return hint.Add(located, "%s", h)
	}
	return located
}

// lineOf returns the line, from 1, of a dotted path of keys in YAML in block
// style. Where a key is not there it is the line of the one above it, and 0
// where the first is not.
func lineOf(data []byte, path string) int {
	lines := strings.Split(string(data), "\n")
	at, indent, next := 0, -1, 0
	for _, key := range strings.Split(path, ".") {
		line, depth := lineOfKey(lines, next, indent, key)
		if line == 0 {
			return at
		}
		at, indent, next = line, depth, line
	}
	return at
}

// lineOfKey looks for a key among those that lie deeper than indent, from lines[i]
// on, and returns its line, from 1, and its depth; 0 if it is not there.
func lineOfKey(lines []string, i, indent int, key string) (line, depth int) {
	block := -1 // the depth of the block's keys
	for ; i < len(lines); i++ {
		text := strings.TrimLeft(lines[i], " ")
		if strings.TrimSpace(text) == "" || text[0] == '#' {
			continue
		}
		depth := len(lines[i]) - len(text)
		if depth <= indent {
			return 0, 0
		}
		if block < 0 {
			block = depth
		}
		if depth == block && strings.HasPrefix(text, key+":") {
			return i + 1, depth
		}
	}
	return 0, 0
}

// lineWith returns the first line, from 1, on which a list's entry has the given
// value under key, quoted or not; 0 if there is none.
func lineWith(data []byte, key, value string) int {
	for i, line := range strings.Split(string(data), "\n") {
		rest, isKey := strings.CutPrefix(strings.TrimLeft(line, " -{"), key+":")
		after, isValue := strings.CutPrefix(strings.TrimLeft(rest, ` "'`), value)
		if isKey && isValue && value != "" && (after == "" || strings.ContainsAny(after[:1], `"', }`)) {
			return i + 1
		}
	}
	return 0
}
