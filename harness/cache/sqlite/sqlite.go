// Package sqlite is the cache's working store: one SQLite file that all
// processes of one machine may read and write at the same time.
//
// The file is in write-ahead mode, which needs shared memory: it must not lie on
// a network file system. There, each process appends to its own shard
// (cache/jsonl), and the shards are merged. A killed process loses nothing that
// Put has returned for; a power cut may lose the last transactions, never the
// file (synchronous=NORMAL).
//
// The package is the only one that imports the SQLite driver.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"uacs/harness/cache"
	"uacs/internal/hint"
)

// schemaVersion is PRAGMA user_version of the file; application is its
// application_id, "uacs" in ASCII.
const (
	schemaVersion = 1
	application   = 0x75616373
)

// A rowid table with a unique index over the key writes three times as fast as a
// table clustered by the key, which splits wide pages at random places.
const create = `CREATE TABLE answer (
	id INTEGER PRIMARY KEY,
	key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
	request TEXT NOT NULL,
	prediction TEXT NOT NULL,
	crc32c INTEGER NOT NULL
)`

// busy is how long to wait for other processes.
const busy = 60 * time.Second

// Store is a [cache.Deleter] in a file.
type Store struct {
	db   *sql.DB
	path string
}

// Open opens the cache at path, and makes it and its folder if there is none. A
// file of a newer version, another kind of file, a damaged file and a folder
// that cannot be written are errors with a hint.
func Open(path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, hint.Add(fmt.Errorf("open cache %s: %w", path, err), "name a file in a folder that can be written")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dsn := "file://" + (&url.URL{Path: filepath.ToSlash(absolute)}).EscapedPath() + "?_txlock=immediate" +
		fmt.Sprintf("&_pragma=busy_timeout(%d)", busy.Milliseconds()) +
		"&_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-65536)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open cache %s: %w", path, err)
	}
	s := &Store{db: db, path: path}
	if err := s.prepare(); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// prepare makes or checks the schema. Several processes may do so at once; the
// switch to write-ahead mode can find the file busy without waiting, so it is
// tried again.
func (s *Store) prepare() error {
	deadline := time.Now().Add(busy)
	for {
		err := s.migrate()
		if code(err) != sqlite3.SQLITE_BUSY || time.Now().After(deadline) {
			return s.explain("open", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *Store) migrate() error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version, id, tables int
	err = tx.QueryRow(`SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&version, &id, &tables)
	switch {
	case err != nil:
		return err
	case version == 0 && id == 0 && tables == 0:
		_, err = tx.Exec(create + fmt.Sprintf("; PRAGMA application_id = %d; PRAGMA user_version = %d", application, schemaVersion))
		if err != nil {
			return err
		}
		return tx.Commit()
	case id != application:
		return hint.Add(errors.New("an SQLite file, but no cache"), "name another file")
	case version > schemaVersion:
		return hint.Add(fmt.Errorf("schema version %d, this program knows versions up to %d", version, schemaVersion),
			"update uacs, or export the cache with the program that made it")
	case version < schemaVersion:
		return fmt.Errorf("schema version %d is unknown", version)
	}
	return nil
}

// code returns SQLite's primary result code in err, 0 if there is none.
func code(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// explain says where err happened, and what to do where that is known.
func (s *Store) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	wrapped := fmt.Errorf("%s cache %s: %w", doing, s.path, err)
	switch code(err) {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return hint.Add(wrapped, "the file is damaged: move it and its -wal file away, then make it anew from an export with uacs cache import")
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return hint.Add(wrapped, "the file and its folder must be writable, for readers too: copy the cache to a folder of your own")
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return hint.Add(wrapped, "the disk is full or failing; what was stored before is safe")
	case sqlite3.SQLITE_BUSY:
		return hint.Add(wrapped, "another process holds the cache for longer than %v; is it on a network file system?", busy)
	}
	return wrapped
}

// Close implements [cache.Store].
func (s *Store) Close() error { return s.explain("close", s.db.Close()) }

const columns = `SELECT key, request, prediction, crc32c FROM answer `

type scanner interface{ Scan(...any) error }

// row reads a row of columns and checks its sum.
func row(r scanner) (c cache.Encoded, err error) {
	var key []byte
	var sum uint32
	if err := r.Scan(&key, &c.Request, &c.Prediction, &sum); err != nil {
		return c, err
	}
	if copy(c.Key[:], key) != len(c.Key) || c.Sum() != sum {
		return c, hint.Add(fmt.Errorf("the entry of key %x does not have its checksum", key), "uacs cache check lists all that is wrong")
	}
	return c, nil
}

// Get implements [cache.Store].
func (s *Store) Get(ctx context.Context, key cache.Key) (cache.Entry, bool, error) {
	c, err := row(s.db.QueryRowContext(ctx, columns+`WHERE key = ?`, key[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return cache.Entry{}, false, nil
	}
	if err != nil {
		return cache.Entry{}, false, s.explain("read", err)
	}
	e, err := c.DecodeTrusted()
	return e, err == nil, s.explain("read", err)
}
