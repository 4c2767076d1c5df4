package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	data, err := os.ReadFile(b.object)
	return err == nil && os.WriteFile(object, data, 0o644) == nil
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
	pruneCells(filepath.Dir(to.object))
}

// temporary names a file while it is made: another kernel is to see it whole or
// not at all.
func temporary(file string) string { return fmt.Sprintf("%s.%d", file, os.Getpid()) }

// copyFile returns when the copy is on the disk: after a power failure a part of a
// plugin must not be there.
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
	return errors.Join(err, out.Sync(), out.Close())
}

// pruneCells removes from a folder the built cells that were not used for
// longest, until the rest is small. What cannot be removed stays.
func pruneCells(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, cellPattern+"*")) // the pattern is a good one
	known := newestFirst(files)
	total := int64(0)
	for _, f := range files {
		if info := known[f]; info != nil {
			total += info.Size()
		}
		if total > keptCells {
			_ = os.Remove(f)
		}
	}
}

// oldest returns the files without the keep last changed ones.
func oldest(files []string, keep int) []string {
	newestFirst(files)
	return files[min(keep, len(files)):]
}

// newestFirst sorts files by when they were last changed, those that are gone at
// the end, and returns what is known of the others.
func newestFirst(files []string) map[string]fs.FileInfo {
	known := map[string]fs.FileInfo{}
	changed := map[string]time.Time{}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			known[f], changed[f] = info, info.ModTime()
		}
	}
	slices.SortStableFunc(files, func(a, b string) int { return changed[b].Compare(changed[a]) })
	return known
}
