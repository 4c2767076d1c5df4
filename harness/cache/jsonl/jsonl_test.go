package jsonl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/cache"
	"uacs/harness/cache/cachetest"
)

var background = context.Background()

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	cachetest.Run(t, func(name string) (cache.Store, error) { return Open(filepath.Join(dir, name+".jsonl"), 0) })
}

func memory(t testing.TB, n int) *cache.Memory {
	t.Helper()
	m := cache.NewMemory()
	for i := range n {
		if err := m.Put(background, cachetest.Entry(i, i)); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func read(path string) (all []cache.Entry, err error) {
	_, err = Read(background, path, func(e cache.Entry) error { all = append(all, e); return nil })
	return all, err
}

func TestExportRoundTrip(t *testing.T) {
	for _, c := range []struct {
		n          int
		name, want string
	}{
		{0, "empty.jsonl", "empty.jsonl"},
		{9, "small.jsonl", "small.jsonl"},
		{9, "small.jsonl.zst", "small.jsonl.zst"},
		{1200, "large.jsonl", "large.jsonl.zst"}, // 1200 entries of more than 1 kB
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			m := memory(t, c.n)
			var files [2][]byte
			for i := range files {
				path, n, err := Write(background, filepath.Join(dir, c.name), m.Scan)
				if err != nil || n != c.n || filepath.Base(path) != c.want {
					t.Fatalf("Write: %s, %d, %v", path, n, err)
				}
				if files[i], err = os.ReadFile(path); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(files[0], files[1]) {
				t.Error("two exports differ")
			}
			got, err := read(filepath.Join(dir, c.want))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(cachetest.All(t, m), got); d != "" {
				t.Errorf("(-memory +file):\n%s", d)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// exported returns the bytes of an export of n entries.
func exported(t testing.TB, n int) []byte {
	path, _, err := Write(background, filepath.Join(t.TempDir(), "x.jsonl"), memory(t, n).Scan)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sharded returns the bytes of a shard of n entries that was closed.
func sharded(t testing.TB, n int) []byte {
	path := filepath.Join(t.TempDir(), "x.jsonl")
	s, err := Open(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := s.Put(background, cachetest.Entry(i, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// drain reads all of a file's bytes.
func drain(b []byte) (all []cache.Entry, r *Reader, err error) {
	r = NewReader(bytes.NewReader(b), "file")
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, r, nil
		}
		if err != nil {
			return all, r, err
		}
		all = append(all, e)
	}
}

// Every single flipped bit of an export is noticed, and no wrong entry comes out.
func TestExportBitFlips(t *testing.T) {
	whole := exported(t, 3)
	want, _, err := drain(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		got, _, err := drain(flipped)
		if err == nil || !strings.HasPrefix(err.Error(), "file:") {
			t.Fatalf("byte %d: error %v", i, err)
		}
		for j := range got {
			if !cmp.Equal(want[j], got[j]) {
				t.Fatalf("byte %d: entry %d is wrong", i, j)
			}
		}
	}
	for n := range whole { // cut short
		if _, _, err := drain(whole[:n]); err == nil {
			t.Fatalf("the first %d bytes are taken for the whole", n)
		}
	}
}

func TestShardTorn(t *testing.T) {
	whole := sharded(t, 2)
	dir := t.TempDir()
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for n := 0; n < len(whole); n += 1 + n/40 { // an fsync each: near every byte of the header, then fewer
		path := filepath.Join(dir, fmt.Sprint(n))
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, 0)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		complete, end := bytes.Count(whole[:n], []byte("\n")), 0
		for _, line := range lines[:complete] {
			end += len(line)
		}
		if torn := n > end; torn != (len(s.Warnings()) == 1) {
			t.Errorf("%d bytes: warnings %q", n, s.Warnings())
		}
		if got, want := len(cachetest.All(t, s)), max(0, min(2, complete-1)); got != want {
			t.Errorf("%d bytes: %d entries, want %d", n, got, want)
		}
		for i := range 2 {
			if err := s.Put(background, cachetest.Entry(i, i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if all, err := read(path); err != nil || len(all) != 2 {
			t.Fatalf("%d bytes: after repair %d entries, %v", n, len(all), err)
		}
	}
}

func TestShardRefusesSecondWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.jsonl")
	s, err := Open(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := Open(path, 0); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("second Open: %v", err)
	}
}

func FuzzReader(f *testing.F) {
	export, shard := exported(f, 3), sharded(f, 2)
	for _, b := range [][]byte{export, shard, export[:len(export)/2], shard[:len(shard)/2], {}, []byte("{}\n"), []byte(`{"format":"uacs-cache","schema":2,"count":0,"sha256":""}` + "\n")} {
		f.Add(b)
	}
	to := filepath.Join(f.TempDir(), "x.jsonl") // one folder for all: making them takes longer than reading
	f.Fuzz(func(t *testing.T, b []byte) {
		all, r, err := drain(b)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "file:") {
				t.Errorf("error without the file: %v", err)
			}
			return
		}
		for i := range all {
			if err := all[i].Validate(); err != nil {
				t.Error(err)
			}
		}
		if r.head.Format != exportFormat {
			return
		}
		// An export that reads is the export of what was read.
		m := cache.NewMemory()
		if err := m.Put(background, all...); err != nil {
			t.Fatal(err)
		}
		path, _, err := Write(background, to, m.Scan)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := os.ReadFile(path); !compressed(path) && !bytes.Equal(again, b) {
			t.Errorf("read and written again:\n%s\nwas\n%s", again, b)
		}
	})
}

func FuzzShard(f *testing.F) {
	shard := sharded(f, 2)
	for _, b := range [][]byte{shard, shard[:len(shard)-9], append(bytes.Clone(shard), shard...), {}, []byte("{")} {
		f.Add(b)
	}
	path := filepath.Join(f.TempDir(), "x.jsonl")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, 0)
		if err != nil {
			return
		}
		all := cachetest.All(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(path, 0); err != nil {
			t.Fatalf("a shard that was opened and closed does not open again: %v", err)
		}
		defer s.Close()
		if !cmp.Equal(all, cachetest.All(t, s)) || len(s.Warnings()) > 0 {
			t.Errorf("another content after Close and Open; warnings %q", s.Warnings())
		}
	})
}

func BenchmarkShardPut(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "x.jsonl"), 0)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	entries := make([]cache.Entry, b.N)
	for i := range entries {
		entries[i] = cachetest.Entry(i, 1)
	}
	b.ResetTimer()
	for i := range entries {
		if err := s.Put(background, entries[i]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
