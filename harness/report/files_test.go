package report

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/harness/experiment"
)

func TestFiles(t *testing.T) {
	files, err := Files(handMade())
	if err != nil {
		t.Fatal(err)
	}
	m := Manifest{}
	var paths []string
	for _, f := range files {
		m.Add(f)
		paths = append(paths, f.Path)
		if len(f.Data) == 0 {
			t.Errorf("%s is empty", f.Path)
		}
		if f.Derived != (strings.HasSuffix(f.Path, ".pdf") || strings.HasSuffix(f.Path, ".png")) {
			t.Errorf("%s: derived %v", f.Path, f.Derived)
		}
		if !f.Derived && !Belongs(f.Path, "hand") {
			t.Errorf("%s does not belong to its experiment", f.Path)
		}
	}
	if paths[0] != "results/records/hand.jsonl" {
		t.Errorf("the records are not first: %v", paths)
	}
	if len(paths) != 2+4*4+5*3 || len(m) != 2+4*4+5 {
		t.Errorf("%d files, %d in the manifest: %v", len(paths), len(m), paths)
	}
	if i := len("results/records/hand-exact.json"); string(files[1].Data) != "{\n  \"small\": {\n    \"value\": 0.71\n  }\n}\n" || len(files[1].Path) != i {
		t.Errorf("%s holds %s", files[1].Path, files[1].Data)
	}
	again, err := Files(handMade())
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if !bytes.Equal(files[i].Data, again[i].Data) {
			t.Errorf("%s differs when made again", files[i].Path)
		}
	}
}

func TestBelongs(t *testing.T) {
	for _, c := range []struct {
		path, name string
		want       bool
	}{
		{"results/records/a.jsonl", "a", true},
		{"results/records/a-exact.json", "a", true},
		{"results/tables/a-flow.tex", "a", true},
		{"results/tables/a-flow.html", "a", true},
		{"figures/out/a.svg", "a", true},
		{"figures/out/a.pdf", "a", false}, // a view, which no manifest lists
		{"results/tables/a-flow.tex", "a-flow", false},
		{"results/records/ab.jsonl", "a", false},
		{"results/records/b-a.jsonl", "a", false},
		{"results/tables/a.md", "a", false},
		{"results/tables/overview-public.md", "overview-public", false},
	} {
		if got := Belongs(c.path, c.name); got != c.want {
			t.Errorf("Belongs(%s, %s) = %v", c.path, c.name, got)
		}
	}
	for _, c := range []struct {
		path, tier string
		want       bool
	}{
		{"results/tables/overview-public.csv", "public", true},
		{"results/tables/overview-public.csv", "synth", false},
		{"results/tables/overview-synth.tex", "synth", true},
		{"results/tables/claims-synth.md", "synth", true},
		{"results/tables/claims-synth.md", "public", false},
		{"results/tables/claims-synth.html", "synth", true},
		{"results/tables/main-results-public.tex", "public", true},
		{"results/tables/main-results-public.html", "synth", false},
		{"results/tables/checks.csv", "public", true},
		{"results/tables/checks.csv", "synth", false},
		{"results/tables/overview-public.svg", "public", false},
	} {
		if got := BelongsToTier(c.path, c.tier); got != c.want {
			t.Errorf("BelongsToTier(%s, %s) = %v", c.path, c.tier, got)
		}
	}
}

func TestCheckFiles(t *testing.T) {
	files, err := CheckFiles([]experiment.Counted{{Quantity: "a, b", K: 3, N: 4}})
	if err != nil || len(files) != 1 || string(files[0].Data) != "quantity,k,n\n\"a, b\",3,4\n" {
		t.Errorf("files %v, err = %v", files, err)
	}
}

const digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestParseManifest(t *testing.T) {
	m, err := ParseManifest("m", []byte(digest+"  b c\n\n"+digest+"  a\n"))
	if diff := cmp.Diff(Manifest{"a": digest, "b c": digest}, m); diff != "" || err != nil {
		t.Errorf("manifest (-want +got):\n%s err = %v", diff, err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"no digest", "a.md\n", "m:1: not a SHA-256, two spaces and a path"},
		{"short digest", digest + "  a\n" + digest[1:] + "  b\n", "m:2: not a SHA-256, two spaces and a path"},
		{"upper case", strings.ToUpper(digest) + "  a\n", "m:1: not a SHA-256, two spaces and a path"},
		{"one space", digest + " a\n", "m:1: not a SHA-256, two spaces and a path"},
		{"binary mark of sha256sum", digest + " *a\n", "m:1: not a SHA-256, two spaces and a path"},
		{"no path", digest + "  \n", "m:1: not a SHA-256, two spaces and a path"},
		{"twice", digest + "  a\n" + digest + "  a\n", "m:2: a stands twice"},
	} {
		if _, err := ParseManifest("m", []byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%s: err = %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := ParseManifest("m", bytes.Repeat([]byte("a"), 1<<20)); err == nil {
		t.Error("a line of a megabyte was accepted")
	}
}

func TestManifestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Manifest{}
		for range rapid.IntRange(0, 8).Draw(t, "files") {
			m.Add(File{Path: rapid.StringMatching(`[a-z][a-z ./-]{0,20}[a-z]`).Draw(t, "path"), Data: rapid.SliceOf(rapid.Byte()).Draw(t, "data")})
		}
		back, err := ParseManifest("m", m.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, back); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(digest + "  results/tables/a.md\n"))
	f.Add([]byte(digest + " *a\r\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest("m", data)
		if err != nil {
			return
		}
		if back, err := ParseManifest("m", m.Bytes()); err != nil || !cmp.Equal(m, back) {
			t.Fatalf("%q reads as %v, written again as %v (err %v)", data, m, back, err)
		}
	})
}

func TestManifestCompares(t *testing.T) {
	file := func(p, data string) File { return File{Path: p, Data: []byte(data)} }
	earlier, now := Manifest{}, Manifest{}
	for _, f := range []File{file("same", "1"), file("changed", "1"), file("gone", "1")} {
		earlier.Add(f)
	}
	for _, f := range []File{file("same", "1"), file("changed", "2"), file("new", "1"), {Path: "view", Derived: true}} {
		now.Add(f)
	}
	if diff := cmp.Diff([]string{"changed   changed", "new       new", "gone      gone"}, now.Changes(earlier)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if c := now.Changes(now); len(c) > 0 {
		t.Errorf("changes to itself: %v", c)
	}
	disk := fstest.MapFS{"same": {Data: []byte("1")}, "changed": {Data: []byte("1")}}
	if diff := cmp.Diff([]string{"changed", "new"}, now.Differ(disk)); diff != "" {
		t.Errorf("differ (-want +got):\n%s", diff)
	}
}
