package main

import (
	"path/filepath"
	"testing"

	"uacs/internal/hint"
)

// A second run of one cascade with one cache is held up, another cascade, another part
// and a replay are not.
func TestOneRunForEachCache(t *testing.T) {
	root := t.TempDir()
	first := runCmd{livePlace: livePlace{Root: root}}
	held, err := first.lock("one")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		run  runCmd
		of   string
		held bool
	}{
		{"again", first, "one", true},
		{"the same cache by its name", runCmd{livePlace: livePlace{Cache: filepath.Join(root, ".cache", "answers.db")}}, "one", true},
		{"another cascade", first, "two", false},
		{"another cache", runCmd{livePlace: livePlace{Cache: filepath.Join(root, "b.db")}}, "one", false},
		{"a part", runCmd{livePlace: livePlace{Root: root}, Shard: "1/2"}, "one", false},
		{"a replay", runCmd{livePlace: livePlace{Root: root}, Replay: true}, "one", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lock, err := tc.run.lock(tc.of)
			if (err != nil) != tc.held || tc.held && hint.Of(err) == "" {
				t.Fatal(err)
			}
			if err == nil {
				lock.Close()
			}
		})
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := first.lock("one")
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}
