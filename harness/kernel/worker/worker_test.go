package worker_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"uacs/harness/kernel"
	"uacs/harness/kernel/worker"
)

// start starts a process with the program that the kernel uses.
func start(t *testing.T, ask kernel.Asker) *worker.Process {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles notebook cells")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc on this machine (Debian: apt-get install gcc)")
	}
	if _, err := os.UserCacheDir(); err != nil {
		t.Skip(err)
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	p, err := kernel.Launch(t.Context(), root, t.TempDir(), ask)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// run runs a cell and returns what it showed, one event a line.
func run(t *testing.T, p *worker.Process, c worker.Cell) (string, *worker.Failure) {
	t.Helper()
	var b strings.Builder
	err := p.Execute(t.Context(), c, func(e worker.Event) {
		switch text, ok := e.Data["text/plain"].(string); {
		case ok:
			b.WriteString(e.Kind + ": " + text + "\n")
		case e.Text != "":
			b.WriteString(e.Kind + ": " + e.Text)
		}
	})
	var f *worker.Failure
	if err != nil && !errors.As(err, &f) {
		t.Fatalf("%s: %v", c.Code, err)
	}
	return b.String(), f
}

func TestProcess(t *testing.T) {
	p := start(t, func(_ context.Context, prompt string, password bool) (string, error) {
		if password {
			return "", errors.New("no passwords here")
		}
		return "re: " + prompt, nil
	})
	for _, c := range []struct {
		name string
		cell worker.Cell
		out  string // by hand
		fail string // kind of the failure
		part string // of its traceback
	}{
		{"order of text and displays", worker.Cell{Code: "fmt.Println(1)\nDisplay(2)\nfmt.Println(3)\nx := 4; x"}, "stdout: 1\ndisplay: 2\nstdout: 3\nresult: 4\n", "", ""},
		{"numbered as asked", worker.Cell{Code: "var no map[string]int\nno[\"a\"] = x", Count: 17}, "", "panic", "In[17]:2"},
		{"and on from there", worker.Cell{Code: "panic(x)"}, "", "panic", "In[18]:1"},
		{"names of a failed cell", worker.Cell{Code: "len(no)"}, "result: 0\n", "", ""},
		{"only declared", worker.Cell{Code: "y := 5\nfunc twice(n int) int { return 2 * n }\nfmt.Println(\"ran\")", Declare: true}, "", "", ""},
		{"what was declared", worker.Cell{Code: "twice(y + 1)"}, "result: 2\n", "", ""},
		{"input", worker.Cell{Code: `line, err := display.Input("who?"); line`}, "result: re: who?\n", "", ""},
		{"refused input", worker.Cell{Code: `_, err = display.Password("secret"); err.Error()`}, "result: no passwords here\n", "", ""},
		{"not Go", worker.Cell{Code: "x := )"}, "", "parse", "line 1"},
		{"the end of the process", worker.Cell{Code: "os.Exit(7)"}, "", "lost", "exit status 7"},
		{"state is gone", worker.Cell{Code: "x"}, "", "type", "undefined: x"},
		{"a new one runs", worker.Cell{Code: "1 + 1"}, "result: 2\n", "", ""},
	} {
		out, f := run(t, p, c.cell)
		name, trace := "", ""
		if f != nil {
			name, trace = f.Name, strings.Join(f.Traceback, "\n")
		}
		if name != c.fail || !strings.Contains(trace, c.part) || c.fail == "" && out != c.out {
			t.Errorf("%s: shows %q, fails with %q %q, want %q, %q %q", c.name, out, name, trace, c.out, c.fail, c.part)
		}
	}
	if e, err := p.Ask("complete", "strings.ToUpp", 13); err != nil || len(e.Matches) == 0 || e.Matches[0].Text != "ToUpper" {
		t.Errorf("completion: %+v, %v", e, err)
	}
}

// A cell that looks at nothing is ended with its process, after the grace time.
func TestInterruptOfSleep(t *testing.T) {
	p := start(t, nil)
	if _, f := run(t, p, worker.Cell{Code: "1"}); f != nil {
		t.Fatal(f)
	}
	timer := time.AfterFunc(4*time.Second, p.Interrupt)
	defer timer.Stop()
	begin := time.Now()
	_, f := run(t, p, worker.Cell{Code: "time.Sleep(time.Hour)"})
	if f == nil || f.Name == "panic" || time.Since(begin) > time.Minute {
		t.Errorf("%v after %v", f, time.Since(begin))
	}
	if out, f := run(t, p, worker.Cell{Code: "2"}); f != nil || out != "result: 2\n" {
		t.Errorf("the next cell: %q, %v", out, f)
	}
}
