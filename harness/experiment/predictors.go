package experiment

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
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
	// predictors, and Trained names a model that this project trains; one of them is
	// given, except for synth.
	Path    string `yaml:"path" json:"path,omitempty" jsonschema:"file or folder below the data folder"`
	File    string `yaml:"file" json:"file,omitempty" jsonschema:"file beside this list: your own predictions"`
	Trained string `yaml:"trained" json:"trained,omitempty" jsonschema:"a model of configs/models, whose predictions are read; format jsonl"`
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

	beside, trained fs.FS
}

// WithTrained returns the list with the folder of the models that were trained on
// this machine, which holds NAME/predictions.jsonl for each; nil if there is none.
func (p Predictors) WithTrained(folder fs.FS) Predictors {
	p.trained = folder
	return p
}

// Trained returns the names of the trained models that the list refers to, each
// once, in the order of the list.
func (p Predictors) Trained() []string {
	var names []string
	for _, e := range p.List {
		if e.Trained != "" && !slices.Contains(names, e.Trained) {
			names = append(names, e.Trained)
		}
	}
	return names
}

// LoadPredictors reads a list of predictors, strictly. Errors name file and
// line, and the predictor.
func LoadPredictors(fsys fs.FS, file string) (Predictors, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Predictors{}, err
	}
	var p Predictors
	if err := strictyaml.Decode(file, data, &p); err != nil {
		return Predictors{}, err
	}
	seen := map[string]bool{}
	for _, e := range p.List {
		err := e.validate()
		if err == nil && seen[e.Name] {
			err = fmt.Errorf("stands twice")
		}
		if err != nil {
			return Predictors{}, atLine(file, data, lineWith(data, "name", e.Name), fmt.Errorf("predictor %q: %w", e.Name, err))
		}
		seen[e.Name] = true
	}
	p.beside, err = fs.Sub(fsys, path.Dir(file))
	return p, err
}

func (e Predictor) validate() error {
	switch {
	case e.Name == "" || e.Dataset == "" || e.Format == "":
		return fmt.Errorf("name, dataset and format are required")
	case e.Format == synthFormat:
		return e.validateSynth()
	case given(e.Path)+given(e.File)+given(e.Trained) != 1:
		return fmt.Errorf("one of path (below the data folder), file (beside this list) and trained (a model of configs/models) is required")
	case e.Trained != "" && e.Format != importer.JSONL.Name:
		return fmt.Errorf("the predictions of a trained model have format jsonl, not %s", e.Format)
	}
	_, err := importer.ByName(e.Format)
	return err
}

func given(s string) int { return b2i(s != "") }

// synthFormat is the format of the generated models, which have no file.
const synthFormat = "synth"

func (e Predictor) validateSynth() error {
	switch {
	case !strings.HasPrefix(e.Dataset, "synth-"):
		return fmt.Errorf("format synth answers synth-mosi or synth-sims, not %s", e.Dataset)
	case e.Path != "" || e.File != "" || e.Trained != "":
		return fmt.Errorf("format synth has no file")
	case e.Model != "small" && e.Model != "large" && e.Model != "second":
		return fmt.Errorf("model %q is not small, large or second", e.Model)
	}
	return nil
}

// place returns where the predictor's file or folder is: a file system and a
// path in it. The file system is nil if there is no such folder.
func (p Predictors) place(e Predictor, data fs.FS) (fs.FS, string) {
	switch {
	case e.File != "":
		return p.beside, e.File
	case e.Trained != "":
		return p.trained, path.Join(e.Trained, "predictions.jsonl")
	}
	return data, path.Clean(e.Path)
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
	if e.Format == synthFormat {
		return synthAnswers(e, clips[0].Split, set), nil
	}
	format, err := importer.ByName(e.Format)
	if err != nil {
		return answers{}, err
	}
	request := importer.Request{Clips: clips, Columns: e.Columns, Model: e.Model}
	if request.FS, request.Path = p.place(e, data); request.FS == nil {
		return answers{}, fmt.Errorf("predictor %s: %s: %w", e.Name, request.Path, fs.ErrNotExist)
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

// synthAnswers picks the generated model's answers to the clips of one split,
// which stand in the order of the clips.
func synthAnswers(e Predictor, split sample.Split, set *synth.Set) answers {
	all := map[string][]sample.Prediction{"small": set.Small, "large": set.Large, "second": set.Second}[e.Model]
	var out answers
	for _, p := range all {
		if p.Split == split {
			out.predictions = append(out.predictions, p)
		}
	}
	return out
}
