package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/harness/experiment"
	"uacs/harness/features"
	"uacs/harness/model/assets"
	"uacs/harness/model/encoder"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
	"uacs/harness/model/own"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// ownSchemaFile is the committed schema of descriptions of own models.
const ownSchemaFile = "configs/own-model.schema.json"

// openOwn reads a description and its file, and says what does not fit. The library is
// loaded and the model opened once all of it does; close lets go of it.
func openOwn(a *app, path string, o onnx.Options) (m own.Model, closeModel func(), err error) {
	fsys, name := rooted(path)
	c, err := own.LoadConfig(fsys, name)
	if err != nil {
		return m, nil, err
	}
	m.Config = &c
	at := filepath.Join(filepath.Dir(path), filepath.FromSlash(c.File))
	if m.File, err = readModel(at); err != nil {
		return m, nil, err
	}
	faults := own.Match(&c, m.File)
	if len(faults) == 0 {
		if faults, err = featureFaults(a, &c, m.File, filepath.Dir(path)); err != nil {
			return m, nil, err
		}
	}
	if len(faults) > 0 {
		for _, f := range faults[1:] {
			a.note(f)
		}
		return m, nil, hint.Add(fmt.Errorf("%s: %s", path, faults[0]), "see what the file says: uacs model show %s", at)
	}
	library, err := assets.Library(a.Getenv)
	if err != nil {
		return m, nil, err
	}
	if err := onnx.Init(library); err != nil {
		return m, nil, err
	}
	opened, err := onnx.Open(at, o)
	if err != nil {
		return m, nil, err
	}
	m.Runner, m.Digest = opened, opened.Digest()
	return m, func() { _ = opened.Close() }, nil
}

// featureFaults compares the file with the features that the description names, if
// they are there.
func featureFaults(a *app, c *own.Config, file *onnxfile.Model, dir string) ([]string, error) {
	if c.Features == "" {
		return nil, nil
	}
	set, err := features.Open(filepath.Join(dir, filepath.FromSlash(c.Features)))
	if errors.Is(err, fs.ErrNotExist) {
		a.note(fmt.Sprintf("%s is not there: its widths are not compared with the file's", c.Features))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer set.Close()
	return own.MatchFeatures(c, file, set), nil
}

// checkOwn is uacs model check of a description.
func (c modelCheckCmd) checkOwn(a *app) error {
	if len(c.Axis) > 0 {
		return errors.New("--axis is for ONNX files; a description says what its axes are")
	}
	m, closeModel, err := openOwn(a, c.File, onnx.Options{Threads: c.Threads, Mode: onnx.Latency})
	if err != nil {
		return err
	}
	defer closeModel()
	var sizes []own.Size
	for _, length := range c.Length {
		for _, batch := range c.Batch {
			if batch < 1 || length < 1 {
				return fmt.Errorf("--batch %d --length %d: sizes are at least 1", batch, length)
			}
			sizes = append(sizes, own.Size{Batch: batch, Length: length})
		}
	}
	fmt.Fprintf(a.Stdout, "%s: %s, opened by ONNX Runtime %s, SHA-256 %s\n", c.File, m.Config.Name, onnx.Version(), m.Digest)
	measured, err := own.Check(a.Ctx, m.Config, m.File, m.Runner, sizes, c.Runs)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	w := newTable(a.Stdout, 0)
	fmt.Fprintln(w, "clips\tframes or tokens\tFLOPs\tparameters\tmedian time\tclips/s")
	for _, r := range measured {
		flops := fmt.Sprint(r.FLOPs)
		if !r.Exact {
			flops = "≥ " + flops
		}
		fmt.Fprintf(w, "%d\t%d\t%s\t%d\t%v\t%.0f\n", r.Batch, r.Length, flops, r.Parameters, r.Median, float64(r.Batch)/r.Median.Seconds())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "Inputs and output fit the description; answers read as %s.\n", m.Config.Output.Kind)
	return nil
}

type modelPredictCmd struct {
	dataPlace
	Config  string `short:"c" required:"" help:"Description of the model, such as configs/own-model.example.yaml." placeholder:"FILE"`
	Dataset string `required:"" help:"Dataset whose clips are answered, such as mosi or synth-mosi." placeholder:"NAME"`
	Split   string `enum:"train,valid,test,all" default:"all" help:"Split: train, valid, test or all."`
	Out     string `required:"" help:"File of predictions to write." placeholder:"FILE.jsonl"`
	Root    string `help:"Project folder." default:"." placeholder:"DIR"`
}

// Help is shown by --help.
func (modelPredictCmd) Help() string {
	return `Answers the clips of a dataset with a model of your own, an ONNX file that a few lines of YAML
describe, one record for each clip. The features of generated datasets are made; others come
from the description's file or encoders. Clips without features get error records.

Example:
  uacs model predict -c own.yaml --dataset mosi --out own.jsonl`
}

// Run predicts.
func (c modelPredictCmd) Run(a *app) error {
	clips, err := c.clips(a)
	if err != nil {
		return err
	}
	m, closeModel, err := openOwn(a, c.Config, onnx.Options{})
	if err != nil {
		return err
	}
	defer closeModel()
	open := openEncoder(a, c.Root)
	source, closeSource, err := own.Open(a.Ctx, m.Config, filepath.Dir(c.Config), clips, func(ctx context.Context, name string) (encoder.Text, error) {
		e, err := open(ctx, name)
		return e.Text, err
	})
	if err != nil {
		return err
	}
	defer closeSource()
	if err := generatedFeatures(source, c.Dataset); err != nil {
		return err
	}
	if missing := source.Missing(m.Config); len(missing) > 0 {
		return hint.Add(fmt.Errorf("%s: nothing feeds %s", c.Config, strings.Join(missing, ", ")), "name a file under features, or an encoder for text")
	}
	predictions, failed, err := own.Predict(a.Ctx, m, source, clips)
	if err != nil {
		return err
	}
	if failed == len(predictions) {
		return hint.Add(fmt.Errorf("none of %d clips of %s has features", failed, c.Dataset), "ids of the features must be those of the clips: uacs data show %s", c.Dataset)
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	if err := errors.Join(sample.WritePredictions(f, predictions), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "%s: %d clips answered, %d without features\n", c.Out, len(predictions)-failed, failed)
	return nil
}

func (c modelPredictCmd) clips(a *app) ([]sample.Sample, error) {
	var data fs.FS
	if !experiment.IsGenerated(c.Dataset) {
		place := c.options(a)
		place.Start = c.Root
		var err error
		if data, _, err = datasets.Open(place); err != nil {
			return nil, err
		}
	}
	d, err := experiment.OpenDataset(c.Dataset, data)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(d.Samples), func(s sample.Sample) bool { return c.Split != "all" && string(s.Split) != c.Split }), nil
}

// generatedFeatures gives a generated dataset its voice and face, unless a file does.
func generatedFeatures(s *own.Source, dataset string) error {
	for _, config := range []synth.Config{synth.MOSI(), synth.SIMS()} {
		if config.Name != dataset {
			continue
		}
		set, err := synth.Generate(config)
		if err != nil {
			return err
		}
		at := map[string]int{}
		for i := range set.Samples {
			at[set.Samples[i].ID] = i
		}
		for kind, x := range map[own.Kind][][]float32{own.Audio: set.Features.Audio, own.Vision: set.Features.Vision} {
			if s.ByKind[kind] == nil {
				s.ByKind[kind] = func(clip *sample.Sample) ([]float32, int, bool, error) {
					i, ok := at[clip.ID]
					if !ok {
						return nil, 0, false, nil
					}
					return x[i], 0, true, nil
				}
			}
		}
	}
	return nil
}
