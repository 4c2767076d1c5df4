package notebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"uacs/internal/hint"
)

const (
	maxBytes = 256 << 20 // of a notebook file
	maxDepth = 100       // of nested objects and lists
)

// A Notebook is a notebook in memory.
type Notebook struct {
	Cells []*Cell
	// rest are all other fields, nbformat and metadata among them.
	rest map[string]any
}

// A Cell is one cell.
type Cell struct {
	// Kind is code, markdown or raw.
	Kind string
	// ID is unique in the notebook, 1 to 64 letters, digits, - and _.
	ID string
	// Source is the text, its lines separated by LF.
	Source   string
	Metadata map[string]any
	// Outputs and Count belong to code cells; Count is 0 for one that has not run.
	Outputs []Output
	Count   int
	rest    map[string]any
}

// An Output is an output as nbformat has it, except that texts in lists of lines
// are joined to one string.
type Output map[string]any

// idPattern is what nbformat 4.5 allows.
var idPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// Read reads an nbformat 4 notebook; name is the file's name in errors. Minor
// versions before 5 are raised: a cell without an id, or with one that is not
// allowed or is taken, gets one made from its place and source. Invalid UTF-8, more
// than 256 MiB, more than 100 levels, anything after the end, and cells or outputs
// of an unknown type are errors that name the cell, counted from 1. Read is
// tolerant where nothing is lost: absent metadata, outputs and counts are taken as
// empty.
func Read(r io.Reader, name string) (*Notebook, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	nb, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return nb, nil
}

func parse(data []byte) (*Notebook, error) {
	root, err := decode(data)
	if err != nil {
		return nil, err
	}
	if v, ok := root["nbformat"].(json.Number); !ok || v != "4" {
		return nil, hint.Add(fmt.Errorf("nbformat is %v, want 4", root["nbformat"]), "open and save the notebook in a current Jupyter")
	}
	list, ok := root["cells"].([]any)
	if !ok {
		return nil, errors.New("cells is not a list")
	}
	delete(root, "cells")
	if minor, err := root["nbformat_minor"].(json.Number); !err || !regexp.MustCompile(`^([5-9]|[1-9]\d{1,3})$`).MatchString(string(minor)) {
		root["nbformat_minor"] = json.Number("5")
	}
	if _, ok := root["metadata"].(map[string]any); !ok {
		if root["metadata"] != nil {
			return nil, errors.New("metadata is not an object")
		}
		root["metadata"] = map[string]any{}
	}
	nb := &Notebook{rest: root}
	for i, v := range list {
		c, err := readCell(v)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		nb.Cells = append(nb.Cells, c)
	}
	nb.nameCells()
	return nb, nil
}

// decode parses one JSON object within the limits.
func decode(data []byte) (map[string]any, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("larger than %d bytes", maxBytes)
	}
	if err := checkDepth(data); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var root map[string]any
	if err := dec.Decode(&root); err != nil {
		return nil, fmt.Errorf("not a notebook: offset %d: %w", dec.InputOffset(), err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("more text after the notebook: offset %d", dec.InputOffset())
	}
	return root, nil
}

// checkDepth looks at brackets outside of strings only; the decoder judges the rest.
func checkDepth(data []byte) error {
	if !json.Valid(data) {
		return errors.New("not a notebook: invalid JSON")
	}
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("offset %d: nested deeper than %d levels", i, maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func readCell(v any) (*Cell, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("not an object")
	}
	c := &Cell{rest: m}
	c.Kind, _ = m["cell_type"].(string)
	if c.Kind != "code" && c.Kind != "markdown" && c.Kind != "raw" {
		return nil, fmt.Errorf("unknown cell_type %v", m["cell_type"])
	}
	c.Source, ok = joined(m["source"])
	if !ok {
		return nil, errors.New("source is not text")
	}
	c.ID, _ = m["id"].(string)
	c.Metadata, ok = m["metadata"].(map[string]any)
	if !ok {
		if m["metadata"] != nil {
			return nil, errors.New("metadata is not an object")
		}
		c.Metadata = map[string]any{}
	}
	if c.Kind == "code" {
		if err := c.readOutputs(m); err != nil {
			return nil, err
		}
	}
	for _, key := range []string{"cell_type", "source", "id", "metadata", "outputs", "execution_count"} {
		delete(m, key)
	}
	return c, nil
}

func (c *Cell) readOutputs(m map[string]any) error {
	if n, ok := m["execution_count"].(json.Number); ok {
		count, err := n.Int64()
		if err != nil || count < 0 {
			return fmt.Errorf("execution_count %s is not a count", n)
		}
		c.Count = int(count)
	} else if m["execution_count"] != nil {
		return errors.New("execution_count is not a number")
	}
	list, ok := m["outputs"].([]any)
	if !ok && m["outputs"] != nil {
		return errors.New("outputs is not a list")
	}
	for i, v := range list {
		o, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("output %d: not an object", i+1)
		}
		if err := joinOutput(o); err != nil {
			return fmt.Errorf("output %d: %w", i+1, err)
		}
		c.Outputs = append(c.Outputs, o)
	}
	return nil
}

// joinOutput turns the lists of lines of an output into strings.
func joinOutput(o map[string]any) error {
	switch kind, _ := o["output_type"].(string); kind {
	case "stream":
		text, ok := joined(o["text"])
		if !ok {
			return errors.New("text is not text")
		}
		o["text"] = text
	case "display_data", "execute_result":
		data, ok := o["data"].(map[string]any)
		if !ok {
			return errors.New("data is not an object")
		}
		for key, v := range data {
			if isJSON(key) {
				continue
			}
			if text, ok := joined(v); ok {
				data[key] = text
			}
		}
	case "error":
	default:
		return fmt.Errorf("unknown output_type %v", o["output_type"])
	}
	return nil
}

// joined returns a string or a list of strings as one string, nothing as "".
func joined(v any) (string, bool) {
	switch x := v.(type) {
	case nil:
		return "", true
	case string:
		return x, true
	case []any:
		var b strings.Builder
		for _, e := range x {
			s, ok := e.(string)
			if !ok {
				return "", false
			}
			b.WriteString(s)
		}
		return b.String(), true
	}
	return "", false
}

func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// nameCells gives every cell a valid id of its own.
func (nb *Notebook) nameCells() {
	used := map[string]bool{}
	for _, c := range nb.Cells {
		if idPattern.MatchString(c.ID) && !used[c.ID] {
			used[c.ID] = true
		} else {
			c.ID = ""
		}
	}
	for i, c := range nb.Cells {
		for try := 0; c.ID == ""; try++ {
			sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%d\n%s", i, try, c.Source))
			if id := hex.EncodeToString(sum[:4]); !used[id] {
				c.ID, used[id] = id, true
			}
		}
	}
}
