package cascade

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"

	"uacs/datasets"
	"uacs/harness/cache"
	"uacs/harness/experiment"
	"uacs/harness/model/chat"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// Place is where models, data and settings of this machine are.
type Place struct {
	// Project is the project's folder, which holds configs.
	Project fs.FS
	// Root is its path, for media; Drain, if not 0, bounds the seconds that an endpoint's
	// answers under way get when a run is stopped.
	Root  string
	Drain float64
	// Trained is the path of the folder with a folder for each trained model.
	Trained string
	// Data is the root of the public data, nil if there is none.
	Data fs.FS
	// Predictors are the predictors that a config may name.
	Predictors experiment.Predictors
	Tools      Tools
	// Getenv reads the environment, for keys of endpoints.
	Getenv func(string) string
	// Concurrency replaces the endpoint's own, if not 0.
	Concurrency int
	// Log gets a line for each fault of an endpoint; nil logs nothing.
	Log *slog.Logger
	// Warn is told what an endpoint's answers cost or lack that their records do not
	// say, at the end of each role's questions; nil is not.
	Warn func(string)
}

// Clips returns the clips of the config's split, those that its threshold is chosen
// on (nil for a fixed one), the digest of what they are from and their label scale.
// Data that is not there is an error with a hint.
func (p *Place) Clips(c *Config) (clips, tune []sample.Sample, source string, scale [2]float64, err error) {
	d, err := experiment.OpenDataset(c.Dataset, p.Data)
	if err != nil {
		return nil, nil, "", scale, err
	}
	if on := c.tuned(); on != "" {
		tune = d.Split(on)
	}
	return d.Split(c.Split), tune, digestOf(d), d.Range, nil
}

// digestOf is the dataset's digest; a generated one has no files, and is known by its
// clips.
func digestOf(d *datasets.Dataset) string {
	if d.Digest != "" {
		return d.Digest
	}
	var text strings.Builder
	for _, s := range d.Samples {
		fmt.Fprintf(&text, "%s %s %q %g\n", s.Split, s.ID, s.Text, s.Label)
	}
	return cache.Digest("SYNTHETIC " + d.Name + "\n" + text.String())
}

// Models opens the config's models. close lets go of them. A model that is not
// trained, an endpoint, a prompt or a predictor that is not there are errors with a
// hint where one is known; nothing is asked, and no endpoint is tried.
func (p *Place) Models(c *Config) (small, large, second Model, closeAll func() error, err error) {
	var networks []*Network
	closeAll = func() error {
		var errs []error
		for _, n := range networks {
			errs = append(errs, n.Close())
		}
		return errors.Join(errs...)
	}
	for _, role := range []struct {
		key  string
		from *Source
		to   *Model
	}{{"small", &c.Small, &small}, {"large", &c.Large, &large}, {"second", c.Second, &second}} {
		if role.from == nil {
			continue
		}
		m, err := p.model(c, role.from)
		if err != nil {
			return nil, nil, nil, nil, fmt.Errorf("%s: %s: %w", c.Name, role.key, err)
		}
		if n, ok := m.(*Network); ok {
			networks = append(networks, n)
		}
		*role.to = m
	}
	return small, large, second, closeAll, nil
}

func (p *Place) model(c *Config, s *Source) (Model, error) {
	switch {
	case s.Trained != "":
		return NewNetwork(filepath.Join(p.Trained, s.Trained), s.Trained, p.Tools)
	case s.Endpoint != "":
		return p.endpoint(c, s, "")
	case s.Variant != "":
		return p.endpoint(c, &c.Large, s.Variant)
	}
	all := p.Predictors
	name := s.Predictor
	if s.Synth != "" {
		name = c.Dataset + "-" + s.Synth
		all = experiment.Predictors{List: []experiment.Predictor{{Name: name, Dataset: c.Dataset, Format: "synth", Model: s.Synth}}}
	}
	splits := []sample.Split{c.Split}
	if on := c.tuned(); on != "" {
		splits = append(splits, on)
	}
	var records []sample.Prediction
	for _, split := range splits {
		more, err := all.Records(name, p.Data, split)
		if err != nil {
			return nil, fmt.Errorf("predictor %s, split %s: %w", name, split, err)
		}
		records = append(records, more...)
	}
	return NewRecorded(records), nil
}

func (p *Place) endpoint(c *Config, s *Source, variant string) (Model, error) {
	e, err := chat.LoadEndpoint(p.Project, "configs/endpoints/"+s.Endpoint+".yaml")
	if err != nil {
		return nil, absent(err, "endpoint", s.Endpoint)
	}
	prompt, err := chat.LoadPrompt(p.Project, "configs/prompts/"+s.Prompt+".yaml")
	if err != nil {
		return nil, absent(err, "prompt", s.Prompt)
	}
	key, err := e.Key.Read(p.Getenv)
	if err != nil {
		return nil, err
	}
	if p.Concurrency > 0 {
		e.Limits.Concurrency = p.Concurrency
	}
	if p.Drain > 0 {
		e.Limits.DrainSeconds = min(e.Limits.DrainSeconds, p.Drain)
	}
	runner, err := chat.NewRunner(chat.Options{Endpoint: e, Prompt: prompt, Client: chat.NewClient(e, key), Log: p.Log})
	return &Endpoint{Runner: runner, Variant: variant, Media: c.Media, Root: p.Root, Warn: p.Warn}, err
}

func absent(err error, what, name string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return hint.Add(err, "put %s %s into configs/%ss of the project", what, name, what)
	}
	return err
}
