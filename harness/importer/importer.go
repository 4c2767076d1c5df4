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
	"slices"
	"strings"

	"uacs/harness/sample"
)

// Request says what to import.
type Request struct {
	// FS and Path locate the file, or the folder of a format of several files.
	FS   fs.FS
	Path string
	// Clips are the utterances that answers are wanted for: one split of one dataset.
	Clips []sample.Sample
	// Columns maps record fields to column names, for the csv format.
	Columns map[string]string
}

// Import is what a file held.
type Import struct {
	// Predictions are grouped by model, the models in the format's order, the
	// clips in the order of the request.
	Predictions []sample.Prediction
	// Files are the files read, as paths in the request's FS.
	Files []string
	// Notes say in words what was odd and how often: clips without an answer,
	// answers for clips that were not asked for, words that are no label.
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

// Of returns the answers of one model, in the order of the request's clips.
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

	read func(Request) (Import, error)
}

// Import reads the file that r names.
func (m Importer) Import(r Request) (Import, error) {
	if len(r.Clips) == 0 {
		return Import{}, fmt.Errorf("import %s: no clips are asked for", r.Path)
	}
	im, err := m.read(r)
	if err != nil {
		return Import{}, fmt.Errorf("import: %w", err)
	}
	return im, nil
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

// asked indexes the clips of a request by id.
func (r Request) asked() map[string]int {
	index := make(map[string]int, len(r.Clips))
	for i, s := range r.Clips {
		index[s.ID] = i
	}
	return index
}

// blank returns a record for every clip that says "missing" until it is filled.
func (r Request) blank(model, revision string, modalities ...string) []sample.Prediction {
	out := make([]sample.Prediction, len(r.Clips))
	for i, s := range r.Clips {
		out[i] = sample.Prediction{
			Dataset: s.Dataset, Split: s.Split, ID: s.ID,
			Model: model, Revision: revision, Round: 1, Modalities: modalities,
			Error: missing,
		}
	}
	return out
}

// missing is the error of a clip that the file does not mention.
const missing = "missing: the file has no answer for this clip"

// note appends a line about a count, unless it is zero.
func (im *Import) note(n int, format string, args ...any) {
	if n > 0 {
		im.Notes = append(im.Notes, fmt.Sprintf("%d ", n)+fmt.Sprintf(format, args...))
	}
}

// noteMissing counts the records of one model that are still blank.
func (im *Import) noteMissing(records []sample.Prediction) {
	n, first := 0, ""
	for i := range records {
		if records[i].Error == missing {
			if n == 0 {
				first = records[i].ID
			}
			n++
		}
	}
	if n > 0 {
		im.note(n, "of %d clips have no answer of %s (first: %s)", len(records), records[0].Model, first)
	}
}
