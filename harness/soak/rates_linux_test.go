package soak

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"uacs/harness/cache"
	"uacs/harness/cache/jsonl"
	"uacs/harness/cache/sqlite"
	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
)

// processor is the time this process has used a processor for, which depends less on
// what else the machine does than the clock.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestRates measures what docs/scale.md reckons with.
func TestRates(t *testing.T) {
	need(t)
	const n = 20000
	ctx := context.Background()
	var entries []cache.Entry
	server := chattest.NewServer(scored, nil)
	defer server.Close()
	begin, used := time.Now(), processor(t)
	r := newRunner(t, server.URL, cache.NewMemory(), new(chattest.Clock))
	if _, err := r.Run(ctx, requests(n), func(r chat.Result) error {
		e, err := cache.NewEntry(*identity(r.Question), r.Prediction)
		entries = append(entries, e)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	report := func(what string, rows int) {
		cpu := processor(t) - used
		t.Logf("%-28s %7.0f a second by the clock, %7.1f µs of processor each", what, float64(rows)/time.Since(begin).Seconds(), float64(cpu.Nanoseconds())/1e3/float64(rows))
		begin, used = time.Now(), processor(t)
	}
	report("calls, server included", n)
	dir := t.TempDir()
	db, err := sqlite.Open(filepath.Join(dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	shard, err := jsonl.Open(filepath.Join(dir, "a.jsonl"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer shard.Close()
	begin, used = time.Now(), processor(t)
	for i := 0; i < n; i += 500 {
		if err := db.Put(ctx, entries[i:i+500]...); err != nil {
			t.Fatal(err)
		}
	}
	report("SQLite, 500 rows at once", n)
	for _, e := range entries {
		if err := shard.Put(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	report("shard, row by row", n)
	for _, store := range []struct {
		name string
		s    cache.Store
	}{{"SQLite", db}, {"shard", shard}} {
		for _, e := range entries {
			if _, ok, err := store.s.Get(ctx, e.Key); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		report("look-up, "+store.name, n)
	}
	to, err := sqlite.Open(filepath.Join(dir, "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	begin, used = time.Now(), processor(t)
	if _, err := cache.Merge(ctx, to, shard.Scan); err != nil {
		t.Fatal(err)
	}
	report("merge, shard to SQLite", n)
	for _, name := range []string{"a.db", "a.jsonl"} {
		size := int64(0)
		for _, suffix := range []string{"", "-wal"} {
			if info, err := os.Stat(filepath.Join(dir, name+suffix)); err == nil && suffix == "" {
				size += info.Size()
			}
		}
		t.Logf("%s: %s bytes an entry", name, fmt.Sprint(size/n))
	}
	path, _, err := jsonl.Write(ctx, filepath.Join(dir, "a.jsonl.zst"), db.Scan)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("export: %d bytes an entry", info.Size()/n)
}
