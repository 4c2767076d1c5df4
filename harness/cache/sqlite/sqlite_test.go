package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/cache"
	"uacs/harness/cache/cachetest"
	"uacs/internal/hint"
)

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	cachetest.Run(t, func(name string) (cache.Store, error) { return Open(filepath.Join(dir, name+".db")) })
}

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func run(t *testing.T, s *Store, query string) {
	t.Helper()
	if _, err := s.db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name, want, hint string
		make             func(t *testing.T, path string)
	}{
		{"newer", "schema version 2, this program knows versions up to 1", "update uacs", func(t *testing.T, path string) {
			s := open(t, path)
			run(t, s, "PRAGMA user_version = 2")
			s.Close()
		}},
		{"another application", "an SQLite file, but no cache", "another file", func(t *testing.T, path string) {
			s := open(t, path)
			run(t, s, "PRAGMA application_id = 7")
			s.Close()
		}},
		{"no database", "file is not a database", "damaged", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("no database\n", 1000)), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		{"a folder", "open cache", "writable", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"read-only folder", "open cache", "writable", func(t *testing.T, path string) {
			if os.Geteuid() == 0 {
				t.Skip("root may write everywhere")
			}
			if err := os.Chmod(filepath.Dir(path), 0o555); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(filepath.Dir(path), 0o755) })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "answers.db")
			c.make(t, path)
			s, err := Open(path)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || !strings.Contains(hint.Of(err), c.hint) {
				t.Errorf("error %q, hint %q; want %q, %q", err, hint.Of(err), c.want, c.hint)
			}
		})
	}
}

// A changed digit of a stored answer is valid JSON; only the checksum tells.
func TestCheckFindsChangedAnswer(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "answers.db"))
	if err := s.Put(ctx, cachetest.Entry(1, 1), cachetest.Entry(2, 1)); err != nil {
		t.Fatal(err)
	}
	if n, wrong, err := s.Check(ctx); n != 2 || len(wrong) != 0 || err != nil {
		t.Fatalf("Check: %d rows, %q, %v", n, wrong, err)
	}
	run(t, s, `UPDATE answer SET prediction = replace(prediction, '"tokens_out":21', '"tokens_out":22') WHERE id = 1`)
	n, wrong, err := s.Check(ctx)
	if n != 2 || len(wrong) != 1 || err != nil || !strings.Contains(wrong[0], "checksum") {
		t.Errorf("Check: %d rows, %q, %v", n, wrong, err)
	}
	if _, ok, err := s.Get(ctx, cachetest.Entry(1, 1).Key); ok || err == nil {
		t.Errorf("Get of a changed answer: %v, %v", ok, err)
	}
}

func BenchmarkPutBatch500(b *testing.B) { benchmarkPut(b, 500) }
func BenchmarkPutSingle(b *testing.B)   { benchmarkPut(b, 1) }

func benchmarkPut(b *testing.B, batch int) {
	s := open(b, filepath.Join(b.TempDir(), "answers.db"))
	entries := make([]cache.Entry, b.N)
	for i := range entries {
		entries[i] = cachetest.Entry(i, 1)
	}
	b.ResetTimer()
	for len(entries) > 0 {
		n := min(batch, len(entries))
		if err := s.Put(context.Background(), entries[:n]...); err != nil {
			b.Fatal(err)
		}
		entries = entries[n:]
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func filled(b *testing.B, n int) (*Store, []cache.Key) {
	s := open(b, filepath.Join(b.TempDir(), "answers.db"))
	var entries []cache.Entry
	var keys []cache.Key
	for i := range n {
		entries = append(entries, cachetest.Entry(i, 1))
		keys = append(keys, entries[i].Key)
	}
	if err := s.Put(context.Background(), entries...); err != nil {
		b.Fatal(err)
	}
	return s, keys
}

func BenchmarkGet(b *testing.B) {
	s, keys := filled(b, 20000)
	for i := 0; b.Loop(); i++ {
		if _, ok, err := s.Get(context.Background(), keys[i*7919%len(keys)]); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkScan(b *testing.B) {
	s, keys := filled(b, 20000)
	for b.Loop() {
		if err := s.Scan(context.Background(), func(cache.Entry) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(keys))/b.Elapsed().Seconds(), "rows/s")
}
