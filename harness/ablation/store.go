package ablation

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uacs/internal/hint"
)

// encode returns a cell as a line of JSON.
func encode(c *Cell) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return nil, fmt.Errorf("cell %s: %w", c.Key, err)
	}
	return buf.Bytes(), nil
}

// WriteCells writes cells as lines of JSON.
func WriteCells(w io.Writer, cells []Cell) error {
	for i := range cells {
		line, err := encode(&cells[i])
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// ReadCells reads lines that [Run] or [WriteCells] wrote. whole is the number of
// bytes up to the end of the last complete line: a torn line after it, which a run
// that was killed leaves behind, is dropped. A closing line that [Run] wrote must
// have the count and the digest of what stands before it. Every other defect is an
// error that names file and line; name stands for the file.
func ReadCells(r io.Reader, name string) (cells []Cell, whole int64, err error) {
	s, err := readStored(r, name)
	if err != nil {
		return nil, 0, err
	}
	return s.cells, s.whole, nil
}

// closing is the line that ends what a run has written, about all bytes before it.
type closing struct {
	Closed bool   `json:"closed"`
	Count  int    `json:"count"`
	SHA256 string `json:"sha256"`
}

const beginsClosing = `{"closed":`

// stored is a file of cells up to its last complete line.
type stored struct {
	cells  []Cell
	whole  int64
	sum    hash.Hash
	closed bool // the last line is a closing one
}

// closing is the line about all that is stored.
func (s *stored) closing() closing {
	return closing{true, len(s.cells), hex.EncodeToString(s.sum.Sum(nil))}
}

func readStored(r io.Reader, name string) (*stored, error) {
	lines := bufio.NewReader(r)
	s := &stored{sum: sha256.New()}
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return s, nil // what is left has no end: torn, or nothing
		}
		if err == nil {
			err = s.add(line)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
}

// add takes one line with its newline.
func (s *stored) add(line []byte) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if s.closed = bytes.HasPrefix(line, []byte(beginsClosing)); s.closed {
		var c closing
		if err := dec.Decode(&c); err != nil {
			return err
		}
		if c != s.closing() {
			return fmt.Errorf("the %d cells above are not those that were written: count or digest differ", len(s.cells))
		}
	} else {
		var c Cell
		if err := dec.Decode(&c); err != nil {
			if strings.Contains(err.Error(), "unknown field") {
				err = hint.Add(err, "a later version of uacs may have written this file: judge the cells anew in another folder")
			}
			return err
		}
		if c.Key == "" {
			return errors.New("a cell without a key")
		}
		s.cells = append(s.cells, c)
	}
	s.sum.Write(line)
	s.whole += int64(len(line))
	return nil
}

// ReadStore reads every file of cells (*.jsonl) in a folder, in order of name. No
// folder is no cell.
func ReadStore(dir string) ([]Cell, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out []Cell
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		cells, _, err := ReadCells(f, file)
		f.Close()
		if err != nil {
			return nil, err
		}
		out = append(out, cells...)
	}
	return out, nil
}
