package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The program names the version that the newest heading of the list of changes has.
func TestReleaseIsInChangelog(t *testing.T) {
	data, err := os.ReadFile("../../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^## (\d+\.\d+\.\d+)\b`).FindSubmatch(data)
	if found == nil || string(found[1]) != release {
		t.Errorf("CHANGELOG.md begins with %q, the program is %s", found, release)
	}
}

func TestCommitBeside(t *testing.T) {
	const digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of hello, by sha256sum
	for _, c := range []struct {
		name, about, commit string
		modified            bool
	}{
		{"clean", digest + "  -\nabc\n", "abc", false},
		{"changed", digest + "  -\nabc\n M go.mod\n", "abc", true},
		{"another program", "00" + digest[2:] + "  -\nabc\n", "", false},
		{"no commit", digest + "  -\n", "", false},
		{"empty", "", "", false},
	} {
		program := filepath.Join(t.TempDir(), "program")
		for name, text := range map[string]string{program: "hello", program + ".commit": c.about} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if commit, modified := commitBeside(program, nil); commit != c.commit || modified != c.modified {
			t.Errorf("%s: %q %v, want %q %v", c.name, commit, modified, c.commit, c.modified)
		}
	}
}
