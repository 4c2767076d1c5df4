package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"uacs/harness/features"
	"uacs/harness/model/onnx"
	"uacs/internal/golden"
	"uacs/internal/mirror"
)

// withHDF5 says that the build tag hdf5 is there.
var withHDF5 bool

func TestMain(m *testing.M) {
	features.HDF5Main() // the test program is started to read HDF5 too
	testscript.Main(m, map[string]func(){"uacs": main})
}

// TestScripts runs the shell sessions in testdata/script against the real
// program. MIRROR is the real data's folder where it is there, and scripts that
// need it begin with "[!mirror] skip", those that read HDF5 with "[!hdf5] skip", those that need trained models with "[!trained] skip". PROJECT is the project's folder, to copy
// configs from: no script may write there.
func TestScripts(t *testing.T) {
	project, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: golden.Updating(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("PROJECT", project)
			env.Setenv("MIRROR", mirror.Folder())
			env.Setenv("UACS_MIRROR", "")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "mirror" {
				return mirror.Folder() != "", nil
			}
			if cond == "hdf5" {
				return withHDF5, nil
			}
			if cond == "trained" {
				for _, name := range []string{"mosi-glove", "mosi-use-lite"} {
					if _, err := os.Stat(filepath.Join(project, ".cache", "models", "trained", name)); err != nil {
						return false, nil
					}
				}
				return onnx.Built, nil
			}
			return false, os.ErrInvalid
		},
	})
}
