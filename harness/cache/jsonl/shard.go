package jsonl

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"

	"github.com/gofrs/flock"

	"uacs/harness/cache"
	"uacs/internal/hint"
)

// DefaultSyncEvery is how many lines a shard writes between two fsyncs.
const DefaultSyncEvery = 100

// Shard is a [cache.Store] in a file that only grows, for one process: each task
// of a cluster job has its own. It holds the place of each key's line in memory,
// about 100 bytes an entry, and no entry.
//
// Put writes each entry with one write. A killed process loses nothing that Put
// has returned for, a power cut what was written after the last fsync. A Put of
// several entries that is killed may leave the first of them.
type Shard struct {
	mu       sync.Mutex
	f        *os.File
	lock     *flock.Flock
	path     string
	every    int
	unsynced int
	size     int64
	count    int
	closed   bool // the last line is a closing line
	sum      hash.Hash
	place    map[cache.Key]span
	warnings []string
}

// span is where a line lies in the file, without its newline.
type span struct {
	at  int64
	len int
}

// Open opens the shard at path, or makes it. All lines are read and checked; a
// torn last line is cut off, and is in Warnings. syncEvery is the number of
// lines between two fsyncs, 0 for [DefaultSyncEvery]. A second process that
// opens the file, where the file system has locks, gets an error.
func Open(path string, syncEvery int) (*Shard, error) {
	if syncEvery == 0 {
		syncEvery = DefaultSyncEvery
	}
	s := &Shard{path: path, every: syncEvery, place: map[cache.Key]span{}}
	s.lock = flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644))
	ok, err := s.lock.TryLock()
	if err == nil && !ok {
		err = hint.Add(fmt.Errorf("another process writes to it"), "give each process its own shard")
	}
	if err != nil {
		return nil, fmt.Errorf("open shard %s: %w", path, err)
	}
	if s.f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0); err == nil {
		err = s.load()
	}
	if err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *Shard) release() error {
	var err error
	if s.f != nil {
		err = s.f.Close()
	}
	return errors.Join(err, s.lock.Close())
}

// Warnings returns what was wrong with the file when it was opened, and repaired.
func (s *Shard) Warnings() []string { return s.warnings }

// load reads the file, or writes the header of an empty one. A header that was
// torn is written anew: nothing came after it.
func (s *Shard) load() error {
	info, err := s.f.Stat()
	if err != nil {
		return err
	}
	head := marshal(header{Format: shardFormat, Schema: cache.SchemaVersion})
	if info.Size() < int64(len(head)) {
		torn := make([]byte, info.Size())
		if _, err := io.ReadFull(s.f, torn); err != nil || string(torn) != string(head[:len(torn)]) {
			return fmt.Errorf("open shard %s: not a shard", s.path)
		}
		if len(torn) > 0 {
			s.warnings = append(s.warnings, fmt.Sprintf("%s:1: torn header line written anew", s.path))
		}
		if err := errors.Join(s.f.Truncate(0), s.write(head)); err != nil {
			return err
		}
		if _, err := s.f.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	return s.index(NewReader(s.f, s.path), info.Size())
}

// index reads all lines and leaves the file at its last complete line.
func (s *Shard) index(r *Reader, size int64) error {
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if r.head.Format != shardFormat {
			return fmt.Errorf("open shard %s: an export, not a shard", s.path)
		}
		length := len(appendLine(nil, r.current)) - 1
		here := span{r.offset - int64(length) - 1, length}
		old, ok, err := s.stored(r.current.Key)
		if err != nil {
			return err
		}
		if ok {
			if ok, err = cache.Resolve(old, r.current); err != nil {
				return fmt.Errorf("%s:%d: %w", s.path, r.line, err)
			}
			if !ok {
				continue
			}
		}
		s.place[r.current.Key] = here
	}
	if r.head.Format != shardFormat {
		return fmt.Errorf("open shard %s: an export, not a shard", s.path)
	}
	s.warnings = append(s.warnings, r.Warnings()...)
	s.size, s.count, s.sum = r.offset, r.count, r.body
	if s.size < size {
		return s.f.Truncate(s.size)
	}
	return nil
}

// write appends b with one write, and takes back what a failed write left.
func (s *Shard) write(b []byte) error {
	if n, err := s.f.Write(b); err != nil {
		if n > 0 {
			err = errors.Join(err, s.f.Truncate(s.size))
		}
		return fmt.Errorf("write shard %s: %w", s.path, err)
	}
	return nil
}

// stored reads the line of a key. The caller holds mu or is alone.
func (s *Shard) stored(key cache.Key) (cache.Encoded, bool, error) {
	where, ok := s.place[key]
	if !ok {
		return cache.Encoded{}, false, nil
	}
	line := make([]byte, where.len)
	if _, err := s.f.ReadAt(line, where.at); err != nil {
		return cache.Encoded{}, false, fmt.Errorf("read shard %s: %w", s.path, err)
	}
	c, _, err := parseLine(line)
	if err != nil {
		return cache.Encoded{}, false, fmt.Errorf("read shard %s: at byte %d: %w", s.path, where.at, err)
	}
	return c, true, nil
}

// Get implements [cache.Store].
func (s *Shard) Get(_ context.Context, key cache.Key) (cache.Entry, bool, error) {
	s.mu.Lock()
	c, ok, err := s.stored(key)
	s.mu.Unlock()
	if !ok || err != nil {
		return cache.Entry{}, false, err
	}
	e, err := c.DecodeTrusted()
	return e, err == nil, err
}

// Put implements [cache.Store].
func (s *Shard) Put(_ context.Context, entries ...cache.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed, err := cache.Settle(entries, s.stored)
	if err != nil {
		return err
	}
	for _, c := range changed {
		if err := s.add(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shard) add(c cache.Encoded) error {
	line := appendLine(nil, c)
	if len(line) > maxLine {
		return fmt.Errorf("cache entry %s: longer than %d bytes", c.Key, maxLine)
	}
	if err := s.write(line); err != nil {
		return err
	}
	s.place[c.Key] = span{s.size, len(line) - 1}
	s.size += int64(len(line))
	s.sum.Write(line)
	s.count++
	if s.unsynced++; s.unsynced >= s.every {
		s.unsynced = 0
		return s.f.Sync()
	}
	return nil
}

// Scan implements [cache.Store].
func (s *Shard) Scan(ctx context.Context, visit func(cache.Entry) error) error {
	s.mu.Lock()
	keys := make([]cache.Key, 0, len(s.place))
	for k := range s.place {
		keys = append(keys, k)
	}
	s.mu.Unlock()
	cache.SortKeys(keys)
	for _, k := range keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, _, err := s.Get(ctx, k)
		if err == nil {
			err = visit(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Close appends the closing line, makes all durable, and releases the file.
func (s *Shard) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.write(marshal(closing{true, s.count, fmt.Sprintf("%x", s.sum.Sum(nil))}))
	return errors.Join(err, s.f.Sync(), s.release())
}
