package ablation

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
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
// that was killed leaves behind, is dropped. Every other defect is an error that
// names file and line; name stands for the file.
func ReadCells(r io.Reader, name string) (cells []Cell, whole int64, err error) {
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return cells, whole, nil // what is left has no end: torn, or nothing
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		var c Cell
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&c); err != nil {
			return nil, 0, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if c.Key == "" {
			return nil, 0, fmt.Errorf("%s:%d: a cell without a key", name, n)
		}
		cells = append(cells, c)
		whole += int64(len(line))
	}
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

// journal appends cells to a shard's file.
type journal struct {
	file    *os.File
	every   int
	pending int
}

// openJournal opens a shard's file for appending, without the torn line at its
// end, and returns the cells it holds.
func openJournal(path string, every int) (*journal, []Cell, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, err
	}
	cells, whole, err := ReadCells(f, path)
	if err == nil {
		err = f.Truncate(whole)
	}
	if err == nil {
		_, err = f.Seek(whole, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return &journal{file: f, every: max(1, every)}, cells, nil
}

// append writes a cell in one write, and all to the disk every so many cells.
func (j *journal) append(c *Cell) error {
	line, err := encode(c)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(line); err != nil {
		return err
	}
	if j.pending++; j.pending < j.every {
		return nil
	}
	j.pending = 0
	return j.file.Sync()
}

// close writes what is left to the disk.
func (j *journal) close() error {
	err := j.file.Sync()
	if closing := j.file.Close(); err == nil {
		err = closing
	}
	return err
}
