package report

import (
	"fmt"
	"math"
	"slices"

	"uacs/figures"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
)

// mostVideos is how many videos fit on a page.
const mostVideos = 60

// diagnosisFigures draws what stands behind an experiment's headline, by the suffix
// of the file. What the records do not hold is not drawn.
func diagnosisFigures(r *experiment.Result) map[string]figures.Figure {
	drawn := map[string]figures.Figure{"-effects": effectsFigure(r)}
	if s := r.Cascade(); s != nil {
		drawn["-flow"] = flowFigure(r, s)
		if i := costlyAxis(r); i >= 0 {
			drawn["-cost"] = costFigure(r, i)
		}
	}
	d := r.Diagnosis
	if d == nil {
		return drawn
	}
	drawn["-uncertainty"] = histogramFigure(r, d)
	drawn["-risk"] = riskFigure(r, d)
	drawn["-confusion"] = confusionFigure(r, d)
	if len(d.Reliability) > 0 {
		drawn["-reliability"] = reliabilityFigure(r, d)
	}
	if len(d.Videos) <= mostVideos {
		drawn["-videos"] = videosFigure(r, d)
	}
	return drawn
}

// page is the frame of a figure about one experiment.
func page(r *experiment.Result, title, subtitle, table string, width figures.Width) figures.Page {
	if subtitle == "" {
		subtitle = counted(r)
	} else {
		subtitle = counted(r) + " " + subtitle
	}
	return figures.Page{
		Title: dataset(r.Setup) + ": " + title, Subtitle: subtitle, Footer: provenance(r.Setup, "", table),
		Synthetic: r.Setup.Tier == "synth", Width: width,
	}
}

// counted says on what a figure's numbers are.
func counted(r *experiment.Result) string {
	return fmt.Sprintf("%s split, n = %d clips, %d videos.", sentence(r.Setup.Split), r.Setup.N, r.Setup.Videos)
}

func tableOf(r *experiment.Result, kind string) string {
	return "tables/" + r.Setup.Name + "-" + kind + ".md"
}
func recordsOf(r *experiment.Result) string { return "records/" + r.Setup.Name + ".jsonl" }

// effectsFigure compares every system that could be deployed with both models.
func effectsFigure(r *experiment.Result) figures.Figure {
	fig := figures.Forest{
		Page: page(r, "accuracy gained over either model alone",
			byVideo(r.Setup, "Bars")+" Thresholds cross-fitted by video.", tableOf(r, "systems"), figures.DoubleColumn),
		XLabel: "Difference of accuracy (points)", NumbersHead: "points [interval]",
	}
	tests := 0
	for _, against := range []struct {
		name string
		of   func(experiment.System) *experiment.Paired
	}{
		{r.Setup.Large, func(s experiment.System) *experiment.Paired { return s.VsLarge }},
		{r.Setup.Small, func(s experiment.System) *experiment.Paired { return s.VsSmall }},
	} {
		g := figures.ForestGroup{Heading: "Against " + against.name + " alone"}
		for _, s := range r.Systems {
			p := against.of(s)
			if s.Control || p == nil || math.IsNaN(float64(p.Difference.Value)) {
				continue
			}
			tests++
			g.Rows = append(g.Rows, figures.Effect{
				Name: systemName(r, s), Value: 100 * float64(p.Difference.Value), Lo: 100 * float64(p.Difference.Lo),
				Hi: 100 * float64(p.Difference.Hi), Significant: p.HolmP < significant,
			})
		}
		if len(g.Rows) > 0 {
			fig.Groups = append(fig.Groups, g)
		}
	}
	fig.Adjustment = fmt.Sprintf("Holm, %d tests, %s %%", tests, trim(100*significant))
	return fig
}

// The ways that clips take, by the stage in which they end.
var stageNames = map[fusion.Stage]string{
	fusion.Kept: "Kept", fusion.Replaced: "Replaced", fusion.Confident: "Confident", fusion.Agreed: "Agreed",
	fusion.Averaged: "Averaged", fusion.Requeried: "Second answer", fusion.FellBack: "Fell back",
}

// flowFigure follows the clips through the stages of the headline cascade: the small
// model, the large one, and the second round where there is one.
func flowFigure(r *experiment.Result, s *experiment.System) figures.Figure {
	large := figures.Branch{Name: "Sent to " + r.Setup.Large}
	root := figures.Branch{Name: r.Setup.Small, N: r.Setup.N}
	for _, c := range s.Stages {
		name := stageNames[fusion.Stage(c.Stage)]
		if name == "" {
			name = sentence(c.Stage)
		}
		exit := figures.Branch{Name: name, N: c.Clips, Right: c.Right}
		switch fusion.Stage(c.Stage) {
		case fusion.Kept:
			root.Into = append(root.Into, exit)
			continue
		case fusion.Requeried:
			exit = figures.Branch{Name: "Asked again", N: c.Clips, Into: []figures.Branch{exit}}
		}
		large.Into, large.N = append(large.Into, exit), large.N+exit.N
	}
	if large.N > 0 {
		root.Into = append(root.Into, large)
	}
	note := "Bars of exits: filled for right answers. " + sentence(s.Name) + ", threshold cross-fitted by video. Counts, without intervals."
	return figures.Flow{Page: page(r, "the way of the clips", note, tableOf(r, "flow"), figures.DoubleColumn), Root: root}
}

// costlyAxis is the first compute axis that is not a count of calls, or −1.
func costlyAxis(r *experiment.Result) int {
	for i, a := range r.Setup.Axes {
		if a.Log {
			return i
		}
	}
	return -1
}

// costFigure divides the price of both models alone and of the headline into the
// small model's part and the large one's.
func costFigure(r *experiment.Result, axis int) figures.Figure {
	fig := figures.CostBreakdown{
		Page:   page(r, "where the compute goes", "Mean over all clips of the split, without intervals.", tableOf(r, "systems"), figures.SingleColumn),
		XLabel: r.Setup.Axes[axis].Unit, Parts: []string{r.Setup.Small, r.Setup.Large},
	}
	small, large := r.Alone("small-only"), r.Alone("large-only")
	most := math.NaN()
	if large != nil {
		most = float64(large.Costs[axis])
		fig.SumHead = "total (% of " + r.Setup.Large + "'s)"
	}
	for _, s := range []*experiment.System{small, r.Cascade(), large} {
		if s == nil || small == nil {
			continue
		}
		name, own := systemName(r, *s), float64(small.Costs[axis])
		switch {
		case s.Headline:
			name = "Cascade"
		case s.Fusion == "large-only": // nothing is paid for the small model
			own = 0
		}
		fig.Systems = append(fig.Systems, figures.SystemCost{
			Name: name, Costs: []float64{own, max(float64(s.Costs[axis])-own, 0)},
			Sum: fmt.Sprintf("%s (%.3g %%)", figures.Quantity(float64(s.Costs[axis])), 100*float64(s.Costs[axis])/most),
		})
	}
	return fig
}

// histogramFigure shows the headline measure where the small model is right and wrong.
func histogramFigure(r *experiment.Result, d *experiment.Diagnosis) figures.Figure {
	h := d.Histogram
	note := "Dashed: median of the folds' thresholds, cross-fitted by video. Counts, without intervals."
	if h.Outside > 0 {
		note += fmt.Sprintf(" Not finite: %d clips.", h.Outside)
	}
	fig := figures.UncertaintyHistogram{
		Page:   page(r, "uncertainty of right and wrong answers", note, recordsOf(r), figures.SingleColumn),
		XLabel: sentence(r.Setup.Headline.Measure) + " of " + r.Setup.Small, YLabel: "Clips", Right: h.Right, Wrong: h.Wrong,
	}
	for _, e := range h.Edges {
		fig.Edges = append(fig.Edges, float64(e))
	}
	if at := float64(h.Threshold); at > fig.Edges[0] && at < fig.Edges[len(fig.Edges)-1] {
		fig.Thresholds = []float64{at}
	}
	return fig
}

// riskFigure shows what withholding the most uncertain answers would do.
func riskFigure(r *experiment.Result, d *experiment.Diagnosis) figures.Figure {
	fig := figures.RiskCoverage{
		Page:   page(r, "risk of answering with "+r.Setup.Small+" alone", byVideo(r.Setup, "Band"), recordsOf(r), figures.SingleColumn),
		XLabel: "Clips that are answered (%)", YLabel: "Answers that are wrong (%)",
	}
	headlineFirst := func(c experiment.RiskCurve) int {
		if c.Measure == r.Setup.Headline.Measure {
			return 0
		}
		return 1
	}
	curves := slices.Clone(d.Risk)
	slices.SortStableFunc(curves, func(a, b experiment.RiskCurve) int { return headlineFirst(a) - headlineFirst(b) })
	for _, c := range curves {
		if len(fig.Curves) == maxCurves {
			break
		}
		drawn := figures.Curve{Name: sentence(c.Measure), Role: figures.Other}
		if c.Measure == r.Setup.Headline.Measure {
			drawn.Role = figures.Measure
		}
		for k := range c.Coverage {
			drawn.X, drawn.Y = append(drawn.X, float64(c.Coverage[k])), append(drawn.Y, 100*float64(c.Risk[k]))
			if drawn.Role == figures.Measure && len(c.Lo) == len(c.Coverage) { // one band is legible
				drawn.Lo, drawn.Hi = append(drawn.Lo, 100*float64(c.Lo[k])), append(drawn.Hi, 100*float64(c.Hi[k]))
			}
		}
		fig.Risk = drawn.Y[len(drawn.Y)-1]
		fig.Curves = append(fig.Curves, drawn)
	}
	return fig
}

// reliabilityFigure compares what the models say with how often they are right.
func reliabilityFigure(r *experiment.Result, d *experiment.Diagnosis) figures.Figure {
	fig := figures.Reliability{
		Page:   page(r, "is the models' confidence earned?", "Ten bins of equal width. "+byVideo(r.Setup, "Bars, where five videos or more have clips"), recordsOf(r), figures.SingleColumn),
		XLabel: "Confidence in the answer", YLabel: "Share of answers that are right",
	}
	for _, c := range d.Reliability {
		name := r.Setup.Small
		if c.Model == "large" {
			name = r.Setup.Large
		}
		s := figures.ReliabilitySeries{Name: name + ", " + c.Confidence}
		for _, b := range c.Bins {
			s.Bins = append(s.Bins, figures.ReliabilityBin{Lo: float64(b.Lo), Hi: float64(b.Hi), N: b.N, Mean: float64(b.Mean), Share: float64(b.Right), From: float64(b.RightLo), To: float64(b.RightHi)})
		}
		fig.Series = append(fig.Series, s)
	}
	return fig
}

// confusionFigure puts the confusion by polarity of both models and the cascade
// beside what the cascade changes.
func confusionFigure(r *experiment.Result, d *experiment.Diagnosis) figures.Figure {
	names := map[string]string{"small": r.Setup.Small, "large": r.Setup.Large, "cascade": "Cascade"}
	synthetic := r.Setup.Tier == "synth"
	fig := figures.Multiples{Page: page(r, "answers by polarity, and what the cascade changes", "Confusion: all clips of the split; changes: those that the profile counts. Counts, without intervals; threshold cross-fitted by video.", recordsOf(r), figures.DoubleColumn), Columns: 2}
	fig.Synthetic = false // the panels say it
	for _, c := range d.Confusion {
		sub := "Shares of the row"
		if c.Unanswered > 0 {
			sub += fmt.Sprintf("; %d unanswered", c.Unanswered)
		}
		m := figures.Confusion{Page: figures.Page{Title: names[c.System], Subtitle: sub, Synthetic: synthetic}, Labels: []string{"negative", "neutral", "positive"}}
		for _, row := range c.Counts {
			m.Counts = append(m.Counts, row[:])
		}
		fig.Panels = append(fig.Panels, m)
	}
	fig.Panels = append(fig.Panels, figures.FlipMatrix{
		Page: figures.Page{Title: "Changes", Subtitle: fmt.Sprintf("n = %d", r.Setup.N), Synthetic: synthetic},
		From: r.Setup.Small, To: "Cascade", BothRight: d.BothRight, Broken: d.Broken, Corrected: d.Corrected, BothWrong: d.BothWrong,
	})
	return fig
}

// videosFigure compares the small model with the cascade in every video.
func videosFigure(r *experiment.Result, d *experiment.Diagnosis) figures.Figure {
	fig := figures.PerVideo{
		Page:   page(r, "accuracy by video", "Area of a dot: clips of the video. Counts by video, without intervals.", recordsOf(r), figures.SingleColumn),
		XLabel: "Accuracy (%)", From: r.Setup.Small, To: "Cascade",
	}
	for k, v := range d.Videos {
		fig.Videos = append(fig.Videos, figures.Video{Name: fmt.Sprintf("Video %02d", k+1), N: v.Clips, From: v.Small, To: v.Cascade})
	}
	return fig
}
