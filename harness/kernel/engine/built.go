package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	cellPattern = "cell-"
	// keptCells is how many bytes of built cells stay in the cache: a plugin has 3
	// MB, or 20 if the cell imports figures and tables.
	keptCells = 512 << 20
)

// A built cell is the object that later cells are compiled against, and the
// plugin. In Options.CacheDir they are named by all they are made of, so that
// a notebook that runs again after a restart is not compiled again.
type built struct{ object, plugin string }

// cached returns the names in the cache of a cell with key.
func (t *toolchain) cached(key string) built {
	stem := filepath.Join(t.cache, cellPattern+key)
	return built{stem + ".a", stem + ".so"}
}

// cellKey is a digest of a cell's text, its package path, the recipe and all
// packages it may import. Those of the go command are named by their content
// already; earlier cells stand for themselves by their own keys.
func (t *toolchain) cellKey(path, text string) string {
	h := sha256.New()
	fmt.Fprintln(h, t.environ, compileFlags, linkFlags, path)
	for _, p := range t.paths() {
		if key, ok := t.keys[p]; ok {
			fmt.Fprintln(h, p, key)
		} else {
			fmt.Fprintln(h, p, t.exports[p])
		}
	}
	_, _ = h.Write([]byte(text))
	return fmt.Sprintf("%x", h.Sum(nil)[:12])
}

// fetch copies the object of a built cell, which later cells need even when the
// cache is cleared, and reports whether the plugin is there too.
func (b built) fetch(object string) bool {
	now := time.Now()
	if os.Chtimes(b.object, now, now) != nil || os.Chtimes(b.plugin, now, now) != nil {
		return false
	}
	return copyFile(b.object, object) == nil
}

// store moves a built cell into the cache, whole or not at all. A cache that
// cannot be written is none.
func (b built) store(to built) {
	object, plugin := temporary(to.object), temporary(to.plugin)
	if copyFile(b.object, object) != nil || copyFile(b.plugin, plugin) != nil || os.Rename(object, to.object) != nil || os.Rename(plugin, to.plugin) != nil {
		_ = os.Remove(object)
		_ = os.Remove(plugin)
	}
	_ = os.Remove(b.plugin)
	PruneCells(filepath.Dir(to.object))
}

func temporary(file string) string { return fmt.Sprintf("%s.%d", file, os.Getpid()) }

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close()) // after a power failure a part of a plugin must not be there
}

// PruneCells removes from a folder the built cells that were not used for
// longest, until the rest is small. What cannot be removed stays.
func PruneCells(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, cellPattern+"*")) // the pattern is a good one
	type used struct {
		at   time.Time
		size int64
	}
	known := map[string]used{}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			known[f] = used{info.ModTime(), info.Size()}
		}
	}
	slices.SortFunc(files, func(a, b string) int {
		if c := known[b].at.Compare(known[a].at); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	total := int64(0)
	for _, f := range files {
		if total += known[f].size; total > keptCells {
			_ = os.Remove(f)
		}
	}
}
