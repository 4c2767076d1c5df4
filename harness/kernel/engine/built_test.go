package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A session that is run again takes its cells from the cache, with the same
// values; a cell after a changed one is built anew, and so is one whose file is
// no plugin.
func TestCellsAreBuiltOnce(t *testing.T) {
	cache := t.TempDir()
	cells := []string{"type pair struct{ a, b int }\nx := 40", "func f() int { return x + 2 }\nf()", "pair{f(), 1}.a"}
	session := func(cells []string) (values []string, compiled []bool) {
		h := newHost(t, "", "ENGINETEST_CACHE="+cache)
		for _, c := range cells {
			r := h.run(c)
			if r.Error != nil {
				t.Fatalf("%s: %v", c, r.Error)
			}
			values, compiled = append(values, r.Value), append(compiled, r.MS["compile"] > 0)
		}
		return values, compiled
	}
	stored := func(n int) []string {
		t.Helper()
		for range 200 {
			if plugins, _ := filepath.Glob(filepath.Join(cache, cellPattern+"*.so")); len(plugins) == n {
				return plugins
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("there are not %d plugins in the cache", n)
		return nil
	}
	for _, c := range []struct {
		name     string
		cells    []string
		values   []string
		compiled []bool
		stored   int
	}{
		{"first", cells, []string{"", "42", "42"}, []bool{true, true, true}, 3},
		{"again", cells, []string{"", "42", "42"}, []bool{false, false, false}, 3},
		{"a change", []string{cells[0], "func f() int { return x + 3 }\nf()", cells[2]}, []string{"", "43", "43"}, []bool{false, true, true}, 5},
		{"spoilt", cells, []string{"", "42", "42"}, []bool{true, true, true}, 5},
	} {
		if c.name == "spoilt" {
			for _, f := range stored(5) {
				if err := os.WriteFile(f, []byte("no plugin"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		values, compiled := session(c.cells)
		if diff := cmp.Diff(c.values, values); diff != "" {
			t.Errorf("%s: values (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.compiled, compiled); diff != "" {
			t.Errorf("%s: compiled (-want +got):\n%s", c.name, diff)
		}
		stored(c.stored)
	}
}

func TestPruneCells(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for i, name := range []string{"cell-1.so", "cell-2.so", "cell-3.so", "host-4"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(file, keptCells/2); err != nil { // with a hole, no disk
			t.Fatal(err)
		}
		if err := os.Chtimes(file, now, now.Add(-time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	pruneCells(dir)
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	want := []string{filepath.Join(dir, "cell-1.so"), filepath.Join(dir, "cell-2.so"), filepath.Join(dir, "host-4")}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

// An answer of go list is used until a file that it depends on changes, and is
// not kept while one is so fresh that it may change unseen.
func TestListing(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	dir, cache := t.TempDir(), t.TempDir()
	old := time.Now().Add(-time.Hour)
	write := func(name, text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{filepath.Join(dir, name), dir} {
			if err := os.Chtimes(f, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("go.mod", "module own\n\ngo 1.26\n", old)
	write("own.go", "package own\n\nconst N = 1\n", old)
	list := func() (file string, kept bool) {
		t.Helper()
		tools := &toolchain{cache: cache, exports: map[string]string{}, local: map[string]*localPackage{}}
		if err := tools.moveTo(context.Background(), dir); err != nil {
			t.Fatal(err)
		}
		args := []string{"-buildmode=plugin", "--", "own"}
		key := tools.listingFile(append(append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}" + localFormat}, flags...), args...))
		_, kept = readListing(key)
		if err := tools.list(context.Background(), "own"); err != nil {
			t.Fatal(err)
		}
		return tools.exports["own"], kept
	}
	first, kept := list()
	if kept {
		t.Error("known before it was asked for")
	}
	if second, kept := list(); !kept || second != first {
		t.Errorf("asked again: kept %v, %s, want %s", kept, second, first)
	}
	write("own.go", "package own\n\nconst N = 2\n", old.Add(time.Minute))
	edited, kept := list()
	if kept || edited == first {
		t.Errorf("after an edit: kept %v, %s", kept, edited)
	}
	if err := os.Remove(edited); err != nil {
		t.Fatal(err)
	}
	if _, kept := list(); kept {
		t.Error("kept although what was built is gone")
	}
	write("more.go", "package own\n\nconst M = 2\n", time.Now())
	for range 2 {
		if _, kept := list(); kept {
			t.Error("kept although a file is fresh")
		}
	}
}
