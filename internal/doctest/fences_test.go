package doctest

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are the Markdown files that people read, below the project's folder.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	names := []string{"README.md", "REPRODUCE.md", "CHANGELOG.md", "CONTRIBUTING.md", "notebooks/README.md"}
	for _, page := range pages {
		names = append(names, "docs/"+filepath.Base(page))
	}
	return names
}

// A fence is a block between ``` marks. Comments right before it say what tests do
// with it:
//
//	<!-- not run: why -->    sh, python: shown, not executed
//	<!-- needs: data -->     sh: executed where the public data is; also weights, or a program
//	<!-- file: PATH -->      the block is the file PATH of the project that later blocks use
//	<!-- read as: KIND -->   the block is read as that kind of file and by nothing else
//	<!-- cell of: FILE -->   go: a cell of a notebook that is run elsewhere
//	<!-- example -->         text that stands after sh and is not its output
type fence struct {
	line  int
	lang  string
	body  string
	marks map[string]string
}

var comment = regexp.MustCompile(`^<!-- ([a-z ]+?)(?:: (.*))? -->$`)

// fences returns the blocks of a document in order.
func fences(t *testing.T, name string) (out []fence) {
	t.Helper()
	marks := map[string]string{}
	var open *fence
	for i, line := range strings.Split(read(t, name), "\n") {
		switch m := comment.FindStringSubmatch(line); {
		case open != nil && line == "```":
			out = append(out, *open)
			open, marks = nil, map[string]string{}
		case open != nil:
			open.body += line + "\n"
		case strings.HasPrefix(line, "```"):
			open = &fence{line: i + 1, lang: strings.TrimPrefix(line, "```"), marks: marks}
		case m != nil:
			marks[m[1]] = m[2]
		case line != "":
			marks = map[string]string{}
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the block does not end", name, open.line)
	}
	return out
}

// Every block is one that a test executes, reads or compiles, or says why not.
func TestEveryBlockIsHeldToWhatItSays(t *testing.T) {
	known := []string{"not run", "needs", "file", "read as", "cell of", "example"}
	for _, name := range documents(t) {
		for _, f := range fences(t, name) {
			for mark := range f.marks {
				if !slices.Contains(known, mark) {
					t.Errorf("%s:%d: mark %q is not known", name, f.line, mark)
				}
			}
			has := func(marks ...string) bool {
				return slices.ContainsFunc(marks, func(m string) bool { return f.marks[m] != "" })
			}
			switch f.lang {
			case "sh", "go", "text", "":
			case "yaml", "json", "jsonl", "csv":
				if !has("file", "read as") && name != "docs/exporter-contract.md" { // whose blocks package answer reads
					t.Errorf("%s:%d: no test reads this %s: mark it with file or read as", name, f.line, f.lang)
				}
			case "python":
				if !has("not run") {
					t.Errorf("%s:%d: python is not run: say why", name, f.line)
				}
			default:
				t.Errorf("%s:%d: no test knows what a block of %q is", name, f.line, f.lang)
			}
		}
	}
}
