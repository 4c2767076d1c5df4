package experiment

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"uacs/harness/cost"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/hint"
	"uacs/internal/strictyaml"
)

// Config is one experiment: two predictors of one dataset, the cascades to make
// of them, and how to judge those. Every key that the paper leaves open is
// listed under Hypotheses.
type Config struct {
	// Name is the stem of every file the experiment writes; Title heads tables and figures.
	Name  string `yaml:"name" json:"name" jsonschema:"stem of every file the experiment writes"`
	Title string `yaml:"title" json:"title" jsonschema:"heads tables and figures"`
	// Tier is public or synth.
	Tier string `yaml:"tier" json:"tier" jsonschema:"synth or public"`
	// Dataset and Split say which clips.
	Dataset string       `yaml:"dataset" json:"dataset" jsonschema:"mosi, mosei, sims, simsv2, synth-mosi or synth-sims"`
	Split   sample.Split `yaml:"split" json:"split,omitempty" jsonschema:"train, valid or test"`
	// Profile is the metric profile whose headline accuracy is the quality.
	Profile string `yaml:"profile" json:"profile,omitempty" jsonschema:"metric profile whose headline accuracy is the quality of an answer"`

	Small  Role  `yaml:"small" json:"small" jsonschema:"the model that answers every clip"`
	Large  Role  `yaml:"large" json:"large" jsonschema:"the model asked about doubted clips"`
	Second *Role `yaml:"second" json:"second,omitempty" jsonschema:"the second inference, asked on conflict"`
	// Failures is the policy for clips that the large model has no usable answer for.
	Failures Failures `yaml:"failures" json:"failures,omitempty" jsonschema:"fallback-small, wrong or drop"`

	// Measures are tried with the headline fusion, Fusions with the headline measure.
	Measures []string `yaml:"measures" json:"measures" jsonschema:"uncertainty measures of the small model"`
	Fusions  []string `yaml:"fusions" json:"fusions" jsonschema:"fusion strategies"`
	// LargeMeasure is the large model's uncertainty, TauLarge the thresholds on it
	// to choose from; both are needed by strategies that accept a confident answer.
	LargeMeasure string    `yaml:"large_measure" json:"large_measure,omitempty" jsonschema:"uncertainty measure of the large model"`
	TauLarge     []float64 `yaml:"tau_large" json:"tau_large,omitempty" jsonschema:"thresholds on the large model's uncertainty to choose from"`
	// Weights is how averaging turns uncertainty into weight.
	Weights string `yaml:"weights" json:"weights,omitempty" jsonschema:"confidence or inverse-uncertainty"`
	// Headline names the measure and fusion that the title and figure are about.
	Headline Headline `yaml:"headline" json:"headline" jsonschema:"the cascade that title and figure are about"`

	// Tolerance is how much accuracy, as a fraction, a threshold may give up on the
	// clips it is chosen on for fewer calls.
	Tolerance float64 `yaml:"tolerance" json:"tolerance,omitempty" jsonschema:"accuracy, as a fraction, that a threshold may give up for fewer calls"`

	Costs []cost.Axis `yaml:"costs" json:"costs" jsonschema:"compute axes with the price of a clip"`

	Folds      int     `yaml:"folds" json:"folds,omitempty" jsonschema:"folds of videos for choosing thresholds"`
	Seed       uint64  `yaml:"seed" json:"seed" jsonschema:"seed of folds, bootstrap and controls"`
	Replicates int     `yaml:"replicates" json:"replicates,omitempty" jsonschema:"bootstrap replicates"`
	Level      float64 `yaml:"level" json:"level,omitempty" jsonschema:"level of intervals, such as 0.95"`

	// Hypotheses name the choices above that the paper does not settle.
	Hypotheses []string `yaml:"hypotheses" json:"hypotheses,omitempty" jsonschema:"choices that the paper does not settle"`

	// File is the config's path and Digest the SHA-256 of its bytes.
	File   string `yaml:"-" json:"-"`
	Digest string `yaml:"-" json:"-"`
}

// Role is a predictor in a part of the cascade.
type Role struct {
	// Predictor names an entry of predictors.yaml.
	Predictor string `yaml:"predictor" json:"predictor" jsonschema:"an entry of predictors.yaml"`
	// Decision is the rule that reads a polarity out of its answers.
	Decision string `yaml:"decision" json:"decision,omitempty" jsonschema:"auto, score, label, ranking, plurality or net-vote"`
	// Label is how tables and figures call it.
	Label string `yaml:"label" json:"label" jsonschema:"name in tables and figures"`
	// Score makes a score where the answers have none; empty for none.
	Score ScoreRule `yaml:"score" json:"score,omitempty" jsonschema:"net-vote or ranking: a named hypothesis where the answers have no score"`
	// Surrogate says that the answers stand in for something else, and for what.
	Surrogate string `yaml:"surrogate" json:"surrogate,omitempty" jsonschema:"what these answers stand in for, if they do"`
}

// Headline is a measure with a fusion.
type Headline struct {
	Measure string `yaml:"measure" json:"measure" jsonschema:"uncertainty measure"`
	Fusion  string `yaml:"fusion" json:"fusion" jsonschema:"fusion strategy"`
}

// Failures is a policy for clips without a usable answer of the large model.
type Failures string

// The policies. n is printed under each.
const (
	FallbackSmall Failures = "fallback-small" // the small model's answer stands
	Wrong         Failures = "wrong"          // the clip counts as wrong
	Drop          Failures = "drop"           // the clip leaves the evaluation
)

// LoadConfigs reads every *.yaml in dir of fsys, in order of name.
func LoadConfigs(fsys fs.FS, dir string) ([]Config, error) {
	configs, err := strictyaml.Folder(fsys, dir, LoadConfig, func(c Config) string { return c.Name })
	if err == nil && len(configs) == 0 {
		err = fmt.Errorf("%s: no experiment (*.yaml) in this folder", dir)
	}
	return configs, err
}

// LoadConfig reads and checks one experiment. Errors name file and, where the
// YAML itself is wrong, line.
func LoadConfig(fsys fs.FS, file string) (Config, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Config{}, err
	}
	c := Config{
		Split: sample.Test, Profile: "polarity", Failures: FallbackSmall, Weights: "confidence",
		Folds: 5, Replicates: 10_000, Level: 0.95, File: file, Digest: digest(data),
	}
	if err := strictyaml.Decode(file, data, &c); err != nil {
		return Config{}, err
	}
	if err := c.validate(); err != nil {
		return Config{}, atKey(file, data, err)
	}
	return c, nil
}

func (c *Config) validate() error {
	for _, check := range []func() error{c.checkNames, c.checkChoices, c.checkRoles, c.checkMeasures, c.checkFusions, c.checkCosts, c.checkStatistics} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) checkNames() error {
	required := []struct{ key, value string }{
		{"name", c.Name},
		{"title", c.Title},
		{"dataset", c.Dataset},
		{"small.predictor", c.Small.Predictor},
		{"large.predictor", c.Large.Predictor},
		{"small.label", c.Small.Label},
		{"large.label", c.Large.Label},
		{"headline.measure", c.Headline.Measure},
		{"headline.fusion", c.Headline.Fusion},
	}
	if c.Second != nil {
		required = append(required, []struct{ key, value string }{
			{"second.predictor", c.Second.Predictor}, {"second.label", c.Second.Label},
		}...)
	}
	for _, f := range required {
		if f.value == "" {
			return keyErrorf(f.key, "is required")
		}
	}
	if strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return keyErrorf("name", "%q may hold a-z, 0-9 and - only: it becomes a file name", c.Name)
	}
	if c.Small.Label == c.Large.Label {
		return keyErrorf("large.label", "%q is the small model's label too: figures could not tell them apart", c.Large.Label)
	}
	return nil
}

func (c *Config) checkChoices() error {
	if c.Tier != "public" && c.Tier != "synth" {
		return keyErrorf("tier", "%q is not public or synth", c.Tier)
	}
	if !slices.Contains(sample.Splits, c.Split) {
		return keyErrorf("split", "%q is not train, valid or test", c.Split)
	}
	if _, err := metric.Lookup(c.Profile); err != nil {
		return keyError{"profile", err}
	}
	if _, err := metric.KindOf(c.Dataset); err != nil {
		return keyError{"dataset", err}
	}
	if strings.HasPrefix(c.Dataset, "synth-") != (c.Tier == "synth") {
		return keyErrorf("tier", "%s is not the tier of dataset %s", c.Tier, c.Dataset)
	}
	if c.Failures != FallbackSmall && c.Failures != Wrong && c.Failures != Drop {
		return keyErrorf("failures", "%q is not fallback-small, wrong or drop", c.Failures)
	}
	if _, err := weightByName(c.Weights); err != nil {
		return keyError{"weights", err}
	}
	return nil
}

// roles returns the parts of the cascade that the config fills, by key.
func (c *Config) roles() []keyedRole {
	roles := []keyedRole{{"small", &c.Small}, {"large", &c.Large}}
	if c.Second != nil {
		roles = append(roles, keyedRole{"second", c.Second})
	}
	return roles
}

type keyedRole struct {
	key string
	*Role
}

func (c *Config) checkRoles() error {
	for _, role := range c.roles() {
		if _, err := sample.DecisionByName(role.Decision); err != nil {
			return keyError{role.key + ".decision", err}
		}
		if err := role.Score.validate(); err != nil {
			return keyError{role.key + ".score", err}
		}
	}
	return nil
}

func (c *Config) checkMeasures() error {
	if twice := repeated(c.Measures); twice != "" {
		return keyErrorf("measures", "%s stands twice", twice)
	}
	for _, name := range c.Measures {
		if _, err := uncertainty.ByName(name); err != nil {
			return keyError{"measures", err}
		}
	}
	if !slices.Contains(c.Measures, c.Headline.Measure) {
		return keyError{"headline.measure", hint.Add(fmt.Errorf("%q is not among measures", c.Headline.Measure), "add it to measures")}
	}
	if isControl(c.Headline.Measure) {
		return keyErrorf("headline.measure", "%s is a control: no cascade to report", c.Headline.Measure)
	}
	if c.LargeMeasure != "" {
		if _, err := uncertainty.ByName(c.LargeMeasure); err != nil {
			return keyError{"large_measure", err}
		}
	}
	for _, tau := range c.TauLarge {
		if !finite(tau) {
			return keyErrorf("tau_large", "%v is not a finite number", tau)
		}
	}
	return nil
}

func (c *Config) checkFusions() error {
	if twice := repeated(c.Fusions); twice != "" {
		return keyErrorf("fusions", "%s stands twice", twice)
	}
	for _, name := range c.Fusions {
		s, err := fusion.ByName(name)
		if err != nil {
			return keyError{"fusions", err}
		}
		switch {
		case s.Name == fusion.SmallOnly.Name || s.Name == fusion.LargeOnly.Name:
			return keyError{"fusions", hint.Add(fmt.Errorf("%s is no cascade; every experiment judges it anyway", name), "remove it")}
		case s.NeedsSecond && c.Second == nil:
			return keyError{"fusions", hint.Add(fmt.Errorf("%s asks a second time", name), "name a predictor with second answers under second")}
		case s.NeedsTau && (c.LargeMeasure == "" || len(c.TauLarge) == 0):
			return keyError{"fusions", hint.Add(fmt.Errorf("%s accepts a confident answer", name), "say under large_measure and tau_large when an answer is confident")}
		}
	}
	if !slices.Contains(c.Fusions, c.Headline.Fusion) {
		return keyError{"headline.fusion", hint.Add(fmt.Errorf("%q is not among fusions", c.Headline.Fusion), "add it to fusions")}
	}
	if s, err := fusion.ByName(c.Headline.Fusion); err == nil && s.Control {
		return keyErrorf("headline.fusion", "%s is a control: no cascade to report", s.Name)
	}
	return nil
}

func (c *Config) checkCosts() error {
	if len(c.Costs) == 0 {
		return keyErrorf("costs", "at least one compute axis is required")
	}
	seen := map[string]bool{}
	for _, axis := range c.Costs {
		if err := axis.Validate(); err != nil {
			return keyError{"costs", err}
		}
		if seen[axis.Name] {
			return keyErrorf("costs", "cost axis %s stands twice", axis.Name)
		}
		seen[axis.Name] = true
		for _, price := range []float64{axis.Small, axis.Large, axis.Second} {
			if !finite(price) {
				return keyErrorf("costs", "cost axis %s: a price is %v", axis.Name, price)
			}
			if price != 0 && price < leastPrice {
				return keyError{"costs", hint.Add(fmt.Errorf("cost axis %s: a price of %v vanishes in results, which have six decimals", axis.Name, price), "count in a smaller unit")}
			}
		}
	}
	return nil
}

// leastPrice leaves three digits of a price in numbers of six decimals.
const leastPrice = 1e-3

func (c *Config) checkStatistics() error {
	switch {
	case !(c.Tolerance >= 0 && c.Tolerance < 1):
		return keyErrorf("tolerance", "%v is not in [0,1)", c.Tolerance)
	case c.Folds < 2:
		return keyErrorf("folds", "%d is fewer than 2", c.Folds)
	case c.Replicates < 100:
		return keyErrorf("replicates", "%d is fewer than 100: an interval needs tails", c.Replicates)
	case !(c.Level > 0 && c.Level < 1):
		return keyErrorf("level", "%v is not between 0 and 1", c.Level)
	}
	return nil
}

// repeated returns the first name that stands twice, "" if none does.
func repeated(names []string) string {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return name
		}
	}
	return ""
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func weightByName(name string) (func(float64) float64, error) {
	switch name {
	case "confidence":
		return fusion.Confidence, nil
	case "inverse-uncertainty":
		return fusion.InverseUncertainty, nil
	}
	return nil, fmt.Errorf("%q is not confidence or inverse-uncertainty", name)
}
