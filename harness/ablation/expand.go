package ablation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"uacs/harness/experiment"
	"uacs/harness/panel"
	"uacs/harness/uncertainty"
)

// schemaVersion is part of every key: raise it when the same inputs come to give
// other numbers, or a cell other fields.
const schemaVersion = 1

// Spec says which cell of a plan: one level of each factor.
type Spec struct {
	// Key is the hex SHA-256 of everything the cell depends on.
	Key string `json:"key"`
	// Pair is the place of the pair in the plan.
	Pair        int               `json:"pair"`
	Profile     string            `json:"profile"`
	Seed        uint64            `json:"seed"`
	Uncertainty panel.Uncertainty `json:"uncertainty"`
	Measure     string            `json:"measure"`
	Calibration string            `json:"calibration"`
	Fusion      string            `json:"fusion"`
}

// Grid is a plan with its cells.
type Grid struct {
	Plan  Plan
	Cells []Spec
	// Skipped are pairs whose data is not on this machine; they have no cells.
	Skipped []Skipped
}

// Skipped is a pair that cannot be judged here; Why wraps [fs.ErrNotExist].
type Skipped struct {
	Pair string
	Why  error
}

// Expand crosses the plan's factors to cells, in this order, the last factor
// changing fastest: pair, profile, seed, uncertainty, measure, calibration, fusion.
// data is the root of the public data, nil if there is none. It reads the inputs'
// digests, which are part of the keys.
func Expand(p Plan, predictors experiment.Predictors, data fs.FS) (Grid, error) {
	grid := Grid{Plan: p}
	for i := range p.Pairs {
		config := p.Config(i, "", 0)
		err := experiment.Ready(config, predictors, data)
		if errors.Is(err, fs.ErrNotExist) {
			grid.Skipped = append(grid.Skipped, Skipped{p.Pairs[i].Name, err})
			continue
		}
		if err != nil {
			return Grid{}, fmt.Errorf("%s: pair %s: %w", p.File, p.Pairs[i].Name, err)
		}
		inputs, err := sources(config, predictors, data)
		if err != nil {
			return Grid{}, fmt.Errorf("%s: pair %s: %w", p.File, p.Pairs[i].Name, err)
		}
		if err := grid.cross(i, inputs); err != nil {
			return Grid{}, err
		}
	}
	return grid, nil
}

// config is the experiment that opens a pair.
func (p *Plan) Config(pair int, profile string, seed uint64) experiment.Config {
	q := p.Pairs[pair]
	return experiment.Config{
		Name: q.Name, Title: p.Title, Tier: p.Tier, Dataset: q.Dataset, Split: q.Split, Profile: profile,
		Small: q.Small, Large: q.Large, Second: q.Second, Failures: q.Failures,
		LargeMeasure: q.LargeMeasure, TauLarge: q.TauLarge, Weights: p.Weights, Costs: q.Costs,
		Folds: p.Folds, Seed: seed, Replicates: p.Replicates, Level: p.Level, File: p.File,
	}
}

// sources are the digests of whatever the pair's answers are made from.
func sources(c experiment.Config, predictors experiment.Predictors, data fs.FS) ([]experiment.Input, error) {
	inputs, err := experiment.Sources(c, predictors, data)
	if err != nil {
		return nil, err
	}
	roles := []experiment.Role{c.Small, c.Large}
	if c.Second != nil {
		roles = append(roles, *c.Second)
	}
	for _, role := range roles {
		p, err := predictors.Find(role.Predictor)
		if err != nil {
			return nil, err
		}
		line, err := json.Marshal(p)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, experiment.Input{Path: "predictor " + p.Name, SHA256: digest(line)})
	}
	return inputs, nil
}

// cross adds the cells of a pair.
func (g *Grid) cross(pair int, inputs []experiment.Input) error {
	p := &g.Plan
	for _, profile := range p.Profiles {
		for _, seed := range p.Seeds {
			for _, u := range p.Uncertainties {
				for _, measure := range p.Measures {
					for _, calibration := range p.Calibrations {
						for _, fusion := range p.Fusions {
							s := Spec{"", pair, profile, seed, u, measure, calibration, fusion}
							var err error
							if s.Key, err = p.key(s, inputs); err != nil {
								return err
							}
							g.Cells = append(g.Cells, s)
						}
					}
				}
			}
		}
	}
	return nil
}

// dependencies are everything that a cell's numbers depend on, in the order of
// its canonical JSON.
type dependencies struct {
	Schema      int                `json:"schema"`
	Pair        Pair               `json:"pair"`
	Profile     string             `json:"profile"`
	Seed        uint64             `json:"seed"`
	Uncertainty panel.Uncertainty  `json:"uncertainty"`
	Measure     string             `json:"measure"`
	Bases       []string           `json:"bases,omitempty"`
	Calibration string             `json:"calibration"`
	Fusion      string             `json:"fusion"`
	Rules       []Rule             `json:"rules"`
	Weights     string             `json:"weights"`
	Penalty     float64            `json:"penalty"`
	Rates       []float64          `json:"rates"`
	Tolerance   float64            `json:"tolerance"`
	Folds       int                `json:"folds"`
	Replicates  int                `json:"replicates"`
	Level       float64            `json:"level"`
	Inputs      []experiment.Input `json:"inputs"`
}

// key is the digest of a cell's dependencies.
func (p *Plan) key(s Spec, inputs []experiment.Input) (string, error) {
	d := dependencies{
		Schema: schemaVersion, Pair: p.Pairs[s.Pair], Profile: s.Profile, Seed: s.Seed, Uncertainty: s.Uncertainty,
		Measure: s.Measure, Calibration: s.Calibration, Fusion: s.Fusion, Rules: p.Rules, Weights: p.Weights,
		Penalty: p.Penalty, Rates: p.Rates, Tolerance: p.Tolerance, Folds: p.Folds, Replicates: p.Replicates,
		Level: p.Level, Inputs: inputs,
	}
	if s.Measure == uncertainty.Shuffled.Name {
		d.Bases = p.bases()
	}
	data, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	return digest(data), nil
}

// bases are the plan's measures of the small model alone that are no controls: the
// measure shuffled permutes the first of them that applies.
func (p *Plan) bases() []string {
	var out []string
	for _, name := range p.Measures {
		if m, err := uncertainty.ByName(name); err == nil && !m.Control && !panel.ReadsLarge(m) {
			out = append(out, name)
		}
	}
	return out
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
