// Command uacs reproduces and explores uncertainty-aware cascades of a small
// multimodal sentiment model and a large one.
//
//	uacs reproduce            make every table and figure
//	uacs data list            which datasets there are, and what is on this machine
//	uacs doctor               what is installed, what is missing, the fix for each
//
// Every command has --help with an example. Errors are one line, "uacs: error:
// …", often followed by "uacs: hint: …". Exit codes: 0 done, 1 failed, 2 the
// command line is wrong.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"uacs/harness/features"
	"uacs/internal/hint"
)

// app is what a command may touch of the outside world.
type app struct {
	Ctx            context.Context
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

func main() {
	features.HDF5Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{Ctx: ctx, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
	code := run(a, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit code.
func run(a *app, args []string) int {
	var c cli
	exited := false
	parser := kong.Must(&c,
		kong.Name("uacs"),
		kong.Description("Uncertainty-aware cascades of small and large multimodal sentiment models."),
		kong.Writers(a.Stdout, a.Stderr),
		kong.Exit(func(int) { exited = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	switch {
	case exited: // --help has printed
		return 0
	case err != nil:
		a.report(err)
		return 2
	}
	if err := kctx.Run(a); err != nil {
		a.report(err)
		return 1
	}
	return 0
}

// report prints err, and its hint if it has one.
func (a *app) report(err error) {
	fmt.Fprintf(a.Stderr, "uacs: error: %s\n", hint.Printable(err.Error()))
	if h := hint.Of(err); h != "" {
		fmt.Fprintf(a.Stderr, "uacs: hint: %s\n", hint.Printable(h))
	}
}
