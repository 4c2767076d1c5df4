package sample

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"uacs/internal/version"
)

// maxLine bounds one record, raw model text included, so that a file without
// newlines cannot exhaust memory.
const maxLine = 16 << 20

// Reader reads predictions from JSON lines, strictly: an unknown key, a key
// given twice, NaN, a wrong type, a record that [Prediction.Validate] rejects or
// a second answer with the same [Key] is an error that begins with "file:line:".
//
// Appending writers that were killed leave a torn last line. A last line that
// has no newline and does not parse is dropped, with a warning.
type Reader struct {
	name     string
	lines    *bufio.Reader
	line     int
	seen     map[Key]int
	warnings []string
}

// NewReader returns a Reader of r; name stands for the file in errors.
func NewReader(r io.Reader, name string) *Reader {
	return &Reader{name: name, lines: bufio.NewReaderSize(r, 64<<10), seen: map[Key]int{}}
}

// Warnings returns what was wrong and yet read, so far.
func (r *Reader) Warnings() []string { return r.warnings }

// Next returns the next record, or [io.EOF] after the last. Empty lines are
// skipped. After any other error the Reader must not be used.
func (r *Reader) Next() (*Prediction, error) {
	for {
		line, complete, err := r.readLine()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			if !complete {
				return nil, io.EOF
			}
			continue
		}
		p, err := parsePrediction(line)
		if err != nil && !complete {
			r.warnings = append(r.warnings, fmt.Sprintf("%s:%d: torn last line dropped (%v)", r.name, r.line, err))
			return nil, io.EOF
		}
		if err == nil {
			err = r.unique(p)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", r.name, r.line, err)
		}
		return p, nil
	}
}

// readLine returns the next line without its newline; complete is false for
// what follows the last newline of the file.
func (r *Reader) readLine() (line []byte, complete bool, err error) {
	r.line++
	for {
		part, err := r.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, false, fmt.Errorf("%s:%d: line is longer than %d bytes", r.name, r.line, maxLine)
		case err == nil:
			return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), true, nil
		case errors.Is(err, io.EOF):
			return line, false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, fmt.Errorf("%s:%d: %w", r.name, r.line, err)
		}
	}
}

func (r *Reader) unique(p *Prediction) error {
	key := p.Key()
	if first, ok := r.seen[key]; ok {
		return fmt.Errorf("a second answer of %s, round %d, for %s/%s/%s; the first is in line %d",
			p.Model, p.Round, p.Dataset, p.Split, p.ID, first)
	}
	r.seen[key] = r.line
	return nil
}

// ReadPredictions reads all records of r. See [Reader] for what it rejects.
func ReadPredictions(r io.Reader, name string) ([]Prediction, []string, error) {
	reader := NewReader(r, name)
	var all []Prediction
	for {
		p, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return all, reader.Warnings(), nil
		}
		if err != nil {
			return nil, reader.Warnings(), err
		}
		all = append(all, *p)
	}
}

// WritePredictions writes one line per record, keys in the order of the
// Prediction type, map keys sorted, floats in the shortest form that reads back
// to the same bits. A record that does not validate is an error, and nothing of
// it is written.
func WritePredictions(w io.Writer, predictions []Prediction) error {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	for i := range predictions {
		p := &predictions[i]
		err := p.Validate()
		if err == nil {
			err = enc.Encode(p)
		}
		if err != nil {
			return fmt.Errorf("prediction %d (%s/%s, %s): %w", i, p.Dataset, p.ID, p.Model, err)
		}
	}
	return buf.Flush()
}

func parsePrediction(line []byte) (*Prediction, error) {
	var p Prediction
	if err := json.Unmarshal(line, &p); err != nil {
		return nil, readable(err)
	}
	if err := checkKeys(line); err != nil {
		return nil, cmp.Or(version.LaterLine(line, SchemaVersion), err)
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return &p, nil
}

// SchemaVersion is the version of prediction files. A line of a later one says so under
// the key schema; those of version 1 have no such key.
const SchemaVersion = 1

// predictionKeys are the JSON names of Prediction's fields.
var predictionKeys = func() map[string]bool {
	keys := map[string]bool{}
	t := reflect.TypeFor[Prediction]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys[name] = true
	}
	return keys
}()

// checkKeys does what encoding/json does not: in a line that has parsed, it
// rejects a key given twice in any object, and a top-level key that differs from
// a known one, be it by case.
func checkKeys(line []byte) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return fmt.Errorf("not a JSON object")
	}
	return checkObject(dec, predictionKeys)
}

// checkObject consumes an object whose '{' has been read. Keys must be unique
// and, if known is not nil, in known.
func checkObject(dec *json.Decoder, known map[string]bool) error {
	seen := map[string]bool{}
	for {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok { // the closing brace
			return nil
		}
		if known != nil && !known[key] {
			return fmt.Errorf("unknown key %q", key)
		}
		if seen[key] {
			return fmt.Errorf("key %q stands twice", key)
		}
		seen[key] = true
		if err := checkValue(dec); err != nil {
			return err
		}
	}
}

func checkValue(dec *json.Decoder) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return checkObject(dec, nil)
	case json.Delim('['):
		for dec.More() {
			if err := checkValue(dec); err != nil {
				return err
			}
		}
		_, err = dec.Token()
	}
	return err
}

// readable says in the words of the file format what encoding/json says in Go's.
func readable(err error) error {
	var typeErr *json.UnmarshalTypeError
	var syntaxErr *json.SyntaxError
	switch {
	case errors.As(err, &typeErr) && typeErr.Field == "":
		return fmt.Errorf("not a JSON object")
	case errors.As(err, &typeErr):
		return fmt.Errorf("%s: a JSON %s stands where %s belongs", typeErr.Field, typeErr.Value, jsonKind(typeErr.Type))
	case errors.As(err, &syntaxErr):
		why := ""
		if c := err.Error(); strings.Contains(c, "'N'") || strings.Contains(c, "'I'") {
			why = " (JSON has no NaN or Infinity; an absent value is an absent key)"
		}
		return fmt.Errorf("byte %d: %w%s", syntaxErr.Offset, err, why)
	}
	return err
}

func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "an array"
	}
	return "an object"
}
