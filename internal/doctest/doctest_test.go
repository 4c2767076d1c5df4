// Package doctest holds the documents to what they say.
package doctest

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"uacs/internal/golden"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The claims table in REPRODUCE.md is the computed one; go test -update puts it there.
func TestClaimsInReproduce(t *testing.T) {
	const begin, end = "<!-- claims -->\n", "<!-- /claims -->"
	doc := read(t, "REPRODUCE.md")
	i, j := strings.Index(doc, begin), strings.Index(doc, end)
	if i < 0 || j < i {
		t.Fatal("REPRODUCE.md has no place for the claims")
	}
	var b bytes.Buffer
	b.WriteString(doc[:i] + begin)
	for _, tier := range []string{"public", "synth"} {
		table := read(t, "results/tables/claims-"+tier+".md")
		_, table, _ = strings.Cut(table, "\n\n") // its title is the section's
		b.WriteString("\n" + table)
	}
	b.WriteString("\n" + doc[j:])
	golden.Check(t, filepath.Join(root, "REPRODUCE.md"), b.Bytes())
}

// The README's numbers are those of the results.
func TestNumbersInReadme(t *testing.T) {
	readme := strings.Join(strings.Fields(read(t, "README.md")), " ")
	table := read(t, "results/tables/simsv2-affectgpt-systems.csv")
	headline := regexp.MustCompile(`(?m)^.*\(headline\).*$`).FindString(table)
	for claim, number := range map[string]string{
		"35 % of the calls give 89.9 % accuracy": ",35.24,",
		"n = 911 clips, 141 videos":              ",911,",
		"Holm-adjusted p = 0.0009":               ",0.0009,",
	} {
		if !strings.Contains(readme, claim) {
			t.Errorf("README.md no longer says %q", claim)
		}
		if !strings.Contains(headline, number) {
			t.Errorf("README.md says %q, but the headline's row is %s", claim, headline)
		}
	}
}

// Every relative link of the documents leads to a file, and a heading where it names
// one in a document.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	for _, name := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target := name
			if m[1] != "" {
				target = path.Join(path.Dir(name), m[1])
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			} else if m[2] != "" && !slices.Contains(anchors(t, target), m[2]) {
				t.Errorf("%s links to %s#%s: there is no such heading", name, m[1], m[2])
			}
		}
	}
}

// anchors are the headings of a document as links name them: in lower case, spaces as
// hyphens, no other signs.
func anchors(t *testing.T, name string) (out []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(read(t, name), -1) {
		heading := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		out = append(out, regexp.MustCompile(`[^\pL\pN_-]`).ReplaceAllString(heading, ""))
	}
	return out
}
