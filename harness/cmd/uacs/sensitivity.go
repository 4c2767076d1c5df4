package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"uacs/datasets"
	"uacs/harness/report"
	"uacs/harness/reproduce"
	"uacs/harness/sensitivity"
	"uacs/internal/hint"
)

// sensitivitySchemaFile is the committed schema of the plans.
const sensitivitySchemaFile = "configs/sensitivity.schema.json"

type sensitivityCmd struct {
	planPlace
	Plan        []string `arg:"" optional:"" help:"Names of plans in configs/sensitivity; none means all."`
	Config      []string `short:"c" help:"Plan files, in place of names." placeholder:"FILE" sep:"none"`
	Out         string   `help:"Folder that results are written into (default: the project folder)." placeholder:"DIR"`
	FromScratch bool     `help:"Train every variant anew, and keep none."`
}

// Help is shown by --help.
func (sensitivityCmd) Help() string {
	return `Tries values of what the paper leaves open, one choice at a time, and says whether the
conclusion, what the cascade gains over the large model alone, stands. Small models are
trained again where a choice is about training. Writes a record, two tables and a figure.

Examples:
  uacs sensitivity synth-mosi
  uacs sensitivity -c mine.yaml --out results-of-mine/`
}

// Validate reports arguments that contradict each other.
func (c sensitivityCmd) Validate() error {
	if len(c.Plan) > 0 && len(c.Config) > 0 {
		return errors.New("name plans, or give files with -c, not both")
	}
	return nil
}

// Run makes the studies in turn.
func (c sensitivityCmd) Run(a *app) error {
	plans, err := c.plans()
	if err != nil {
		return err
	}
	at, err := c.place(a)
	if err != nil {
		return err
	}
	for _, p := range plans {
		err := sensitivity.Ready(a.Ctx, p, at)
		if errors.Is(err, fs.ErrNotExist) && len(c.Plan)+len(c.Config) == 0 {
			a.note(fmt.Sprintf("%s is left out: %v", p.Name, err))
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		if err := c.study(a, p, at); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return nil
}

func (c sensitivityCmd) plans() ([]sensitivity.Plan, error) {
	if len(c.Config) == 0 {
		plans, err := sensitivity.LoadPlans(os.DirFS(c.Root), c.Plan...)
		if err == nil && len(plans) == 0 {
			err = hint.Add(fmt.Errorf("%s: %w", sensitivity.Dir, fs.ErrNotExist), "run in the project's folder, or name it with --root")
		}
		return plans, err
	}
	var plans []sensitivity.Plan
	for _, name := range c.Config {
		fsys, file := rooted(name)
		p, err := sensitivity.LoadPlan(fsys, file)
		if err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, nil
}

// place opens the public data if it is there; a plan that needs it is not ready else.
func (c sensitivityCmd) place(a *app) (sensitivity.Place, error) {
	predictors, err := reproduce.LoadPredictors(os.DirFS(c.Root))
	if err != nil {
		return sensitivity.Place{}, err
	}
	options := c.options(a)
	options.Start = c.Root
	data, _, err := datasets.Open(options)
	if err != nil {
		return sensitivity.Place{}, err
	}
	kept := filepath.Join(c.Root, ".cache", "experiments")
	if c.FromScratch {
		kept = ""
	}
	at := reproduce.Sensitivity(c.Root, predictors, data, kept)
	at.Encoder = openEncoder(a, c.Root) // any encoder that is on this machine
	return at, nil
}

func (c sensitivityCmd) study(a *app, p sensitivity.Plan, at sensitivity.Place) error {
	line := progressLine{out: a.Stderr, live: isTerminal(a.Stderr), name: p.Name, start: time.Now()}
	at.Progress = line.show
	r, err := sensitivity.Study(a.Ctx, p, at)
	line.end()
	if err != nil {
		return err
	}
	files, err := sensitivity.Files(r)
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
	if err := printTable(a.Stdout, sensitivity.Summary(r)); err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "%d files written, %d unchanged: %s and others\n\n", written, same, files[0].Path)
	return nil
}

// printTable writes a table in columns, and its notes. Columns that explain others are
// left out: the files have them.
func printTable(w io.Writer, t report.Table) error {
	fmt.Fprintln(w, t.Title)
	var shown []report.Column
	rows := make([][]string, 1+len(t.Rows))
	for i, col := range t.Columns {
		if col.Name == "What it is" || col.Name == "Values" {
			continue
		}
		shown, rows[0] = append(shown, col), append(rows[0], col.Name)
		for k, row := range t.Rows {
			rows[k+1] = append(rows[k+1], row[i])
		}
	}
	text := aligned(shown, rows)
	if width := columnsOf(w); width > 0 && widest(text) > width {
		text = fitted(rows, width)
	}
	fmt.Fprint(w, text)
	for _, n := range t.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
	return nil
}

// aligned lays rows out in columns, numbers to the right.
func aligned(shown []report.Column, rows [][]string) string {
	width := make([]int, len(shown))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], columns(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-columns(cell))
			if shown[i].Number {
				line.WriteString("  " + pad + cell)
			} else {
				line.WriteString("  " + cell + pad)
			}
		}
		fmt.Fprintln(&b, strings.TrimRight(line.String(), " "))
	}
	return b.String()
}
