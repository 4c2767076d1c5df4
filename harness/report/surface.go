package report

import (
	"fmt"

	"uacs/figures"
	"uacs/harness/experiment"
)

// SurfaceTable lists the points of the Pareto hull of a cascade with two
// thresholds.
func SurfaceTable(r *experiment.Result) Table {
	t := Table{Title: r.Setup.Title + ": both thresholds", Tier: r.Setup.Tier, Columns: []Column{
		{"calls per clip", true}, {"first calls", true}, {"second calls", true}, {"escalated %", true}, {"large answers doubted %", true}, {"accuracy %", true},
	}}
	for _, p := range r.Surface.Hull {
		t.Rows = append(t.Rows, []string{
			decimals(p.First + p.Second), decimals(p.First), decimals(p.Second), percent(p.Escalated), percent(p.Doubted), percent(p.Accuracy),
		})
	}
	t.Notes = append([]string{
		fmt.Sprintf("Fusion %s, small model by %s, large model by %s. Every pair of thresholds was tried; these are the upper convex hull of accuracy over calls.",
			r.Surface.Fusion, r.Surface.Measure, r.Surface.LargeMeasure),
		"All are oracle thresholds: chosen on the clips they are judged on, so the accuracies are too good. The table of systems has the cross-fitted one.",
		"Kept for the figure: " + r.Surface.Note + ".",
	}, setupNotes(r.Setup)...)
	return t
}

// SurfaceFigure draws the accuracy over both thresholds, with the hull.
func SurfaceFigure(r *experiment.Result) figures.Figure {
	s := r.Surface
	fig := figures.Surface{
		Page: figures.Page{
			Title: dataset(r.Setup) + ": accuracy over both thresholds of U-ACS v2",
			Subtitle: fmt.Sprintf("%s split, n = %d clips with a label other than 0, %d videos. Hull: best accuracy for its calls, chosen on these clips. No intervals.",
				sentence(r.Setup.Split), r.Setup.N, r.Setup.Videos),
			Footer:    provenance(r.Setup, s.Measure+" and "+s.LargeMeasure, tableOf(r, "surface")),
			Synthetic: r.Setup.Tier == "synth",
		},
		XLabel: "Clips escalated (%)", YLabel: "Large answers doubted (%)", ValueLabel: "Accuracy (%)",
		X: inPercent(s.Escalated), Y: inPercent(s.Doubted), Shares: true, PathName: "Pareto hull",
	}
	for _, row := range s.Accuracy {
		fig.Value = append(fig.Value, inPercent(row))
	}
	for _, p := range s.Hull {
		fig.Path = append(fig.Path, figures.Place{X: 100 * float64(p.Escalated), Y: 100 * float64(p.Doubted)})
	}
	return fig
}

func inPercent(x []experiment.Number) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = 100 * float64(v)
	}
	return out
}
