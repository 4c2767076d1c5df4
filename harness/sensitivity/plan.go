package sensitivity

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"uacs/harness/experiment"
	"uacs/harness/model/ubm"
	"uacs/internal/hint"
	"uacs/internal/schema"
	"uacs/internal/strictyaml"
)

// Dir is where the plans lie in the project.
const Dir = "configs/sensitivity"

// Plan is a study of one experiment.
type Plan struct {
	// Name is the stem of every file made of the plan; Title heads table and figure.
	Name  string `yaml:"name" json:"name" jsonschema:"stem of every file made of the plan"`
	Title string `yaml:"title" json:"title" jsonschema:"heads table and figure"`
	// Experiment is the experiment whose choices are varied.
	Experiment string `yaml:"experiment" json:"experiment" jsonschema:"an experiment of configs/experiments"`
	// Model is the small model to train in place of the experiment's own answers, which
	// is how its training can be varied; Label is how tables call it and Seeds are the
	// members it gets. Without it the experiment's small model answers.
	Model string   `yaml:"model" json:"model,omitempty" jsonschema:"a model of configs/models that is trained anew for each choice about its training"`
	Label string   `yaml:"label" json:"label,omitempty" jsonschema:"how tables call that model"`
	Seeds []uint64 `yaml:"seeds" json:"seeds,omitempty" jsonschema:"a seed for each member of that model"`
	// Headline is the cascade whose gain is the conclusion; the experiment's if absent.
	Headline *experiment.Headline `yaml:"headline" json:"headline,omitempty" jsonschema:"the cascade whose gain is the conclusion; the experiment's if absent"`
	// Replicates are those of the bootstrap.
	Replicates int `yaml:"replicates" json:"replicates,omitempty" jsonschema:"bootstrap replicates"`
	// Vary are the choices, one row of the figure each.
	Vary []Hypothesis `yaml:"vary" json:"vary" jsonschema:"choices to vary, one at a time"`

	// File is the plan's path and Digest the SHA-256 of its bytes.
	File   string `yaml:"-" json:"-"`
	Digest string `yaml:"-" json:"-"`
}

// Hypothesis is a choice with the values to try.
type Hypothesis struct {
	// Key is one of [Keys].
	Key string `yaml:"key" json:"key" jsonschema:"what is varied: bins, target, loss and others"`
	// Default is the value that the experiment and the model have; it is among Values.
	Default string   `yaml:"default" json:"default" jsonschema:"the value that experiment and model have"`
	Values  []string `yaml:"values" json:"values" jsonschema:"values to try, the default among them"`
}

// Schema returns the JSON schema of a plan.
func Schema() ([]byte, error) { return schema.Of[Plan]("A plan of uacs sensitivity") }

// LoadPlans reads the plans of the project in root, all or those named, in the order
// of the names. An unknown name is an error; a project without plans is not.
func LoadPlans(root fs.FS, names ...string) ([]Plan, error) {
	plans, err := strictyaml.Folder(root, Dir, LoadPlan, func(p Plan) string { return p.Name })
	if err != nil || len(names) == 0 {
		return plans, err
	}
	byName := map[string]Plan{}
	var known []string
	for _, p := range plans {
		byName[p.Name] = p
		known = append(known, p.Name)
	}
	var out []Plan
	for _, name := range names {
		p, ok := byName[name]
		if !ok {
			return nil, hint.Add(fmt.Errorf("no sensitivity study is named %q", name), "the studies are %s", strings.Join(known, ", "))
		}
		out = append(out, p)
	}
	return out, nil
}

// LoadPlan reads and checks one plan. Errors name file and line.
func LoadPlan(fsys fs.FS, file string) (Plan, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Plan{}, err
	}
	sum := sha256.Sum256(data)
	p := Plan{Replicates: 2000, File: file, Digest: hex.EncodeToString(sum[:])}
	if err := strictyaml.Decode(file, data, &p); err != nil {
		return Plan{}, err
	}
	if key, err := p.check(); err != nil {
		return Plan{}, experiment.AtKey(file, data, key, err)
	}
	return p, nil
}

// check returns the first key that cannot be run with, and why.
func (p *Plan) check() (key string, err error) {
	switch {
	case p.Name == "" || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return "name", fmt.Errorf("%q may hold a-z, 0-9 and - only: it becomes a file name", p.Name)
	case p.Title == "":
		return "title", errors.New("is required")
	case p.Experiment == "":
		return "experiment", errors.New("is required")
	case p.Model != "" && p.Label == "":
		return "label", errors.New("is required: it says which model answers")
	case p.Model == "" && p.Label+fmt.Sprint(p.Seeds) != "[]":
		return "model", errors.New("label and seeds are those of a model")
	case p.Replicates < 100:
		return "replicates", fmt.Errorf("%d is fewer than 100: an interval needs tails", p.Replicates)
	case len(p.Vary) == 0:
		return "vary", errors.New("nothing is varied")
	}
	seen := map[string]bool{}
	for _, h := range p.Vary {
		if err := h.check(p); err != nil {
			return "vary", err
		}
		if seen[h.Key] {
			return "vary", fmt.Errorf("%s stands twice", h.Key)
		}
		seen[h.Key] = true
	}
	return "", nil
}

func (h *Hypothesis) check(p *Plan) error {
	k, ok := knobs[h.Key]
	if !ok {
		return hint.Add(fmt.Errorf("key %q is not known", h.Key), "the keys are %s", strings.Join(Keys(), ", "))
	}
	if k.training && p.Model == "" {
		return hint.Add(fmt.Errorf("%s is a choice about training", h.Key), "name the small model under model")
	}
	if !slices.Contains(h.Values, h.Default) {
		return fmt.Errorf("%s: the default %q is not among the values", h.Key, h.Default)
	}
	for i, v := range h.Values {
		if v == "" || slices.Contains(h.Values[:i], v) {
			return fmt.Errorf("%s: value %q is empty or stands twice", h.Key, v)
		}
	}
	return nil
}

// base is the setting in which every choice has its default.
func (p *Plan) base(root fs.FS) (setting, error) {
	c, err := experiment.LoadConfig(root, path.Join("configs/experiments", p.Experiment+".yaml"))
	if err != nil {
		return setting{}, fmt.Errorf("%s: %w", p.File, err)
	}
	if p.Headline != nil {
		c.Headline = *p.Headline
	}
	c.Replicates = p.Replicates
	s := setting{Config: c, Zero: "neutral", Second: "own"}
	if p.Model == "" {
		return s, nil
	}
	m, err := ubm.LoadConfig(root, path.Join("configs/models", p.Model+".yaml"))
	if err != nil {
		return setting{}, fmt.Errorf("%s: %w", p.File, err)
	}
	if m.Datasets[0] != c.Dataset {
		return setting{}, fmt.Errorf("%s: model %s is of %s, the experiment of %s", p.File, m.Name, m.Datasets[0], c.Dataset)
	}
	if len(p.Seeds) > 0 {
		m.Seeds = p.Seeds
	}
	m.Replicates = 100 // its card is not looked at
	s.Model, s.Config.Small.Label = &m, p.Label
	return s, nil
}
