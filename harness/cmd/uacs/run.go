package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"uacs/datasets"
	"uacs/harness/cache"
	"uacs/harness/cache/jsonl"
	"uacs/harness/cache/sqlite"
	"uacs/harness/cascade"
	"uacs/harness/model/assets"
	"uacs/harness/model/encoder"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/reproduce"
	"uacs/harness/sample"
	"uacs/harness/shard"
	"uacs/internal/hint"
)

// livePlace are the flags by which a live cascade finds its parts.
type livePlace struct {
	dataPlace
	Config      string  `short:"c" required:"" help:"Config of the cascade, such as configs/live/mosi-glove-uselite.yaml." placeholder:"FILE"`
	Root        string  `help:"Project folder, which holds configs." default:"." placeholder:"DIR"`
	Cache       string  `help:"Cache file (default: .cache/answers.db in the project)." placeholder:"FILE"`
	Concurrency int     `help:"Clips under way at once; 0 means one for each processor, and for an endpoint its own limit." placeholder:"N"`
	Retry       bool    `help:"Ask again for answers that failed."`
	Media       string  `help:"Folder of the clips' pictures and sound, in place of the config's." placeholder:"DIR"`
	Drain       float64 `help:"Most seconds that an endpoint's answers under way get when the run is stopped." default:"1.5" placeholder:"S"`
	JSON        bool    `name:"json" help:"Print JSON lines."`
}

type runCmd struct {
	livePlace
	Replay  bool   `help:"Ask nothing: an answer that is not in the cache is an error."`
	Shard   string `help:"Answer the clips of part i of n only, or auto for the part that a batch system says; keeps answers in a shard of their own and writes no results." placeholder:"I/N"`
	Limit   int    `help:"Only the first clips of the split; 0 means all." placeholder:"N"`
	Out     string `help:"Folder that gets NAME.jsonl and NAME.summary.json; with --measure, live.json, live.csv and live.md." placeholder:"DIR"`
	Measure bool   `help:"Measure the time of the cascade beside its models alone, one clip at a time; writes to results/measured."`
	Runs    int    `help:"Repetitions of --measure." default:"5" placeholder:"N"`
}

// Help is shown by --help.
func (runCmd) Help() string {
	return `The small model answers every clip; the large one is asked about those it is unsure of.
Every answer is kept in the cache: a run that was stopped goes on where it was, and
asks for nothing twice.

Examples:
  uacs run -c configs/live/mosi-glove-uselite.yaml
  uacs run -c configs/live/synth-mosi-live.yaml --replay --json
  uacs run -c configs/live/mosi-glove-uselite.yaml --measure`
}

// Validate reports flags that contradict each other.
func (c runCmd) Validate() error {
	switch {
	case c.Measure && c.Replay:
		return errors.New("--measure runs the models, --replay asks nothing: give one of them")
	case c.Shard != "" && (c.Measure || c.Replay || c.Out != ""):
		return errors.New("a shard only gathers answers: leave out --measure, --replay and --out")
	case c.Limit < 0 || c.Concurrency < 0 || c.Runs < 1:
		return errors.New("--limit and --concurrency must not be negative, --runs must be at least 1")
	}
	return checkShard(c.Shard)
}

// Run runs the cascade.
func (c runCmd) Run(a *app) error {
	config, place, err := c.open(a, c.Measure)
	if err != nil {
		return err
	}
	clips, tune, source, scale, err := place.Clips(&config)
	if err != nil {
		return err
	}
	if c.Limit > 0 {
		clips = clips[:min(c.Limit, len(clips))]
	}
	var part shard.Part
	if c.Shard != "" {
		if part, clips, err = c.part(a, config.Name, clips); err != nil {
			return err
		}
	}
	parts, done, err := c.alone(a, &config, place)
	if err != nil {
		return err
	}
	defer done()
	parts.Source, parts.Range, parts.Replay = source, scale, c.Replay
	if c.Shard != "" {
		parts.Store = cache.Partial(parts.Store, func(r *cache.Request) bool { return part.Holds(r.ID) })
	}
	line := &liveLine{a: a, name: config.Name, split: config.Split, json: c.JSON, twice: parts.Second != nil}
	if share := config.Threshold.Share; share != nil {
		line.planned = *share
	}
	parts.Progress = line.show
	if c.Measure {
		defer line.end()
		return c.measure(a, func() (*cascade.Measurement, error) {
			return cascade.Measure(a.Ctx, config, parts, clips, tune, c.Runs)
		})
	}
	res, err := cascade.Run(a.Ctx, config, parts, clips, tune)
	line.end()
	if err != nil {
		if a.Ctx.Err() != nil && hint.Of(err) == "" {
			err = hint.Add(err, "run again to go on: all answers so far are in the cache")
		}
		return err
	}
	if c.Shard != "" {
		fmt.Fprintf(a.Stdout, "%s, shard %s: %d clips; asked now: small %d, large %d, second %d; answers in %s\n", config.Name, part, len(clips),
			res.Asked["small"], res.Asked["large"], res.Asked["second"], c.Cache)
		return nil
	}
	return c.finish(a, &config, clips, res)
}

// finish judges the outcomes, writes them and tells of them.
func (c runCmd) finish(a *app, config *cascade.Config, clips []sample.Sample, res *cascade.Result) error {
	sum, err := cascade.Summarise(*config, clips, res)
	if err != nil {
		return err
	}
	if err := c.write(config.Name, res, sum); err != nil {
		return err
	}
	return c.tell(a, res, sum)
}

// part returns the part of the work that --shard names and its clips, and names the
// cache after it, if it has no name.
func (c *runCmd) part(a *app, name string, clips []sample.Sample) (shard.Part, []sample.Sample, error) {
	part, err := shard.Of(c.Shard, a.Getenv)
	if err != nil {
		return part, nil, err
	}
	if c.Cache == "" {
		c.Cache = filepath.Join(c.Root, ".cache", "shards", fmt.Sprintf("%s-%d-of-%d.jsonl", name, part.I+1, max(part.N, 1)))
	}
	clips = slices.DeleteFunc(slices.Clone(clips), func(s sample.Sample) bool { return !part.Holds(s.ID) })
	return part, clips, nil
}

// tell prints the summary, and what was asked in this run.
func (c runCmd) tell(a *app, res *cascade.Result, sum *cascade.Summary) error {
	asked := fmt.Sprintf("asked in this run: small %d, large %d, second %d", res.Asked["small"], res.Asked["large"], res.Asked["second"])
	if !c.JSON {
		fmt.Fprint(a.Stdout, sum.Text())
		a.note(asked)
		return nil
	}
	return a.jsonLine(struct {
		Event string           `json:"event"`
		Asked map[string]int   `json:"asked"`
		Of    *cascade.Summary `json:"summary"`
	}{"summary", res.Asked, sum})
}

func (a *app) jsonLine(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Stdout, "%s\n", data)
	return err
}

// write writes outcomes and summary, if there is a folder for them.
func (c runCmd) write(name string, res *cascade.Result, sum *cascade.Summary) error {
	if c.Out == "" {
		return nil
	}
	data, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	var lines bytes.Buffer
	if err := cascade.WriteOutcomes(&lines, res.Outcomes); err != nil {
		return err
	}
	return errors.Join(whole(filepath.Join(c.Out, name+".jsonl"), lines.Bytes()), whole(filepath.Join(c.Out, name+".summary.json"), append(data, '\n')))
}

// whole writes a file that is there whole or not at all, also when two runs write it at
// once.
func whole(path string, data []byte) error {
	return renameio.WriteFile(path, data, 0o644)
}

// open reads the config and finds what it may need.
func (p livePlace) open(a *app, latency bool) (cascade.Config, *cascade.Place, error) {
	fsys, file := rooted(p.Config)
	config, err := cascade.Load(fsys, file)
	if err != nil {
		return config, nil, err
	}
	if p.Media != "" {
		if config.Media == nil {
			return config, nil, fmt.Errorf("--media: %s shows no media", p.Config)
		}
		config.Media.Folder = p.Media
	}
	place := &cascade.Place{
		Project: os.DirFS(p.Root), Root: p.Root, Drain: p.Drain, Trained: filepath.Join(p.Root, ".cache", "models", "trained"),
		Getenv: a.Getenv, Concurrency: p.Concurrency, Warn: a.note,
	}
	place.Tools = cascade.Tools{
		Library: func() (string, error) { return liveLibrary(a, p.Root) },
		Encoder: func(ctx context.Context, name string) (encoder.Text, error) { return liveEncoder(ctx, a, p.Root, name) },
		Workers: runtime.NumCPU(), Latency: latency,
	}
	if p.Concurrency > 0 {
		place.Tools.Workers = p.Concurrency
	}
	if config.Small.Predictor != "" || config.Large.Predictor != "" || config.Second != nil && config.Second.Predictor != "" {
		if place.Predictors, err = reproduce.LoadPredictors(place.Project); err != nil {
			return config, nil, err
		}
		place.Predictors = place.Predictors.WithTrained(os.DirFS(place.Trained))
	}
	o := p.options(a)
	o.Start = p.Root
	if place.Data, _, err = datasets.Open(o); errors.Is(err, fs.ErrNotExist) {
		place.Data, err = nil, nil // the dataset's own error says what to do
	}
	return config, place, err
}

// liveLibrary is the path of the ONNX Runtime library, which a project elsewhere may have.
func liveLibrary(a *app, root string) (string, error) {
	return assets.Library(func(key string) string {
		if key == "UACS_MODELS" {
			return assets.Dir(a.Getenv, root)
		}
		return a.Getenv(key)
	})
}

// liveEncoder opens an encoder that keeps no features: a live run is to pay for them.
func liveEncoder(ctx context.Context, a *app, root, name string) (encoder.Text, error) {
	if name == trained.HashedWords {
		return trained.NewHashedWords(), nil
	}
	o := encoder.Options{ModelsDir: assets.Dir(a.Getenv, root), Described: filepath.Join(root, encoder.DescribedDir), Workers: 1}
	if encoder.NeedsLibrary(name) {
		library, err := liveLibrary(a, root)
		if err != nil {
			return nil, err
		}
		o.Library = library
	}
	return encoder.Open(ctx, name, o)
}

// parts opens models and cache. done closes them.
func (p livePlace) parts(a *app, config *cascade.Config, place *cascade.Place) (cascade.Parts, func(), error) {
	parts := cascade.Parts{Retry: p.Retry}
	var closeModels func() error
	var err error
	if parts.Small, parts.Large, parts.Second, closeModels, err = place.Models(config); err != nil {
		return parts, nil, err
	}
	path := p.Cache
	if path == "" {
		path = filepath.Join(p.Root, ".cache", "answers.db")
	}
	store, err := openAnswers(a, path)
	if err != nil {
		return parts, nil, errors.Join(err, closeModels())
	}
	parts.Store = store
	return parts, func() {
		if err := errors.Join(closeModels(), store.Close()); err != nil {
			a.note(err.Error())
		}
	}, nil
}

// openAnswers opens a cache for writing: by its name a shard of JSON lines, or an SQLite
// file.
func openAnswers(a *app, path string) (cache.Store, error) {
	if !isLines(path) {
		return sqlite.Open(path)
	}
	if strings.HasSuffix(path, ".zst") {
		return nil, hint.Add(fmt.Errorf("%s: a compressed file cannot be added to", path), "name a file that ends in .jsonl, or uacs cache import it into the cache")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	s, err := jsonl.Open(path, 0)
	if err != nil {
		return nil, err
	}
	for _, w := range s.Warnings() {
		a.note(w)
	}
	return s, nil
}
