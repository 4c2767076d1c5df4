package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"uacs/harness/notebook"
	"uacs/internal/hint"
)

type nbCmd struct {
	Run   nbRunCmd   `cmd:"" help:"Run notebooks without Jupyter and write their outputs."`
	Check nbCheckCmd `cmd:"" help:"Run notebooks again and say how the outputs differ from those in the file."`
	Clean nbCleanCmd `cmd:"" help:"Remove outputs and counts."`
	Lint  nbLintCmd  `cmd:"" help:"Name what gophernotes could not run."`
}

// startEngine starts a process that runs the cells of one notebook. Tests
// replace it.
var startEngine = startCells

type nbRunCmd struct {
	Files   []string      `arg:"" help:"Notebooks, run one after another, each from a fresh state."`
	Out     string        `xor:"out" help:"File for the result of a single notebook; printed if absent."`
	Inplace bool          `xor:"out" help:"Write the outputs into the notebooks."`
	Param   []string      `sep:"none" placeholder:"NAME=VALUE" help:"Replaces what the cell with the tag parameters assigns to NAME; may be repeated."`
	Timeout time.Duration `default:"10m" help:"Longest time for one notebook."`
}

// Help implements kong's interface for the text below a command's help.
func (nbRunCmd) Help() string {
	return "Example: uacs nb run notebooks/01-datasets.ipynb --param name=simsv2 --out .cache/01-simsv2.ipynb"
}

func (c *nbRunCmd) Run(a *app) error {
	if len(c.Files) > 1 && !c.Inplace {
		return hint.Add(errors.New("several notebooks have no single output"), "add --inplace")
	}
	for _, file := range c.Files {
		nb, err := readNotebook(file)
		if err != nil {
			return err
		}
		if err := c.parameters(nb); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		runErr := withEngine(a.Ctx, c.Timeout, func(ctx context.Context, e notebook.Engine) error {
			return notebook.Run(ctx, nb, e)
		})
		// A failed run is written too: its error stands among the outputs.
		if f := (*notebook.Failure)(nil); runErr == nil || errors.As(runErr, &f) {
			if err := c.write(a, file, nb); err != nil {
				return err
			}
		}
		if runErr != nil {
			return fmt.Errorf("%s: %w", file, runErr)
		}
	}
	return nil
}

func (c *nbRunCmd) parameters(nb *notebook.Notebook) error {
	for _, p := range c.Param {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return hint.Add(fmt.Errorf("parameter %q has no value", p), "write --param %s=VALUE", p)
		}
		if err := nb.SetParameter(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *nbRunCmd) write(a *app, file string, nb *notebook.Notebook) error {
	to := c.Out
	if c.Inplace {
		to = file
	}
	if to == "" {
		data, err := nb.Write()
		if err == nil {
			_, err = a.Stdout.Write(data)
		}
		return err
	}
	return writeNotebook(to, nb)
}

type nbCheckCmd struct {
	Files   []string      `arg:"" help:"Notebooks with outputs."`
	Timeout time.Duration `default:"10m" help:"Longest time for one notebook."`
}

// Help implements kong's interface for the text below a command's help.
func (nbCheckCmd) Help() string { return "Example: uacs nb check notebooks/*.ipynb" }

func (c *nbCheckCmd) Run(a *app) error {
	differ := 0
	for _, file := range c.Files {
		nb, err := readNotebook(file)
		if err != nil {
			return err
		}
		var diff string
		err = withEngine(a.Ctx, c.Timeout, func(ctx context.Context, e notebook.Engine) error {
			diff, err = notebook.Check(ctx, nb, file, e)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if diff != "" {
			differ++
			fmt.Fprint(a.Stdout, diff)
		}
	}
	if differ > 0 {
		return hint.Add(fmt.Errorf("%d of %d notebooks give other outputs", differ, len(c.Files)), "if the new ones are right, uacs nb run --inplace writes them")
	}
	return nil
}

type nbCleanCmd struct {
	Files []string `arg:"" help:"Notebooks to rewrite without outputs."`
}

// Help implements kong's interface for the text below a command's help.
func (nbCleanCmd) Help() string { return "Example: uacs nb clean notebooks/draft.ipynb" }

func (c *nbCleanCmd) Run(*app) error {
	for _, file := range c.Files {
		nb, err := readNotebook(file)
		if err != nil {
			return err
		}
		nb.Clean()
		if err := writeNotebook(file, nb); err != nil {
			return err
		}
	}
	return nil
}

type nbLintCmd struct {
	Files []string `arg:"" help:"Notebooks to look at; nothing is run."`
}

// Help implements kong's interface for the text below a command's help.
func (nbLintCmd) Help() string { return "Example: uacs nb lint notebooks/compat-gophernotes.ipynb" }

func (c *nbLintCmd) Run(a *app) error {
	found := 0
	for _, file := range c.Files {
		nb, err := readNotebook(file)
		if err != nil {
			return err
		}
		for _, f := range notebook.Lint(nb) {
			found++
			fmt.Fprintf(a.Stdout, "%s: %v\n", file, f)
		}
	}
	if found > 0 {
		return fmt.Errorf("findings: %d", found)
	}
	return nil
}

// withEngine gives do an engine of its own and at most limit of time.
func withEngine(ctx context.Context, limit time.Duration, do func(context.Context, notebook.Engine) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	e, err := startEngine(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, e), e.Close())
}

func readNotebook(file string) (*notebook.Notebook, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return notebook.Read(bytes.NewReader(data), file)
}

// writeNotebook replaces a file in one step.
func writeNotebook(file string, nb *notebook.Notebook) error {
	data, err := nb.Write()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
