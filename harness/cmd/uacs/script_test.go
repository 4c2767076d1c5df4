package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"uacs/internal/golden"
	"uacs/internal/mirror"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"uacs": main})
}

// TestScripts runs the shell sessions in testdata/script against the real
// program. UACS_MIRROR is the real data's folder where it is there, and scripts
// that need it begin with "[!mirror] skip".
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: golden.Updating(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("MIRROR", mirror.Folder())
			env.Setenv("UACS_MIRROR", "")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "mirror" {
				return mirror.Folder() != "", nil
			}
			return false, os.ErrInvalid
		},
	})
}
