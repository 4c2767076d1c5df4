package main

import (
	"fmt"
	"os"

	"uacs/harness/lineage"
)

type traceCmd struct {
	What []string `arg:"" help:"Figures, tables, records, or numbers as a table prints them."`
	Root string   `help:"Project folder." default:"." placeholder:"DIR"`
	All  bool     `help:"List every cell that prints a number, not only the first ten."`
}

// Help is shown by --help.
func (traceCmd) Help() string {
	return "Examples:\n  uacs trace figures/out/simsv2-affectgpt.svg\n  uacs trace 89.90\n\n" +
		"Says where an artefact came from: experiment, config, records, and every input\n" +
		"file with repository, commit and licence. For a number it names the cells of the\n" +
		"tables that print it, and then traces the first."
}

// Run traces one thing after the other.
func (c traceCmd) Run(a *app) error {
	fsys := os.DirFS(c.Root)
	for i, what := range c.What {
		if i > 0 {
			fmt.Fprintln(a.Stdout)
		}
		if lineage.IsNumber(what) {
			places, err := lineage.Find(fsys, what)
			if err != nil {
				return err
			}
			c.printPlaces(a, what, places)
			what = places[0].Path
		}
		l, err := lineage.Trace(fsys, what)
		if err != nil {
			return err
		}
		printLineage(a, l)
	}
	return nil
}

func (c traceCmd) printPlaces(a *app, what string, places []lineage.Place) {
	fmt.Fprintf(a.Stdout, "%s stands in %d cells\n", what, len(places))
	for i, p := range places {
		if i == 10 && !c.All {
			fmt.Fprintf(a.Stdout, "  and %d more (--all)\n", len(places)-i)
			break
		}
		fmt.Fprintf(a.Stdout, "  %s:%d  %s | %s | %s\n", p.Path, p.Line, p.Row, p.Column, p.Cell)
	}
	fmt.Fprintln(a.Stdout)
}

func printLineage(a *app, l lineage.Lineage) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(a.Stdout, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("artefact", "%s (%s)", l.Artefact, l.State)
	line("made by", "%s", l.Of)
	if l.Title != "" {
		title := l.Title
		if l.Tier == "synth" {
			title += " (SYNTHETIC data)"
		}
		line("title", "%s", title)
	}
	if l.Records != "" {
		line("records", "%s", l.Records)
	}
	if l.ConfigSHA256 != "" {
		line("config", "%s, SHA-256 %.12s (%s)", l.Config, l.ConfigSHA256, l.ConfigState)
	} else if l.Config != "" {
		line("config", "%s", l.Config)
	}
	for _, said := range l.Card {
		line("card", "%s", said)
	}
	for _, e := range l.From {
		line("from", "%s, %s (%s); %s, SHA-256 %.12s (%s)", e.Of, e.Records, e.State, e.Config, e.ConfigSHA256, e.ConfigState)
	}
	for _, h := range l.Hypotheses {
		line("hypothesis", "%s", h)
	}
	for _, in := range l.Inputs {
		from := "in no manifest: generated here, or yours"
		if in.Repository != "" {
			from = fmt.Sprintf("%s at %.7s, %s", in.Repository, in.Commit, in.Licence)
		}
		line("input", "%s, SHA-256 %.12s, %s", in.Path, in.SHA256, from)
	}
	for _, d := range l.InputsSHA256 {
		line("inputs", "SHA-256 of the digests of all input files %.12s; uacs trace of an experiment on the same pair lists them", d)
	}
	line("again", "%s", l.Command)
}
