package reproduce

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/internal/hint"
)

// Where the configs lie in the project.
const (
	experimentsDir = "configs/experiments"
	predictorsFile = "configs/predictors.yaml"
	claimsFile     = "configs/claims.yaml"
	publishedFile  = "configs/published.yaml"
)

// tiers in the order of their worth.
var tiers = []string{"public", "synth"}

// Plan says what a run will do.
type Plan struct {
	// Tier is public if a public experiment will run, else synth.
	Tier string
	// Configs are the experiments that will run; Skipped those whose data is absent.
	Configs []experiment.Config
	Skipped []Skipped
	// Ablations are the ablation plans that will run, none if experiments are asked
	// for by name; SkippedAblations those of which a pair's data is absent.
	Ablations        []ablation.Plan
	SkippedAblations []SkippedPlan
}

// Skipped is an experiment that cannot run here.
type Skipped struct {
	Config experiment.Config
	Why    error
}

// Configs reads the experiments of the project in root, all of them or those
// named, in the order of the names. An unknown name is an error.
func Configs(root string, names []string) ([]experiment.Config, error) {
	return configs(os.DirFS(root), names)
}

func configs(root fs.FS, names []string) ([]experiment.Config, error) {
	if _, err := fs.Stat(root, experimentsDir); err != nil {
		return nil, hint.Add(fmt.Errorf("%s: %w", experimentsDir, fs.ErrNotExist), "run in the project's folder, or name it with --root")
	}
	all, err := experiment.LoadConfigs(root, experimentsDir)
	if err != nil || len(names) == 0 {
		return all, err
	}
	var known []string
	for _, c := range all {
		known = append(known, c.Name)
	}
	var out []experiment.Config
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, hint.Add(fmt.Errorf("no experiment is named %q", name), "the experiments are %s", strings.Join(known, ", "))
		}
		if !slices.ContainsFunc(out, func(c experiment.Config) bool { return c.Name == name }) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// makePlan sorts the experiments into those that can run and those that cannot.
// That one asked for by name cannot is an error.
func makePlan(root fs.FS, o Options, predictors experiment.Predictors) (Plan, error) {
	all, err := configs(root, o.Only)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Tier: "synth"}
	for _, c := range all {
		err := experiment.Ready(c, predictors, o.Data)
		switch {
		case errors.Is(err, fs.ErrNotExist) && len(o.Only) == 0:
			plan.Skipped = append(plan.Skipped, Skipped{c, err})
			continue
		case err != nil:
			return Plan{}, err
		}
		if c.Tier == "public" {
			plan.Tier = "public"
		}
		plan.Configs = append(plan.Configs, c)
	}
	return plan, plan.planAblations(root, o, predictors)
}

// absent returns the names of a tier's experiments that cannot run.
func (p Plan) absent(tier string) []string {
	var names []string
	for _, s := range p.Skipped {
		if s.Config.Tier == tier {
			names = append(names, s.Config.Name)
		}
	}
	return names
}

// runs reports whether an experiment of the tier will run.
func (p Plan) runs(tier string) bool {
	return slices.ContainsFunc(p.Configs, func(c experiment.Config) bool { return c.Tier == tier })
}

// has reports whether the plan knows an experiment of that name, skipped or not.
func (p Plan) has(name string) bool {
	return slices.ContainsFunc(p.Configs, func(c experiment.Config) bool { return c.Name == name }) ||
		slices.ContainsFunc(p.Skipped, func(s Skipped) bool { return s.Config.Name == name })
}
