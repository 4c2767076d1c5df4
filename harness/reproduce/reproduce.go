// Package reproduce makes every artefact: it reads the experiments' configs,
// runs those whose data is on the machine, and the ablation plans, writes records,
// tables and figures, and keeps the manifest. An experiment whose inputs, config and program have not
// changed since its last run is taken from the cache, byte for byte.
//
// Most readers want [Run].
package reproduce

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/harness/webreport"
)

// Options say what to reproduce, and where.
type Options struct {
	// Root is the project's folder; configs are read from it.
	Root string
	// Out is the folder that results and figures are written into; usually Root.
	Out string
	// Data is the root of the public data, nil if there is none.
	Data fs.FS
	// Cache is the folder of earlier runs; "" turns the cache off. Cells of ablations
	// are kept in the folder ablations beside it. Anew computes everything whatever
	// earlier runs have left there, and keeps what it finds for the next run.
	Cache string
	Anew  bool
	// Only names experiments; none means all. One whose data is absent is an error,
	// while of all experiments it is skipped.
	Only []string
	// Started is told once, before anything runs, which experiments will run and
	// which will be skipped. Finished is told about every experiment, in the order
	// of the configs. Either may be nil.
	Started  func(Plan)
	Finished func(Done)
	// Ablated is told about every ablation plan, after the experiments; it may be nil.
	Ablated func(Ablated)
	// WebReport asks for the interactive report, unless experiments are asked for by
	// name; Scripts are the libraries that its charts need, none for no charts.
	// WithoutClips leaves the clips out, so that the report may be passed on.
	WebReport, WithoutClips bool
	Scripts                 []webreport.Script
	// SecondPrompt words what the large model is asked in a second round about one clip;
	// "" if it is not asked again. The report shows it. It may be nil.
	SecondPrompt func(experiment.Config, experiment.Case) (string, error)
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
	// Ablations are the ablation plans that ran or came from the cache.
	Ablations []Ablated
	// Studies are the sensitivity studies, those that could not be made among them.
	Studies []Studied
	// Changes compare with the manifest that was there before, in words.
	Changes []string
}

// Run reproduces. It is deterministic: equal configs, data and program give equal
// bytes, whatever was cached. What is wrong with configs, the manifest or the
// folder to write into is found before anything runs.
func Run(ctx context.Context, o Options) (Summary, error) {
	root := os.DirFS(o.Root)
	predictors, err := LoadPredictors(root)
	if err != nil {
		return Summary{}, err
	}
	plan, err := makePlan(root, o, predictors)
	if err != nil {
		return Summary{}, err
	}
	said, err := loadSaid(root, o, plan)
	if err != nil {
		return Summary{}, err
	}
	earlier, err := readManifest(o.Out)
	if err != nil {
		return Summary{}, err
	}
	if err := writable(o.Out); err != nil {
		return Summary{}, err
	}
	if o.Started != nil {
		o.Started(plan)
	}
	outcomes, checks, err := runAll(ctx, o, plan, predictors)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Plan: plan}
	files, err := s.collect(outcomes, said, o)
	if err != nil {
		return Summary{}, err
	}
	if len(o.Only) == 0 {
		models, err := modelFiles(root, plan, predictors)
		if err != nil {
			return Summary{}, err
		}
		files = append(files, models...)
	}
	ablations, done, err := ablate(ctx, o, plan, predictors)
	if err != nil {
		return Summary{}, err
	}
	s.Ablations = done
	studied, told, err := studies(ctx, o, predictors)
	if err != nil {
		return Summary{}, err
	}
	s.Studies = told
	if o.WebReport && len(o.Only) == 0 && len(outcomes) > 0 {
		page, err := webReport(ctx, o, outcomes, ablations, done, predictors)
		if err != nil {
			return Summary{}, err
		}
		files = append(files, page)
	}
	return s, s.write(o, slices.Concat(files, checks, ablations, studied), earlier)
}

// outcome is an experiment's result with its files.
type outcome struct {
	config experiment.Config
	done   Done
	files  []report.File
}

// runAll runs the experiments side by side, and the checks; results stand in the
// order of the plan and are reported in it.
func runAll(ctx context.Context, o Options, plan Plan, predictors experiment.Predictors) (outcomes []outcome, checks []report.File, err error) {
	outcomes = make([]outcome, len(plan.Configs))
	ready := make([]chan struct{}, len(plan.Configs)) // closed when an outcome is there
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
	store := cache{o.Cache, o.Anew}
	for i, c := range plan.Configs {
		group.Go(func() error {
			out, err := store.run(ctx, c, predictors, o)
			if err != nil {
				return err
			}
			out.config = c
			outcomes[i] = out
			close(ready[i])
			return nil
		})
	}
	if plan.Tier == "public" && len(o.Only) == 0 {
		group.Go(func() (err error) {
			checks, err = checkFiles(os.DirFS(o.Root), o.Data, predictors)
			return err
		})
	}
	err = group.Wait()
	return outcomes, checks, err
}

// collect gathers the files of all outcomes, and overview, main table and claims of
// each tier.
func (s *Summary) collect(outcomes []outcome, said said, o Options) ([]report.File, error) {
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
	for _, tier := range tiers {
		if len(byTier[tier]) == 0 {
			continue
		}
		made, err := tierFiles(tier, byTier[tier], s.Plan.absent(tier), said)
		if err != nil {
			return nil, err
		}
		files = append(files, made...)
	}
	return files, nil
}

// tierFiles makes the tables over all experiments of a tier.
func tierFiles(tier string, results []*experiment.Result, absent []string, said said) ([]report.File, error) {
	overview, err := report.OverviewFiles(tier, results, absent)
	if err != nil {
		return nil, err
	}
	main, err := report.MainResultsFiles(tier, results, said.published)
	if err != nil || len(said.claims) == 0 {
		return slices.Concat(overview, main), err
	}
	judged, err := report.ClaimFiles(tier, said.claims, results)
	return slices.Concat(overview, main, judged), err
}

// said is what others say: what the paper claims, and results that were published.
type said struct {
	claims    []report.Claim
	published report.Published
}

// loadSaid reads both lists if all experiments are run; either may be absent.
func loadSaid(root fs.FS, o Options, plan Plan) (said, error) {
	claims, err := loadClaims(root, o, plan)
	if err != nil || len(o.Only) > 0 {
		return said{}, err
	}
	published, err := report.LoadPublished(root, publishedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return said{claims: claims}, nil
	}
	return said{claims, published}, err
}

// loadClaims reads the list of claims, if the project has one and all experiments
// are run. A claim about an experiment that the project does not have is an error:
// it would never be judged.
func loadClaims(root fs.FS, o Options, plan Plan) ([]report.Claim, error) {
	if len(o.Only) > 0 {
		return nil, nil
	}
	claims, err := report.LoadClaims(root, claimsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		for _, t := range c.Tests {
			if !plan.has(t.Experiment) {
				return nil, fmt.Errorf("%s: claim %q: no experiment is named %q", claimsFile, c.Claim, t.Experiment)
			}
		}
	}
	return claims, nil
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
