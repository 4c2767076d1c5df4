package doctest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"uacs/harness/ablation"
	"uacs/harness/cascade"
	"uacs/harness/experiment"
	"uacs/harness/model/chat"
	"uacs/harness/model/encoder"
	"uacs/harness/sample"
)

// readers read a file of a kind from a folder. The key is the folder of configs that
// such files lie in.
var readers = map[string]func(fsys fstest.MapFS, file string) error{
	"experiments": func(fsys fstest.MapFS, file string) error { _, err := experiment.LoadConfig(fsys, file); return err },
	"ablations":   func(fsys fstest.MapFS, file string) error { _, err := ablation.LoadPlan(fsys, file); return err },
	"live":        func(fsys fstest.MapFS, file string) error { _, err := cascade.Load(fsys, file); return err },
	"endpoints":   func(fsys fstest.MapFS, file string) error { _, err := chat.LoadEndpoint(fsys, file); return err },
	"predictors": func(fsys fstest.MapFS, file string) error {
		_, err := experiment.LoadPredictors(fsys, file)
		return err
	},
	"encoders": func(fsys fstest.MapFS, file string) error {
		dir, err := os.MkdirTemp("", "encoder-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := os.CopyFS(dir, fsys); err != nil {
			return err
		}
		_, err = encoder.LoadBERT(filepath.Join(dir, file))
		return err
	},
	"prediction": func(fsys fstest.MapFS, file string) error {
		_, _, err := sample.ReadPredictions(strings.NewReader(string(fsys[file].Data)), file)
		return err
	},
}

// Every YAML and JSON block is read by the reader of such files. A block with a file
// that no reader knows must be used by a command.
func TestSnippetsAreRead(t *testing.T) {
	for _, name := range documents(t) {
		all := fences(t, name)
		for i, f := range all {
			path, kind := f.marks["file"], f.marks["read as"]
			if path == "" && kind == "" {
				continue
			}
			if path == "" {
				path = "snippet." + f.lang
			}
			if kind == "" {
				kind = filepath.Base(filepath.Dir(path))
				if strings.HasSuffix(path, ".jsonl") {
					kind = "prediction"
				}
			}
			if reader, ok := readers[kind]; ok {
				file := filepath.Base(path)
				if err := reader(fstest.MapFS{file: {Data: []byte(f.body)}}, file); err != nil {
					t.Errorf("%s:%d: %v", name, f.line, err)
				}
				continue
			}
			if !used(all[i+1:], filepath.Base(path)) {
				t.Errorf("%s:%d: no reader knows %q and no command uses it", name, f.line, kind)
			}
		}
	}
}

func used(later []fence, file string) bool {
	for _, f := range later {
		if f.lang == "sh" && strings.Contains(f.body, file) {
			return true
		}
	}
	return false
}

// Every Go block is a program that compiles, or a cell of a notebook, which package
// notebook runs.
func TestGoSnippets(t *testing.T) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	var packages []string
	for _, name := range documents(t) {
		for _, f := range fences(t, name) {
			if f.lang != "go" {
				continue
			}
			if file, is := f.marks["cell of"]; is {
				if !hasCell(t, file, f.body) {
					t.Errorf("%s:%d: %s has no such cell", name, f.line, file)
				}
				continue
			}
			// The program is compiled as if it lay in the project, for it to import from there.
			pkg := "snippet" + strconv.Itoa(len(packages))
			real := filepath.Join(t.TempDir(), "main.go")
			write(t, real, f.body, 0o644)
			virtual, err := filepath.Abs(filepath.Join(root, "docs", pkg, "main.go"))
			if err != nil {
				t.Fatal(err)
			}
			overlay.Replace[virtual] = real
			packages = append(packages, "./docs/"+pkg)
		}
	}
	if len(packages) == 0 {
		return
	}
	if testing.Short() {
		t.Skip("compiles programs: not with -short")
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	write(t, file, string(data), 0o644)
	for _, pkg := range packages {
		cmd := exec.Command("go", "list", "-export", "-overlay", file, pkg) // compiles, and does not link
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", pkg, err, out)
		}
	}
}

func hasCell(t *testing.T, file, body string) bool {
	t.Helper()
	var book struct {
		Cells []struct{ Source json.RawMessage }
	}
	if err := json.Unmarshal([]byte(read(t, file)), &book); err != nil {
		t.Fatal(err)
	}
	for _, c := range book.Cells {
		var lines []string
		var text string
		if json.Unmarshal(c.Source, &lines) == nil {
			text = strings.Join(lines, "")
		} else if err := json.Unmarshal(c.Source, &text); err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(text) == strings.TrimSpace(body) {
			return true
		}
	}
	return false
}
