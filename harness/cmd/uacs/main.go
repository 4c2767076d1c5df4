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

	"uacs/internal/hint"
)

// cli is the command line: a field per command, in the order of the help.
type cli struct {
	Reproduce  reproduceCmd  `cmd:"" help:"Make every table and figure."`
	Ablate     ablateCmd     `cmd:"" help:"Judge every cascade that a plan spans."`
	Compare    compareCmd    `cmd:"" help:"Compare two policies on the same clips."`
	Recommend  recommendCmd  `cmd:"" help:"Name the policy and threshold to deploy."`
	Verify     verifyCmd     `cmd:"" help:"Make everything anew and explain what differs from the record."`
	Report     reportCmd     `cmd:"" help:"Write the interactive report, and serve it on this machine."`
	Trace      traceCmd      `cmd:"" help:"Say where a figure, a table or a number came from."`
	Train      trainCmd      `cmd:"" help:"Train the small models."`
	Run        runCmd        `cmd:"" help:"Run a cascade live: the small model, then the large one on what it doubts."`
	Predict    predictCmd    `cmd:"" help:"Put a text, or the texts of a CSV file, through a live cascade."`
	Data       dataCmd       `cmd:"" help:"List, download, check and show the datasets."`
	Import     importCmd     `cmd:"" help:"Convert result files to predictions, one record for each clip."`
	Features   featuresCmd   `cmd:"" help:"Look at, copy and check files of features."`
	Model      modelCmd      `cmd:"" help:"Fetch, show and check models."`
	Cache      cacheCmd      `cmd:"" help:"Count, share, merge and check cached answers."`
	Schema     schemaCmd     `cmd:"" help:"Print the JSON schema of a file format."`
	Nb         nbCmd         `cmd:"" help:"Run, check, clean and lint notebooks."`
	Kernel     kernelCmd     `cmd:"" help:"Install and serve the Jupyter kernel for Go."`
	Doctor     doctorCmd     `cmd:"" help:"Say what is installed, what is missing, and the fix for each."`
	Completion completionCmd `cmd:"" help:"Print the completion script of a shell."`
	Version    versionCmd    `cmd:"" help:"Print version, commit and library versions."`
}

// app is what a command may touch of the outside world.
type app struct {
	Ctx            context.Context
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

func main() {
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
	fmt.Fprintf(a.Stderr, "uacs: error: %v\n", err)
	if h := hint.Of(err); h != "" {
		fmt.Fprintf(a.Stderr, "uacs: hint: %s\n", h)
	}
}
