package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/internal/hint"
)

// Where a project keeps its configs and what was trained on this machine.
const (
	configsDir  = "configs"
	trainedDir  = ".cache/models/trained"
	synthPrefix = "synth-"
)

// Project is this project on this machine: what notebooks and examples need to
// open an experiment by its name.
type Project struct {
	// Root is the project's folder.
	Root fs.FS
	// Predictors are those of configs/predictors.yaml, with the models that were
	// trained here.
	Predictors Predictors
	// Data is the root of the public data; it may hold nothing.
	Data fs.FS
}

// OpenProject finds the project from the current folder upwards, and the public
// data as [datasets.Open] does, UACS_MIRROR being read from the environment.
func OpenProject() (*Project, error) {
	p := &Project{Root: os.DirFS(datasets.ProjectRoot(""))}
	var err error
	if p.Predictors, err = LoadPredictors(p.Root, path.Join(configsDir, "predictors.yaml")); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = hint.Add(err, "start in the project's folder or below it")
		}
		return nil, err
	}
	trained, err := fs.Sub(p.Root, trainedDir)
	if err != nil {
		return nil, err
	}
	p.Predictors = p.Predictors.WithTrained(trained)
	p.Data, _, err = datasets.Open(datasets.Options{Mirror: os.Getenv("UACS_MIRROR")})
	return p, err
}

// Config returns the experiment of that name, configs/experiments/NAME.yaml. An
// unknown name is an error whose hint lists the known ones.
func (p *Project) Config(name string) (Config, error) {
	dir := path.Join(configsDir, "experiments")
	c, err := LoadConfig(p.Root, path.Join(dir, name+".yaml"))
	if !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	known, globErr := fs.Glob(p.Root, path.Join(dir, "*.yaml"))
	for i, k := range known {
		known[i] = strings.TrimSuffix(path.Base(k), ".yaml")
	}
	return c, errors.Join(hint.Add(fmt.Errorf("experiment %q: %w", name, fs.ErrNotExist), "there are %s", strings.Join(known, ", ")), globErr)
}

// Open loads the clips and answers of the experiment of that name.
func (p *Project) Open(name string) (*Cohort, error) {
	c, err := p.Config(name)
	if err != nil {
		return nil, err
	}
	if err := Ready(c, p.Predictors, p.Data); err != nil {
		return nil, err
	}
	return Open(c, p.Predictors, p.Data)
}

// Load opens the experiment of that name in the project that the current folder
// belongs to: the clips and both models' answers, aligned. It is [OpenProject]
// and [Project.Open] in one.
func Load(name string) (*Cohort, error) {
	p, err := OpenProject()
	if err != nil {
		return nil, err
	}
	return p.Open(name)
}

// LoadDataset opens a dataset of either tier with all its splits, by its own name,
// such as mosi or synth-mosi, or by that of an experiment on it. A generated one
// has the word SYNTHETIC in its title and no files.
func LoadDataset(name string) (*datasets.Dataset, error) {
	p, err := OpenProject()
	if err != nil {
		return nil, err
	}
	if c, err := p.Config(name); err == nil {
		name = c.Dataset
	}
	if !strings.HasPrefix(name, synthPrefix) {
		return datasets.Load(p.Data, name)
	}
	set, err := generate(name)
	if err != nil {
		return nil, err
	}
	d := &datasets.Dataset{Name: name, Title: set.Title, Samples: set.Samples, Range: [2]float64{-1, 1}}
	if c, err := synthConfig(name); err == nil && c.Grid == synth.GridMOSI {
		d.Range = [2]float64{-3, 3}
	}
	return d, nil
}

// Must returns v, and panics with the error if there is one. It is for notebooks
// and examples, where an error is to end the cell; programs handle theirs.
func Must[T any](v T, err error) T {
	if err != nil {
		if h := hint.Of(err); h != "" {
			err = fmt.Errorf("%w (hint: %s)", err, h)
		}
		panic(err)
	}
	return v
}

// shallow returns a copy of h whose config can be changed without changing h.
func (h *Cohort) shallow() *Cohort {
	out := *h
	out.Config.Measures = slices.Clone(h.Config.Measures)
	out.Config.Fusions = slices.Clone(h.Config.Fusions)
	out.Config.Costs = slices.Clone(h.Config.Costs)
	out.Config.Hypotheses = slices.Clone(h.Config.Hypotheses)
	out.Notes = slices.Clone(h.Notes)
	out.changes = slices.Clone(h.changes)
	out.measures, out.fusions = slices.Clone(h.measures), slices.Clone(h.fusions)
	return &out
}
