package doctest

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"uacs/harness/model/chat/chattest"
	"uacs/harness/sample"
	"uacs/internal/mirror"
)

// Every block of shell commands runs as it stands, in a copy of the project that is
// fresh for each document, and prints what the block after it shows. There is no
// network and no data but where a block needs it; make is a stand-in that knows the
// Makefile's targets and makes nothing, since the tests that it would run are these.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the program: not with -short")
	}
	if runtime.GOOS == "windows" {
		t.Skip("needs a Unix shell")
	}
	w := newWorkshop(t)
	var mu sync.Mutex
	ran, skipped := 0, map[string]int{}
	t.Run("documents", func(t *testing.T) {
		for _, name := range documents(t) {
			all := fences(t, name)
			t.Run(strings.ReplaceAll(name, "/", "-"), func(t *testing.T) {
				t.Parallel()
				done, not := w.document(t, name, all)
				mu.Lock()
				defer mu.Unlock()
				ran += done
				for why, n := range not {
					skipped[why] += n
				}
			})
		}
	})
	t.Logf("%d blocks ran", ran)
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		t.Logf("%d not run: %s", skipped[why], why)
	}
	if ran == 0 {
		t.Error("no block ran: the marks are wrong")
	}
}

// document runs the blocks of one document and counts those that ran, and those that
// did not by the reason.
func (w *workshop) document(t *testing.T, name string, all []fence) (ran int, skipped map[string]int) {
	skipped = map[string]int{}
	project := ""
	for i, f := range all {
		why, not := w.skips(f)
		if project == "" && (f.marks["file"] != "" || f.lang == "sh" && !not) {
			project = w.project(t)
		}
		if path := f.marks["file"]; path != "" {
			write(t, filepath.Join(project, filepath.FromSlash(path)), w.here(f.body), 0o644)
		}
		if f.lang != "sh" {
			continue
		}
		if not {
			skipped[why]++
			continue
		}
		got := w.run(t, name, project, f)
		ran++
		if i+1 < len(all) && all[i+1].lang == "text" {
			if _, other := all[i+1].marks["example"]; !other {
				compare(t, name, all[i+1], got)
			}
		}
	}
	return ran, skipped
}

// A workshop holds what all documents share: the program, the stand-in for make and
// the environment.
type workshop struct {
	bin, program, models, data string
	server                     *chattest.Server
	env                        []string
}

// vllm is where configs and documents say that a server of OpenAI's format listens.
// In a copy of the project the address is that of one which answers here.
const vllm = "http://127.0.0.1:8000/v1"

const standInMake = `#!/bin/sh
for word; do
  case $word in
  *=*) ;;
  *) grep -q "^$word:" Makefile || { echo "make: no target $word" >&2; exit 2; } ;;
  esac
done
`

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	dir := t.TempDir()
	w := &workshop{bin: filepath.Join(dir, "bin"), data: mirror.Folder()}
	w.program = filepath.Join(w.bin, "uacs")
	build := exec.Command("go", "build", "-o", w.program, "./harness/cmd/uacs")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w.server = chattest.NewServer(chattest.Synthetic(func(clip string, round int) sample.Prediction {
		score, confidence := 1.5, 0.5+0.25*float64(round)
		return sample.Prediction{Score: &score, VerbalConfidence: &confidence}
	}), nil)
	t.Cleanup(w.server.Close)
	write(t, filepath.Join(w.bin, "make"), standInMake, 0o755)
	if dir, err := filepath.Abs(filepath.Join(root, ".cache", "models")); err == nil {
		if found, _ := filepath.Glob(filepath.Join(dir, "wink-embeddings-*")); len(found) > 0 {
			w.models = dir
		}
	}
	w.env = []string{
		"PATH=" + w.bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + filepath.Join(dir, "home"), "LC_ALL=C",
		"UACS_MODELS=" + w.models, "JUPYTER_DATA_DIR=" + filepath.Join(dir, "jupyter"),
	}
	return w
}

// project copies what commands read of the project into a new folder.
func (w *workshop) project(t *testing.T) string {
	t.Helper()
	to := t.TempDir()
	for _, part := range []string{"configs", "results", "notebooks", "figures/out", "docs", "Makefile", "README.md", "REPRODUCE.md"} {
		from := filepath.Join(root, filepath.FromSlash(part))
		err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, ".pdf") || strings.HasSuffix(path, ".png") {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err == nil {
				write(t, filepath.Join(to, rel), w.here(string(data)), 0o644)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if w.models != "" {
		w.trained(t, filepath.Join(to, ".cache", "models", "trained"))
	}
	if err := os.MkdirAll(filepath.Join(to, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(w.program, filepath.Join(to, "bin", "uacs")); err != nil {
		t.Fatal(err)
	}
	return to
}

// here puts the address of the server of this test in the place of the documents'.
func (w *workshop) here(text string) string { return strings.ReplaceAll(text, vllm, w.server.URL) }

// trained copies the models of CMU-MOSI that are there already: a command that trains
// them then finds that nothing has changed, or trains them.
func (w *workshop) trained(t *testing.T, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.models, "trained", "mosi-*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, filepath.Base(filepath.Dir(file)), filepath.Base(file)), string(data), 0o644)
	}
}

func write(t *testing.T, path, body string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), mode); err != nil {
		t.Fatal(err)
	}
}

// skips says why a block is not run, if it is not.
func (w *workshop) skips(f fence) (why string, yes bool) {
	if why, yes := f.marks["not run"]; yes {
		return why, true
	}
	for _, need := range strings.Fields(strings.ReplaceAll(f.marks["needs"], ",", " ")) {
		switch {
		case need == "data" && w.data == "":
			return "needs the public data", true
		case need == "weights" && w.models == "":
			return "needs the weights", true
		}
		if need == "data" || need == "weights" {
			continue
		}
		if _, err := exec.LookPath(need); err != nil {
			return "needs " + need, true
		}
	}
	return "", false
}

// run executes a block and returns what it printed, errors among it.
func (w *workshop) run(t *testing.T, name, project string, f fence) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", f.body)
	cmd.Dir, cmd.Env = project, append([]string{}, w.env...)
	if strings.Contains(f.marks["needs"], "data") {
		cmd.Env = append(cmd.Env, "UACS_MIRROR="+w.data)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Errorf("%s:%d: %v\n%s", name, f.line, err, out.String())
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Logf("%s:%d took %v", name, f.line, took.Round(time.Second/10))
	}
	return out.String()
}

// compare holds output to a block of text, in which a line "…" stands for any lines
// and "…" within a line for any text. How many spaces there are does not count.
func compare(t *testing.T, name string, want fence, got string) {
	t.Helper()
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for _, line := range strings.Split(strings.TrimRight(want.body, "\n"), "\n") {
		if strings.TrimSpace(line) == "…" {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		words := strings.Fields(line)
		for i, word := range words {
			parts := strings.Split(word, "…")
			for j := range parts {
				parts[j] = regexp.QuoteMeta(parts[j])
			}
			words[i] = strings.Join(parts, `.*`)
		}
		pattern.WriteString(` *` + strings.Join(words, ` +`) + ` *\n`)
	}
	pattern.WriteString(`\z`)
	if !regexp.MustCompile(pattern.String()).MatchString(strings.TrimRight(got, "\n") + "\n") {
		t.Errorf("%s:%d: the command prints\n%s\nand not\n%s", name, want.line, got, want.body)
	}
}
