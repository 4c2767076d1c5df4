package doctest

import (
	"regexp"
	"strings"
	"testing"
)

// direct returns the modules that go.mod requires directly, with their versions.
func direct(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)$`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		out[m[1]] = m[2]
	}
	if len(out) == 0 {
		t.Fatal("go.mod requires nothing: it is not read right")
	}
	return out
}

// The README's table of dependencies and the decisions name each module that go.mod
// requires directly; versions that the table prints are those of go.mod.
func TestDependenciesAreNamed(t *testing.T) {
	readme, decisions, mod := read(t, "README.md"), read(t, "docs/DECISIONS.md"), read(t, "go.mod")
	for module := range direct(t) {
		if !strings.Contains(readme, "`"+module+"`") {
			t.Errorf("README.md has no line for %s", module)
		}
		if !strings.Contains(decisions, "`"+module+"`") {
			t.Errorf("docs/DECISIONS.md does not say why %s", module)
		}
	}
	listed := regexp.MustCompile("`([a-z.]+\\.[a-z]+/[^`]+)`(?: (v[0-9][^ ,|]*))?")
	_, table, found := strings.Cut(readme, "\n## Dependencies\n")
	if !found {
		t.Fatal("README.md has no section Dependencies")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	for _, m := range listed.FindAllStringSubmatch(table, -1) {
		if !strings.Contains(mod, m[1]+" v") {
			t.Errorf("README.md lists %s, which go.mod does not require", m[1])
		}
		if m[2] != "" && !strings.Contains(mod, m[1]+" "+m[2]) {
			t.Errorf("README.md says %s %s, go.mod another version", m[1], m[2])
		}
	}
}
