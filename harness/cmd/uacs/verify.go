package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"uacs/datasets"
	"uacs/harness/experiment"
	"uacs/harness/reproduce"
	"uacs/internal/hint"
)

type verifyCmd struct {
	dataPlace
	Experiment []string `arg:"" optional:"" help:"Names of experiments; none means all, and the ablations."`
	Root       string   `help:"Project folder." default:"." placeholder:"DIR"`
	Tolerance  float64  `help:"How far numbers may differ, relative to the greater, below 1 absolutely." default:"1e-6" placeholder:"X"`
	Files      bool     `help:"Only compare the files on disk with the manifest; make nothing."`
	All        bool     `help:"List every artefact, also those that are equal."`
}

// Help is shown by --help.
func (verifyCmd) Help() string {
	return "Example:\n  uacs verify\n\n" +
		"Makes every artefact anew, beside the project, and compares each with\n" +
		"results/MANIFEST.sha256. A difference is explained: an input or a config changed,\n" +
		"the code changed, or numbers drifted, within or over the tolerance. Exit code 1 if\n" +
		"anything but drift within the tolerance was found."
}

// Run verifies and prints what is not equal.
func (c verifyCmd) Run(a *app) error {
	checked, err := c.verify(a)
	if err != nil {
		return err
	}
	counts, failed := map[reproduce.Verdict]int{}, 0
	for _, k := range checked {
		counts[k.Verdict]++
		if k.Verdict.Fails() {
			failed++
		}
		if c.All || k.Verdict != reproduce.Equal && k.Verdict != reproduce.NotMade {
			fmt.Fprintf(a.Stdout, "%-13s %s", k.Verdict, k.Path)
			if k.Why != "" {
				fmt.Fprintf(a.Stdout, ": %s", k.Why)
			}
			fmt.Fprintln(a.Stdout)
		}
	}
	fmt.Fprintf(a.Stdout, "%d artefacts: %d equal, %d drifted within %g, %d not made here, %d not as recorded\n",
		len(checked), counts[reproduce.Equal], counts[reproduce.Drifted], c.Tolerance, counts[reproduce.NotMade], failed)
	if failed > 0 {
		return hint.Add(fmt.Errorf("%d artefacts are not those of results/MANIFEST.sha256", failed), "uacs reproduce writes them anew; git diff shows what changed")
	}
	return nil
}

func (c verifyCmd) verify(a *app) ([]reproduce.Checked, error) {
	if c.Files {
		return reproduce.VerifyFiles(c.Root)
	}
	configs, err := reproduce.Configs(c.Root, c.Experiment)
	if err != nil {
		return nil, err
	}
	var fsys fs.FS
	if slices.ContainsFunc(configs, func(c experiment.Config) bool { return c.Tier == "public" }) {
		place := c.options(a)
		place.Start = c.Root
		if fsys, _, err = datasets.Open(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return reproduce.Verify(a.Ctx, reproduce.Options{Root: c.Root, Data: fsys, Only: c.Experiment}, c.Tolerance)
}
