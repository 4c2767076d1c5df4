package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"uacs/internal/golden"
)

// TestCells runs the sessions in testdata/cells, whose notebooks are compiled and
// run for real. They need what a kernel needs: the go command, a C compiler, and
// the caches of the user, where the program that runs cells is built once.
func TestCells(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles notebook cells")
	}
	for _, tool := range []string{"go", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s on this machine, which cells are compiled with", tool)
		}
	}
	project, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/cells",
		UpdateScripts: golden.Updating(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", home)
			env.Setenv("PROJECT", project)
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOROOT", "GOPROXY", "GOFLAGS", "XDG_CACHE_HOME"} {
				env.Setenv(name, os.Getenv(name))
			}
			return nil
		},
	})
}
