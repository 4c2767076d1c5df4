package jsonl

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"uacs/harness/cache"
	"uacs/internal/hint"
	"uacs/internal/version"
)

// Reader reads the entries of an export or a shard, one by one, in the memory of
// one line. What is not as written is an error that begins with "file:line:".
type Reader struct {
	name     string
	lines    *bufio.Reader
	line     int
	offset   int64 // of the next line
	head     *header
	body     hash.Hash // of an export's lines, or of all of a shard
	count    int
	last     cache.Key
	current  cache.Encoded
	warnings []string
}

// NewReader returns a Reader of r, which is not compressed; name stands for the
// file in errors.
func NewReader(r io.Reader, name string) *Reader {
	return &Reader{name: name, lines: bufio.NewReaderSize(r, 64<<10), body: sha256.New()}
}

// Warnings returns what was wrong and yet read: a shard's torn last line.
func (r *Reader) Warnings() []string { return r.warnings }

// Next returns the next entry, or [io.EOF] after the last, when the header's
// count and digest have proved right. Entries before an error are as they were
// written. After an error the Reader must not be used.
func (r *Reader) Next() (cache.Entry, error) {
	if r.head == nil {
		if err := r.readHeader(); err != nil {
			return cache.Entry{}, err
		}
	}
	for {
		line, err := r.readLine()
		if errors.Is(err, io.EOF) {
			return cache.Entry{}, r.end()
		}
		if err != nil {
			return cache.Entry{}, err
		}
		if r.head.Format == shardFormat && bytes.HasPrefix(line, []byte(closeClosed)) {
			if err := r.closes(line); err != nil {
				return cache.Entry{}, r.at(err)
			}
			continue
		}
		c, e, err := parseLine(line)
		if err == nil && r.head.Format == exportFormat && r.count > 0 && bytes.Compare(c.Key[:], r.last[:]) <= 0 {
			err = fmt.Errorf("key %s is not after the one before", c.Key)
		}
		if err != nil {
			return cache.Entry{}, r.at(err)
		}
		r.count++
		r.last, r.current = c.Key, c
		r.eat(line)
		return e, nil
	}
}

func (r *Reader) at(err error) error { return fmt.Errorf("%s:%d: %w", r.name, r.line, err) }

// eat adds a line that has been understood to the digest.
func (r *Reader) eat(line []byte) {
	r.body.Write(line)
	r.body.Write([]byte{'\n'})
	r.offset += int64(len(line)) + 1
}

func (r *Reader) readHeader() error {
	line, err := r.readLine()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:1: no header line", r.name)
	}
	if err != nil {
		return err
	}
	var h header
	if err := unmarshal(line, &h); err != nil {
		return hint.Add(r.at(fmt.Errorf("not the header of a cache file: %w", err)), "uacs cache export writes such files; predictions are read by uacs import")
	}
	export := h.Format == exportFormat && h.Count != nil && len(h.SHA256) == 2*sha256.Size
	shard := h.Format == shardFormat && h.Count == nil && h.SHA256 == ""
	switch {
	case h.Schema > cache.SchemaVersion:
		return r.at(version.Later(h.Schema, cache.SchemaVersion))
	case h.Schema != cache.SchemaVersion:
		return r.at(fmt.Errorf("schema version %d is unknown", h.Schema))
	case !export && !shard:
		return r.at(fmt.Errorf("not the header of a cache file"))
	}
	r.head = &h
	if shard {
		r.eat(line)
	} else {
		r.offset = int64(len(line)) + 1
	}
	return nil
}

// readLine returns the next complete line without its newline. What follows the
// last newline is dropped with a warning in a shard, an error elsewhere.
func (r *Reader) readLine() (line []byte, err error) {
	r.line++
	for {
		part, err := r.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, r.at(fmt.Errorf("line is longer than %d bytes", maxLine))
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF) && r.head != nil && r.head.Format == shardFormat:
			r.warnings = append(r.warnings, fmt.Sprintf("%s:%d: torn last line of %d bytes dropped", r.name, r.line, len(line)))
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return nil, r.at(fmt.Errorf("the file ends within the line"))
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, r.at(err)
		}
	}
}

// closes checks a shard's closing line.
func (r *Reader) closes(line []byte) error {
	var c closing
	if err := unmarshal(line, &c); err != nil {
		return err
	}
	if want := (closing{true, r.count, r.digest()}); c != want {
		return fmt.Errorf("closing line says %d entries and digest %.8s, the file has %d and %.8s", c.Count, c.SHA256, want.Count, want.SHA256)
	}
	r.eat(line)
	return nil
}

func (r *Reader) digest() string { return hex.EncodeToString(r.body.Sum(nil)) }

// end returns io.EOF if the file is whole.
func (r *Reader) end() error {
	if r.head.Format == shardFormat {
		return io.EOF
	}
	switch {
	case r.count != *r.head.Count:
		return hint.Add(r.at(fmt.Errorf("%d entries, the header says %d", r.count, *r.head.Count)), "the file was cut short: copy it again")
	case r.digest() != r.head.SHA256:
		return r.at(fmt.Errorf("digest is %s, the header says %s", r.digest(), r.head.SHA256))
	}
	return io.EOF
}

// Read calls visit with each entry of an export or a shard, in the file's order,
// until it returns an error. It returns the Reader's warnings. A file that is
// not whole is an error at its end, after its entries were visited: they are
// right, but there were more.
func Read(ctx context.Context, path string, visit func(cache.Entry) error) (warnings []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var plain io.Reader = f
	if compressed(path) {
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(32<<20))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		defer z.Close()
		plain = z
	}
	r := NewReader(plain, path)
	for ctx.Err() == nil {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Warnings(), nil
		}
		if err == nil {
			err = visit(e)
		}
		if err != nil {
			return r.Warnings(), err
		}
	}
	return r.Warnings(), ctx.Err()
}
