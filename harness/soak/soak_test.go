package soak

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
)

var (
	soak    = flag.Bool("soak", false, "run the campaign, which takes minutes")
	calls   = flag.Int("calls", 10000, "calls of the campaign against a misbehaving server")
	kills   = flag.Int("kills", 100, "processes to kill, over all stages")
	program = flag.String("uacs", "", "the program; built if it is not given")
)

// tally is what the last line says.
var tally struct {
	calls, faults, lost, twice, kills, differing atomic.Int64
}

func TestMain(m *testing.M) {
	flag.Parse()
	if !*soak {
		os.Exit(m.Run())
	}
	os.Exit(campaign(m))
}

func campaign(m *testing.M) int {
	if *program == "" {
		dir, err := os.MkdirTemp("", "uacs-soak-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		*program = filepath.Join(dir, "uacs")
		build := exec.Command("go", "build", "-trimpath", "-o", *program, "uacs/harness/cmd/uacs")
		build.Env = append(os.Environ(), "GOAMD64=v1")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
	}
	code := m.Run()
	t := &tally
	fmt.Printf("soak: %d calls, %d faults, %d lost, %d paid twice, %d kills, %d differing bytes\n",
		t.calls.Load(), t.faults.Load(), t.lost.Load(), t.twice.Load(), t.kills.Load(), t.differing.Load())
	if t.lost.Load()+t.twice.Load()+t.differing.Load() > 0 {
		code = 1
	}
	return code
}

func need(t *testing.T) {
	t.Helper()
	if !*soak {
		t.Skip("takes minutes: give -soak")
	}
}

const project = "../.."

// workplace is a new folder with the project's configs.
func workplace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "configs"), os.DirFS(filepath.Join(project, "configs"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// edit writes a copy of a config with other words in it.
func edit(t *testing.T, dir, from, to string, words ...string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, from))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(words); i += 2 {
		if !bytes.Contains(data, []byte(words[i])) {
			t.Fatalf("%s has no %q", from, words[i])
		}
		data = bytes.ReplaceAll(data, []byte(words[i]), []byte(words[i+1]))
	}
	if err := os.WriteFile(filepath.Join(dir, to), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// uacs is the program in dir, with what it prints.
func uacs(dir string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(*program, args...)
	out := new(bytes.Buffer)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	cmd.Env = append(os.Environ(), "UACS_MIRROR=")
	return cmd, out
}

func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd, out := uacs(dir, args...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("uacs %q: %v\n%s", args, err, out)
	}
	return out.String()
}

// tree reads all files below the folders of dir. Names that begin with a dot are what
// a killed process was writing.
func tree(t *testing.T, dir string, folders ...string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if d.Name()[0] == '.' {
				t.Logf("a killed process left %s", d.Name())
				return nil
			}
			name, _ := filepath.Rel(dir, path)
			files[name], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// compare counts the bytes in which the files differ.
func compare(t *testing.T, want, got map[string][]byte) {
	t.Helper()
	for name := range want {
		n := differing(want[name], got[name])
		if n > 0 {
			t.Errorf("%s differs in %d bytes", name, n)
		}
		tally.differing.Add(int64(n))
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is there too", name)
			tally.differing.Add(int64(len(got[name])))
		}
	}
}

func differing(a, b []byte) int {
	n := max(len(a), len(b)) - min(len(a), len(b))
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
