// Package importer turns other people's result files into predictions: one file
// per format. Every importer returns, for each model in the file, exactly one
// [sample.Prediction] for every clip asked for, in the order of the clips. A
// clip that the file has nothing usable for gets a record with an error, and
// [Import.Notes] counts whatever was odd.
//
// Most readers want [ByName] and [Importer.Import].
package importer

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

// Request says what to import.
type Request struct {
	// FS and Path locate the file, or the folder of a format of several files.
	FS   fs.FS
	Path string
	// Clips are the utterances that answers are wanted for: of one split of one
	// dataset, none twice.
	Clips []sample.Sample
	// Columns maps record fields to column names. Format csv needs it, and for
	// any other format it is an error.
	Columns map[string]string
	// Model names the answers of a csv file that has no column for the model;
	// "" is "csv". Other formats name their models themselves.
	Model string
}

// Import is what a file held.
type Import struct {
	// Predictions are grouped by model, the models in the format's order, the
	// clips in the order of the request. Records may share slices: copy one
	// before changing what it points to.
	Predictions []sample.Prediction
	// Files are the files read, as paths in the request's FS.
	Files []string
	// Notes say in words what was odd and how often: clips without an answer,
	// answers about clips that were not asked for, words that are no label. They
	// name no clip and no machine, so that they can stand under a table.
	Notes []string
}

// Models returns the names of the models imported, in order.
func (im Import) Models() []string {
	var names []string
	for i := range im.Predictions {
		if m := im.Predictions[i].Model; !slices.Contains(names, m) {
			names = append(names, m)
		}
	}
	return names
}

// Of returns the answers of one model, in the order of the request's clips. An
// unknown name is an error.
func (im Import) Of(model string) ([]sample.Prediction, error) {
	var out []sample.Prediction
	for i := range im.Predictions {
		if im.Predictions[i].Model == model {
			out = append(out, im.Predictions[i])
		}
	}
	if out == nil {
		return nil, fmt.Errorf("model %q is not one of %s", model, strings.Join(im.Models(), ", "))
	}
	return out, nil
}

// Importer is a registered format.
type Importer struct {
	Name string
	// Doc says in one sentence what the format is and who writes it.
	Doc string
	// mapped says that the format reads Request.Columns.
	mapped bool

	read func(Request) (Import, error)
}

// Import reads the file that r names. These are errors, beside what breaks the
// format: a clip that one model answers twice; a label that a file repeats and
// that differs from the dataset's; a file without any answer about a clip asked
// for, which belongs to another dataset or split. Errors about a row begin
// "import: file:line: ". Equal requests on equal bytes give equal imports.
func (m Importer) Import(r Request) (Import, error) {
	r.Path = path.Clean(r.Path)
	if err := r.check(m); err != nil {
		return Import{}, fmt.Errorf("import: %s: %w", r.Path, err)
	}
	im, err := m.read(r)
	if err != nil {
		return Import{}, fmt.Errorf("import: %w", err)
	}
	return im, nil
}

func (r Request) check(m Importer) error {
	if len(r.Clips) == 0 {
		return fmt.Errorf("no clips are asked for")
	}
	seen := make(map[string]bool, len(r.Clips))
	for _, s := range r.Clips {
		if s.Dataset != r.Clips[0].Dataset || s.Split != r.Clips[0].Split {
			return fmt.Errorf("clips of %s/%s and of %s/%s are asked for; one import is about one split",
				r.Clips[0].Dataset, r.Clips[0].Split, s.Dataset, s.Split)
		}
		if seen[s.ID] {
			return fmt.Errorf("clip %s is asked for twice", s.ID)
		}
		seen[s.ID] = true
	}
	if len(r.Columns) > 0 && !m.mapped {
		return fmt.Errorf("columns: format %s has its own columns; a map is for format csv", m.Name)
	}
	return nil
}

// maxFile bounds a result file: the largest here, three scores for 4403 clips,
// has less than 1 MB.
const maxFile = 1 << 30

// file returns the content of the file at r.Path.
func (r Request) file() ([]byte, error) {
	info, err := fs.Stat(r.FS, r.Path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, hint.Add(fmt.Errorf("%s: a folder where a file belongs", r.Path), "name one of the files in it")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s: %d bytes; a result file has at most %d", r.Path, info.Size(), maxFile)
	}
	return fs.ReadFile(r.FS, r.Path)
}

var registry []Importer

func register(m Importer) Importer {
	registry = append(registry, m)
	slices.SortFunc(registry, func(a, b Importer) int { return strings.Compare(a.Name, b.Name) })
	return m
}

// All returns the registered formats in order of their names.
func All() []Importer { return slices.Clone(registry) }

// ByName returns the format called name.
func ByName(name string) (Importer, error) {
	var names []string
	for _, m := range registry {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Importer{}, fmt.Errorf("import format %q is not one of %s", name, strings.Join(names, ", "))
}
