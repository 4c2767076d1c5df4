// Package reproduce makes every artefact: it reads the experiments' configs,
// runs those whose data is on the machine, writes records, tables and figures,
// and keeps the manifest. An experiment whose inputs, config and program have not
// changed since its last run is taken from the cache, byte for byte.
//
// Most readers want [Run].
package reproduce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"

	"uacs/harness/experiment"
	"uacs/harness/report"
)

// Options say what to reproduce, and where.
type Options struct {
	// Root is the project's folder; configs are read from it.
	Root string
	// Out is the folder that results and figures are written into; usually Root.
	Out string
	// Data is the root of the public data, nil if there is none.
	Data fs.FS
	// Cache is the folder of earlier runs; "" turns the cache off.
	Cache string
	// Only names experiments; none means all.
	Only []string
	// Started is told once, before anything runs, which experiments will run and
	// which will be skipped. Finished is told about every experiment, in the order
	// of the configs. Either may be nil.
	Started  func(Plan)
	Finished func(Done)
}

// Plan says what a run will do.
type Plan struct {
	// Tier is public if a public experiment can run, else synth.
	Tier string
	// Configs are the experiments that will run; Skipped those whose data is absent.
	Configs []experiment.Config
	Skipped []Skipped
}

// Skipped is an experiment that cannot run here.
type Skipped struct {
	Config experiment.Config
	Why    error
}

// Done is an experiment's outcome.
type Done struct {
	Result *experiment.Result
	// Cached tells that nothing had to be computed.
	Cached bool
}

// Summary says what a run has done.
type Summary struct {
	Plan Plan
	// Ran and Cached count experiments; Written counts the files whose bytes are
	// new, Same those that were on disk already.
	Ran, Cached, Written, Same int
	// Changes compare with the manifest that was there before, in words.
	Changes []string
}

// Run reproduces. It is deterministic: equal configs, data and program give equal
// bytes, whatever was cached.
func Run(ctx context.Context, o Options) (Summary, error) {
	root := os.DirFS(o.Root)
	predictors, err := experiment.LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		return Summary{}, err
	}
	plan, err := makePlan(root, o, predictors)
	if err != nil {
		return Summary{}, err
	}
	if o.Started != nil {
		o.Started(plan)
	}
	outcomes, err := runAll(ctx, o, plan, predictors)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Plan: plan}
	files, err := s.collect(outcomes, o)
	if err != nil {
		return Summary{}, err
	}
	if plan.Tier == "public" && len(o.Only) == 0 {
		checks, err := checkFiles(root, o.Data, predictors)
		if err != nil {
			return Summary{}, err
		}
		files = append(files, checks...)
	}
	return s, s.write(o, files)
}

// makePlan sorts the experiments into those that can run and those that cannot.
func makePlan(root fs.FS, o Options, predictors experiment.Predictors) (Plan, error) {
	configs, err := experiment.LoadConfigs(root, "configs/experiments")
	if err != nil {
		return Plan{}, err
	}
	if configs, err = only(configs, o.Only); err != nil {
		return Plan{}, err
	}
	plan := Plan{Tier: "synth"}
	for _, c := range configs {
		err := experiment.Ready(c, predictors, o.Data)
		switch {
		case errors.Is(err, fs.ErrNotExist):
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
	return plan, nil
}

func only(configs []experiment.Config, names []string) ([]experiment.Config, error) {
	if len(names) == 0 {
		return configs, nil
	}
	var out []experiment.Config
	for _, name := range names {
		found := false
		for _, c := range configs {
			if c.Name == name {
				out, found = append(out, c), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no experiment is named %q", name)
		}
	}
	return out, nil
}

// outcome is an experiment's result with its files.
type outcome struct {
	done  Done
	files []report.File
}

// runAll runs the experiments side by side; results stand in the order of the
// plan and are reported in it.
func runAll(ctx context.Context, o Options, plan Plan, predictors experiment.Predictors) ([]outcome, error) {
	outcomes := make([]outcome, len(plan.Configs))
	ready := make([]chan struct{}, len(plan.Configs))
	for i := range ready {
		ready[i] = make(chan struct{})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0) + 1) // one place for who reports
	group.Go(func() error {
		for i := range outcomes {
			select {
			case <-ready[i]:
				if o.Finished != nil {
					o.Finished(outcomes[i].done)
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	store := cache{o.Cache}
	for i, c := range plan.Configs {
		group.Go(func() (err error) {
			outcomes[i], err = store.run(ctx, c, predictors, o)
			close(ready[i])
			return err
		})
	}
	return outcomes, group.Wait()
}

// collect gathers the files of all outcomes and the overview of each tier.
func (s *Summary) collect(outcomes []outcome, o Options) ([]report.File, error) {
	var files []report.File
	byTier := map[string][]*experiment.Result{}
	for _, out := range outcomes {
		files = append(files, out.files...)
		tier := out.done.Result.Setup.Tier
		byTier[tier] = append(byTier[tier], out.done.Result)
		if out.done.Cached {
			s.Cached++
		} else {
			s.Ran++
		}
	}
	if len(o.Only) > 0 { // an overview of some would pass for one of all
		return files, nil
	}
	for _, tier := range []string{"public", "synth"} {
		if len(byTier[tier]) == 0 {
			continue
		}
		overview, err := report.OverviewFiles(tier, byTier[tier])
		if err != nil {
			return nil, err
		}
		files = append(files, overview...)
	}
	return files, nil
}

func checkFiles(root, data fs.FS, predictors experiment.Predictors) ([]report.File, error) {
	checks, err := experiment.LoadChecks(root, "configs/checks.yaml")
	if err != nil {
		return nil, err
	}
	var counted []experiment.Counted
	for _, c := range checks.List {
		k, err := c.Count(predictors, data)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a dataset of which only others' files were fetched
		}
		if err != nil {
			return nil, err
		}
		counted = append(counted, k)
	}
	return report.CheckFiles(counted)
}

// write writes what changed, each file in one step, and the manifest last: a run
// that is killed leaves whole files and the old manifest.
func (s *Summary) write(o Options, files []report.File) error {
	earlier, err := readManifest(o.Out)
	if err != nil {
		return err
	}
	manifest := report.Manifest{}
	for _, p := range earlier.Paths() {
		if s.keeps(p, o) {
			manifest[p] = earlier[p]
		}
	}
	for _, f := range files {
		manifest.Add(f)
		fresh, err := writeFile(filepath.Join(o.Out, filepath.FromSlash(f.Path)), f.Data)
		if err != nil {
			return err
		}
		if fresh {
			s.Written++
		} else {
			s.Same++
		}
	}
	s.Changes = manifest.Changes(earlier)
	_, err = writeFile(filepath.Join(o.Out, filepath.FromSlash(report.ManifestPath)), manifest.Bytes())
	return err
}

// keeps reports whether a line of the earlier manifest stays: that of an
// experiment which was not run this time, because its data is not on this machine
// or others were asked for. Lines of experiments that are no more go.
func (s *Summary) keeps(p string, o Options) bool {
	if len(o.Only) > 0 {
		return true
	}
	for _, skipped := range s.Plan.Skipped {
		if report.Belongs(p, skipped.Config.Name) {
			return true
		}
	}
	return s.Plan.Tier != "public" && report.BelongsToTier(p, "public")
}

func readManifest(out string) (report.Manifest, error) {
	path := filepath.Join(out, filepath.FromSlash(report.ManifestPath))
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return report.Manifest{}, nil
	}
	if err != nil {
		return nil, err
	}
	return report.ParseManifest(report.ManifestPath, data)
}

// writeFile replaces a file in one step unless it holds the same bytes already.
func writeFile(path string, data []byte) (fresh bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, err
	}
	return true, renameio.WriteFile(path, data, 0o644)
}
