package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/harness/importer"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// importCmd converts other people's result files.
type importCmd struct {
	dataPlace
	Format  string   `arg:"" help:"Format of the file; formats lists them."`
	Path    string   `arg:"" optional:"" help:"File to import, or the folder of a format of several files."`
	Dataset string   `help:"What the answers are about: mosi, mosei, sims, simsv2, synth-mosi or synth-sims." placeholder:"NAME"`
	Split   string   `enum:"train,valid,test" default:"test" help:"Which clips: train, valid or test."`
	Model   string   `help:"Keep this model's answers alone; it names those of a csv file that has no column for the model." placeholder:"NAME"`
	Columns []string `help:"For format csv: the column of each field, id and one of score, label, probs at least." placeholder:"FIELD=COLUMN"`
	Out     string   `short:"o" help:"File to write (default: standard output)." placeholder:"FILE"`
	Check   bool     `help:"Write no records; print the summary on standard output."`
}

// listFormats in place of a format lists the formats.
const listFormats = "formats"

// Help is shown by --help.
func (importCmd) Help() string {
	return `Reads a result file and writes one record for each clip of the split and each model, as
JSON lines in the prediction schema; a clip without a usable answer gets a record that says
why. What was odd and how often, and how many clips each model answers, is on standard
error.

Examples:
  uacs import formats
  uacs import csv mine.csv --dataset synth-mosi --columns id=clip,score=pred -o mine.jsonl
  uacs import jsonl mine.jsonl --dataset synth-mosi --check`
}

// Validate reports a command line that names no import.
func (c importCmd) Validate() error {
	if c.Format == listFormats || c.Format == "" { // kong itself asks for a format
		return nil
	}
	if _, err := importer.ByName(c.Format); err != nil {
		return hint.Add(err, "uacs import formats says what they are")
	}
	switch {
	case c.Path == "":
		return errors.New("no file to import is named")
	case c.Dataset == "":
		return hint.Add(errors.New("--dataset is missing: what are the answers about?"), "one of %s", strings.Join(datasetNames(), ", "))
	case !slices.Contains(datasetNames(), c.Dataset):
		return fmt.Errorf("--dataset %q is not one of %s", c.Dataset, strings.Join(datasetNames(), ", "))
	case c.Check && c.Out != "":
		return errors.New("--check writes no records: leave out -o")
	}
	_, err := c.columns()
	return err
}

// columns returns the column map.
func (c importCmd) columns() (map[string]string, error) {
	columns := map[string]string{}
	for _, pair := range c.Columns {
		field, column, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, hint.Add(fmt.Errorf("--columns: %q is not FIELD=COLUMN", pair), "for instance --columns id=clip,score=pred")
		}
		if _, twice := columns[field]; twice {
			return nil, fmt.Errorf("--columns: %s is given twice", field)
		}
		columns[field] = column
	}
	return columns, nil
}

// Run imports, and prints what was odd before it writes the records.
func (c importCmd) Run(a *app) error {
	if c.Format == listFormats {
		return printFormats(a.Stdout)
	}
	format, err := importer.ByName(c.Format)
	if err != nil {
		return err
	}
	clips, err := c.clips(a)
	if err != nil {
		return err
	}
	columns, err := c.columns()
	if err != nil {
		return err
	}
	fsys, path := rooted(c.Path)
	im, err := format.Import(importer.Request{FS: fsys, Path: path, Clips: clips, Columns: columns, Model: c.Model})
	if err != nil {
		return err
	}
	for _, note := range im.Notes {
		a.note(note)
	}
	if c.Model != "" {
		if im.Predictions, err = im.Of(c.Model); err != nil {
			return fmt.Errorf("--model: %w", err)
		}
	}
	if err := noteOdd(a, c.Dataset, im.Predictions); err != nil {
		return err
	}
	summary := a.Stderr
	if c.Check {
		summary = a.Stdout
	}
	answered, err := printAnswered(summary, im)
	if err != nil {
		return err
	}
	if answered == 0 {
		return fmt.Errorf("%s: no clip of %s/%s has a usable answer", path, c.Dataset, c.Split)
	}
	if c.Check {
		return nil
	}
	return c.write(a, im.Predictions)
}

// note prints what is worth knowing and no error.
func (a *app) note(text string) { fmt.Fprintf(a.Stderr, "uacs: note: %s\n", text) }

// synthetic are the datasets that need no data.
func synthetic() []synth.Config { return []synth.Config{synth.MOSI(), synth.SIMS()} }

// datasetNames lists the datasets that answers can be about.
func datasetNames() (names []string) {
	for _, m := range datasets.Manifests() {
		names = append(names, m.Name)
	}
	for _, s := range synthetic() {
		names = append(names, s.Name)
	}
	return names
}

// clips loads or generates the clips of the split.
func (c importCmd) clips(a *app) ([]sample.Sample, error) {
	split := sample.Split(c.Split)
	for _, config := range synthetic() {
		if config.Name != c.Dataset {
			continue
		}
		set, err := synth.Generate(config)
		if err != nil {
			return nil, err
		}
		a.note(set.Title)
		return slices.DeleteFunc(set.Samples, func(s sample.Sample) bool { return s.Split != split }), nil
	}
	d, err := c.load(a, c.Dataset)
	if err != nil {
		return nil, err
	}
	return d.Split(split), nil
}

// rooted returns a file system and the path in it that stand for a path of the
// command line. Where it can, it leaves the path as it was typed, for errors.
func rooted(name string) (fs.FS, string) {
	if filepath.IsLocal(name) {
		return os.DirFS("."), filepath.ToSlash(filepath.Clean(name))
	}
	name = filepath.Clean(name)
	return os.DirFS(filepath.Dir(name)), filepath.Base(name)
}

func printFormats(w io.Writer) error {
	t := newTable(w, 0)
	for _, m := range importer.All() {
		fmt.Fprintf(t, "%s\t%s\n", m.Name, m.Doc)
	}
	return t.Flush()
}

// printAnswered prints a line for each model: the clips asked for, those with a
// usable answer, those with an error. It returns how many answers are usable.
func printAnswered(w io.Writer, im importer.Import) (total int, err error) {
	t := newTable(w, 0)
	fmt.Fprintln(t, "model\tasked\tanswered\terror")
	for _, model := range im.Models() {
		records, err := im.Of(model)
		if err != nil {
			return 0, err
		}
		answered := 0
		for i := range records {
			if records[i].OK() {
				answered++
			}
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\n", model, len(records), answered, len(records)-answered)
		total += answered
	}
	return total, t.Flush()
}

// write writes the records to --out, whole or not at all, or to standard output.
func (c importCmd) write(a *app, records []sample.Prediction) error {
	if c.Out == "" {
		return sample.WritePredictions(a.Stdout, records)
	}
	var buf bytes.Buffer
	if err := sample.WritePredictions(&buf, records); err != nil {
		return err
	}
	if info, err := os.Stat(c.Out); err == nil && !info.Mode().IsRegular() { // a pipe is not replaced
		return os.WriteFile(c.Out, buf.Bytes(), 0o644)
	}
	part := c.Out + ".part"
	if err := os.WriteFile(part, buf.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(part, c.Out)
}
