package datasets

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"uacs/internal/hint"
	"uacs/internal/strictyaml"
)

// Manifest says what a public dataset is and which files it is read from. The
// manifests of this package lie in manifests/*.yaml; [Manifests] returns them.
type Manifest struct {
	// Name is the short name used everywhere: mosi, mosei, sims, simsv2.
	Name string `yaml:"name"`
	// Title is the corpus's own name.
	Title string `yaml:"title"`
	// Citation is how to cite the corpus.
	Citation Citation `yaml:"citation"`
	// Licence is the licence of the corpus, which holds beside the licence of
	// each file.
	Licence string `yaml:"licence"`
	// Homepage is where the corpus's authors publish it and its terms.
	Homepage string `yaml:"homepage"`
	// Published is the size of each split in the standard setting.
	Published SplitSizes `yaml:"published"`
	// Labels is the scale the clips are labelled on.
	Labels LabelScale `yaml:"labels"`
	// Files lists what to fetch, labels first. Files that two datasets share
	// stand in both manifests, identically.
	Files []File `yaml:"files"`
}

// Citation is a reference: a BibTeX key and its text.
type Citation struct {
	Key  string `yaml:"key"`
	Text string `yaml:"text"`
}

// SplitSizes counts clips.
type SplitSizes struct {
	Train int `yaml:"train"`
	Valid int `yaml:"valid"`
	Test  int `yaml:"test"`
}

// Total returns the number of clips in all splits.
func (s SplitSizes) Total() int { return s.Train + s.Valid + s.Test }

// LabelScale is the range of a dataset's labels and the grid they lie on.
type LabelScale struct {
	// Min and Max bound the labels, both included.
	Min float64 `yaml:"min"`
	Max float64 `yaml:"max"`
	// StepsPerUnit is the fineness of the grid: labels are multiples of
	// 1/StepsPerUnit.
	StepsPerUnit int `yaml:"steps_per_unit"`
	// OffGrid counts the clips whose label is no such multiple, to a tolerance
	// of a thousandth of a step, over all splits.
	OffGrid int `yaml:"off_grid"`
	// Note says in a sentence what a user of the labels should know.
	Note string `yaml:"note"`
}

// File is one public file, pinned to a commit and a digest.
type File struct {
	// Path is where the file lies in a mirror or data folder, with slashes.
	Path string `yaml:"path"`
	// Repository (owner/name), Commit (40 hex digits) and UpstreamPath name the
	// file in its public repository.
	Repository   string `yaml:"repository"`
	Commit       string `yaml:"commit"`
	UpstreamPath string `yaml:"upstream_path"`
	// Bytes and SHA256 (64 hex digits) are what a fetched file is checked against.
	Bytes  int64  `yaml:"bytes"`
	SHA256 string `yaml:"sha256"`
	// Licence is that of the repository; Citation is what to cite for the file.
	Licence  string `yaml:"licence"`
	Citation string `yaml:"citation"`
	// Holds says in a few words what is inside.
	Holds string `yaml:"holds"`
	// Needed is true if the dataset cannot be read without the file: labels and
	// transcripts. The other files hold what models said and extra labels.
	Needed bool `yaml:"needed"`
	// Tier is "public".
	Tier string `yaml:"tier"`
}

//go:embed manifests/*.yaml
var manifestFiles embed.FS

// manifestNames lists the manifests in the order in which datasets are shown.
var manifestNames = []string{"mosi", "mosei", "sims", "simsv2"}

var loadManifests = sync.OnceValue(func() []Manifest {
	out := make([]Manifest, len(manifestNames))
	for i, name := range manifestNames {
		path := "manifests/" + name + ".yaml"
		data, err := manifestFiles.ReadFile(path)
		if err == nil {
			out[i], err = ParseManifest(path, data)
		}
		if err == nil && out[i].Name != name {
			err = fmt.Errorf("%s: names itself %q", path, out[i].Name)
		}
		if err != nil {
			panic("datasets: " + err.Error()) // the file is compiled in: a bug, not bad data
		}
	}
	return out
})

// Manifests returns the manifests of all public datasets: mosi, mosei, sims,
// simsv2, in this order. The caller may change what it gets.
func Manifests() []Manifest {
	out := slices.Clone(loadManifests())
	for i := range out {
		out[i].Files = slices.Clone(out[i].Files)
	}
	return out
}

// SelectManifests returns the manifests of the named datasets in the order of
// [Manifests], each once; no name, or the name "all", means all. An unknown
// name is an error.
func SelectManifests(names ...string) ([]Manifest, error) {
	for _, name := range names {
		if name != "all" && !slices.Contains(manifestNames, name) {
			return nil, hint.Add(fmt.Errorf("dataset %q is not known", name),
				"the public datasets are %s", strings.Join(manifestNames, ", "))
		}
	}
	all := Manifests()
	if len(names) == 0 || slices.Contains(names, "all") {
		return all, nil
	}
	return slices.DeleteFunc(all, func(m Manifest) bool { return !slices.Contains(names, m.Name) }), nil
}

// ParseManifest reads one manifest and validates it as [Manifest.Validate]
// does. An unknown key, a missing value and a malformed digest are errors; name
// stands for the file in them.
func ParseManifest(name string, data []byte) (Manifest, error) {
	var m Manifest
	if err := strictyaml.Decode(name, data, &m); err != nil {
		return Manifest{}, err
	}
	if err := m.Validate(); err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// FilesOf returns the files of several manifests in their order, a file that
// several share once.
func FilesOf(manifests []Manifest) []File {
	var out []File
	seen := map[string]bool{}
	for _, m := range manifests {
		for _, f := range m.Files {
			if !seen[f.Path] {
				seen[f.Path] = true
				out = append(out, f)
			}
		}
	}
	return out
}
