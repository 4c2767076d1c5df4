package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"uacs/datasets"
	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/harness/reproduce"
)

type reproduceCmd struct {
	dataPlace
	Experiment    []string `arg:"" optional:"" help:"Names of experiments; none means all."`
	Root          string   `help:"Project folder, which holds configs." default:"." placeholder:"DIR"`
	Out           string   `help:"Folder that results and figures are written into (default: the project folder)." placeholder:"DIR"`
	FromScratch   bool     `help:"Compute everything anew, whatever the cache of earlier runs holds; the next run finds it there."`
	JSON          bool     `help:"Print events as JSON lines, for programs."`
	NoNotebooks   bool     `help:"Do not run the notebooks."`
	AcceptLicence bool     `help:"Agree to the licences of the public data and fetch what is missing."`
}

// Help is shown by --help.
func (reproduceCmd) Help() string {
	return "Example:\n  uacs reproduce --accept-licence\n\n" +
		"Runs every experiment whose data is on this machine and writes results/ and\n" +
		"figures/out/. Without the public data it makes the synthetic tier."
}

// Run fetches what may be fetched, runs what can be run, and says what would add
// the rest.
func (c reproduceCmd) Run(a *app) error {
	configs, err := reproduce.Configs(c.Root, c.Experiment)
	if err != nil {
		return err
	}
	place := c.options(a)
	place.Start = c.Root
	var fsys fs.FS
	var origin datasets.Origin
	if slices.ContainsFunc(configs, func(c experiment.Config) bool { return c.Tier == "public" }) {
		if fsys, origin, err = c.data(a, place); err != nil {
			return err
		}
	}
	if err := c.prepare(a, configs, fsys); err != nil {
		return err
	}
	o, err := c.plain(a, fsys)
	if err != nil {
		return err
	}
	line := &doneLine{a: a, started: time.Now()}
	o.Started = func(p reproduce.Plan) {
		line.plan(p)
		printPlan(a, p, origin)
	}
	o.Finished = func(d reproduce.Done) { line.step(func() { printDone(a, d, line.width) }) }
	o.Ablated = func(d reproduce.Ablated) { line.step(func() { printAblated(a, d, line.width) }) }
	if c.JSON {
		tellEvents(a, &o)
	}
	s, err := reproduce.Run(a.Ctx, o)
	line.clear()
	if err != nil {
		return err
	}
	if len(c.Experiment) == 0 && !c.NoNotebooks {
		if err := c.notebooks(a, s.Plan.Tier == "public" && len(s.Plan.Skipped) == 0); err != nil {
			return err
		}
	}
	if c.JSON {
		a.event(event{Event: "summary", Tier: s.Plan.Tier, Written: s.Written, Same: s.Same, Changes: s.Changes})
		return nil
	}
	printSummary(a, s)
	return nil
}

// plain are the options without anybody who is told.
func (c reproduceCmd) plain(a *app, data fs.FS) (o reproduce.Options, err error) {
	o = reproduce.Options{
		Root: c.Root, Out: c.Out, Data: data, Only: c.Experiment, Cache: filepath.Join(c.Root, ".cache", "experiments"), Anew: c.FromScratch, WebReport: true,
	}
	if o.Out == "" {
		o.Out = c.Root
	}
	o.SecondPrompt = secondPrompts(os.DirFS(c.Root))
	o.Scripts, err = scripts(a, c.Root)
	return o, err
}

// data opens the public data, and fetches it first if the user agrees to the
// licences. That nothing could be fetched is no error: there is always the
// synthetic tier.
func (c reproduceCmd) data(a *app, place datasets.Options) (fs.FS, datasets.Origin, error) {
	fsys, origin, err := datasets.Open(place)
	if err != nil || origin.Mirror {
		return fsys, origin, err
	}
	if complete, err := everythingThere(fsys); err != nil || complete {
		return fsys, origin, err
	}
	consent := datasets.Consent{Accepted: c.AcceptLicence, Ask: isTerminal(a.Stdin), In: a.Stdin, Out: a.Stderr}
	report := newDataProgress(a, place.DataDir(), datasets.Manifests())
	_, err = datasets.Get(a.Ctx, datasets.Manifests(), datasets.GetOptions{
		Dir: place.DataDir(), Mirror: place.Mirror, Consent: consent.Confirm, Progress: report.event,
	})
	report.end()
	if a.Ctx.Err() != nil {
		return nil, origin, a.Ctx.Err()
	}
	if err != nil && !errors.Is(err, datasets.ErrLicence) {
		fmt.Fprintf(a.Stderr, "uacs: note: public data could not be fetched: %v\n", err)
	}
	fsys, origin, err = datasets.Open(place)
	return fsys, origin, err
}

func everythingThere(fsys fs.FS) (bool, error) {
	for _, m := range datasets.Manifests() {
		missing, err := datasets.Available(fsys, m)
		if err != nil || len(missing) > 0 {
			return false, err
		}
	}
	return true, nil
}

// printPlan says which tier runs, in the first line.
func printPlan(a *app, p reproduce.Plan, origin datasets.Origin) {
	switch {
	case p.Tier == "public":
		fmt.Fprintf(a.Stdout, "tier public: real labels and real cached answers, read from the %s\n", origin)
	case len(p.Skipped) > 0:
		fmt.Fprintln(a.Stdout, "tier synth: SYNTHETIC data only, the public data is not on this machine")
	default:
		fmt.Fprintln(a.Stdout, "tier synth: SYNTHETIC data only, no experiment with public data is asked for")
	}
	for _, s := range p.Skipped {
		fmt.Fprintf(a.Stdout, "  skipped %-18s %s\n", s.Config.Name, missingWhat(s))
	}
	for _, s := range p.SkippedAblations {
		fmt.Fprintf(a.Stdout, "  skipped %-18s ablation, data is missing: %v\n", s.Plan.Name, s.Why)
	}
	if len(p.Skipped)+len(p.SkippedAblations) > 0 {
		fmt.Fprintln(a.Stdout, "  uacs data get --accept-licence, or UACS_MIRROR=folder, would add the skipped ones")
	}
}

// missingWhat says which file keeps an experiment from running.
func missingWhat(s reproduce.Skipped) string {
	var path *fs.PathError
	if errors.As(s.Why, &path) {
		return path.Path + " is missing"
	}
	what := strings.TrimPrefix(s.Why.Error(), s.Config.Name+": ")
	return strings.TrimSuffix(what, ": "+fs.ErrNotExist.Error()) + " is missing"
}

func printDone(a *app, d reproduce.Done, width int) {
	how := "ran"
	if d.Cached {
		how = "cached"
	}
	r := d.Result
	mark := ""
	if r.Setup.Tier == "synth" {
		mark = " SYNTHETIC"
	}
	head := fmt.Sprintf("  %-7s %-*s n = %4d  ", how, width, r.Setup.Name, r.Setup.N)
	found := fmt.Sprintf("small %s  large %s  cascade %s at %.0f %% escalated  %s%s",
		inPercent(r.Alone("small-only")), inPercent(r.Alone("large-only")), inPercent(r.Cascade()), 100*float64(r.Cascade().Deferred), sparkline(r), mark)
	if w := columnsOf(a.Stdout); w > 0 && utf8.RuneCountInString(head+found) > w { // two lines rather than a torn one
		head = strings.TrimRight(head, " ") + "\n          "
		found = strings.Replace(found, "  cascade", "\n          cascade", 1)
	}
	fmt.Fprintf(a.Stdout, "%s%s\n", head, found)
}

// doneLine says on a terminal, below what has been printed, how much of a run is done,
// how fast it goes and how long the rest will take at that rate.
type doneLine struct {
	a         *app
	started   time.Time
	done, all int
	width     int // of the names
}

func (l *doneLine) plan(p reproduce.Plan) {
	l.all, l.width = len(p.Configs)+len(p.Ablations), 18
	for _, c := range p.Configs {
		l.width = max(l.width, len(c.Name))
	}
}

// step prints what a step has found, and the line anew.
func (l *doneLine) step(print func()) {
	l.clear()
	print()
	l.done++
	if !isTerminal(l.a.Stderr) || l.done >= l.all {
		return
	}
	writeLine(l.a.Stderr, l.text(time.Since(l.started)))
}

func (l *doneLine) text(gone time.Duration) string {
	rate := float64(l.done) / max(gone.Seconds(), 1e-3)
	left := time.Duration(float64(l.all-l.done) / rate * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%d of %d done, %.1f/s, %s left", l.done, l.all, rate, left)
}

func (l *doneLine) clear() {
	if isTerminal(l.a.Stderr) && l.done > 0 {
		fmt.Fprint(l.a.Stderr, "\r\x1b[K")
	}
}

func printAblated(a *app, d reproduce.Ablated, width int) {
	how, mark := "ran", ""
	if d.Cached {
		how = "cached"
	}
	if d.Plan.Tier == "synth" {
		mark = " SYNTHETIC"
	}
	fmt.Fprintf(a.Stdout, "  %-7s %-*s ablation, %s%s\n", how, width, d.Plan.Name, report.CountsLine(d.Counts), mark)
}

func inPercent(s *experiment.System) string {
	return fmt.Sprintf("%.2f %%", 100*float64(s.Accuracy.Value))
}

func printSummary(a *app, s reproduce.Summary) {
	fmt.Fprintf(a.Stdout, "%d experiments ran, %d from cache, %d skipped; %d files written, %d unchanged\n",
		s.Ran, s.Cached, len(s.Plan.Skipped), s.Written, s.Same)
	if len(s.Ablations) > 0 {
		cached := 0
		for _, d := range s.Ablations {
			if d.Cached {
				cached++
			}
		}
		fmt.Fprintf(a.Stdout, "%d ablations ran, %d from cache, %d skipped\n", len(s.Ablations)-cached, cached, len(s.Plan.SkippedAblations))
	}
	if len(s.Studies) > 0 {
		printStudies(a, s.Studies)
	}
	if len(s.Changes) == 0 {
		fmt.Fprintln(a.Stdout, "every artefact has the bytes that results/MANIFEST.sha256 lists")
		return
	}
	fmt.Fprintf(a.Stdout, "%d artefacts differ from the results/MANIFEST.sha256 that was there:\n", len(s.Changes))
	const shown = 20
	for i, change := range s.Changes {
		if i == shown {
			fmt.Fprintf(a.Stdout, "  and %d more\n", len(s.Changes)-shown)
			break
		}
		fmt.Fprintf(a.Stdout, "  %s\n", change)
	}
}

func printStudies(a *app, studies []reproduce.Studied) {
	ran, cached, skipped := 0, 0, 0
	for _, d := range studies {
		switch {
		case d.Why != nil:
			skipped++
			a.note(fmt.Sprintf("sensitivity study %s is skipped: %v%s", d.Plan.Name, d.Why, hintText(d.Why)))
		case d.Cached:
			cached++
		default:
			ran++
		}
	}
	fmt.Fprintf(a.Stdout, "%d sensitivity studies ran, %d from cache, %d skipped\n", ran, cached, skipped)
}
