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
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"uacs/harness/notebook"
	"uacs/harness/reproduce"
)

// notebookTime is the longest that one notebook of the project may take.
const notebookTime = 10 * time.Minute

// notebooks runs the project's notebooks: on the synthetic tier, to compare their
// outputs with those that are committed in them, and then, if public says so, on
// the public data.
func (c reproduceCmd) notebooks(a *app, public bool) error {
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
	if err := c.checkNotebooks(a, files, program); err != nil || !public {
		return err
	}
	for _, file := range files {
		cached, err := c.publicNotebook(a, file, program)
		if err != nil {
			return fmt.Errorf("%s on the public data: %w", file, err)
		}
		c.printNotebook(a, file, cached, " on the public data")
	}
	return nil
}

// checkNotebooks runs notebooks and compares their outputs. One that has not changed
// since it last agreed, under the same program, is not run again. What differs is
// shown and is an error.
func (c reproduceCmd) checkNotebooks(a *app, files []string, program string) error {
	differ := 0
	for _, file := range files {
		diff, cached, err := c.checkNotebook(a, file, program)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		said := ""
		if diff != "" {
			differ++
			said = ", other outputs"
			fmt.Fprint(a.Stdout, beginningOf(diff))
		}
		c.printNotebook(a, file, cached, said)
	}
	if differ > 0 {
		return fmt.Errorf("%d of %d notebooks give other outputs than they hold; uacs nb run --inplace writes the new ones", differ, len(files))
	}
	return nil
}

// printNotebook prints the line about one notebook.
func (c reproduceCmd) printNotebook(a *app, file string, cached bool, said string) {
	if !c.JSON {
		fmt.Fprintf(a.Stdout, "  %-7s %-18s notebook%s\n", outcomeWord(cached), strings.TrimSuffix(filepath.Base(file), ".ipynb"), said)
	}
}

// beginningOf leaves the beginning of a diff, and of its lines: a figure has
// hundreds of long ones. uacs nb check shows them all.
func beginningOf(diff string) string {
	const most, longest = 30, 160
	lines := slices.Collect(strings.Lines(diff))
	var b strings.Builder
	for i, l := range lines {
		if i == most {
			fmt.Fprintf(&b, "… %d more lines: uacs nb check shows them\n", len(lines)-most)
			break
		}
		if r := []rune(l); len(r) > longest {
			l = string(r[:longest]) + "…\n"
		}
		b.WriteString(l)
	}
	return b.String()
}

func outcomeWord(cached bool) string {
	if cached {
		return "cached"
	}
	return "ran"
}

// checkNotebook runs one notebook unless the cache says that it agreed.
func (c reproduceCmd) checkNotebook(a *app, file, program string) (diff string, cached bool, err error) {
	mark, cached, err := c.notebookMark(file, program, "agreed")
	if cached || err != nil {
		return "", cached, err
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
	return "", false, mark.write()
}

// A notebookMark says that a notebook was dealt with, by which program.
type notebookMark struct{ file, key string }

func (m notebookMark) write() error {
	if err := os.MkdirAll(filepath.Dir(m.file), 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(m.file, []byte(m.key), 0o644)
}

// notebookMark returns the mark of what was done to a notebook, and whether it is
// there already.
func (c reproduceCmd) notebookMark(file, program, what string) (m notebookMark, there bool, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return m, false, err
	}
	sum := sha256.Sum256(append([]byte(program+runtime.Version()), data...))
	m = notebookMark{filepath.Join(c.Root, ".cache", "notebooks", filepath.Base(file)+"."+what), hex.EncodeToString(sum[:])}
	old, err := os.ReadFile(m.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, false, err
	}
	return m, err == nil && string(old) == m.key && !c.FromScratch, nil
}

// publicNotebook runs a notebook on the public data and writes it into the folder
// public beside it, which is never committed: it holds texts of single clips.
func (c reproduceCmd) publicNotebook(a *app, file, program string) (cached bool, err error) {
	to := filepath.Join(c.Root, "notebooks", "public", filepath.Base(file))
	mark, cached, err := c.notebookMark(file, program, "public")
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(to); err == nil && cached {
		return true, nil
	}
	nb, err := readNotebook(file)
	if err != nil {
		return false, err
	}
	if err := nb.SetParameter("name", nb.Public()); err != nil {
		return false, err
	}
	err = withEngine(a.Ctx, notebookTime, func(ctx context.Context, e notebook.Engine) error { return notebook.Run(ctx, nb, e) })
	if err != nil {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return false, err
	}
	if err := writeNotebook(to, nb); err != nil {
		return false, err
	}
	return false, mark.write()
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
