package cascade

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"uacs/harness/cost"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/hint"
	"uacs/internal/schema"
	"uacs/internal/strictyaml"
)

// Config is one live cascade. What the paper leaves open is listed under Hypotheses.
type Config struct {
	Name    string       `yaml:"name" json:"name" jsonschema:"stem of every file the run writes"`
	Title   string       `yaml:"title" json:"title" jsonschema:"heads the summary"`
	Dataset string       `yaml:"dataset" json:"dataset" jsonschema:"mosi, mosei, sims, simsv2, synth-mosi or synth-sims"`
	Split   sample.Split `yaml:"split" json:"split,omitempty" jsonschema:"train, valid or test"`

	Small Source `yaml:"small" json:"small" jsonschema:"the model that answers every clip"`
	Large Source `yaml:"large" json:"large" jsonschema:"the model asked about doubted clips"`
	// Second answers where the fusion wants a second inference. For an endpoint it
	// names the wording alone: the large model is asked again.
	Second *Source `yaml:"second" json:"second,omitempty" jsonschema:"the second inference, if the fusion wants one"`

	// Media are what an endpoint is shown beside the transcript; nil for nothing.
	Media *Media `yaml:"media" json:"media,omitempty" jsonschema:"pictures and sound that an endpoint is shown beside the transcript"`

	Measure      string    `yaml:"measure" json:"measure" jsonschema:"uncertainty measure of the small model"`
	LargeMeasure string    `yaml:"large_measure" json:"large_measure,omitempty" jsonschema:"uncertainty measure of the large model"`
	Fusion       string    `yaml:"fusion" json:"fusion" jsonschema:"fusion strategy"`
	Threshold    Threshold `yaml:"threshold" json:"threshold" jsonschema:"above which uncertainty a clip is escalated"`
	// Also are further thresholds that a measurement measures beside Threshold. A run
	// does not read them.
	Also []Threshold `yaml:"also" json:"also,omitempty" jsonschema:"further thresholds that uacs run --measure measures beside"`
	// TauLarge is the threshold on the large model, for a fusion that reads one.
	TauLarge *float64 `yaml:"tau_large" json:"tau_large,omitempty" jsonschema:"uncertainty up to which the large model counts as confident"`
	Weights  string   `yaml:"weights" json:"weights,omitempty" jsonschema:"confidence or inverse-uncertainty"`

	Costs      []cost.Axis `yaml:"costs" json:"costs" jsonschema:"compute axes with the price of a clip"`
	Profile    string      `yaml:"profile" json:"profile,omitempty" jsonschema:"metric profile whose headline accuracy is reported"`
	Seed       uint64      `yaml:"seed" json:"seed" jsonschema:"seed of the bootstrap and of coins"`
	Hypotheses []string    `yaml:"hypotheses" json:"hypotheses,omitempty" jsonschema:"choices that the paper does not settle"`
}

// Source says where a role's answers come from. Exactly one of Trained, Endpoint,
// Predictor and Synth is given; a second round at an endpoint has Variant alone.
type Source struct {
	Trained   string `yaml:"trained" json:"trained,omitempty" jsonschema:"a model of configs/models, run live"`
	Endpoint  string `yaml:"endpoint" json:"endpoint,omitempty" jsonschema:"a server of configs/endpoints"`
	Prompt    string `yaml:"prompt" json:"prompt,omitempty" jsonschema:"a wording of configs/prompts, for an endpoint"`
	Variant   string `yaml:"variant" json:"variant,omitempty" jsonschema:"the wording of a second round at the large model's endpoint"`
	Predictor string `yaml:"predictor" json:"predictor,omitempty" jsonschema:"an entry of predictors.yaml, whose answers are replayed"`
	Synth     string `yaml:"synth" json:"synth,omitempty" jsonschema:"small, large or second: the generated model (SYNTHETIC)"`

	Label    string               `yaml:"label" json:"label,omitempty" jsonschema:"name in tables"`
	Decision string               `yaml:"decision" json:"decision,omitempty" jsonschema:"auto, score, label, ranking, plurality or net-vote"`
	Score    experiment.ScoreRule `yaml:"score" json:"score,omitempty" jsonschema:"net-vote or ranking: a named hypothesis where the answers have no score"`
}

// role is how package experiment reads the source's records.
func (s *Source) role() experiment.Role {
	return experiment.Role{Decision: s.Decision, Label: s.Label, Score: s.Score}
}

// Threshold is the rule by which the threshold is found; exactly one is given. A clip
// is escalated if the small model's uncertainty is above it.
type Threshold struct {
	Fixed *float64 `yaml:"fixed" json:"fixed,omitempty" jsonschema:"the threshold itself"`
	// Share is the share of the valid split's clips that would be escalated.
	Share *float64 `yaml:"share" json:"share,omitempty" jsonschema:"share of the clips of the split On that are escalated, in [0,1]"`
	// Best takes the threshold of the best accuracy on the split On, the one of fewest
	// calls among equals; it asks the large model about all of its clips.
	Best bool `yaml:"best" json:"best,omitempty" jsonschema:"the most accurate threshold on the split On, where both models answer all clips"`
	// Equal takes the threshold of fewest calls at which the cascade gets no fewer clips
	// of the split On right than the large model alone; it asks the large model about
	// all of them.
	Equal bool `yaml:"equal" json:"equal,omitempty" jsonschema:"the threshold of fewest calls that is as accurate as the large model on the split On"`
	// On is the split that Share, Best and Equal look at, valid by default.
	On sample.Split `yaml:"on" json:"on,omitempty" jsonschema:"the split that share, best and equal look at: train or valid"`
}

// String says the rule in words.
func (t Threshold) String() string {
	switch {
	case t.Fixed != nil:
		return fmt.Sprintf("fixed at %g", *t.Fixed)
	case t.Share != nil:
		return fmt.Sprintf("%g %% of %s", math.Round(1e6**t.Share)/1e4, t.On)
	case t.Equal:
		return fmt.Sprintf("as good as large-only on %s", t.On)
	}
	return fmt.Sprintf("best on %s", t.On)
}

// Load reads and checks a config. Errors name the file and, where the YAML is wrong,
// the line.
func Load(fsys fs.FS, file string) (Config, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Config{}, err
	}
	c := Config{Split: sample.Test, Profile: "polarity", Weights: "confidence", Threshold: Threshold{On: sample.Valid}}
	if err := strictyaml.Decode(file, data, &c); err != nil {
		return Config{}, err
	}
	for i := range c.Also {
		if c.Also[i].On == "" {
			c.Also[i].On = c.Threshold.On
		}
	}
	if key, err := c.check(); err != nil {
		return Config{}, experiment.AtKey(file, data, key, err)
	}
	return c, nil
}

// Schema returns the JSON schema of a config.
func Schema() ([]byte, error) { return schema.Of[Config]("A live cascade of uacs run") }

// Validate reports the first value that cannot be run with, by its key.
func (c *Config) Validate() error {
	key, err := c.check()
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (c *Config) check() (key string, err error) {
	for _, check := range []func() (string, error){c.checkNames, c.checkSources, c.checkMedia, c.checkRules, c.checkThreshold, c.checkCosts} {
		if key, err := check(); err != nil {
			return key, err
		}
	}
	return "", nil
}

func (c *Config) checkNames() (string, error) {
	if c.Name == "" || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "name", fmt.Errorf("%q must be of a-z, 0-9 and -: it becomes a file name", c.Name)
	}
	if c.Title == "" {
		return "title", fmt.Errorf("is required")
	}
	if _, err := metric.KindOf(c.Dataset); err != nil {
		return "dataset", err
	}
	if !slices.Contains(sample.Splits, c.Split) {
		return "split", fmt.Errorf("%q is not train, valid or test", c.Split)
	}
	if _, err := metric.Lookup(c.Profile); err != nil {
		return "profile", err
	}
	_, err := experiment.WeightByName(c.Weights)
	return "weights", err
}

func (c *Config) checkSources() (string, error) {
	for _, role := range []struct {
		key string
		*Source
	}{{"small", &c.Small}, {"large", &c.Large}, {"second", c.Second}} {
		if role.Source == nil {
			continue
		}
		if err := role.check(c.Dataset); err != nil {
			return role.key, err
		}
		if role.Variant != "" && (role.key != "second" || c.Large.Endpoint == "") {
			return role.key, fmt.Errorf("variant belongs to second, where the large model is an endpoint")
		}
	}
	return "", nil
}

func (c *Config) checkMedia() (string, error) {
	switch {
	case c.Media == nil:
		return "", nil
	case c.Small.Endpoint == "" && c.Large.Endpoint == "":
		return "media", fmt.Errorf("an endpoint alone is shown media, and no model is one")
	}
	return "media", c.Media.check()
}

func (s *Source) check(dataset string) error {
	given := 0
	for _, name := range []string{s.Trained, s.Endpoint, s.Predictor, s.Synth, s.Variant} {
		if name != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return fmt.Errorf("one of trained, endpoint, predictor, synth and, for a second round, variant is required")
	case (s.Endpoint == "") != (s.Prompt == ""):
		return hint.Add(fmt.Errorf("endpoint and prompt belong together"), "name a file of configs/endpoints and one of configs/prompts")
	case s.Synth != "" && !experiment.IsGenerated(dataset):
		return fmt.Errorf("the generated models know generated clips only, not %s", dataset)
	case s.Synth != "" && !slices.Contains([]string{"small", "large", "second"}, s.Synth):
		return fmt.Errorf("synth: %q is not small, large or second", s.Synth)
	}
	_, err := sample.DecisionByName(s.Decision)
	return err
}

func (c *Config) checkRules() (string, error) {
	m, err := uncertainty.ByName(c.Measure)
	if err != nil {
		return "measure", err
	}
	if m.Control || slices.Contains(m.Requires, uncertainty.FieldLarge) {
		return "measure", fmt.Errorf("%s is no measure of the small model's own answer: it cannot decide about a call", m.Name)
	}
	if c.LargeMeasure != "" {
		if _, err := uncertainty.ByName(c.LargeMeasure); err != nil {
			return "large_measure", err
		}
	}
	s, err := fusion.ByName(c.Fusion)
	switch {
	case err != nil:
		return "fusion", err
	case s.Control || s.NeedsTraining || s.NeedsOther:
		return "fusion", fmt.Errorf("%s cannot answer one clip by itself", s.Name)
	case s.NeedsSecond && c.Second == nil:
		return "fusion", hint.Add(fmt.Errorf("%s asks a second time", s.Name), "say under second who answers")
	case s.NeedsTau && (c.TauLarge == nil || c.LargeMeasure == ""):
		return "fusion", hint.Add(fmt.Errorf("%s accepts a confident answer", s.Name), "say under large_measure and tau_large when an answer is confident")
	}
	return "", nil
}

func (c *Config) checkThreshold() (string, error) {
	if err := c.Threshold.check(c); err != nil {
		return "threshold", err
	}
	for i := range c.Also {
		t := &c.Also[i]
		if err := t.check(c); err != nil {
			return "also", fmt.Errorf("%d: %w", i+1, err)
		}
		if t.Fixed == nil && c.Threshold.Fixed == nil && t.On != c.Threshold.On {
			return "also", fmt.Errorf("%d: on: %q is not the split %s of threshold", i+1, t.On, c.Threshold.On)
		}
	}
	return "", nil
}

func (t *Threshold) check(c *Config) error {
	given := 0
	for _, is := range []bool{t.Fixed != nil, t.Share != nil, t.Best, t.Equal} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return fmt.Errorf("one of fixed, share, best and equal is required")
	case t.Fixed != nil && (math.IsNaN(*t.Fixed) || math.IsInf(*t.Fixed, 0)):
		return fmt.Errorf("fixed: %v is not a finite number", *t.Fixed)
	case t.Share != nil && !(*t.Share >= 0 && *t.Share <= 1):
		return fmt.Errorf("share: %v is not in [0,1]", *t.Share)
	case t.Fixed == nil && t.On != sample.Train && t.On != sample.Valid:
		return hint.Add(fmt.Errorf("on: %q is not train or valid", t.On), "choose no threshold on the clips it is judged on")
	case t.Fixed == nil && t.On == c.Split:
		return fmt.Errorf("on: the threshold must not be chosen on the split %s that is answered", c.Split)
	case (t.Best || t.Equal) && c.Large.Endpoint != "":
		return hint.Add(fmt.Errorf("best and equal would ask the endpoint about every clip of %s", t.On), "use share, which asks the small model only")
	}
	return nil
}

// tuned returns the split that thresholds are chosen on, "" if all are fixed.
func (c *Config) tuned() sample.Split {
	for _, t := range append([]Threshold{c.Threshold}, c.Also...) {
		if t.Fixed == nil {
			return t.On
		}
	}
	return ""
}

func (c *Config) checkCosts() (string, error) {
	for _, axis := range c.Costs {
		if err := axis.Validate(); err != nil {
			return "costs", err
		}
	}
	return "", nil
}
