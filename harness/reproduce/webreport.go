package reproduce

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/harness/webreport"
)

// ReportPath is where the interactive report is written. It holds texts of clips, so
// it is neither in the manifest nor to be published.
const ReportPath = "results/report.html"

// webReport builds the interactive report from what a run has made.
func webReport(ctx context.Context, o Options, outcomes []outcome, ablations []report.File, done []Ablated, predictors experiment.Predictors) (report.File, error) {
	var p webreport.Page
	for _, tier := range tiers {
		for _, out := range outcomes {
			if out.done.Result.Setup.Tier != tier {
				continue
			}
			cases, err := casesOf(ctx, o, out.config, predictors)
			if err != nil {
				return report.File{}, err
			}
			prompts, err := promptsOf(o, out.config, cases)
			if err != nil {
				return report.File{}, err
			}
			p.Experiments = append(p.Experiments, webreport.Experiment{Result: out.done.Result, Cases: cases, Prompts: prompts})
		}
	}
	for _, a := range done {
		i := slices.IndexFunc(ablations, func(f report.File) bool { return f.Path == "results/tables/ablation-"+a.Plan.Name+".csv" })
		if i < 0 {
			continue
		}
		best, err := bestOf(a, ablations[i])
		if err != nil {
			return report.File{}, err
		}
		p.Ablations = append(p.Ablations, best)
	}
	var b bytes.Buffer
	if err := webreport.Build(&b, p, o.Scripts); err != nil {
		return report.File{}, err
	}
	return report.File{Path: ReportPath, Data: b.Bytes(), Derived: true}, nil
}

func casesOf(ctx context.Context, o Options, c experiment.Config, predictors experiment.Predictors) ([]experiment.Case, error) {
	if o.WithoutClips {
		return nil, nil
	}
	cohort, err := experiment.Open(c, predictors, o.Data)
	if err != nil {
		return nil, err
	}
	return experiment.Cases(ctx, cohort)
}

// promptsOf words the second round of every clip that has one, by the clip's id.
func promptsOf(o Options, c experiment.Config, cases []experiment.Case) (map[string]string, error) {
	if o.SecondPrompt == nil {
		return nil, nil
	}
	var out map[string]string
	for _, told := range cases {
		text, err := o.SecondPrompt(c, told)
		if err != nil {
			return nil, fmt.Errorf("%s, clip %s: prompt of the second round: %w", c.Name, told.ID, err)
		}
		if text == "" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[told.ID] = text
	}
	return out, nil
}

// mostRows is how many rows of an ablation a browser sorts without a wait.
const mostRows = 500

// ablationColumns are those of an ablation's CSV that the report shows.
var ablationColumns = []string{
	"pair", "measure", "calibration", "fusion", "rule", "accuracy", "accuracy_lo", "accuracy_hi", "deferred", "over_small", "holm_p_small", "over_large", "holm_p_large", "audc",
}

// bestOf picks the most accurate cascades of a plan that could be deployed.
func bestOf(a Ablated, f report.File) (webreport.Ablation, error) {
	rows, err := csv.NewReader(bytes.NewReader(f.Data)).ReadAll()
	if err != nil || len(rows) == 0 {
		return webreport.Ablation{}, fmt.Errorf("%s: no table: %v", path.Base(f.Path), err)
	}
	var columns []int
	for _, name := range ablationColumns {
		i := slices.Index(rows[0], name)
		if i < 0 {
			return webreport.Ablation{}, fmt.Errorf("%s: no column %s", f.Path, name)
		}
		columns = append(columns, i)
	}
	control, accuracy := slices.Index(rows[0], "control"), columns[slices.Index(ablationColumns, "accuracy")]
	value := func(row []string) float64 { x, _ := strconv.ParseFloat(row[accuracy], 64); return x }
	deployable := slices.DeleteFunc(rows[1:], func(row []string) bool { return control >= 0 && row[control] == "true" || row[accuracy] == "" })
	slices.SortStableFunc(deployable, func(x, y []string) int {
		switch a, b := value(x), value(y); {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	out := webreport.Ablation{
		Name: a.Plan.Name, Title: a.Plan.Title, Tier: a.Plan.Tier,
		Note: fmt.Sprintf("The %d most accurate of %d rows without controls; all are in %s.", min(mostRows, len(deployable)), len(deployable), f.Path),
	}
	for _, name := range ablationColumns {
		out.Columns = append(out.Columns, strings.ReplaceAll(name, "_", " "))
	}
	for _, row := range deployable[:min(mostRows, len(deployable))] {
		shown := make([]string, len(columns))
		for k, i := range columns {
			shown[k] = row[i]
		}
		out.Rows = append(out.Rows, shown)
	}
	return out, nil
}
