package sensitivity

import (
	"bytes"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"uacs/figures"
	"uacs/harness/report"
)

// The artefacts of a study.
const (
	recordsDir = "results/records"
	tablesDir  = "results/tables"
	figuresDir = "figures/out"
	prefix     = "sensitivity-"
)

// tableFormats are the endings of a table's files.
var tableFormats = []string{".md", ".csv", ".tex", ".html"}

// Belongs reports whether the artefact at p is one of the named plan's.
func Belongs(p, plan string) bool {
	stem := prefix + plan
	if p == path.Join(recordsDir, stem+".jsonl") || p == path.Join(figuresDir, stem+".svg") {
		return true
	}
	return slices.ContainsFunc(tableFormats, func(ext string) bool {
		return p == path.Join(tablesDir, stem+ext) || p == path.Join(tablesDir, stem+"-summary"+ext)
	})
}

// Files returns the artefacts of a result, the record first: which choices matter as
// one table, every value as another, and the figure.
func Files(r *Result) ([]report.File, error) {
	var record bytes.Buffer
	if err := WriteRecord(&record, r); err != nil {
		return nil, err
	}
	stem := prefix + r.Name
	files := []report.File{{Path: path.Join(recordsDir, stem+".jsonl"), Data: record.Bytes()}}
	for _, t := range []struct {
		name  string
		table report.Table
	}{{stem, Table(r)}, {stem + "-summary", Summary(r)}} {
		made, err := tableFiles(t.name, t.table)
		if err != nil {
			return nil, err
		}
		files = append(files, made...)
	}
	for _, format := range figures.Formats {
		data, err := figures.Render(Figure(r), format)
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", stem, err)
		}
		files = append(files, report.File{Path: path.Join(figuresDir, stem+"."+format), Data: data, Derived: format != "svg"})
	}
	return files, nil
}

func tableFiles(name string, t report.Table) ([]report.File, error) {
	csv, err := t.CSV()
	if err != nil {
		return nil, err
	}
	var files []report.File
	for i, data := range [][]byte{t.Markdown(), csv, t.LaTeX(), t.HTML()} {
		files = append(files, report.File{Path: path.Join(tablesDir, name+tableFormats[i]), Data: data})
	}
	return files, nil
}

// Table has a row for each value of each choice.
func Table(r *Result) report.Table {
	t := report.Table{
		Title: r.Title + ": every value", Tier: r.Tier, Grouped: 1,
		Columns: []report.Column{
			{Name: "Choice"},
			{Name: "Value"},
			{Name: "Gain over the large model, points", Number: true},
			{Name: fmt.Sprintf("%g %% interval", 100*float64(r.Level)), Number: true},
			{Name: "p", Number: true},
			{Name: "Small %", Number: true},
			{Name: "Large %", Number: true},
			{Name: "Cascade %", Number: true},
			{Name: "Calls per clip", Number: true},
			{Name: "n", Number: true},
			{Name: "Conclusion"},
		},
		Notes: slices.Clone(r.Warnings),
	}
	for i := range r.Tried {
		for k := range r.Tried[i].Outcomes {
			t.Rows = append(t.Rows, r.row(&r.Tried[i], &r.Tried[i].Outcomes[k]))
		}
	}
	return t
}

func (r *Result) row(t *Tried, o *Outcome) []string {
	value := o.Setting
	if value == t.Default {
		value += " (default)"
	}
	if o.NA != "" {
		return []string{t.Key, value, "n/a", "", "", "", "", "", "", "", "not applicable: " + o.NA}
	}
	said := string(o.Conclusion())
	if o.Conclusion() != r.Base.Conclusion() {
		said += ", changed"
	}
	percent := func(x float64) string { return fmt.Sprintf("%.2f", 100*x) }
	return []string{
		t.Key, value, points(float64(o.Gain.Value)), interval(o), fmt.Sprintf("%.3f", float64(o.P)), percent(float64(o.Small)),
		percent(float64(o.Large)), percent(float64(o.Cascade)), fmt.Sprintf("%.3f", float64(o.Calls)), fmt.Sprint(o.N), said,
	}
}

func points(x float64) string { return fmt.Sprintf("%+.2f", 100*x) }

func interval(o *Outcome) string {
	return fmt.Sprintf("[%s, %s]", points(float64(o.Gain.Lo)), points(float64(o.Gain.Hi)))
}

// Summary has a row for each choice: how far it moves the gain, and whether the
// conclusion stands.
func Summary(r *Result) report.Table {
	t := report.Table{
		Title: r.Title, Tier: r.Tier,
		Columns: []report.Column{
			{Name: "Choice"},
			{Name: "What it is"},
			{Name: "Default"},
			{Name: "Values", Number: true},
			{Name: "Least gain", Number: true},
			{Name: "Greatest gain", Number: true},
			{Name: "Range, points", Number: true},
			{Name: "Conclusion"},
			{Name: "Against chance"},
		},
		Notes: append([]string{r.headline()}, r.Warnings...),
	}
	for i := range r.Tried {
		tried := &r.Tried[i]
		lo, hi := tried.Range()
		said := "stands"
		if tried.inert() {
			said += ": every value gives the same numbers"
		}
		if changed := r.changes(tried); len(changed) > 0 {
			said = "changes with " + strings.Join(changed, ", ")
		}
		if absent := tried.absent(); len(absent) > 0 {
			said += "; not applicable: " + strings.Join(absent, ", ")
		}
		t.Rows = append(t.Rows, []string{
			tried.Key, tried.Doc, tried.Default, fmt.Sprint(len(tried.Values)), points(lo), points(hi), fmt.Sprintf("%.2f", 100*(hi-lo)), said, r.againstChance(tried),
		})
	}
	return t
}

// againstChance compares the range of a choice about training with that of the seeds.
func (r *Result) againstChance(t *Tried) string {
	chance := r.chance()
	lo, hi := t.Range()
	switch {
	case t.Key == "seeds":
		return "this is chance"
	case !knobs[t.Key].training || math.IsNaN(chance):
		return ""
	case hi-lo > chance:
		return "moves more than seeds do"
	}
	return "moves no more than seeds do"
}

// headline says in a sentence what the study found.
func (r *Result) headline() string {
	base := fmt.Sprintf("With every default the gain is %s %s points: %s.", points(float64(r.Base.Gain.Value)), interval(&r.Base), r.Base.Conclusion())
	changing := r.Changing()
	if len(changing) == 0 {
		return base + " No value tried changes that conclusion."
	}
	return fmt.Sprintf("%s %d of %d choices have a value that changes that conclusion: %s.", base, len(changing), len(r.Tried), strings.Join(changing, ", "))
}

// negative finds the hyphens that are minus signs.
var negative = regexp.MustCompile(`([ \[])-(\d)`)

// Figure draws the gain over the values of each choice, the widest range on top.
func Figure(r *Result) figures.Figure {
	f := figures.Sensitivity{
		Page: figures.Page{
			Title: r.Title, Subtitle: negative.ReplaceAllString(r.headline(), "$1−$2") + " Dots are values, the diamond is the default.",
			Footer: fmt.Sprintf("%s; one choice at a time; n = %d clips; cascade %s + %s; profile %s; intervals by bootstrap over videos. Plan %.12s.",
				r.Experiment, r.Base.N, r.Headline.Measure, r.Headline.Fusion, r.Profile, r.SHA256),
			Synthetic: r.Tier == "synth",
		},
		XLabel: "Accuracy of the cascade minus the large model's (points)", Outcome: 100 * float64(r.Base.Gain.Value),
		NumbersHead: "range (points)", Include: []float64{0},
	}
	for i := range r.Tried {
		row := figures.Hypothesis{Key: r.Tried[i].Key}
		for _, o := range r.Tried[i].Outcomes {
			if o.NA == "" {
				row.Values = append(row.Values, figures.HypothesisValue{
					Name: o.Setting, Outcome: 100 * float64(o.Gain.Value), Default: o.Setting == r.Tried[i].Default,
				})
			}
		}
		f.Rows = append(f.Rows, row)
	}
	width := func(h figures.Hypothesis) float64 {
		least, most := math.Inf(1), math.Inf(-1)
		for _, v := range h.Values {
			least, most = min(least, v.Outcome), max(most, v.Outcome)
		}
		return most - least
	}
	slices.SortStableFunc(f.Rows, func(a, b figures.Hypothesis) int { // the rounding of records makes ties exact
		switch {
		case width(a) > width(b):
			return -1
		case width(a) < width(b):
			return 1
		}
		return 0
	})
	return f
}
