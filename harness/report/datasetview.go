package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"uacs/datasets"
	"uacs/datasets/leak"
	"uacs/figures"
)

func tierOf(d *datasets.Dataset) string {
	if strings.HasPrefix(d.Name, "synth-") {
		return "synth"
	}
	return "public"
}

// Splits is the table of a dataset's splits: clips, videos, polarities, labels.
func Splits(d *datasets.Dataset) Table {
	t := Table{Title: d.Title + ": splits", Tier: tierOf(d), Notes: d.Warnings, Columns: []Column{
		{"split", false},
		{"clips", true},
		{"videos", true},
		{"negative %", true},
		{"neutral %", true},
		{"positive %", true},
		{"different labels", true},
		{"mean label", true},
		{"without text", true},
	}}
	for _, s := range d.Summaries() {
		t.Rows = append(t.Rows, []string{
			string(s.Split), strconv.Itoa(s.N), strconv.Itoa(s.Videos), shareOf(s.Negative, s.N), shareOf(s.Neutral, s.N), shareOf(s.Positive, s.N),
			strconv.Itoa(s.Distinct), strconv.FormatFloat(s.Mean, 'f', 3, 64), strconv.Itoa(s.Textless),
		})
	}
	return t
}

// Leaks is the table of what checks of package leak found in a dataset, those that
// a reader must not overlook marked.
func Leaks(d *datasets.Dataset, checks ...[]leak.Row) Table {
	t := Table{Title: d.Title + ": what training may know about the other splits", Tier: tierOf(d), Columns: []Column{
		{"flag", false}, {"check", false}, {"where", false}, {"outcome", false}, {"n", true}, {"what it means", false},
	}, Notes: []string{"Nothing here proves that data is clean: a check that finds nothing has looked for one thing."}}
	for _, r := range slices.Concat(checks...) {
		flag := ""
		if r.Flag {
			flag = "look"
		}
		t.Rows = append(t.Rows, []string{flag, r.Check, r.Where, r.Value, strconv.Itoa(r.N), r.Note})
	}
	return t
}

// BalanceFigure divides each split into negative, neutral and positive clips.
func BalanceFigure(d *datasets.Dataset) figures.Figure {
	fig := figures.CostBreakdown{
		Page:   figures.Page{Title: d.Title + ": balance of the labels", Synthetic: tierOf(d) == "synth"},
		XLabel: "Clips", Parts: []string{"negative", "neutral", "positive"}, SumHead: "clips",
	}
	for _, s := range d.Summaries() {
		fig.Systems = append(fig.Systems, figures.SystemCost{
			Name: string(s.Split), Costs: []float64{float64(s.Negative), float64(s.Neutral), float64(s.Positive)},
		})
	}
	return fig
}

// shareOf prints k of n in per cent, "n/a" of none.
func shareOf(k, n int) string {
	if n == 0 {
		return "n/a"
	}
	return fmt.Sprintf("%.1f", 100*float64(k)/float64(n))
}
