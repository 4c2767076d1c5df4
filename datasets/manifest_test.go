package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/internal/hint"
	"uacs/internal/mirror"
)

func TestManifestsDescribeTheFourCorpora(t *testing.T) {
	// Published sizes: MMSA's standard splits, for all four corpora.
	want := map[string]SplitSizes{
		"mosi":   {1284, 229, 686},
		"mosei":  {16326, 1871, 4659},
		"sims":   {1368, 456, 457},
		"simsv2": {2722, 647, 1034},
	}
	got := map[string]SplitSizes{}
	for _, m := range Manifests() {
		got[m.Name] = m.Published
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("published sizes (-want +got):\n%s", diff)
	}
	if n := got["mosei"].Total(); n != 22856 { // published total
		t.Errorf("mosei total = %d, want 22856", n)
	}
}

// What each manifest must hold, counted by hand from the plan of the public
// tier: labels and text, GPT-4V on MOSI and SIMS (4 files), AffectGPT on all
// four (7 checkpoints), the modality labels of SIMS v2 for both SIMS.
func TestManifestsHoldEveryFileOfThePublicTier(t *testing.T) {
	want := map[string]int{"mosi": 2 + 4 + 7, "mosei": 2 + 7, "sims": 2 + 4 + 7 + 1, "simsv2": 2 + 7 + 1}
	got := map[string]int{}
	for _, m := range Manifests() {
		got[m.Name] = len(m.Files)
		needed := 0
		for _, f := range m.Files {
			if f.Needed {
				needed++
			}
		}
		if needed != 2 {
			t.Errorf("%s needs %d files, want 2: labels and text", m.Name, needed)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if n := len(FilesOf(Manifests())); n != 45 { // 46 entries, one shared
		t.Errorf("%d distinct files, want 45", n)
	}
}

// A file that stands in two manifests is the same file in both.
func TestSharedFilesAreIdentical(t *testing.T) {
	seen := map[string]File{}
	shared := 0
	for _, m := range Manifests() {
		for _, f := range m.Files {
			if first, ok := seen[f.Path]; ok {
				shared++
				if diff := cmp.Diff(first, f); diff != "" {
					t.Errorf("%s in %s (-first +here):\n%s", f.Path, m.Name, diff)
				}
			}
			seen[f.Path] = f
		}
	}
	if shared != 1 {
		t.Errorf("%d shared files, want 1: the modality labels of SIMS v2", shared)
	}
}

func TestManifestsMatchTheRealFiles(t *testing.T) {
	fsys := os.DirFS(mirror.Need(t))
	for _, m := range Manifests() {
		defects, err := Verify(fsys, m)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range defects {
			t.Errorf("%s: %s: %s", m.Name, d.File.Path, d.Problem)
		}
	}
}

// The caller may write into what it gets.
func TestManifestsAreCopies(t *testing.T) {
	Manifests()[0].Files[0].Path = "changed"
	if Manifests()[0].Files[0].Path == "changed" {
		t.Error("a caller's change reached the next caller")
	}
}

func TestSelectManifests(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []string
		want string
	}{
		{"none is all", nil, "mosi mosei sims simsv2"},
		{"all is all", []string{"sims", "all"}, "mosi mosei sims simsv2"},
		{"order is fixed", []string{"sims", "mosi"}, "mosi sims"},
		{"twice is once", []string{"sims", "sims"}, "sims"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ms, err := SelectManifests(c.in...)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, m := range ms {
				names = append(names, m.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	_, err := SelectManifests("mosi", "mossi")
	if err == nil || err.Error() != `dataset "mossi" is not known` || !strings.Contains(hint.Of(err), "mosi, mosei, sims, simsv2") {
		t.Errorf("unknown name: error %v, hint %q", err, hint.Of(err))
	}
}

// tinyManifest is a valid manifest of one made-up file, for damage.
const tinyManifest = `name: tiny
title: Tiny
citation: {key: nobody2020, text: Nobody 2020}
licence: research
homepage: https://example.org/tiny
published: {train: 1, valid: 1, test: 1}
labels: {min: -1, max: 1, steps_per_unit: 5, off_grid: 0, note: made up}
files:
  - path: a/b.csv
    repository: some-one/data.set
    commit: 0123456789abcdef0123456789abcdef01234567
    upstream_path: x/y z.csv
    bytes: 3
    sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
    licence: MIT
    citation: none
    holds: three letters
    needed: true
    tier: public
`

func TestParseManifest(t *testing.T) {
	m, err := ParseManifest("tiny.yaml", []byte(tinyManifest))
	if err != nil {
		t.Fatal(err)
	}
	if f := m.Files[0]; m.Name != "tiny" || f.UpstreamPath != "x/y z.csv" || f.Bytes != 3 || !f.Needed {
		t.Errorf("parsed %+v", m)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "title:", "titel:", "tiny.yaml:2: unknown key titel"},
		{"no title", "title: Tiny", `title: ""`, "tiny.yaml: title: empty"},
		{"bad name", "name: tiny", "name: Tiny!", "tiny.yaml: name:"},
		{"http homepage", "https://example.org", "ftp://example.org", "homepage:"},
		{"empty split", "valid: 1", "valid: 0", "published: 1/0/1"},
		{"range reversed", "min: -1", "min: 2", "labels: min 2, max 1: not a range"},
		{"NaN range", "min: -1", "min: .nan", "not a range"},
		{"no grid", "steps_per_unit: 5", "steps_per_unit: 0", "steps_per_unit: 0"},
		{"negative off grid", "off_grid: 0", "off_grid: -1", "off_grid: -1"},
		{"path leaves", "path: a/b.csv", "path: a/../../b.csv", `files[0] a/../../b.csv: path:`},
		{"path absolute", "path: a/b.csv", "path: /etc/passwd", "is not a clean relative path"},
		{"path is the folder", "path: a/b.csv", "path: .", "is not a clean relative path"},
		{"path with backslash", "path: a/b.csv", `path: a\b.csv`, "is not a clean relative path"},
		{"path with drive", "path: a/b.csv", `path: c:b.csv`, "is not a clean relative path"},
		{"path is a part", "path: a/b.csv", "path: a/b.part", "is not a clean relative path"},
		{"path is the lock", "path: a/b.csv", "path: .lock", "is not a clean relative path"},
		{"upstream leaves", "upstream_path: x/y z.csv", "upstream_path: ../y", "upstream_path:"},
		{"repository without owner", "some-one/data.set", "data.set", "repository:"},
		{"repository climbs", "some-one/data.set", "some-one/..", "repository:"},
		{"short commit", "commit: 0123456789", "commit: ", "commit:"},
		{"upper-case digest", "sha256: ba78", "sha256: BA78", "sha256:"},
		{"no bytes", "bytes: 3", "bytes: 0", "bytes: 0 is not positive"},
		{"other tier", "tier: public", "tier: licensed", `tier: "licensed" is not public`},
		{"no licence of the file", "licence: MIT", `licence: ""`, "licence: empty"},
		{"no files", tinyManifest[strings.Index(tinyManifest, "  - path"):], "  []\n", "files: empty"},
		{"path twice", "    tier: public\n", "    tier: public\n" + strings.Replace(tinyManifest[strings.Index(tinyManifest, "  - path"):], "a/b", "A/B", 1), "files[1] A/B.csv: the path stands twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			damaged := strings.Replace(tinyManifest, c.old, c.new, 1)
			if damaged == tinyManifest {
				t.Fatal("the case changes nothing")
			}
			_, err := ParseManifest("tiny.yaml", []byte(damaged))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// Whatever parses has only paths that stay in the folder and pins of full length.
func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(tinyManifest))
	f.Add([]byte(strings.Replace(tinyManifest, "a/b.csv", "a//b", 1)))
	f.Add([]byte("files: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest("f.yaml", data)
		if err != nil {
			return
		}
		for _, f := range m.Files {
			if !filepath.IsLocal(filepath.FromSlash(f.Path)) || len(f.SHA256) != 64 || len(f.Commit) != 40 || f.Bytes <= 0 {
				t.Errorf("accepted %+v", f)
			}
		}
	})
}
