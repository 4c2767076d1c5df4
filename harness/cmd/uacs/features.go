package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"uacs/datasets"
	"uacs/datasets/leak"
	"uacs/harness/features"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

type featuresCmd struct {
	Import featuresImport `cmd:"" help:"Say what a file of features is, and write a copy that can be mapped."`
	Check  featuresCheck  `cmd:"" help:"Say what is in files of features and what is wrong with them."`
	Leak   featuresLeak   `cmd:"" help:"Ask whether splits share videos or texts, and features know the test labels."`
}

// Help is shown by --help.
func (featuresCmd) Help() string {
	return `Reads files of features and labels: the pickles of MMSA, npy, npz, safetensors, CSV, TSV,
label.csv and MMLA's JSON lines. A pickle is read without running it.

Examples:
  uacs features check unaligned_50.pkl
  uacs features import unaligned_50.pkl -o mosi.safetensors --neg-inf-to-zero
  uacs features leak mosi.safetensors --dataset mosi`
}

type featuresImport struct {
	File    string `arg:"" help:"File to read."`
	Out     string `short:"o" help:"Safetensors file to write (default: beside FILE)." placeholder:"FILE"`
	Check   bool   `help:"Look and report; write nothing."`
	NegInf  bool   `name:"neg-inf-to-zero" help:"Replace -inf in audio by 0, as MMSA's loader does."`
	Pool    string `enum:"none,frames,padded" default:"none" help:"Replace audio and vision by their mean: over the frames that are no padding, or padded as MMSA's need_normalized does."`
	Shuffle string `help:"Shuffle valid and test by this seed; MMSA's loader shuffles them." placeholder:"SEED"`
}

// Help is shown by --help.
func (featuresImport) Help() string {
	return `Prints what the file is, and writes its features as 32-bit floats with labels, ids and texts
to a safetensors file, once: a copy of the same file by the same options is left alone. The
options are recorded in the copy. A file with problems is not copied.

Example:
  uacs features import unaligned_50.pkl -o mosi.safetensors --neg-inf-to-zero`
}

// recipe returns the options as the package names them.
func (c featuresImport) recipe() (features.Recipe, error) {
	r := features.Recipe{NegInf: c.NegInf}
	if c.Pool != "none" {
		r.Pool = features.Pool(c.Pool)
	}
	if c.Shuffle == "" {
		return r, nil
	}
	var seed uint64
	if _, err := fmt.Sscanf(c.Shuffle, "%d", &seed); err != nil || fmt.Sprint(seed) != c.Shuffle {
		return r, fmt.Errorf("--shuffle: %q is no seed; it must be a number from 0", c.Shuffle)
	}
	r.Shuffle = &seed
	return r, nil
}

// Validate reports options that contradict each other.
func (c featuresImport) Validate() error {
	if c.Check && c.Out != "" {
		return errors.New("--check writes nothing: leave out -o")
	}
	_, err := c.recipe()
	return err
}

// Run reports, and writes the copy unless it is there.
func (c featuresImport) Run(a *app) error {
	recipe, err := c.recipe()
	if err != nil {
		return err
	}
	s, err := features.Open(c.File)
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := inspect(s)
	if err != nil {
		return err
	}
	fmt.Fprint(a.Stdout, report)
	if err := s.Usable(); err != nil || c.Check {
		return err
	}
	out := c.Out
	if out == "" {
		out = strings.TrimSuffix(c.File, filepath.Ext(c.File)) + ".safetensors"
	}
	if same, err := sameFile(out, c.File); same || err != nil {
		return hint.Add(errors.Join(err, fmt.Errorf("%s is the file itself", out)), "name another with -o")
	}
	if present(out) == nil && alreadyMade(out, report.Digest, recipe) {
		fmt.Fprintf(a.Stdout, "\n%s is there already, by the same options\n", out)
		return nil
	}
	return c.write(a, s, report.Digest, recipe, out)
}

func (c featuresImport) write(a *app, s *features.Set, digest string, recipe features.Recipe, out string) error {
	file, err := renameio.NewPendingFile(out, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if err := features.Write(file, s, digest, recipe); err != nil {
		return err
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return err
	}
	options := "none"
	if names := recipe.Names(); len(names) > 0 {
		options = strings.Join(names, " ")
	}
	fmt.Fprintf(a.Stdout, "\nwrote %s; options: %s\n", out, options)
	return nil
}

// sameFile reports whether two names are one file.
func sameFile(a, b string) (bool, error) {
	x, err := os.Stat(a)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y), err
}

func alreadyMade(out, digest string, recipe features.Recipe) bool {
	s, err := features.Open(out)
	if err != nil {
		return false
	}
	defer s.Close()
	return features.Made(s, digest, recipe)
}

// inspect reports on a set; a file of a public dataset is known by its manifest.
func inspect(s *features.Set) (*features.Report, error) {
	r, err := features.Inspect(s)
	if err != nil || r.Known != "" {
		return r, err
	}
	for _, f := range datasets.FilesOf(datasets.Manifests()) {
		if f.SHA256 == r.Digest {
			r.Known = f.Path + " of the manifests"
		}
	}
	return r, nil
}

type featuresCheck struct {
	Files []string `arg:"" name:"file" help:"Files to look at."`
}

// Help is shown by --help.
func (featuresCheck) Help() string {
	return "Exit code 1 if a file cannot be read or has problems.\n\nExample:\n  uacs features check unaligned_50.pkl"
}

// Run prints a report for each file.
func (c featuresCheck) Run(a *app) error {
	var bad []string
	for i, name := range c.Files {
		if i > 0 {
			fmt.Fprintln(a.Stdout)
		}
		if err := c.one(a, name); err != nil {
			a.report(err)
			bad = append(bad, name)
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("%d of %d files are not usable: %s", len(bad), len(c.Files), strings.Join(bad, ", "))
	}
	return nil
}

func (c featuresCheck) one(a *app, name string) error {
	s, err := features.Open(name)
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := inspect(s)
	if err != nil {
		return err
	}
	fmt.Fprint(a.Stdout, report)
	return s.Usable()
}

type featuresLeak struct {
	dataPlace
	File    string  `arg:"" optional:"" help:"File of features or labels, with ids and splits; without it the dataset alone is checked."`
	Dataset string  `help:"Public dataset that the clips are from: its splits, labels and texts count." placeholder:"NAME"`
	Against string  `help:"Second file with ids and labels, to compare labels with." placeholder:"FILE"`
	Ceiling float64 `default:"0.9" help:"Accuracy on unseen clips above which a linear model is not believed."`
	Strict  bool    `help:"Exit code 1 if a row is flagged."`
}

// Help is shown by --help.
func (featuresLeak) Help() string {
	return `Prints a table, a line for each check, with "!" before what casts doubt on results: videos
and nearly equal texts in two splits, features that predict labels too well for a linear
model (ridge regression, penalty chosen on valid), labels that differ from the dataset's, a
majority that is another than in train.

Examples:
  uacs features leak mosi.safetensors --dataset mosi
  uacs features leak mosi.safetensors --against label.csv
  uacs features leak --dataset sims`
}

// Validate reports a command line that names nothing to check.
func (c featuresLeak) Validate() error {
	if c.File == "" && c.Dataset == "" {
		return hint.Add(errors.New("there is nothing to check"), "name a file, or --dataset, or both")
	}
	if c.File == "" && c.Against != "" {
		return errors.New("--against needs a file to compare with")
	}
	return nil
}

// Run prints the table.
func (c featuresLeak) Run(a *app) error {
	var clips []sample.Sample
	if c.Dataset != "" {
		fsys, _, err := datasets.Open(c.options(a))
		if err != nil {
			return err
		}
		d, err := datasets.Load(fsys, c.Dataset)
		if err != nil {
			return err
		}
		clips = d.Samples
	}
	var rows []leak.Row
	if c.File == "" {
		rows = dataRows(clips)
	} else {
		s, err := features.Open(c.File)
		if err != nil {
			return err
		}
		defer s.Close()
		if rows, err = c.fileRows(s, clips); err != nil {
			return err
		}
	}
	fmt.Fprint(a.Stdout, leak.Table(rows))
	n := leak.Flagged(rows)
	fmt.Fprintf(a.Stdout, "%d of %d rows are flagged\n", n, len(rows))
	if n > 0 && c.Strict {
		return fmt.Errorf("%d of %d rows are flagged", n, len(rows))
	}
	return nil
}

// dataRows are the checks of clips alone.
func dataRows(clips []sample.Sample) []leak.Row {
	return append(append(leak.Videos(clips), leak.Texts(clips)...), leak.Balance(clips)...)
}

// fileRows are the checks of a file. published, if not empty, are the clips of the
// dataset.
func (c featuresLeak) fileRows(s *features.Set, published []sample.Sample) ([]leak.Row, error) {
	if err := s.Usable(); err != nil {
		return nil, err
	}
	own := features.Samples(s, c.Dataset)
	if len(own) == 0 {
		return nil, hint.Add(fmt.Errorf("%s: no ids, so nothing says which clip a row is", s.Name), "checks need the ids of the clips beside the features")
	}
	clips := own
	var rows []leak.Row
	if len(published) > 0 {
		rows = leak.Labels(own, published)
		clips = published
	}
	if c.Against != "" {
		second, err := samplesOf(c.Against, c.Dataset)
		if err != nil {
			return nil, err
		}
		rows = append(rows, leak.Labels(own, second)...)
	}
	rows = append(dataRows(clips), rows...)
	for _, name := range modalitiesOf(s) {
		pooled, err := pooledByID(s, name)
		if err != nil {
			return nil, err
		}
		aligned := make([][]float32, len(clips))
		for i := range clips {
			aligned[i] = pooled[clips[i].ID]
		}
		probe, err := leak.Probe(name, clips, aligned, leak.ProbeOptions{Ceiling: c.Ceiling})
		if err != nil { // the other modalities and checks still say something
			probe = []leak.Row{{Check: "probe", Where: name, Value: "n/a", Note: err.Error()}}
		}
		rows = append(rows, probe...)
	}
	return rows, nil
}

// samplesOf returns the samples of a file that has ids.
func samplesOf(name, dataset string) ([]sample.Sample, error) {
	s, err := features.Open(name)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	samples := features.Samples(s, dataset)
	if len(samples) == 0 {
		return nil, fmt.Errorf("%s: no ids, so nothing says which clip a row is", name)
	}
	return samples, nil
}

// modalitiesOf names the features of a set in the order of the file; token ids are
// none.
func modalitiesOf(s *features.Set) []string {
	var names []string
	for _, p := range s.Splits {
		for _, array := range p.Arrays {
			if array.Name != "text_bert" && !slices.Contains(names, array.Name) {
				names = append(names, array.Name)
			}
		}
	}
	return names
}

// pooledByID returns one row of features for each id, as features.Samples spells it.
func pooledByID(s *features.Set, name string) (map[string][]float32, error) {
	pooled := map[string][]float32{}
	for _, p := range s.Splits {
		array, ok := p.Array(name)
		if !ok || p.IDs == nil {
			continue
		}
		rows, err := features.Pooled(array)
		if err != nil {
			return nil, fmt.Errorf("%s: %s/%s: %w", s.Name, p.Name, name, err)
		}
		for i, id := range p.IDs {
			pooled[strings.Replace(id, "$_$", "_", 1)] = rows[i]
		}
	}
	return pooled, nil
}
