package ablation

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"uacs/harness/calibrate"
	"uacs/harness/cost"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/panel"
	"uacs/harness/route"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/strictyaml"
)

// Plan is what a factorial ablation crosses. Every list but Hypotheses is a
// factor; a list of measures or fusions with the one entry "all" stands for every
// registered one, in order of name, but for the fusions that are one model alone.
type Plan struct {
	// Name is the stem of every file made of the plan; Title heads tables.
	Name  string `yaml:"name" json:"name" jsonschema:"stem of every file made of the plan"`
	Title string `yaml:"title" json:"title" jsonschema:"heads tables"`
	// Tier is public or synth.
	Tier  string `yaml:"tier" json:"tier" jsonschema:"synth or public"`
	Pairs []Pair `yaml:"pairs" json:"pairs" jsonschema:"pairs of models and the clips they answer"`

	// Profiles are the metric profiles whose headline accuracy is the quality.
	Profiles []string `yaml:"profiles" json:"profiles,omitempty" jsonschema:"metric profiles whose headline accuracy is the quality of an answer"`
	// Seeds seed folds, bootstrap and controls, all cells once under each.
	Seeds []uint64 `yaml:"seeds" json:"seeds" jsonschema:"seeds of folds, bootstrap and controls"`
	// Uncertainties say what routes: the measure itself, the large model's
	// uncertainty in its place and the other way round, or the measure's values
	// dealt to random clips.
	Uncertainties []panel.Uncertainty `yaml:"uncertainties" json:"uncertainties,omitempty" jsonschema:"own, swapped or shuffled: what the measures are replaced by"`
	Measures      []string            `yaml:"measures" json:"measures" jsonschema:"uncertainty measures of the small model, or all"`
	Calibrations  []string            `yaml:"calibrations" json:"calibrations,omitempty" jsonschema:"none, or calibration methods"`
	Fusions       []string            `yaml:"fusions" json:"fusions" jsonschema:"fusion strategies, or all"`
	// Rules choose a cell's thresholds. They do not multiply the cells: each cell
	// has an outcome per rule.
	Rules []Rule `yaml:"rules" json:"rules,omitempty" jsonschema:"ways to choose the threshold"`

	// Weights is how averaging turns uncertainty into weight.
	Weights string `yaml:"weights" json:"weights,omitempty" jsonschema:"confidence or inverse-uncertainty"`
	// Penalty is that of learned fusions, see [fusion.Training].
	Penalty float64 `yaml:"penalty" json:"penalty,omitempty" jsonschema:"ridge penalty of learned fusions; 0 means 1"`
	// Rates are the deferral rates at which curves are kept.
	Rates []float64 `yaml:"rates" json:"rates,omitempty" jsonschema:"deferral rates at which curves are kept, ascending in [0,1]"`

	// Tolerance is how much accuracy, as a fraction, a threshold may give up for
	// fewer calls, where a rule says nothing else.
	Tolerance  float64 `yaml:"tolerance" json:"tolerance,omitempty" jsonschema:"accuracy, as a fraction, that a threshold may give up for fewer calls"`
	Folds      int     `yaml:"folds" json:"folds,omitempty" jsonschema:"folds of videos for whatever is fitted or chosen"`
	Replicates int     `yaml:"replicates" json:"replicates,omitempty" jsonschema:"bootstrap replicates"`
	Level      float64 `yaml:"level" json:"level,omitempty" jsonschema:"level of intervals, such as 0.95"`

	// Hypotheses name the choices above that the paper does not settle.
	Hypotheses []string `yaml:"hypotheses" json:"hypotheses,omitempty" jsonschema:"choices that the paper does not settle"`

	// File is the plan's path and Digest the SHA-256 of its bytes.
	File   string `yaml:"-" json:"-"`
	Digest string `yaml:"-" json:"-"`
}

// Pair is a small and a large model with the clips they answer.
type Pair struct {
	// Name is how tables call the pair.
	Name    string       `yaml:"name" json:"name" jsonschema:"how tables call the pair"`
	Dataset string       `yaml:"dataset" json:"dataset" jsonschema:"mosi, mosei, sims, simsv2, synth-mosi or synth-sims"`
	Split   sample.Split `yaml:"split" json:"split,omitempty" jsonschema:"train, valid or test"`
	// The roles are those of an experiment.
	Small    experiment.Role     `yaml:"small" json:"small" jsonschema:"the model that answers every clip"`
	Large    experiment.Role     `yaml:"large" json:"large" jsonschema:"the model asked about doubted clips"`
	Second   *experiment.Role    `yaml:"second" json:"second,omitempty" jsonschema:"the second inference, asked on conflict"`
	Failures experiment.Failures `yaml:"failures" json:"failures,omitempty" jsonschema:"fallback-small, wrong or drop"`
	// LargeMeasure is the large model's uncertainty, TauLarge the thresholds on it
	// to choose from.
	LargeMeasure string      `yaml:"large_measure" json:"large_measure,omitempty" jsonschema:"uncertainty measure of the large model"`
	TauLarge     []float64   `yaml:"tau_large" json:"tau_large,omitempty" jsonschema:"thresholds on the large model's uncertainty to choose from"`
	Costs        []cost.Axis `yaml:"costs" json:"costs" jsonschema:"compute axes with the price of a clip"`
}

// Rule is a routing rule of package route with its knobs; see [route.RuleOptions].
type Rule struct {
	// Label is how tables call the rule with these knobs; the rule's name if absent.
	Label string `yaml:"label" json:"label,omitempty" jsonschema:"how tables call the rule with these knobs"`
	Rule  string `yaml:"rule" json:"rule" jsonschema:"name of a routing rule"`

	Threshold float64 `yaml:"threshold" json:"threshold,omitempty" jsonschema:"threshold of fixed-threshold"`
	Share     float64 `yaml:"share" json:"share,omitempty" jsonschema:"share of clips to defer"`
	// Budget is in units of the pair's axis of the name Axis, or calls.
	Budget     float64  `yaml:"budget" json:"budget,omitempty" jsonschema:"largest mean price of a clip"`
	Axis       string   `yaml:"axis" json:"axis,omitempty" jsonschema:"compute axis that prices are in; calls if absent"`
	Tolerance  *float64 `yaml:"tolerance" json:"tolerance,omitempty" jsonschema:"accuracy that may be lost against the best; the plan's if absent"`
	ErrorCost  float64  `yaml:"error_cost" json:"error_cost,omitempty" jsonschema:"cost of a wrong answer in units of the price"`
	MinQuality *float64 `yaml:"min_quality" json:"min_quality,omitempty" jsonschema:"least accuracy"`
	GainMap    bool     `yaml:"gain_map" json:"gain_map,omitempty" jsonschema:"estimate the gain of escalation by uncertainty"`

	Alpha      float64    `yaml:"alpha" json:"alpha,omitempty" jsonschema:"risk to stay below"`
	Delta      float64    `yaml:"delta" json:"delta,omitempty" jsonschema:"probability of failing to"`
	Grid       []float64  `yaml:"grid" json:"grid,omitempty" jsonschema:"thresholds to test, fixed beforehand"`
	Ranks      int        `yaml:"ranks" json:"ranks,omitempty" jsonschema:"ranks to test where there is no grid"`
	Starts     int        `yaml:"starts" json:"starts,omitempty" jsonschema:"places from which testing starts"`
	Bonferroni bool       `yaml:"bonferroni" json:"bonferroni,omitempty" jsonschema:"give each threshold its share of delta"`
	Unit       route.Unit `yaml:"unit" json:"unit,omitempty" jsonschema:"what is taken to be exchangeable"`

	L2         float64 `yaml:"l2" json:"l2,omitempty" jsonschema:"penalty of the learned router"`
	Then       string  `yaml:"then" json:"then,omitempty" jsonschema:"rule that sets the threshold on its scores"`
	InnerFolds int     `yaml:"inner_folds" json:"inner_folds,omitempty" jsonschema:"folds its scores come from"`
}

// String is how tables call the rule with its knobs.
func (r Rule) String() string {
	if r.Label != "" {
		return r.Label
	}
	return r.Rule
}

// LoadPlans reads every *.yaml in dir of fsys, in order of name.
func LoadPlans(fsys fs.FS, dir string) ([]Plan, error) {
	plans, err := strictyaml.Folder(fsys, dir, LoadPlan, func(p Plan) string { return p.Name })
	if err == nil && len(plans) == 0 {
		err = fmt.Errorf("%s: no plan (*.yaml) in this folder", dir)
	}
	return plans, err
}

// LoadPlan reads and checks one plan and writes out its lists of "all". Errors
// name file and line.
func LoadPlan(fsys fs.FS, file string) (Plan, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{
		Profiles: []string{"polarity"}, Uncertainties: []panel.Uncertainty{panel.Own}, Calibrations: []string{panel.Uncalibrated},
		Rules: []Rule{{Rule: "best-with-tolerance"}}, Weights: "confidence", Rates: experiment.CurveRates(),
		Folds: 5, Replicates: 10_000, Level: 0.95, File: file, Digest: digest(data),
	}
	if err := strictyaml.Decode(file, data, &p); err != nil {
		return Plan{}, err
	}
	for i := range p.Pairs {
		if p.Pairs[i].Split == "" {
			p.Pairs[i].Split = sample.Test
		}
		if p.Pairs[i].Failures == "" {
			p.Pairs[i].Failures = experiment.FallbackSmall
		}
	}
	p.Measures = all(p.Measures, uncertainty.All(), func(m uncertainty.Measure) string { return m.Name })
	p.Fusions = all(p.Fusions, slices.DeleteFunc(fusion.All(), isBaseline), func(s fusion.Strategy) string { return s.Name })
	if key, err := p.check(); err != nil {
		return Plan{}, experiment.AtKey(file, data, key, err)
	}
	return p, nil
}

// isBaseline reports whether a strategy is one model alone. Every cell has both of
// them beside it, so that "all" need not pad the family of comparisons with them.
func isBaseline(s fusion.Strategy) bool {
	return s.Name == fusion.SmallOnly.Name || s.Name == fusion.LargeOnly.Name
}

// all writes out a list of "all".
func all[E any](names []string, registered []E, name func(E) string) []string {
	if !slices.Equal(names, []string{"all"}) {
		return names
	}
	names = nil
	for _, e := range registered {
		names = append(names, name(e))
	}
	return names
}

// check returns what is wrong with the plan and under which key.
func (p *Plan) check() (key string, err error) {
	for _, check := range []func() (string, error){p.checkNames, p.checkFactors, p.checkStatistics} {
		if key, err := check(); err != nil {
			return key, err
		}
	}
	names := map[string]bool{}
	for i := range p.Pairs {
		pair := &p.Pairs[i]
		if err := p.checkPair(pair); err != nil {
			return "pairs", fmt.Errorf("%s: %w", pair.Name, err)
		}
		if names[pair.Name] {
			return "pairs", fmt.Errorf("%s stands twice", pair.Name)
		}
		names[pair.Name] = true
	}
	return p.checkRules()
}

func (p *Plan) checkNames() (string, error) {
	switch {
	case p.Name == "" || p.Title == "":
		return "name", fmt.Errorf("name and title are required")
	case strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return "name", fmt.Errorf("%q may hold a-z, 0-9 and - only: it becomes a file name", p.Name)
	case p.Tier != "public" && p.Tier != "synth":
		return "tier", fmt.Errorf("%q is not public or synth", p.Tier)
	case len(p.Pairs) == 0:
		return "pairs", fmt.Errorf("at least one pair is required")
	}
	_, err := experiment.WeightByName(p.Weights)
	return "weights", err
}

// checkFactors checks that each factor's levels exist and stand once.
func (p *Plan) checkFactors() (string, error) {
	factors := []struct {
		key    string
		levels []string
		check  func(string) error
	}{
		{"profiles", p.Profiles, func(n string) error { _, err := metric.Lookup(n); return err }},
		{"measures", p.Measures, func(n string) error { _, err := uncertainty.ByName(n); return err }},
		{"fusions", p.Fusions, func(n string) error { _, err := fusion.ByName(n); return err }},
		{"calibrations", p.Calibrations, checkCalibration},
		{"seeds", texts(p.Seeds), func(string) error { return nil }},
		{"uncertainties", texts(p.Uncertainties), checkUncertainty},
	}
	for _, f := range factors {
		if len(f.levels) == 0 {
			return f.key, fmt.Errorf("at least one is required")
		}
		for i, level := range f.levels {
			if err := f.check(level); err != nil {
				return f.key, err
			}
			if slices.Contains(f.levels[:i], level) {
				return f.key, fmt.Errorf("%s stands twice", level)
			}
		}
	}
	return "", nil
}

func texts[E any](x []E) []string {
	out := make([]string, len(x))
	for i, e := range x {
		out[i] = fmt.Sprint(e)
	}
	return out
}

func checkCalibration(name string) error {
	if name == panel.Uncalibrated {
		return nil
	}
	_, err := calibrate.ByName(name)
	return err
}

func checkUncertainty(name string) error {
	if u := panel.Uncertainty(name); u != panel.Own && u != panel.Swapped && u != panel.Shuffled {
		return fmt.Errorf("%q is not own, swapped or shuffled", name)
	}
	return nil
}

func (p *Plan) checkStatistics() (string, error) {
	switch {
	case !(p.Tolerance >= 0 && p.Tolerance < 1):
		return "tolerance", fmt.Errorf("%v is not in [0,1)", p.Tolerance)
	case p.Penalty < 0:
		return "penalty", fmt.Errorf("%v is negative", p.Penalty)
	case p.Folds < 2:
		return "folds", fmt.Errorf("%d is fewer than 2", p.Folds)
	case p.Replicates < 100:
		return "replicates", fmt.Errorf("%d is fewer than 100: an interval needs tails", p.Replicates)
	case !(p.Level > 0 && p.Level < 1):
		return "level", fmt.Errorf("%v is not between 0 and 1", p.Level)
	case len(p.Rates) == 0 || !slices.IsSorted(p.Rates) || !(p.Rates[0] >= 0 && p.Rates[len(p.Rates)-1] <= 1) || len(p.Rates) > 1000:
		return "rates", fmt.Errorf("at most 1000 rates must ascend within [0,1]")
	}
	return "", nil
}

func (p *Plan) checkPair(q *Pair) error {
	for _, f := range []struct{ key, value string }{
		{"name", q.Name},
		{"small.predictor", q.Small.Predictor},
		{"large.predictor", q.Large.Predictor},
		{"small.label", q.Small.Label},
		{"large.label", q.Large.Label},
	} {
		if f.value == "" {
			return fmt.Errorf("%s is required", f.key)
		}
	}
	if _, err := metric.KindOf(q.Dataset); err != nil {
		return err
	}
	if !slices.Contains(sample.Splits, q.Split) {
		return fmt.Errorf("split %q is not train, valid or test", q.Split)
	}
	if f := q.Failures; f != experiment.FallbackSmall && f != experiment.Wrong && f != experiment.Drop {
		return fmt.Errorf("failures %q is not fallback-small, wrong or drop", f)
	}
	for _, role := range q.roles() {
		if _, err := sample.DecisionByName(role.Decision); err != nil {
			return err
		}
	}
	if q.LargeMeasure != "" {
		if _, err := uncertainty.ByName(q.LargeMeasure); err != nil {
			return fmt.Errorf("large_measure: %w", err)
		}
	}
	if len(q.Costs) == 0 {
		return fmt.Errorf("costs: at least one compute axis is required")
	}
	for _, axis := range q.Costs {
		if err := axis.Validate(); err != nil {
			return err
		}
	}
	return nil
}

func (q *Pair) roles() []experiment.Role {
	roles := []experiment.Role{q.Small, q.Large}
	if q.Second != nil {
		roles = append(roles, *q.Second)
	}
	return roles
}

// Axis returns the compute axis of that name; the error about another lists those there are.
func (q *Pair) Axis(name string) (cost.Axis, error) {
	var names []string
	for _, a := range q.Costs {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return cost.Axis{}, fmt.Errorf("pair %s has no compute axis %q: it has %v", q.Name, name, names)
}

func (p *Plan) checkRules() (string, error) {
	if len(p.Rules) == 0 {
		return "rules", fmt.Errorf("at least one is required")
	}
	labels := map[string]bool{}
	for _, r := range p.Rules {
		if _, err := route.ByName(r.Rule); err != nil {
			return "rules", err
		}
		if labels[r.String()] {
			return "rules", fmt.Errorf("%s stands twice: give each a label", r.String())
		}
		labels[r.String()] = true
		for i := range p.Pairs {
			if r.Axis == "" {
				continue
			}
			if _, err := p.Pairs[i].Axis(r.Axis); err != nil {
				return "rules", err
			}
		}
	}
	return "", nil
}
