package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"uacs/datasets/leak"
	"uacs/harness/features"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

type dataLeakCmd struct {
	dataPlace
	File    string  `arg:"" optional:"" help:"File of features or labels, with ids and splits; without it the dataset alone is checked."`
	Dataset string  `help:"Public dataset that the clips are from: its splits, labels and texts count." placeholder:"NAME"`
	Against string  `help:"Second file with ids and labels, to compare labels with." placeholder:"FILE"`
	Ceiling float64 `default:"0.9" help:"Accuracy on unseen clips above which a linear model is not believed."`
	Strict  bool    `help:"Exit code 1 if a row is flagged."`
}

// Help is shown by --help.
func (dataLeakCmd) Help() string {
	return `Prints a table, a line for each check, with "!" before what casts doubt on results: videos
and nearly equal texts in two splits, features that predict labels too well for a linear
model (ridge regression, penalty chosen on valid), labels that differ from the dataset's, a
majority that is another than in train.

Examples:
  uacs data leak mosi.safetensors --dataset mosi
  uacs data leak mosi.safetensors --against label.csv
  uacs data leak --dataset sims`
}

// Validate reports a command line that names nothing to check.
func (c dataLeakCmd) Validate() error {
	if c.File == "" && c.Dataset == "" {
		return hint.Add(errors.New("there is nothing to check"), "name a file, or --dataset, or both")
	}
	if c.File == "" && c.Against != "" {
		return errors.New("--against needs a file to compare with")
	}
	return nil
}

// Run prints the table.
func (c dataLeakCmd) Run(a *app) error {
	var clips []sample.Sample
	if c.Dataset != "" {
		d, err := c.load(a, c.Dataset)
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
func (c dataLeakCmd) fileRows(s *features.Set, published []sample.Sample) ([]leak.Row, error) {
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
