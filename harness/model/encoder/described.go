package encoder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"uacs/internal/hint"
	"uacs/internal/strictyaml"
)

// DescribedDir is the folder of a project that describes encoders of the user's
// own, one in each NAME.yaml with the keys of [BERT].
const DescribedDir = "configs/encoders"

// LoadBERT reads the description of an encoder. Its name is that of the file, its
// paths are relative to the file's folder. Errors name the file and, where the
// YAML is wrong, the line.
func LoadBERT(file string) (BERT, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return BERT{}, err
	}
	b := BERT{Name: strings.TrimSuffix(filepath.Base(file), ".yaml")}
	if err := strictyaml.Decode(file, data, &b); err != nil {
		return BERT{}, err
	}
	for _, f := range []struct {
		key  string
		path *string
	}{{"model", &b.Model}, {"vocabulary", &b.Vocabulary}} {
		switch {
		case *f.path == "":
			return BERT{}, fmt.Errorf("%s: %s is required", file, f.key)
		case !filepath.IsAbs(*f.path):
			*f.path = filepath.Join(filepath.Dir(file), filepath.FromSlash(*f.path))
		}
	}
	return b, nil
}

// Describes returns the description of an encoder of the user's own. The error
// about a name that nothing describes wraps fs.ErrNotExist and has a hint.
func (o Options) Describes(name string) (BERT, error) {
	none := fmt.Errorf("there is no encoder %q, only %s, %s, %s and those described: %w", name, Glove, GloveNegation, USELite, fs.ErrNotExist)
	if o.Described == "" || name == "" || strings.ContainsAny(name, `/\`) {
		return BERT{}, none
	}
	file := filepath.Join(o.Described, name+".yaml")
	b, err := LoadBERT(file)
	if errors.Is(err, fs.ErrNotExist) {
		return BERT{}, hint.Add(none, "describe an encoder of your own in %s: docs/howto-model.md", file)
	}
	return b, err
}

func (o Options) openDescribed(name string) (Text, error) {
	b, err := o.Describes(name)
	if err != nil {
		return nil, err
	}
	if err := o.load(); err != nil {
		return nil, err
	}
	return NewBERT(b, o.Workers)
}

// Asks returns what the makers of the model ask for, one line each.
func (b BERT) Asks() (licences, citations []string) {
	if b.Licence != "" {
		licences = []string{b.Name + ": " + b.Licence}
	}
	if b.Citation != "" {
		citations = []string{b.Citation}
	}
	return licences, citations
}
