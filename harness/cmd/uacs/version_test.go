package main

import (
	"os"
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
