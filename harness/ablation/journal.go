package ablation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"uacs/internal/hint"
)

// journal appends cells to a shard's file, which no other process writes to
// meanwhile.
type journal struct {
	file    *os.File
	lock    *flock.Flock
	held    *stored
	every   int
	pending int
}

// openJournal opens a shard's file for appending, without the torn line at its
// end. A file that another process has open, where the file system has locks, is an
// error.
func openJournal(path string, every int) (*journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	j := &journal{lock: flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644)), every: max(1, every)}
	ok, err := j.lock.TryLock()
	if err == nil && !ok {
		err = hint.Add(errors.New("another run writes to it"), "wait for that run to end; parts of one plan at the same time need a --shard each")
	}
	if err != nil {
		return nil, fmt.Errorf("cells %s: %w", path, err)
	}
	if j.file, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return nil, errors.Join(err, j.lock.Close())
	}
	if j.held, err = readStored(j.file, path); err == nil {
		err = j.cut()
	}
	if err != nil {
		return nil, errors.Join(err, j.file.Close(), j.lock.Close())
	}
	return j, nil
}

// cut takes back what is behind the last complete line, and goes there.
func (j *journal) cut() error {
	err := j.file.Truncate(j.held.whole)
	_, seek := j.file.Seek(j.held.whole, io.SeekStart)
	return errors.Join(err, seek)
}

// append writes a cell in one write, and all to the disk every so many cells.
func (j *journal) append(c *Cell) error {
	line, err := encode(c)
	if err != nil {
		return err
	}
	if err := j.write(line); err != nil {
		return err
	}
	j.held.cells = append(j.held.cells, Cell{Key: c.Key})
	j.held.closed = false
	if j.pending++; j.pending < j.every {
		return nil
	}
	j.pending = 0
	return j.file.Sync()
}

// write appends a line, and takes back what a failed write left: a full disk may
// take half of it.
func (j *journal) write(line []byte) error {
	if n, err := j.file.Write(line); err != nil {
		if n > 0 {
			err = errors.Join(err, j.cut())
		}
		return fmt.Errorf("write cells: %w", err)
	}
	j.held.sum.Write(line)
	j.held.whole += int64(len(line))
	return nil
}

// close ends the file with a closing line, unless it has one, and writes what is
// left to the disk.
func (j *journal) close() error {
	var err error
	if !j.held.closed {
		line, marshal := json.Marshal(j.held.closing())
		if err = marshal; err == nil {
			err = j.write(append(line, '\n'))
		}
	}
	return errors.Join(err, j.file.Sync(), j.file.Close(), j.lock.Close())
}
