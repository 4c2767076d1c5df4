package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"uacs/datasets"
	"uacs/harness/features"
	"uacs/internal/hint"
)

type dataImportCmd struct {
	dataPlace
	Files   []string `arg:"" optional:"" name:"file" help:"Files of features or labels."`
	Out     string   `short:"o" help:"Safetensors file to write (default: beside the file)." placeholder:"FILE"`
	Check   bool     `help:"Look and report; write nothing."`
	NegInf  bool     `name:"neg-inf-to-zero" help:"Replace -inf in audio by 0, as MMSA's loader does."`
	Pool    string   `enum:"none,frames,padded" default:"none" help:"Replace audio and vision by their mean: over the frames that are no padding, or padded as MMSA's need_normalized does."`
	Shuffle string   `help:"Shuffle valid and test by this seed; MMSA's loader shuffles them." placeholder:"SEED"`

	// These make one file of CMU's .csd, which hold a modality each.
	Text     string `help:"CMU .csd of text: vectors of words, or words." placeholder:"FILE"`
	Audio    string `help:"CMU .csd of audio." placeholder:"FILE"`
	Vision   string `help:"CMU .csd of vision." placeholder:"FILE"`
	Segments string `help:"CMU .csd of the labels, which says when each clip is." placeholder:"FILE"`
	Dataset  string `help:"Public dataset that the .csd are of: its clips, splits and labels." placeholder:"NAME"`
	Frames   int    `help:"Most frames of a clip of a .csd; longer ones are averaged over so many stretches (0: all)." default:"0" placeholder:"N"`
}

// Help is shown by --help.
func (dataImportCmd) Help() string {
	return `Reads the pickles of MMSA and others, without running them, npy, npz, safetensors, CSV, TSV,
label.csv, MMLA's JSON lines and, in a build with tag hdf5, CMU's .csd. Prints what a file is
and what is in it: splits and keys, types and shapes, lengths and padding, NaN and infinities,
constant columns, labels, and whether its SHA-256 is one that was published.

Then it writes the features as 32-bit floats with labels, ids and texts to a safetensors file,
once: a copy of the same file by the same options is left alone. The options are recorded in
the copy. A file with problems is not copied. --check stops before the copy; exit code 1 then
says that a file cannot be read or has problems.

CMU's .csd hold one modality each, by video or by segment. --text, --audio and --vision, one or
several, make one file of them, of the clips of --dataset with its splits and labels: segment
VIDEO[3] is the clip VIDEO_4, as every label of MOSI shows. Rows of whole videos are cut by the
times in --segments. What does not match is counted in the notes.

Examples:
  uacs data import unaligned_50.pkl --check
  uacs data import unaligned_50.pkl -o mosi.safetensors --neg-inf-to-zero
  uacs data import --dataset mosi --audio covarep.csd --segments labels.csd --frames 50 -o mosi.safetensors`
}

// recipe returns the options as the package names them.
func (c dataImportCmd) recipe() (features.Recipe, error) {
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
func (c dataImportCmd) Validate() error {
	switch joined := c.Text+c.Audio+c.Vision != ""; {
	case joined && len(c.Files) > 0:
		return errors.New("name files, or --text, --audio and --vision, not both")
	case joined && c.Dataset == "":
		return errors.New("--text, --audio and --vision need --dataset: its clips are what they are cut into")
	case joined && !c.Check && c.Out == "":
		return errors.New("--text, --audio and --vision need -o, or --check")
	case !joined && (c.Segments != "" || c.Dataset != "" || c.Frames != 0):
		return errors.New("--segments, --dataset and --frames go with --text, --audio or --vision")
	case !joined && len(c.Files) == 0:
		return hint.Add(errors.New("there is nothing to import"), "name files, or --text, --audio or --vision")
	case c.Frames < 0:
		return fmt.Errorf("--frames: %d is negative", c.Frames)
	case c.Check && c.Out != "":
		return errors.New("--check writes nothing: leave out -o")
	case len(c.Files) > 1 && c.Out != "":
		return errors.New("-o names one file, and there are several: leave it out")
	}
	_, err := c.recipe()
	return err
}

// Run reports on each file and writes its copy unless it is there. A file that cannot
// be used does not keep the others from being read.
func (c dataImportCmd) Run(a *app) error {
	switch len(c.Files) {
	case 0:
		return c.join(a)
	case 1:
		return c.one(a, c.Files[0])
	}
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

func (c dataImportCmd) one(a *app, name string) error {
	s, err := features.Open(name)
	if err != nil {
		return err
	}
	defer s.Close()
	out := c.Out
	if out == "" {
		out = strings.TrimSuffix(name, filepath.Ext(name)) + ".safetensors"
	}
	return c.copy(a, s, out, name)
}

// copy reports on a set and writes it to out, which must be none of its sources.
func (c dataImportCmd) copy(a *app, s *features.Set, out string, sources ...string) error {
	recipe, err := c.recipe()
	if err != nil {
		return err
	}
	report, err := inspect(s)
	if err != nil {
		return err
	}
	fmt.Fprint(a.Stdout, report)
	if err := s.Usable(); err != nil || c.Check {
		return err
	}
	for _, name := range sources {
		if same, err := sameFile(out, name); same || err != nil {
			return hint.Add(errors.Join(err, fmt.Errorf("%s is the file itself", out)), "name another with -o")
		}
	}
	if present(out) == nil && alreadyMade(out, report.Digest, recipe) {
		fmt.Fprintf(a.Stdout, "\n%s is there already, by the same options\n", out)
		return nil
	}
	if c.Out == "" && present(out) == nil && !isCopy(out) {
		return hint.Add(fmt.Errorf("%s is there, and no copy that uacs made", out), "name another file with -o, or take that one away")
	}
	return c.write(a, s, report.Digest, recipe, out)
}

func (c dataImportCmd) write(a *app, s *features.Set, digest string, recipe features.Recipe, out string) error {
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
	left := ""
	if n := len(features.LeftOut(s)); n > 0 {
		left = fmt.Sprintf("; not copied: %d of what is listed as other", n)
	}
	fmt.Fprintf(a.Stdout, "\nwrote %s; options: %s%s\n", out, options, left)
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

func isCopy(name string) bool {
	s, err := features.Open(name)
	if err != nil {
		return false
	}
	defer s.Close()
	return features.IsCopy(s)
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
