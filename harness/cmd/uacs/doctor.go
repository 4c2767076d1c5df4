package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"uacs/datasets"
	"uacs/harness/report"
)

type doctorCmd struct {
	dataPlace
	Root string `help:"Project folder." default:"." placeholder:"DIR"`
}

// Help is shown by --help.
func (doctorCmd) Help() string {
	return "Example:\n  uacs doctor\n\nExit code 1 if something that uacs reproduce needs is missing."
}

// finding is one line of the doctor's report.
type finding struct {
	what, state string
	// fix is what to do, "" where all is well. Needed tells that uacs reproduce
	// cannot do its job without.
	fix    string
	needed bool
}

// Run looks at the project, the data and the tools, and prints a line for each.
func (c doctorCmd) Run(a *app) error {
	place := c.options(a)
	place.Start = c.Root
	findings := []finding{c.project(), c.writable()}
	data, err := dataFindings(place)
	if err != nil {
		return err
	}
	findings = append(findings, data...)
	findings = append(findings, c.results())
	for _, t := range tools {
		findings = append(findings, t.look())
	}
	w := newTable(a.Stdout, 0)
	missing := 0
	for _, f := range findings {
		mark := "ok"
		switch {
		case f.fix != "" && f.needed:
			mark = "MISSING"
			missing++
		case f.fix != "":
			mark = "absent"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", mark, f.what, f.state, f.fix)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if missing > 0 {
		return fmt.Errorf("%d things that uacs reproduce needs are missing", missing)
	}
	return nil
}

func (c doctorCmd) project() finding {
	f := finding{what: "configs", needed: true}
	found, err := filepath.Glob(filepath.Join(c.Root, "configs", "experiments", "*.yaml"))
	if err != nil || len(found) == 0 {
		f.state, f.fix = "no configs/experiments/*.yaml", "run in the project's folder, or name it with --root"
		return f
	}
	f.state = fmt.Sprintf("%d experiments", len(found))
	return f
}

// writable tries to make a file in the project's folder and in each of those that
// results, figures and answers go to, as far as they are there.
func (c doctorCmd) writable() finding {
	f := finding{what: "results", state: "folder can be written", needed: true}
	for _, folder := range []string{".", "results", "results/tables", "results/records", "figures/out", ".cache"} {
		probe, err := os.CreateTemp(filepath.Join(c.Root, filepath.FromSlash(folder)), ".doctor-*")
		switch {
		case err == nil:
			probe.Close()
			os.Remove(probe.Name())
		case folder == "." || !errors.Is(err, fs.ErrNotExist):
			f.state, f.fix = folder+" cannot be written", "make it writable, or use uacs reproduce --out"
			return f
		}
	}
	return f
}

// dataFindings says of each dataset whether its files are there. None is needed:
// there is always the synthetic tier.
func dataFindings(place datasets.Options) ([]finding, error) {
	fsys, origin, err := datasets.Open(place)
	if err != nil {
		return []finding{{what: "data", state: err.Error(), fix: "set UACS_MIRROR to a folder or URL, or unset it", needed: true}}, nil
	}
	var out []finding
	for _, m := range datasets.Manifests() {
		f, err := datasetFinding(fsys, origin, m)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func datasetFinding(fsys fs.FS, origin datasets.Origin, m datasets.Manifest) (finding, error) {
	f := finding{what: "dataset " + m.Name}
	missing, err := datasets.Available(fsys, m)
	if err != nil {
		return f, err
	}
	f.state = fmt.Sprintf("%d of %d files in the %s", len(m.Files)-len(missing), len(m.Files), origin)
	if len(missing) > 0 {
		f.fix = "uacs data get " + m.Name
	}
	return f, nil
}

// results compares the artefacts on disk with the manifest.
func (c doctorCmd) results() finding {
	f := finding{what: "manifest"}
	data, err := os.ReadFile(filepath.Join(c.Root, filepath.FromSlash(report.ManifestPath)))
	if err != nil {
		f.state, f.fix = "no "+report.ManifestPath, "uacs reproduce"
		return f
	}
	m, err := report.ParseManifest(report.ManifestPath, data)
	if err != nil {
		f.state, f.fix = err.Error(), "uacs reproduce"
		return f
	}
	differ := m.Differ(os.DirFS(c.Root))
	f.state = fmt.Sprintf("%d artefacts listed, %d differ on disk", len(m), len(differ))
	if len(differ) > 0 {
		f.fix = "uacs reproduce makes them anew (first: " + differ[0] + ")"
	}
	return f
}

// tool is a program that a part of the project uses.
type tool struct{ name, use, fix string }

var tools = []tool{
	{"go", "builds uacs", "install Go 1.26 or later"},
	{"make", "runs the Makefile", "install make"},
	{"pdflatex", "compiles the LaTeX tables in a test", "install TeX Live, if you want that test"},
}

func (t tool) look() finding {
	f := finding{what: t.name, state: t.use}
	if _, err := exec.LookPath(t.name); err != nil {
		f.fix = t.fix
	}
	return f
}
