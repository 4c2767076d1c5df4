package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"uacs/datasets"
	"uacs/harness/model/assets"
	"uacs/harness/model/encoder"
	"uacs/harness/model/ubm"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/report"
	"uacs/harness/sample"
	"uacs/internal/hint"
	"uacs/internal/schema"
)

// modelsDir holds the configs of the small models, in the project.
const modelsDir = "configs/models"

// featuresDir holds feature files that the user has, in the project, and publishedFile is the
// list of published results.
const (
	featuresDir   = ".cache/features"
	publishedFile = "configs/published.yaml"
)

// modelSchemaFile is the committed schema of these configs.
const modelSchemaFile = "configs/model.schema.json"

// modelSchema returns the schema of the configs in modelsDir.
func modelSchema() ([]byte, error) { return schema.Of[ubm.Config]("A small model of uacs train") }

type trainCmd struct {
	dataPlace
	Model  []string `arg:"" optional:"" help:"Names of models in configs/models; none means all whose data is on this machine."`
	Config []string `short:"c" help:"Model files, in place of names." placeholder:"FILE" sep:"none"`
	Root   string   `help:"Project folder, which holds configs." default:"." placeholder:"DIR"`
	Out    string   `help:"Folder that gets a folder for each model (default: .cache/models/trained in the project)." placeholder:"DIR"`
	// Features is a folder: the configs name the files in it.
	Features string  `help:"Folder of the feature files that models of frames read (default: .cache/features in the project)." placeholder:"DIR"`
	Seed     *uint64 `help:"Seed of the first member, in place of the config's; the next members count on from it." placeholder:"N"`
	Quiet    bool    `short:"q" help:"Print no progress."`
	JSON     bool    `name:"json" help:"Print a JSON line for each model."`
}

// Help is shown by --help.
func (trainCmd) Help() string {
	return `Trains small models: features of text, audio and vision to probabilities of sentiment bins.
Writes the model as ONNX, its card, its history and its answers about every clip. A model
whose config, data and encoders are unchanged is not trained again. Models of frames read a
feature file, such as a pickle of MMSA, from the folder of --features.

Examples:
  uacs train mosi-glove
  uacs train synth-mosi-frames
  uacs train mmsa-mosi-lf-dnn --features features/
  uacs train -c mine.yaml --seed 7 --out models/`
}

// Validate reports flags that contradict each other.
func (c trainCmd) Validate() error {
	if len(c.Model) > 0 && len(c.Config) > 0 {
		return errors.New("name models, or give files with -c, not both")
	}
	return nil
}

// Run trains the models in turn.
func (c trainCmd) Run(a *app) error {
	configs, err := c.configs()
	if err != nil {
		return err
	}
	source, err := c.source(a, configs)
	if err != nil {
		return err
	}
	for _, config := range configs {
		if c.Seed != nil {
			for i := range config.Seeds {
				config.Seeds[i] = *c.Seed + uint64(i)
			}
		}
		line := &epochLine{a: a, name: config.Name, live: !c.Quiet && isTerminal(a.Stderr)}
		source.Progress = line.show
		r, err := source.Make(a.Ctx, config)
		line.end()
		switch {
		case errors.Is(err, fs.ErrNotExist) && len(c.Model)+len(c.Config) == 0:
			a.note(fmt.Sprintf("%s is left out: %v", config.Name, err))
			continue
		case err != nil:
			if errors.Is(err, fs.ErrNotExist) && hint.Of(err) == "" {
				err = hint.Add(err, "uacs data get %s", strings.Join(config.Datasets, " "))
			}
			return err
		}
		if err := c.print(a, &config, r); err != nil {
			return err
		}
	}
	return nil
}

// configs loads what the command line names.
func (c trainCmd) configs() ([]ubm.Config, error) {
	var out []ubm.Config
	load := func(fsys fs.FS, file string) error {
		config, err := ubm.LoadConfig(fsys, file)
		out = append(out, config)
		return err
	}
	for _, name := range c.Config {
		fsys, file := rooted(name)
		if err := load(fsys, file); err != nil {
			return nil, err
		}
	}
	if len(c.Config) > 0 {
		return out, nil
	}
	root := os.DirFS(c.Root)
	files, err := fs.Glob(root, modelsDir+"/*.yaml")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, hint.Add(fmt.Errorf("%s: %w", modelsDir, fs.ErrNotExist), "run in the project's folder, or name it with --root")
	}
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		names = append(names, name)
		if len(c.Model) > 0 && !slices.Contains(c.Model, name) {
			continue
		}
		if err := load(root, file); err != nil {
			return nil, err
		}
	}
	for _, name := range c.Model {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("model %q is not one of %s", name, strings.Join(names, ", "))
		}
	}
	return out, nil
}

// source opens the public data if a model needs it, or may.
func (c trainCmd) source(a *app, configs []ubm.Config) (*trained.Source, error) {
	s := &trained.Source{Dir: c.Out, Encoder: openEncoder(a, c.Root), Features: c.Features, Published: publishedRows(c.Root)}
	if s.Features == "" {
		s.Features = filepath.Join(c.Root, featuresDir)
	}
	if s.Dir == "" {
		s.Dir = filepath.Join(c.Root, ".cache", "models", "trained")
	}
	if !c.Quiet && isTerminal(a.Stderr) {
		s.Note = a.note
	}
	needs := func(tier string) bool {
		return slices.ContainsFunc(configs, func(c ubm.Config) bool { return c.Tier == tier })
	}
	if !needs("public") && !needs("licensed") {
		return s, nil
	}
	place := c.options(a)
	place.Start = c.Root
	var err error
	s.Data, _, err = datasets.Open(place)
	if errors.Is(err, fs.ErrNotExist) && !needs("public") { // most feature files need no more
		return s, nil
	}
	return s, err
}

// print says what came of a model.
func (c trainCmd) print(a *app, config *ubm.Config, r *trained.Result) error {
	if c.JSON {
		data, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Stdout, "%s\n", data)
		return err
	}
	what := "trained"
	if r.Reused {
		what = "reused, nothing has changed"
	}
	if config.Tier == "synth" {
		what += ", SYNTHETIC"
	}
	fmt.Fprintf(a.Stdout, "%s: %s, digest %.12s, in %s\n", r.Name, what, r.Digest, r.Dir)
	for _, split := range []sample.Split{sample.Valid, sample.Test} {
		q := r.Quality[split]
		if q == nil {
			continue
		}
		fmt.Fprintf(a.Stdout, "  %-5s  n = %d clips:", split, q.Clips)
		for _, m := range q.Metrics {
			switch {
			case m.Value == nil:
				fmt.Fprintf(a.Stdout, "  %s n/a", m.Name)
			default:
				fmt.Fprintf(a.Stdout, "  %s %.4f", m.Name, *m.Value)
			}
		}
		if config.Loss.Kind == ubm.AbsoluteError {
			fmt.Fprintln(a.Stdout)
			continue
		}
		fmt.Fprintf(a.Stdout, "  NLL %.4f\n", q.After.NLL)
	}
	return nil
}

// publishedRows returns the function that finds rows in the project's list of published
// results.
func publishedRows(root string) func(string, string, []string) ([]trained.Published, error) {
	return func(dataset, profile string, models []string) ([]trained.Published, error) {
		list, err := report.LoadPublished(os.DirFS(root), publishedFile)
		if err != nil {
			return nil, err
		}
		var out []trained.Published
		for _, name := range models {
			found := len(out)
			for _, s := range list.Sets {
				if s.Dataset != dataset || s.Profile != profile || s.Split != string(sample.Test) {
					continue
				}
				for _, r := range s.Rows {
					if r.Model == name {
						out = append(out, trained.Published{
							Model: r.Model, Inputs: r.Inputs, Note: r.Note, Source: s.Source, Protocol: s.Protocol,
							N: s.N, Metrics: s.Metrics, Values: r.Values,
						})
					}
				}
			}
			if len(out) == found {
				return nil, fmt.Errorf("%s has no row of %s on %s by profile %s", publishedFile, name, dataset, profile)
			}
		}
		return out, nil
	}
}

// epochLine shows the last epoch on one line of a terminal; elsewhere it is quiet.
type epochLine struct {
	a     *app
	name  string
	live  bool
	mu    sync.Mutex
	shown bool
	since time.Time
	done  int // epochs
}

func (l *epochLine) show(e ubm.Epoch) {
	if !l.live {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.shown {
		l.since = time.Now()
	}
	// When training stops early is not known: there is a rate, but no time that is left.
	rate := ""
	if gone := time.Since(l.since); l.shown && gone > 0 {
		rate = fmt.Sprintf(", %.1f epochs/s", float64(l.done)/gone.Seconds())
	}
	l.shown = true
	l.done++
	writeLine(l.a.Stderr, fmt.Sprintf("%s: seed %d, epoch %d%s: train loss %.4f, valid loss %.4f", l.name, e.Seed, e.Epoch, rate, e.TrainLoss, e.ValidLoss))
}

// end clears the line.
func (l *epochLine) end() {
	if l.shown {
		fmt.Fprint(l.a.Stderr, "\r\x1b[K")
	}
}

// openEncoder returns the function that opens text encoders; their features are kept
// in the cache of models. Encoders that were not fetched yet are errors with a hint.
func openEncoder(a *app, root string) func(context.Context, string) (trained.Encoder, error) {
	return func(ctx context.Context, name string) (trained.Encoder, error) {
		if name == trained.HashedWords {
			return trained.Encoder{Text: trained.NewHashedWords()}, nil
		}
		dir := assets.Dir(a.Getenv, root)
		options := encoder.Options{ModelsDir: dir, Described: filepath.Join(root, encoder.DescribedDir)}
		if encoder.NeedsLibrary(name) {
			library, err := assets.Library(a.Getenv)
			if err != nil {
				return trained.Encoder{}, err
			}
			options.Library = library
		}
		text, err := encoder.Open(ctx, name, options)
		if err != nil {
			return trained.Encoder{}, err
		}
		e := trained.Encoder{Text: encoder.Cached(text, filepath.Join(dir, "features"))}
		if asset, err := assets.Find(name); err == nil {
			e.Licences = []string{asset.Title + ": " + asset.Licence}
			e.Citations = []string{asset.Citation}
		} else if own, err := options.Describes(name); err == nil {
			e.Licences, e.Citations = own.Asks()
		}
		return e, nil
	}
}
