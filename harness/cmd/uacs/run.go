package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"uacs/datasets"
	"uacs/harness/cache/sqlite"
	"uacs/harness/cascade"
	"uacs/harness/model/assets"
	"uacs/harness/model/encoder"
	"uacs/harness/model/onnx"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/reproduce"
	"uacs/internal/hint"
)

// livePlace are the flags by which a live cascade finds its parts.
type livePlace struct {
	dataPlace
	Config      string `short:"c" required:"" help:"Config of the cascade, such as configs/live/mosi-glove-uselite.yaml." placeholder:"FILE"`
	Root        string `help:"Project folder, which holds configs." default:"." placeholder:"DIR"`
	Cache       string `help:"Cache file (default: .cache/answers.db in the project)." placeholder:"FILE"`
	Concurrency int    `help:"Clips under way at once; 0 means one for each processor, and for an endpoint its own limit." placeholder:"N"`
	Retry       bool   `help:"Ask again for answers that failed."`
	JSON        bool   `name:"json" help:"Print JSON lines."`
}

type runCmd struct {
	livePlace
	Replay  bool   `help:"Ask nothing: an answer that is not in the cache is an error."`
	Limit   int    `help:"Only the first clips of the split; 0 means all." placeholder:"N"`
	Out     string `help:"Folder that gets NAME.jsonl and NAME.summary.json; with --measure, NAME.json and NAME.md." placeholder:"DIR"`
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
	case c.Limit < 0 || c.Concurrency < 0 || c.Runs < 1:
		return errors.New("--limit and --concurrency must not be negative, --runs must be at least 1")
	}
	return nil
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
	parts, done, err := c.parts(a, &config, place)
	if err != nil {
		return err
	}
	defer done()
	parts.Source, parts.Range, parts.Replay = source, scale, c.Replay
	line := &liveLine{a: a, name: config.Name, json: c.JSON}
	parts.Progress = line.show
	if c.Measure {
		err = c.measure(a, config, parts, func() (*cascade.Measurement, error) {
			return cascade.Measure(a.Ctx, config, parts, clips, tune, c.Runs)
		})
		line.end()
		return err
	}
	res, err := cascade.Run(a.Ctx, config, parts, clips, tune)
	line.end()
	if err != nil {
		if a.Ctx.Err() != nil && hint.Of(err) == "" {
			err = hint.Add(err, "run again to go on: all answers so far are in the cache")
		}
		return err
	}
	sum, err := cascade.Summarise(config, clips, res)
	if err != nil {
		return err
	}
	if err := c.write(config.Name, res, sum); err != nil {
		return err
	}
	return c.tell(a, res, sum)
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
	path := filepath.Join(c.Out, name+".jsonl")
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	if err := errors.Join(cascade.WriteOutcomes(f, res.Outcomes), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(path+".part", path), whole(filepath.Join(c.Out, name+".summary.json"), append(data, '\n')))
}

// whole writes a file that is there whole or not at all.
func whole(path string, data []byte) error {
	if err := os.WriteFile(path+".part", data, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// measure measures and writes what came of it.
func (c runCmd) measure(a *app, config cascade.Config, parts cascade.Parts, measure func() (*cascade.Measurement, error)) error {
	m, err := measure()
	if err != nil {
		return err
	}
	info, _ := os.ReadFile("/proc/cpuinfo") // absent on other systems: the processor is then unknown
	m.Machine = cascade.ThisMachine(string(info), onnx.Version())
	out := c.Out
	if out == "" {
		out = filepath.Join(c.Root, "results", "measured")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	stem := filepath.Join(out, config.Name)
	if err := errors.Join(whole(stem+".json", append(data, '\n')), whole(stem+".md", []byte(m.Markdown()))); err != nil {
		return err
	}
	if c.JSON {
		return a.jsonLine(m)
	}
	fmt.Fprint(a.Stdout, m.Markdown())
	return nil
}

// open reads the config and finds what it may need.
func (p livePlace) open(a *app, latency bool) (cascade.Config, *cascade.Place, error) {
	fsys, file := rooted(p.Config)
	config, err := cascade.Load(fsys, file)
	if err != nil {
		return config, nil, err
	}
	place := &cascade.Place{
		Project: os.DirFS(p.Root), Trained: filepath.Join(p.Root, ".cache", "models", "trained"),
		Getenv: a.Getenv, Concurrency: p.Concurrency,
	}
	place.Tools = cascade.Tools{
		Library: func() (string, error) { return assets.Library(a.Getenv) },
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

// liveEncoder opens an encoder that keeps no features: a live run is to pay for them.
func liveEncoder(ctx context.Context, a *app, root, name string) (encoder.Text, error) {
	if name == trained.HashedWords {
		return trained.NewHashedWords(), nil
	}
	o := encoder.Options{ModelsDir: assets.Dir(a.Getenv, root), Workers: 1}
	if name != encoder.Glove {
		library, err := assets.Library(a.Getenv)
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
	store, err := sqlite.Open(path)
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

// liveLine shows where a run is, on one line of a terminal; with --json it prints an
// event for each step of a hundredth, elsewhere nothing.
type liveLine struct {
	a     *app
	name  string
	json  bool
	shown bool
	clips int
	last  int
}

func (l *liveLine) show(s cascade.Step) {
	part := 100 * s.Done / max(s.All, 1)
	switch {
	case l.json && (part != l.last || s.Done == s.All):
		_ = l.a.jsonLine(struct {
			Event string `json:"event"`
			Role  string `json:"role"`
			Split string `json:"split"`
			Done  int    `json:"done"`
			All   int    `json:"all"`
			Asked int    `json:"asked"`
		}{"step", s.Role, string(s.Split), s.Done, s.All, s.Asked}) // a broken pipe shows at the summary
	case !l.json && isTerminal(l.a.Stderr):
		l.shown = true
		if s.Role == "small" {
			l.clips = s.All
		}
		text := fmt.Sprintf("%s: %s, %s model: %d of %d, %d asked", l.name, s.Split, s.Role, s.Done, s.All, s.Asked)
		if s.Role == "large" && l.clips > 0 {
			text += fmt.Sprintf("; %.1f%% escalated, about %.1f%% of the calls saved", 100*float64(s.All)/float64(l.clips), 100-100*float64(s.All)/float64(l.clips))
		}
		fmt.Fprintf(l.a.Stderr, "\r%s\x1b[K", text)
	}
	l.last = part
}

// end clears the line.
func (l *liveLine) end() {
	if l.shown {
		fmt.Fprint(l.a.Stderr, "\r\x1b[K")
	}
}
