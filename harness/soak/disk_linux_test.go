package soak

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"uacs/harness/cache/jsonl"
	"uacs/harness/cache/sqlite"
	"uacs/harness/model/chat/chattest"
)

// small mounts a file system of some kilobytes over a folder, and unmounts it at the
// end. It needs root.
func small(t *testing.T, dir string, options string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("cannot mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
}

// Whatever file system is full: the run says so, leaves no damaged file, and ends well
// with the right bytes once there is room.
func TestFullDisk(t *testing.T) {
	need(t)
	server := chattest.NewServer(slow(0), nil)
	defer server.Close()
	infer := func(t *testing.T, dir string) []string {
		live(t, dir, server.URL, 4, 60)
		return []string{"run", "-c", "configs/live/soak.yaml", "--out", "out"}
	}
	render := func(*testing.T, string) []string { return []string{"reproduce", "synth-mosi"} }
	for _, tc := range []struct {
		name    string
		prepare func(*testing.T, string) []string
		full    string
		sizes   []string
		made    []string
	}{
		{"train", train, ".cache", []string{"64k", "400k"}, []string{".cache/models/trained"}},
		{"infer", infer, ".cache", []string{"32k", "256k", "512k"}, []string{"out"}},
		{"outcomes", infer, "out", []string{"8k", "100k"}, []string{"out"}},
		{"ablate", ablate, ".cache", []string{"16k", "200k"}, []string{"results"}},
		{"tables", ablate, "results", []string{"8k", "100k"}, []string{"results"}},
		{"figures", render, "figures", []string{"8k", "200k"}, []string{"results", "figures"}},
		{"cache", render, ".cache", []string{"8k", "100k"}, []string{"results", "figures"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			calm := workplace(t)
			must(t, calm, tc.prepare(t, calm)...)
			want := tree(t, calm, tc.made...)
			for _, size := range tc.sizes {
				t.Run(size, func(t *testing.T) {
					dir := workplace(t)
					args := tc.prepare(t, dir)
					full := filepath.Join(dir, tc.full)
					small(t, full, "size="+size)
					cmd, out := uacs(dir, args...)
					if err := cmd.Run(); err == nil {
						t.Log("there was room enough")
					} else if text := out.String(); !strings.Contains(text, "no space left") && !strings.Contains(text, "full") {
						t.Errorf("the error does not say what is wrong: %s", text)
					} else {
						t.Log(strings.TrimSpace(text[strings.LastIndex(text, "uacs: error"):]))
					}
					sound(t, dir)
					if err := syscall.Mount("tmpfs", full, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
						t.Fatal(err)
					}
					must(t, dir, args...)
					compare(t, want, tree(t, dir, tc.made...))
				})
			}
		})
	}
}

// sound checks the caches that are there.
func sound(t *testing.T, dir string) {
	t.Helper()
	if path := filepath.Join(dir, ".cache/answers.db"); exists(path) {
		s, err := sqlite.Open(path)
		if err != nil {
			t.Logf("the cache does not open while the disk is full: %v", err)
			return
		}
		defer s.Close()
		if _, wrong, err := s.Check(t.Context()); err != nil || len(wrong) > 0 {
			t.Errorf("the cache is damaged: %v, %v", wrong, err)
		}
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// A shard on a full disk refuses the entry that does not fit, keeps the others, and
// goes on when there is room.
func TestFullShard(t *testing.T) {
	need(t)
	dir := workplace(t)
	server := chattest.NewServer(slow(0), nil)
	defer server.Close()
	live(t, dir, server.URL, 4, 60)
	full := filepath.Join(dir, "shards")
	small(t, full, "size=64k")
	args := []string{"run", "-c", "configs/live/soak.yaml", "--shard", "1/2", "--cache", "shards/one.jsonl"}
	cmd, out := uacs(dir, args...)
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "no space left") {
		t.Errorf("%v: %s", err, out)
	}
	s, err := jsonl.Open(filepath.Join(full, "one.jsonl"), 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Close() // which cannot write its closing line
	if err := syscall.Mount("tmpfs", full, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	must(t, dir, args...)
	must(t, dir, "cache", "check", "shards/one.jsonl")
}

// A folder that cannot be written is said to be so; what was computed is in the cache.
func TestReadOnlyResults(t *testing.T) {
	need(t)
	dir := workplace(t)
	results := filepath.Join(dir, "results")
	small(t, results, "size=1m")
	if err := syscall.Mount("tmpfs", results, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"reproduce", "synth-mosi"},
		{"run", "-c", "configs/live/synth-mosi-live.yaml", "--out", "results/live"},
		ablate(t, dir),
	} {
		begin := time.Now()
		cmd, out := uacs(dir, args...)
		err := cmd.Run()
		t.Logf("%s: %v after %v: %s", args[0], err, time.Since(begin).Round(time.Millisecond), strings.TrimSpace(out.String()))
		if err == nil || !strings.Contains(out.String(), "read-only") {
			t.Errorf("%s: %v: %s", args[0], err, out)
		}
	}
}
