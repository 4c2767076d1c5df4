package experiment

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"uacs/datasets/synth"
	"uacs/harness/importer"
	"uacs/harness/sample"
	"uacs/internal/strictyaml"
)

// Predictor names the cached answers of one model to one dataset.
type Predictor struct {
	Name    string `yaml:"name" json:"name" jsonschema:"how experiments call it"`
	Dataset string `yaml:"dataset" json:"dataset" jsonschema:"the dataset whose clips were answered"`
	// Format is a format of package importer, or synth for the generated models.
	Format string `yaml:"format" json:"format" jsonschema:"import format, or synth"`
	// Path is relative to the data folder, File to the folder of the list of
	// predictors; one of them is given, except for synth.
	Path string `yaml:"path" json:"path,omitempty" jsonschema:"file or folder below the data folder"`
	File string `yaml:"file" json:"file,omitempty" jsonschema:"file beside this list: your own predictions"`
	// Model picks one model of a file that holds several.
	Model string `yaml:"model" json:"model,omitempty" jsonschema:"model within the file"`
	// Columns maps record fields to column names for format csv.
	Columns map[string]string `yaml:"columns" json:"columns,omitempty" jsonschema:"record field to column name, for format csv"`
	// Source says whose answers these are.
	Source string `yaml:"source" json:"source" jsonschema:"whose answers these are, and under which licence"`
}

// Predictors is a list of predictors with the folder that it was read from.
type Predictors struct {
	List []Predictor `yaml:"predictors" json:"predictors" jsonschema:"answer files by name"`

	beside fs.FS
}

// LoadPredictors reads a list of predictors, strictly.
func LoadPredictors(fsys fs.FS, file string) (Predictors, error) {
	var p Predictors
	if err := strictyaml.ReadFile(fsys, file, &p); err != nil {
		return Predictors{}, err
	}
	seen := map[string]bool{}
	for _, e := range p.List {
		if err := e.validate(); err != nil {
			return Predictors{}, fmt.Errorf("%s: predictor %q: %w", file, e.Name, err)
		}
		if seen[e.Name] {
			return Predictors{}, fmt.Errorf("%s: predictor %q stands twice", file, e.Name)
		}
		seen[e.Name] = true
	}
	beside, err := fs.Sub(fsys, pathDir(file))
	if err != nil {
		return Predictors{}, err
	}
	p.beside = beside
	return p, nil
}

func (e Predictor) validate() error {
	switch {
	case e.Name == "" || e.Dataset == "" || e.Format == "":
		return fmt.Errorf("name, dataset and format are required")
	case e.Format == "synth":
		return nil
	case (e.Path == "") == (e.File == ""):
		return fmt.Errorf("one of path (below the data folder) and file (beside this list) is required")
	}
	_, err := importer.ByName(e.Format)
	return err
}

// Find returns the predictor called name.
func (p Predictors) Find(name string) (Predictor, error) {
	var names []string
	for _, e := range p.List {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return Predictor{}, fmt.Errorf("predictor %q is not one of %s", name, strings.Join(names, ", "))
}

// answers are the aligned predictions of one predictor and where they came from.
type answers struct {
	predictions []sample.Prediction
	inputs      []Input
	notes       []string
}

// load returns one answer for each of the clips, in their order.
func (p Predictors) load(name string, data fs.FS, clips []sample.Sample, set *synth.Set) (answers, error) {
	e, err := p.Find(name)
	if err != nil {
		return answers{}, err
	}
	if e.Dataset != clips[0].Dataset {
		return answers{}, fmt.Errorf("predictor %s answers %s, not %s", e.Name, e.Dataset, clips[0].Dataset)
	}
	if e.Format == "synth" {
		return synthAnswers(e, clips, set)
	}
	format, err := importer.ByName(e.Format)
	if err != nil {
		return answers{}, err
	}
	request := importer.Request{FS: data, Path: e.Path, Clips: clips, Columns: e.Columns}
	if e.File != "" {
		request.FS, request.Path = p.beside, e.File
	}
	im, err := format.Import(request)
	if err != nil {
		return answers{}, fmt.Errorf("predictor %s: %w", e.Name, err)
	}
	if e.Model == "" && len(im.Models()) == 1 {
		e.Model = im.Models()[0]
	}
	out := answers{notes: im.Notes}
	if out.predictions, err = im.Of(e.Model); err != nil {
		return answers{}, fmt.Errorf("predictor %s: %w", e.Name, err)
	}
	if out.inputs, err = digests(request.FS, im.Files); err != nil {
		return answers{}, fmt.Errorf("predictor %s: %w", e.Name, err)
	}
	return out, nil
}

// synthAnswers picks the generated model's answers to the clips of one split.
func synthAnswers(e Predictor, clips []sample.Sample, set *synth.Set) (answers, error) {
	all := map[string][]sample.Prediction{"small": set.Small, "large": set.Large, "second": set.Second}[e.Model]
	if all == nil {
		return answers{}, fmt.Errorf("predictor %s: model %q is not small, large or second", e.Name, e.Model)
	}
	var out answers
	for _, p := range all {
		if p.Split == clips[0].Split {
			out.predictions = append(out.predictions, p)
		}
	}
	return out, nil
}

// pathDir is the directory part of a slash path, "." if it has none.
func pathDir(file string) string {
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		return file[:i]
	}
	return "."
}

// DirFS returns the folder that holds file, and file's name in it.
func DirFS(file string) (fs.FS, string) {
	return os.DirFS(filepath.Dir(file)), filepath.Base(file)
}
