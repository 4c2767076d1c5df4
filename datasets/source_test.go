package datasets

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// write makes a file and its folders.
func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOpenChoosesTheSource(t *testing.T) {
	// One tree with every place data can lie; each has a file that names it.
	base := t.TempDir()
	project := filepath.Join(base, "project")
	write(t, filepath.Join(project, "go.mod"), "module uacs\n\ngo 1.26.0\n")
	write(t, filepath.Join(project, "notebooks", "x"), "")
	write(t, filepath.Join(project, ".cache", "data", "who"), "cache")
	write(t, filepath.Join(base, "shared", "data", "who"), "beside")
	write(t, filepath.Join(base, "mirror", "who"), "mirror")
	write(t, filepath.Join(base, "own", "who"), "own")
	lonely := filepath.Join(base, "a", "lonely")
	write(t, filepath.Join(lonely, ".cache", "data", "who"), "lonely cache")

	for _, c := range []struct {
		name      string
		o         Options
		who, text string
	}{
		{"mirror folder", Options{Mirror: filepath.Join(base, "mirror"), Start: project}, "mirror", "local mirror (UACS_MIRROR)"},
		{"beside the project", Options{Start: project}, "beside", "local mirror ../shared/data"},
		{"beside the project, from within", Options{Start: filepath.Join(project, "notebooks")}, "beside", "local mirror ../shared/data"},
		{"URL reads the data folder", Options{Mirror: "https://example.org/m", Start: project}, "cache", "data folder .cache/data"},
		{"named data folder", Options{Dir: filepath.Join(base, "own"), Start: project}, "own", "data folder named by the user"},
		{"no project, no mirror", Options{Start: lonely}, "lonely cache", "data folder .cache/data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys, origin, err := Open(c.o)
			if err != nil {
				t.Fatal(err)
			}
			who, err := fs.ReadFile(fsys, "who")
			if err != nil || string(who) != c.who {
				t.Errorf("reads %q, %v; want %q", who, err, c.who)
			}
			if origin.String() != c.text {
				t.Errorf("origin %q, want %q", origin, c.text)
			}
			if strings.Contains(origin.String(), base) {
				t.Errorf("origin %q holds a path of this machine", origin)
			}
		})
	}
	if _, _, err := Open(Options{Mirror: filepath.Join(base, "nowhere")}); err == nil || !strings.Contains(err.Error(), "UACS_MIRROR") {
		t.Errorf("mirror that is not there: %v", err)
	}
}

// Before the first download there is no data folder; all files are missing then.
func TestOpenWithoutAnyData(t *testing.T) {
	fsys, _, err := Open(Options{Start: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	m := Manifests()[0]
	missing, err := Available(fsys, m)
	if err != nil || len(missing) != len(m.Files) {
		t.Errorf("%d missing, %v; want all %d", len(missing), err, len(m.Files))
	}
}

func TestAvailableAndVerify(t *testing.T) {
	// SHA-256 of "abc" (FIPS 180-4 example).
	abc := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	var m Manifest
	for _, p := range []string{"good", "absent", "short", "changed", "folder"} {
		m.Files = append(m.Files, File{Path: p, Bytes: 3, SHA256: abc})
	}
	fsys := fstest.MapFS{
		"good":     {Data: []byte("abc")},
		"short":    {Data: []byte("ab")},
		"changed":  {Data: []byte("abd")},
		"folder/x": {},
	}
	missing, err := Available(fsys, m)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range missing {
		paths = append(paths, f.Path)
	}
	if diff := cmp.Diff([]string{"absent", "short", "folder"}, paths); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	defects, err := Verify(fsys, m)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range defects {
		got[d.File.Path] = d.Problem
	}
	want := map[string]string{
		"absent": "absent",
		"short":  "2 bytes, not 3",
		"folder": "not a regular file",
		// SHA-256 of "abd", by sha256sum.
		"changed": "sha256 a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9, not " + abc,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defects (-want +got):\n%s", diff)
	}
}
