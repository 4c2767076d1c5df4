package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"uacs/harness/cache"
)

// Put implements [cache.Store], in one transaction. Batches of some hundred
// entries are written fastest.
func (s *Store) Put(ctx context.Context, entries ...cache.Entry) error {
	// Encoding is most of the work, and is done before the file is locked.
	changed, err := cache.Settle(entries, func(cache.Key) (cache.Encoded, bool, error) { return cache.Encoded{}, false, nil })
	if err != nil || len(changed) == 0 {
		return err
	}
	err = s.write(ctx, changed)
	var conflict *cache.Conflict
	if errors.As(err, &conflict) {
		return err
	}
	return s.explain("write", err)
}

func (s *Store) write(ctx context.Context, changed []cache.Encoded) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, `INSERT INTO answer (key, request, prediction, crc32c) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, c := range changed {
		done, err := insert.ExecContext(ctx, c.Key[:], text(c.Request), text(c.Prediction), int64(c.Sum()))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil {
			return err
		} else if n == 1 {
			continue
		}
		if err := settle(ctx, tx, c); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// text makes the driver bind TEXT, which the sqlite3 shell can show.
func text(b []byte) string { return string(b) }

// settle compares c with the row of its key, and replaces that if it must.
func settle(ctx context.Context, tx *sql.Tx, c cache.Encoded) error {
	old, err := row(tx.QueryRowContext(ctx, columns+`WHERE key = ?`, c.Key[:]))
	if err != nil {
		return err
	}
	replace, err := cache.Resolve(old, c)
	if err != nil || !replace {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE answer SET prediction = ?, crc32c = ? WHERE key = ?`, text(c.Prediction), int64(c.Sum()), c.Key[:])
	return err
}

// page is how many rows are read before they are handed out.
const page = 500

// Scan implements [cache.Store]. It reads page by page and holds no lock while
// visit runs, so that a slow reader does not keep the write-ahead log growing.
func (s *Store) Scan(ctx context.Context, visit func(cache.Entry) error) error {
	return s.pages(ctx, func(c cache.Encoded, err error) error {
		if err != nil {
			return s.explain("read", err)
		}
		e, err := c.DecodeTrusted()
		if err != nil {
			return s.explain("read", err)
		}
		return visit(e)
	})
}

// pages calls visit with each row in order of keys, or with what is wrong with it.
func (s *Store) pages(ctx context.Context, visit func(cache.Encoded, error) error) error {
	type read struct {
		c   cache.Encoded
		err error
	}
	after := []byte{}
	for {
		rows, err := s.db.QueryContext(ctx, columns+`WHERE key > ? ORDER BY key LIMIT ?`, after, page)
		if err != nil {
			return s.explain("read", err)
		}
		var got []read
		for rows.Next() {
			c, err := row(rows)
			got = append(got, read{c, err})
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return s.explain("read", err)
		}
		for _, r := range got {
			if err := visit(r.c, r.err); err != nil {
				return err
			}
		}
		if len(got) < page {
			return nil
		}
		last := got[len(got)-1].c.Key
		after = last[:]
	}
}

// Delete implements [cache.Deleter], in one transaction.
func (s *Store) Delete(ctx context.Context, keys ...cache.Key) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("write", err)
	}
	defer tx.Rollback()
	for _, k := range keys {
		if _, err := tx.ExecContext(ctx, `DELETE FROM answer WHERE key = ?`, k[:]); err != nil {
			return s.explain("write", err)
		}
	}
	return s.explain("write", tx.Commit())
}

// Check reads the whole file: SQLite's own integrity check, then every entry's
// checksum, key, request and prediction. It returns the number of rows and what
// is wrong, one sentence for each.
func (s *Store) Check(ctx context.Context) (rows int, wrong []string, err error) {
	found, err := s.db.QueryContext(ctx, `PRAGMA integrity_check`)
	if err != nil {
		return 0, nil, s.explain("check", err)
	}
	defer found.Close()
	for found.Next() {
		var line string
		if err := found.Scan(&line); err != nil {
			return 0, nil, s.explain("check", err)
		}
		if line != "ok" {
			wrong = append(wrong, "sqlite: "+line)
		}
	}
	if err := found.Err(); err != nil {
		return 0, nil, s.explain("check", err)
	}
	err = s.pages(ctx, func(c cache.Encoded, err error) error {
		rows++
		if err == nil {
			_, err = c.Decode()
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("row %d in key order: %v", rows, err))
		}
		return nil
	})
	return rows, wrong, err
}
