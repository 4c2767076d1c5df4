package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"uacs/harness/kernel"
	"uacs/harness/kernel/wire"
	"uacs/harness/notebook"
	"uacs/internal/hint"
)

type kernelCmd struct {
	Install   kernelInstallCmd   `cmd:"" help:"Make Jupyter find the kernel."`
	Start     kernelStartCmd     `cmd:"" help:"Serve one notebook; Jupyter calls this."`
	Warm      kernelWarmCmd      `cmd:"" help:"Build beforehand what the first cells need."`
	Uninstall kernelUninstallCmd `cmd:"" help:"Remove the kernel from Jupyter."`
}

type kernelPlace struct {
	User   bool   `xor:"place" help:"In the user's folder, the default."`
	Prefix string `xor:"place" help:"In PREFIX/share/jupyter, such as a virtual environment."`
	Name   string `default:"uacs-go" help:"Name of the kernelspec."`
}

// folder returns where the kernelspec lies.
func (p kernelPlace) folder(a *app) (string, error) {
	if p.Name == "" || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" || p.Name[0] == '.' {
		return "", hint.Add(fmt.Errorf("kernel name %q is not allowed", p.Name), "use lower-case letters, digits, - _ and .")
	}
	if p.Prefix != "" {
		return filepath.Join(p.Prefix, "share", "jupyter", "kernels", p.Name), nil
	}
	if dir := a.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Join(dir, "kernels", p.Name), nil
	}
	home := a.Getenv("HOME")
	if home == "" {
		return "", hint.Add(errors.New("HOME is not set"), "use --prefix")
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter", "kernels", p.Name), nil
	}
	data := a.Getenv("XDG_DATA_HOME")
	if data == "" {
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "jupyter", "kernels", p.Name), nil
}

//go:embed kernel-logo.svg
var kernelLogo []byte

//go:embed kernel-classic.js
var kernelClassic []byte

type kernelInstallCmd struct{ kernelPlace }

// Help implements kong's interface for the text below a command's help.
func (kernelInstallCmd) Help() string { return "Example: uacs kernel install --user" }

func (c *kernelInstallCmd) Run(a *app) error {
	dir, err := c.folder(a)
	if err != nil {
		return err
	}
	root, err := moduleRoot("")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		return hint.Add(err, "install Go from go.dev/dl and put it on the PATH")
	}
	if tool, err = filepath.Abs(tool); err != nil {
		return err
	}
	spec, err := json.MarshalIndent(map[string]any{
		"argv":         []string{self, "kernel", "start", "--root", root, "-f", "{connection_file}"},
		"display_name": "Go (uacs)", "language": "go", "interrupt_mode": "message",
		"env": map[string]string{"PATH": filepath.Dir(tool) + string(os.PathListSeparator) + a.Getenv("PATH")}, // a server may lack both
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range map[string][]byte{"kernel.json": append(spec, '\n'), "logo-svg.svg": kernelLogo, "kernel.js": kernelClassic} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.Stdout, "installed %s\n", dir)
	return nil
}

type kernelUninstallCmd struct{ kernelPlace }

// Help implements kong's interface for the text below a command's help.
func (kernelUninstallCmd) Help() string { return "Example: uacs kernel uninstall" }

func (c *kernelUninstallCmd) Run(a *app) error {
	dir, err := c.folder(a)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err != nil {
		return fmt.Errorf("no kernel %s is installed: %w", c.Name, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "removed %s\n", dir)
	return nil
}

type kernelWarmCmd struct {
	Root string `help:"Folder of this module; found by itself."`
}

// Help implements kong's interface for the text below a command's help.
func (kernelWarmCmd) Help() string { return "Example: uacs kernel warm" }

func (c *kernelWarmCmd) Run(a *app) error {
	e, err := launch(a.Ctx, c.Root)
	if err != nil {
		return err
	}
	nb := kernel.Notebook(e)
	return errors.Join(nb.Execute(a.Ctx, "1 + 1", func(notebook.Event) {}), nb.Close())
}

type kernelStartCmd struct {
	File string `short:"f" required:"" help:"Connection file."`
	Root string `help:"Folder of this module; found by itself."`
}

// Help implements kong's interface for the text below a command's help.
func (kernelStartCmd) Help() string { return "Example: uacs kernel start -f connection.json" }

func (c *kernelStartCmd) Run(*app) error {
	connection, err := wire.ReadConnection(c.File)
	if err != nil {
		return err
	}
	root, err := moduleRoot(c.Root)
	if err != nil {
		return err
	}
	// An interrupt is for the cell, so that a.Ctx, which it ends, is not used.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	signals, interrupts := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, os.Interrupt)
	go func() {
		for range signals {
			interrupts <- struct{}{}
		}
	}()
	return kernel.Run(ctx, connection, interrupts, func(ask kernel.Asker) (kernel.Engine, error) {
		return kernel.Launch(ctx, root, ".", ask)
	})
}

func launch(ctx context.Context, root string) (kernel.Engine, error) {
	root, err := moduleRoot(root)
	if err != nil {
		return nil, err
	}
	return kernel.Launch(ctx, root, ".", nil)
}

// startCells starts a process that runs the cells of one notebook.
func startCells(ctx context.Context) (notebook.Engine, error) {
	e, err := launch(ctx, "")
	if err != nil {
		return nil, err
	}
	return kernel.Notebook(e), nil
}

// moduleRoot returns the folder of this module: the one given, or the one above
// the current folder, this program or its source.
func moduleRoot(given string) (string, error) {
	var from []string
	if given != "" {
		from = append(from, given)
	} else {
		wd, _ := os.Getwd()
		self, _ := os.Executable()
		_, source, _, _ := runtime.Caller(0)
		from = append(from, wd, filepath.Dir(self), filepath.Dir(source))
	}
	for _, dir := range from {
		for dir, err := filepath.Abs(dir); err == nil; dir = filepath.Dir(dir) {
			if data, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.HasPrefix(string(data), "module uacs\n") {
				return dir, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", hint.Add(errors.New("the source of uacs is not found"), "cells are compiled against it: run in its folder, or use --root")
}
