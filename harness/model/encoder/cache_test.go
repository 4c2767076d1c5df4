package encoder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// counting counts the calls that reach the encoder.
type counting struct {
	Text
	calls int
}

func (c *counting) Encode(ctx context.Context, texts []string) (Matrix, Stats, error) {
	c.calls++
	return c.Text.Encode(ctx, texts)
}

func TestCached(t *testing.T) {
	dir := t.TempDir()
	inner := &counting{Text: NewGlove(smallTable(t))}
	e := Cached(inner, dir)
	texts := []string{"not good!", "", "x\xff"}
	encode := func(texts []string) Matrix {
		t.Helper()
		m, s, err := e.Encode(context.Background(), texts)
		if err != nil {
			t.Fatal(err)
		}
		want, tallies, err := inner.Text.Encode(context.Background(), texts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Errorf("features (-computed +cached):\n%s", diff)
		}
		if diff := cmp.Diff(tallies, s); diff != "" {
			t.Errorf("tallies (-computed +cached):\n%s", diff)
		}
		return m
	}
	encode(texts)
	encode(texts)
	if inner.calls != 1 {
		t.Errorf("the encoder was called %d times for the same texts", inner.calls)
	}
	encode([]string{"not good!", "x\xff"})
	encode([]string{"not good!x", "", "\xff"}) // the same bytes, cut elsewhere
	encode(nil)
	if inner.calls != 4 {
		t.Errorf("the encoder was called %d times for four lists of texts", inner.calls)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.features"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if err := os.WriteFile(f, []byte("uacsFEA1 torn"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	encode(texts)
	if inner.calls != 5 {
		t.Error("a damaged file was believed")
	}
}

func TestConformsWhenCached(t *testing.T) {
	conform(t, Cached(NewGlove(smallTable(t)), t.TempDir()))
}

// The fuzzer gives what follows the checksum; it would not hit one by chance.
func FuzzDecodeFeatures(f *testing.F) {
	var key [32]byte
	m := NewMatrix(2, 3)
	f.Add(encodeFeatures(m, Stats{Tallies: make([]Tally, 2)}, key)[cacheHead+len(key):])
	f.Add([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, rest []byte) {
		body := append(key[:], rest...)
		sum := sha256.Sum256(body)
		data := slices.Concat([]byte(cacheMagic), sum[:], body)
		m, s, err := decodeFeatures(data, key)
		if err == nil && !bytes.Equal(encodeFeatures(m, s, key), data) {
			t.Fatal("a file that was read is not written again")
		}
		if _, _, err := decodeFeatures(rest, key); err == nil {
			t.Fatal("a file without a header was read")
		}
	})
}
