package soak

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"uacs/harness/cache"
	"uacs/harness/cache/jsonl"
	"uacs/harness/sample"
)

// made is an answer about clip i, or a failure; both of one clip have the same key.
func made(t *rapid.T, i int, failure string) cache.Entry {
	digest := cache.Digest("words")
	p := sample.Prediction{Dataset: "d", Split: sample.Test, ID: fmt.Sprint(i), Model: "m", Round: 1, PromptSHA256: digest, Modalities: []string{"text"}, Error: failure}
	if failure == "" {
		score := float64(i) / 7
		p.Score = &score
	}
	e, err := cache.NewEntry(cache.Request{DatasetSHA256: digest, ID: p.ID, Model: "m", PromptSHA256: digest, Round: 1, Modalities: p.Modalities}, p)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// export merges shards in an order and returns what the export of all is.
func export(t *rapid.T, dir string, shards []string) string {
	m := cache.NewMemory()
	for _, path := range shards {
		s, err := jsonl.Open(path, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cache.Merge(t.Context(), m, s.Scan); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "all.jsonl")
	if _, _, err := jsonl.Write(t.Context(), path, m.Scan); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// However answers and failures are dealt out to shards, in whatever order these are
// merged and how often, the same comes of it.
func TestMergeDoesNotCare(t *testing.T) {
	if testing.Short() {
		t.Skip("writes many small files")
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "uacs-merge-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		n := rapid.IntRange(1, 3).Draw(t, "shards")
		var paths []string
		var shards []*jsonl.Shard
		for i := range n {
			paths = append(paths, filepath.Join(dir, fmt.Sprintf("%d.jsonl", i)))
			s, err := jsonl.Open(paths[i], 0)
			if err != nil {
				t.Fatal(err)
			}
			shards = append(shards, s)
		}
		for range rapid.IntRange(0, 10).Draw(t, "entries") {
			e := made(t, rapid.IntRange(0, 5).Draw(t, "clip"), rapid.SampledFrom([]string{"", "missing: x", "refused: y"}).Draw(t, "failure"))
			if err := shards[rapid.IntRange(0, n-1).Draw(t, "shard")].Put(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range shards {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		want := export(t, dir, paths)
		order := rapid.Permutation(append(paths, paths...)).Draw(t, "order")
		if got := export(t, dir, order); got != want {
			t.Errorf("merged as %v:\n%s\nwant\n%s", order, got, want)
		}
	})
}
