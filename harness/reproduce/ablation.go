package reproduce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/policy"
	"uacs/harness/report"
	"uacs/internal/hint"
)

// ablationsDir is where the ablation plans lie in the project.
const ablationsDir = "configs/ablations"

// Ablated is the outcome of an ablation plan.
type Ablated struct {
	Plan   ablation.Plan
	Counts ablation.Counts
	// Cached tells that nothing had to be computed.
	Cached bool
}

// SkippedPlan is an ablation plan that cannot run here in full.
type SkippedPlan struct {
	Plan ablation.Plan
	Why  error
}

// AblationPlans reads the project's ablation plans, all or those named, in the
// order of the names. An unknown name is an error, a project without plans is not.
func AblationPlans(root fs.FS, names []string) ([]ablation.Plan, error) {
	files, err := fs.Glob(root, ablationsDir+"/*.yaml")
	if err != nil || len(files) == 0 && len(names) == 0 {
		return nil, err
	}
	all, err := ablation.LoadPlans(root, ablationsDir)
	if err != nil || len(names) == 0 {
		return all, err
	}
	var out []ablation.Plan
	for _, name := range names {
		found := false
		var known []string
		for _, p := range all {
			known = append(known, p.Name)
			if p.Name == name {
				out, found = append(out, p), true
			}
		}
		if !found {
			return nil, hint.Add(fmt.Errorf("no ablation plan is named %q", name), "the plans are %s", strings.Join(known, ", "))
		}
	}
	return out, nil
}

// TrainedDir is where the models that were trained on this machine lie in the
// project: NAME/predictions.jsonl and more for each.
const TrainedDir = ".cache/models/trained"

// LoadPredictors reads the project's list of predictors; those that are trained
// models are looked for in TrainedDir.
func LoadPredictors(root fs.FS) (experiment.Predictors, error) {
	p, err := experiment.LoadPredictors(root, predictorsFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = hint.Add(err, "run in the project's folder, or name it with --root")
	}
	if err != nil {
		return p, err
	}
	trained, err := fs.Sub(root, TrainedDir)
	return p.WithTrained(trained), err
}

// planAblations sorts the plans into those whose pairs can all be judged and the
// others: tables of some pairs would pass for tables of all.
func (p *Plan) planAblations(root fs.FS, o Options, predictors experiment.Predictors) error {
	if len(o.Only) > 0 {
		return nil
	}
	all, err := AblationPlans(root, nil)
	if err != nil {
		return err
	}
	for _, plan := range all {
		var missing error
		for i := range plan.Pairs {
			err := experiment.Ready(plan.Config(i, plan.Profiles[0], plan.Seeds[0]), predictors, o.Data)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s: %w", plan.File, err)
			}
			if missing == nil {
				missing = err
			}
		}
		if missing != nil {
			p.SkippedAblations = append(p.SkippedAblations, SkippedPlan{plan, missing})
			continue
		}
		p.Ablations = append(p.Ablations, plan)
	}
	return nil
}

// ablate runs the ablation plans, one after the other: each keeps all processors
// busy by itself.
func ablate(ctx context.Context, o Options, plan Plan, predictors experiment.Predictors) (files []report.File, done []Ablated, err error) {
	store := cache{o.Cache, o.Anew}
	for _, p := range plan.Ablations {
		made, out, err := store.ablation(ctx, p, predictors, o)
		if err != nil {
			return nil, nil, fmt.Errorf("ablation %s: %w", p.Name, err)
		}
		if o.Ablated != nil {
			o.Ablated(out)
		}
		files, done = append(files, made...), append(done, out)
	}
	return files, done, nil
}

// ablation returns a plan's artefacts from the cache, or makes and keeps them.
func (c cache) ablation(ctx context.Context, p ablation.Plan, predictors experiment.Predictors, o Options) ([]report.File, Ablated, error) {
	name := "ablation-" + p.Name
	key, err := c.ablationKey(p, predictors, o)
	if err != nil {
		return nil, Ablated{}, err
	}
	if files, ok := c.files(name, key); ok {
		if counts, err := report.AblationCounts(files[0].Data); err == nil {
			return files, Ablated{Plan: p, Counts: counts, Cached: true}, nil
		}
	}
	a := Ablation{Plan: p, Predictors: predictors, Data: o.Data}
	if c.dir != "" {
		a.Store = filepath.Join(filepath.Dir(c.dir), "ablations", p.Name)
	}
	if c.anew && a.Store != "" {
		if err := os.RemoveAll(a.Store); err != nil {
			return nil, Ablated{}, err
		}
	}
	_, table, err := a.Run(ctx)
	if err != nil {
		return nil, Ablated{}, err
	}
	files, err := a.Files(table)
	if err != nil {
		return nil, Ablated{}, err
	}
	return files, Ablated{Plan: p, Counts: table.Counts}, c.put(name, key, files)
}

// ablationKey digests everything that a plan's artefacts depend on.
func (c cache) ablationKey(p ablation.Plan, predictors experiment.Predictors, o Options) (string, error) {
	if c.dir == "" {
		return "", nil
	}
	program, err := programDigest()
	if err != nil {
		return "", err
	}
	parts := []any{program, p.File, p.Digest, predictors.List}
	for i := range p.Pairs {
		inputs, err := experiment.Sources(p.Config(i, p.Profiles[0], p.Seeds[0]), predictors, o.Data)
		if err != nil {
			return "", err
		}
		parts = append(parts, inputs)
	}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(parts); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Ablation is a run of one plan.
type Ablation struct {
	Plan       ablation.Plan
	Predictors experiment.Predictors
	Data       fs.FS
	// Store is the folder that cells are kept in; "" keeps them for this run only.
	// Cells that another program left there are judged anew.
	Store    string
	Shard    ablation.Shard
	Progress func(done, total int)
	// Skipped are pairs whose data is not on this machine; Run fills it in.
	Skipped []ablation.Skipped
}

// Run judges the cells of the shard that the store does not hold, and merges all
// that it then holds.
func (a *Ablation) Run(ctx context.Context) (ablation.Summary, *ablation.Table, error) {
	grid, err := ablation.Expand(a.Plan, a.Predictors, a.Data)
	if err != nil {
		return ablation.Summary{}, nil, err
	}
	if a.Skipped = grid.Skipped; len(grid.Cells) == 0 {
		return ablation.Summary{}, nil, a.Skipped[0].Why
	}
	store := a.Store
	if store == "" {
		if store, err = os.MkdirTemp("", "uacs-ablation-"); err != nil {
			return ablation.Summary{}, nil, err
		}
		defer os.RemoveAll(store)
	} else if err := ownStore(store); err != nil {
		return ablation.Summary{}, nil, hint.Add(fmt.Errorf("store: %w", err), "cells are kept there for the next run: it must be writable; uacs ablate --from-scratch does without it")
	}
	sum, err := ablation.Run(ctx, grid, ablation.Options{
		Shard: a.Shard, Store: store, Predictors: a.Predictors, Data: a.Data, Progress: a.Progress,
	})
	if err != nil {
		return sum, nil, err
	}
	cells, err := ablation.ReadStore(store)
	if err != nil {
		return sum, nil, err
	}
	table, err := ablation.Merge(grid, cells)
	return sum, table, err
}

// ownStore empties a store of what another program has left there: its numbers may
// be others. Cells in a store that no program has signed are taken as they are;
// they are shards that somebody gathered.
func ownStore(dir string) error {
	program, err := programDigest()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file := filepath.Join(dir, "program")
	signed, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && string(signed) != program {
		stale, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
		if err != nil {
			return err
		}
		for _, f := range stale {
			if err := os.Remove(f); err != nil {
				return err
			}
		}
	}
	_, err = writeFile(file, []byte(program))
	return err
}

// Files returns the artefacts of a table; the comparisons of each pair's parts are
// played for it.
func (a *Ablation) Files(t *ablation.Table) ([]report.File, error) {
	parts := map[string][]policy.Part{}
	for i, q := range a.Plan.Pairs {
		measure := report.Reference(t, q.Name)
		if measure == "" {
			continue
		}
		panel, err := policy.Open(a.Plan, i, a.Predictors, a.Data)
		if err != nil {
			return nil, err
		}
		if parts[q.Name], err = panel.Parts(measure); err != nil {
			return nil, fmt.Errorf("pair %s: %w", q.Name, err)
		}
	}
	return report.AblationFiles(t, parts)
}
