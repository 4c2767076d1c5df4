package report

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"uacs/figures"
	"uacs/harness/experiment"
)

// overviewFigure is how the files of a tier's figure begin.
const overviewFigure = "overview-"

// OverviewFigure draws the headline cascade of every experiment of a tier, dataset by
// dataset, as small multiples with shared axes; nil if there is none.
func OverviewFigure(tier string, results []*experiment.Result) figures.Figure {
	var panels []figures.AccuracyCompute
	shown := byDataset(results)
	for _, r := range shown {
		if r.Cascade() == nil || r.Alone("large-only") == nil {
			continue
		}
		panels = append(panels, overviewPanel(r))
	}
	if len(panels) == 0 {
		return nil
	}
	s := shown[0].Setup
	return figures.Grid{
		Title: "When may the small model speak for the large one?",
		Subtitle: "Strips: dataset, small model → large model, clips and videos of the test split. " + byVideo(s, "Bands and bars") +
			" Chosen: threshold cross-fitted by video. Calls: of the large model.",
		Footer: fmt.Sprintf("%s Profile %s. Numbers: results/tables/overview-%s.md. Configs: each experiment's digest stands in its own figure and record.", tierLine(tier), profiles(results), tier),
		YLabel: "Accuracy (%)", Panels: panels, Columns: min(4, len(panels)), Width: figures.DoubleColumn,
	}
}

// byDataset orders results by the dataset's first appearance, which keeps those of one
// dataset together.
func byDataset(results []*experiment.Result) []*experiment.Result {
	var datasets []string
	for _, r := range results {
		if !slices.Contains(datasets, r.Setup.Dataset) {
			datasets = append(datasets, r.Setup.Dataset)
		}
	}
	out := slices.Clone(results)
	slices.SortStableFunc(out, func(a, b *experiment.Result) int {
		return slices.Index(datasets, a.Setup.Dataset) - slices.Index(datasets, b.Setup.Dataset)
	})
	return out
}

// profiles lists the metric profiles of results.
func profiles(results []*experiment.Result) string {
	var names []string
	for _, r := range results {
		if !slices.Contains(names, r.Setup.Profile) {
			names = append(names, r.Setup.Profile)
		}
	}
	return strings.Join(names, ", ")
}

// overviewPanel is one experiment: its headline's curve, both references, both models
// and the chosen point, by names that all panels share.
func overviewPanel(r *experiment.Result) figures.AccuracyCompute {
	x := shareAxis(r)
	s := r.Setup
	p := figures.AccuracyCompute{
		Title:    strings.TrimPrefix(dataset(s), "SYNTHETIC "),
		Subtitle: fmt.Sprintf("%s → %s; n = %d, %d videos", s.Small, s.Large, s.N, s.Videos),
		XLabel:   "Calls per 100 clips", ShareX: true, Synthetic: s.Tier == "synth",
	}
	for _, c := range r.Curves {
		drawn := curve(c, x)
		switch {
		case c.Role == "random" || c.Role == "oracle":
			drawn.Name, drawn.Role, drawn.Lo, drawn.Hi = sentence(c.Role), curveRoles[c.Role], nil, nil
		case rank(r, c) == headlineRank:
			drawn.Name = "Cascade"
		default:
			continue
		}
		p.Curves = append(p.Curves, drawn)
	}
	for _, model := range []struct{ strategy, name string }{{"small-only", "Small"}, {"large-only", "Large"}} {
		if s := r.Alone(model.strategy); s != nil {
			at := mark(model.name, *s, x)
			p.Points = append(p.Points, figures.Point{Name: at.Name, X: at.X, Y: at.Y, Lo: at.Lo, Hi: at.Hi})
		}
	}
	p.Marks = []figures.Mark{mark("Chosen", *r.Cascade(), x)}
	nameOnce(&p)
	return p
}

// overviewFigureFiles returns the figure over all experiments of a tier, none if
// nothing can be drawn.
func overviewFigureFiles(tier string, results []*experiment.Result) ([]File, error) {
	fig := OverviewFigure(tier, results)
	if fig == nil {
		return nil, nil
	}
	return figureFiles(overviewFigure+tier, fig)
}

// overviewPath is where the figure of a tier is kept.
func overviewPath(tier string) string { return path.Join(figuresDir, overviewFigure+tier+".svg") }
