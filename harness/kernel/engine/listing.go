package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	listingPattern = "list-"
	keptListings   = 32
	// listingAge is how long an answer of go list is kept. The go command throws
	// away what it built when it was not asked for it in five days.
	listingAge = 24 * time.Hour
	// unsettled is how fresh a file may be without being trusted: a second edit at
	// the same instant would not show.
	unsettled = 2 * time.Second
)

// A listing is an answer of go list, with the state of all that it depends on.
// Packages of the standard library and of the module cache do not change; the
// source of others is looked at, and so are go.mod and the built files.
type listing struct {
	Output string
	Built  []string // files that must be there
	Source []string // files and folders whose size and time are in Stamp
	Stamp  string
}

// goList is go list, with -f format and -export, remembered in Options.CacheDir
// as long as no file it depends on has changed: the command itself takes half a
// second to find that out.
func (t *toolchain) goList(ctx context.Context, format string, args ...string) (string, error) {
	args = append(append([]string{"list", "-export", "-deps", "-f", format + localFormat}, flags...), args...)
	file := t.listingFile(args)
	if output, ok := readListing(file); ok {
		return output, nil
	}
	begin := time.Now()
	out, err := t.run(ctx, args...)
	if err == nil && file != "" {
		writeListing(file, string(out), t.modFiles, begin)
	}
	return string(out), err
}

// listingFile returns the file of a listing, named by all that the command's
// answer depends on besides files; "" without a cache.
func (t *toolchain) listingFile(args []string) string {
	if t.cache == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{t.dir, t.environ}, args...), "\x00")))
	return filepath.Join(t.cache, fmt.Sprintf(listingPattern+"%x", sum[:8]))
}

func readListing(file string) (string, bool) {
	info, err := os.Stat(file)
	if err != nil || time.Since(info.ModTime()) > listingAge {
		return "", false
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	var l listing
	if json.Unmarshal(data, &l) != nil || stamp(l.Source) != l.Stamp {
		return "", false
	}
	for _, f := range l.Built {
		if _, err := os.Stat(f); err != nil {
			return "", false
		}
	}
	return l.Output, true
}

// writeListing remembers an answer, unless a file that it depends on is so
// fresh that it may have changed meanwhile. A cache that cannot be written is
// none.
func writeListing(file, output string, modFiles []string, begin time.Time) {
	l := listing{Output: output, Source: slices.Clone(modFiles)}
	for line := range strings.Lines(output) {
		value, source, isLocal := strings.Cut(strings.TrimSpace(line), "|")
		if isLocal {
			l.Source = append(l.Source, sourceFiles(source)...)
		}
		if _, built, ok := strings.Cut(value, "="); ok && built != "" {
			l.Built = append(l.Built, built)
		}
	}
	for _, f := range l.Source {
		if info, err := os.Stat(f); err == nil && info.ModTime().After(begin.Add(-unsettled)) {
			return
		}
	}
	l.Stamp = stamp(l.Source)
	data, err := json.Marshal(l)
	if err != nil {
		return
	}
	temp := temporary(file)
	if os.WriteFile(temp, data, 0o644) != nil || os.Rename(temp, file) != nil {
		_ = os.Remove(temp)
		return
	}
	pruneListings(filepath.Dir(file))
}

// pruneListings removes all but the last written ones.
func pruneListings(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, listingPattern+"*"))
	for _, f := range oldest(files, keptListings) {
		_ = os.Remove(f)
	}
}

// sourceFiles takes apart what localFormat writes: the folder of a package, its
// files, and the folders of the files that it embeds.
func sourceFiles(source string) []string {
	parts := strings.Split(source, "|")
	dir, files := parts[0], parts[:1:1]
	for _, f := range parts[1:] {
		f = filepath.Join(dir, f)
		files = append(files, f)
		if d := filepath.Dir(f); d != dir && !slices.Contains(files, d) {
			files = append(files, d)
		}
	}
	return files
}

// stamp returns what changes whenever one of the files does, or a file comes
// into or leaves one of the folders.
func stamp(files []string) string {
	h := sha256.New()
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			fmt.Fprintf(h, "%s %d %d\n", f, info.Size(), info.ModTime().UnixNano())
		} else {
			fmt.Fprintf(h, "%s gone\n", f)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
