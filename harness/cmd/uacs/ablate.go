package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"uacs/datasets"
	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/harness/reproduce"
	"uacs/harness/shard"
	"uacs/internal/hint"
)

// planPlace are the flags that say where plans and their data are.
type planPlace struct {
	dataPlace
	Root string `help:"Project folder, which holds configs." default:"." placeholder:"DIR"`
}

type ablateCmd struct {
	planPlace
	Plan        []string `arg:"" optional:"" help:"Names of plans in configs/ablations; none means all."`
	Config      []string `short:"c" help:"Plan files, in place of names." placeholder:"FILE" sep:"none"`
	Shard       string   `help:"Judge part i of n and write no tables, or auto for the part that a batch system says; a run without --shard merges all parts." placeholder:"I/N"`
	Top         int      `help:"How many cascades of each pair to print." default:"10"`
	Out         string   `help:"Folder that results are written into (default: the project folder)." placeholder:"DIR"`
	Store       string   `help:"Folder that cells are kept in (default: .cache/ablations in the project)." placeholder:"DIR"`
	FromScratch bool     `help:"Judge every cell anew: neither read nor write the store."`
}

// Help is shown by --help.
func (ablateCmd) Help() string {
	return `Judges every cascade that a plan spans: measures, calibrations, fusions and routing rules
crossed. Prints the most accurate that could be deployed, and writes records, Markdown,
LaTeX and CSV below results/. A run that was stopped goes on where it was.

Examples:
  uacs ablate simsv2-grid
  uacs ablate -c mine.yaml --shard 1/4 --store shared/`
}

// Validate reports flags that contradict each other.
func (c ablateCmd) Validate() error {
	switch {
	case len(c.Plan) > 0 && len(c.Config) > 0:
		return errors.New("name plans, or give files with -c, not both")
	case c.Shard != "" && c.FromScratch:
		return errors.New("a shard is kept in the store: leave out --from-scratch")
	case c.Top < 0:
		return fmt.Errorf("--top %d is negative", c.Top)
	}
	return checkShard(c.Shard)
}

// checkShard reports a part that cannot be read; what a batch system says is read later.
func checkShard(text string) error {
	if text == "" || text == shard.Auto {
		return nil
	}
	_, err := shard.Parse(text)
	return err
}

// Run judges the plans in turn.
func (c ablateCmd) Run(a *app) error {
	plans, err := c.plans()
	if err != nil {
		return err
	}
	predictors, fsys, err := c.inputs(a, plans...)
	if err != nil {
		return err
	}
	for _, p := range plans {
		run := reproduce.Ablation{Plan: p, Predictors: predictors, Data: fsys}
		if !c.FromScratch {
			run.Store = filepath.Join(c.store(), p.Name)
		}
		if run.Shard, err = shard.Of(c.Shard, a.Getenv); err != nil {
			return err
		}
		if err := c.run(a, &run); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return nil
}

func (c ablateCmd) plans() ([]ablation.Plan, error) {
	if len(c.Config) == 0 {
		plans, err := reproduce.AblationPlans(os.DirFS(c.Root), c.Plan)
		if err == nil && len(plans) == 0 {
			err = hint.Add(fmt.Errorf("configs/ablations: %w", fs.ErrNotExist), "run in the project's folder, or name it with --root")
		}
		return plans, err
	}
	var plans []ablation.Plan
	for _, file := range c.Config {
		p, err := loadPlan(c.Root, file)
		if err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, nil
}

func (c ablateCmd) store() string {
	if c.Store != "" {
		return c.Store
	}
	return filepath.Join(c.Root, ".cache", "ablations")
}

// loadPlan reads a plan by the path of its file, or by its name.
func loadPlan(root, name string) (ablation.Plan, error) {
	if filepath.Ext(name) == ".yaml" {
		if file, err := filepath.Rel(root, name); err == nil && filepath.IsLocal(file) { // as reproduce calls it
			return ablation.LoadPlan(os.DirFS(root), filepath.ToSlash(file))
		}
		fsys, file := rooted(name)
		return ablation.LoadPlan(fsys, file)
	}
	plans, err := reproduce.AblationPlans(os.DirFS(root), []string{name})
	if err != nil {
		return ablation.Plan{}, err
	}
	return plans[0], nil
}

// inputs opens what the plans are judged on; the data is nil if all are synthetic.
func (p planPlace) inputs(a *app, plans ...ablation.Plan) (predictors experiment.Predictors, fsys fs.FS, err error) {
	if predictors, err = reproduce.LoadPredictors(os.DirFS(p.Root)); err != nil {
		return predictors, nil, err
	}
	if !slices.ContainsFunc(plans, func(p ablation.Plan) bool { return p.Tier != "synth" }) {
		return predictors, nil, nil
	}
	place := p.options(a)
	place.Start = p.Root
	fsys, _, err = datasets.Open(place)
	return predictors, fsys, err
}

// run judges one plan and says what it found.
func (c ablateCmd) run(a *app, run *reproduce.Ablation) error {
	line := progressLine{out: a.Stderr, live: isTerminal(a.Stderr), name: run.Plan.Name, start: time.Now()}
	run.Progress = line.show
	sum, table, err := run.Run(a.Ctx)
	line.end()
	if err != nil {
		return err
	}
	for _, s := range run.Skipped {
		a.note(fmt.Sprintf("pair %s is left out: %v", s.Pair, s.Why))
	}
	if c.Shard != "" {
		fmt.Fprintf(a.Stdout, "%s, shard %s: %d cells, %d judged now, %d not applicable; %s\n", run.Plan.Name, run.Shard, sum.Total, sum.Run, sum.NotApplicable,
			report.CountsLine(table.Counts))
		return nil
	}
	if err := report.WriteTop(a.Stdout, table, c.Top, a.width()); err != nil {
		return err
	}
	files, err := run.Files(table)
	if err != nil {
		return err
	}
	out := c.Out
	if out == "" {
		out = c.Root
	}
	written, same, err := reproduce.WriteFiles(out, files)
	if err != nil {
		return err
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, f.Path)
	}
	fmt.Fprintf(a.Stdout, "\n%d of %d cells judged now; %d files written, %d unchanged: %s\n", sum.Run, sum.Total, written, same, strings.Join(paths, " "))
	return nil
}

// width is that of the terminal, or COLUMNS, or 100.
func (a *app) width() int {
	if w := columnsOf(a.Stdout); w > 0 {
		return w
	}
	if w, err := strconv.Atoi(a.Getenv("COLUMNS")); err == nil && w > 0 {
		return w
	}
	return 100
}

// progressLine counts cells on one line of a terminal; elsewhere it is quiet.
type progressLine struct {
	out   io.Writer
	live  bool
	name  string
	start time.Time
	last  time.Time
	first int // cells that were in the store
	shown bool
}

func (p *progressLine) show(done, total int) {
	now := time.Now()
	if !p.live || done < total && now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	if p.last.IsZero() {
		p.first = done - 1
	}
	p.last, p.shown = now, true
	rate := float64(done-p.first) / max(now.Sub(p.start).Seconds(), 1e-3)
	left := time.Duration(float64(total-done) / max(rate, 1e-9) * float64(time.Second)).Round(time.Second)
	writeLine(p.out, fmt.Sprintf("%s: %d/%d cells, %.0f/s, %s left", p.name, done, total, rate, left))
}

// end clears the line.
func (p *progressLine) end() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
