package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"uacs/harness/notebook"
	"uacs/harness/reproduce"
)

// notebookTime is the longest that one notebook of the project may take.
const notebookTime = 10 * time.Minute

// checkNotebooks runs the project's notebooks and compares their outputs with those
// that are committed in them. One that has not changed since it last agreed, under
// the same program, is not run again. What differs is shown and is an error.
func (c reproduceCmd) checkNotebooks(a *app) error {
	files, err := filepath.Glob(filepath.Join(c.Root, "notebooks", "[0-9]*.ipynb"))
	if err != nil || len(files) == 0 {
		return err
	}
	if why := cannotRunCells(); why != "" {
		a.note(fmt.Sprintf("%d notebooks are not run: %s", len(files), why))
		return nil
	}
	program, err := reproduce.ProgramDigest()
	if err != nil {
		return err
	}
	differ := 0
	for _, file := range files {
		diff, cached, err := c.checkNotebook(a, file, program)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if diff != "" {
			differ++
			fmt.Fprint(a.Stdout, diff)
		}
		if !c.JSON {
			fmt.Fprintf(a.Stdout, "  %-7s %-18s notebook%s\n", outcomeWord(cached), strings.TrimSuffix(filepath.Base(file), ".ipynb"), differsWord(diff))
		}
	}
	if differ > 0 {
		return fmt.Errorf("%d of %d notebooks give other outputs than they hold; uacs nb run --inplace writes the new ones", differ, len(files))
	}
	return nil
}

func outcomeWord(cached bool) string {
	if cached {
		return "cached"
	}
	return "ran"
}

func differsWord(diff string) string {
	if diff != "" {
		return ", other outputs"
	}
	return ""
}

// checkNotebook runs one notebook unless the cache says that it agreed.
func (c reproduceCmd) checkNotebook(a *app, file, program string) (diff string, cached bool, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", false, err
	}
	sum := sha256.Sum256(append([]byte(program+runtime.Version()), data...))
	key := hex.EncodeToString(sum[:])
	mark := filepath.Join(c.Root, ".cache", "notebooks", filepath.Base(file)+".agreed")
	if old, err := os.ReadFile(mark); err == nil && string(old) == key && !c.FromScratch {
		return "", true, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", false, err
	}
	nb, err := readNotebook(file)
	if err != nil {
		return "", false, err
	}
	err = withEngine(a.Ctx, notebookTime, func(ctx context.Context, e notebook.Engine) (err error) {
		diff, err = notebook.Check(ctx, nb, file, e)
		return err
	})
	if err != nil || diff != "" {
		return diff, false, err
	}
	if err := os.MkdirAll(filepath.Dir(mark), 0o755); err != nil {
		return "", false, err
	}
	return "", false, renameio.WriteFile(mark, []byte(key), 0o644)
}

// cannotRunCells says why cells cannot be compiled and loaded here, "" if they can.
func cannotRunCells() string {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		return runtime.GOOS + " cannot load Go plugins"
	}
	for _, tool := range []string{"go", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "there is no " + tool
		}
	}
	return ""
}
