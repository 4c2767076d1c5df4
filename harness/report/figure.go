package report

import (
	"fmt"
	"strings"

	"uacs/figures"
	"uacs/harness/experiment"
)

// significant is the level at which a title may claim a gain.
const significant = 0.05

// Figure draws accuracy against compute: on the left against the share of clips
// escalated, on the right against each logarithmic compute axis.
func Figure(r *experiment.Result) figures.Figure {
	panels := []figures.AccuracyCompute{panel(r, shareAxis(r))}
	for i, a := range r.Setup.Axes {
		if a.Log {
			panels = append(panels, panel(r, costAxis(a, i)))
		}
	}
	return figures.Grid{
		Title: FigureTitle(r), Subtitle: subtitle(r), Footer: footer(r), YLabel: "Accuracy (%)",
		Panels: panels, Width: figures.DoubleColumn,
	}
}

// FigureTitle claims a gain only where the experiment's paired test, adjusted
// for all its comparisons, supports it; else it says what is drawn.
func FigureTitle(r *experiment.Result) string {
	for _, s := range r.Systems {
		if !s.Headline || s.Deferred > 0.995 { // everything escalated is no cascade
			continue
		}
		of := fmt.Sprintf("%.0f %% of clips", 100*float64(s.Deferred))
		switch {
		case gains(s.VsLarge):
			return fmt.Sprintf("%s: %s escalated, %.1f points above %s alone", dataset(r.Setup), of, 100*float64(s.VsLarge.Difference.Value), r.Setup.Large)
		case gains(s.VsSmall):
			return fmt.Sprintf("%s: %s escalated, %.1f points above %s alone", dataset(r.Setup), of, 100*float64(s.VsSmall.Difference.Value), r.Setup.Small)
		}
	}
	return r.Setup.Title
}

func gains(p *experiment.Paired) bool {
	return p != nil && p.Difference.Value > 0 && p.HolmP < significant
}

// dataset is the part of an experiment's title that names the data.
func dataset(s experiment.Setup) string {
	name, _, _ := strings.Cut(s.Title, ",")
	return name
}

func subtitle(r *experiment.Result) string {
	return fmt.Sprintf("%s, %s split, n = %d clips with a label other than 0, %d videos. Bands and bars: %s %% bootstrap by video. Chosen: threshold cross-fitted by video.",
		r.Setup.Title, r.Setup.Split, r.Setup.N, r.Setup.Videos, trim(100*float64(r.Setup.Level)))
}

func footer(r *experiment.Result) string {
	parts := []string{fmt.Sprintf("Profile %s; fusion %s. Config %s, %.12s.", r.Setup.Profile, r.Setup.Headline.Fusion, r.Setup.Name, r.Setup.ConfigSHA256)}
	for _, a := range r.Setup.Axes {
		if a.Hypothesis && a.Log {
			parts = append(parts, a.Unit+" are a documented estimate, not measured.")
		}
	}
	return strings.Join(parts, " ")
}

// axis is how a panel reads x.
type axis struct {
	label      string
	log, share bool
	point      func(experiment.CurvePoint) float64
	system     func(experiment.System) float64
}

// shareAxis counts calls of the large model per clip; without a second round
// that is the share of clips escalated.
func shareAxis(r *experiment.Result) axis {
	return axis{
		label: "Clips sent to " + r.Setup.Large + " (%)", share: true,
		point:  func(p experiment.CurvePoint) float64 { return float64(p.First + p.Second) },
		system: func(s experiment.System) float64 { return float64(s.First + s.Second) },
	}
}

func costAxis(a experiment.Axis, i int) axis {
	return axis{
		label: a.Unit, log: true,
		point:  func(p experiment.CurvePoint) float64 { return float64(p.Costs[i]) },
		system: func(s experiment.System) float64 { return float64(s.Costs[i]) },
	}
}

// panel draws the experiment's curves, both models and the chosen point.
func panel(r *experiment.Result, x axis) figures.AccuracyCompute {
	p := figures.AccuracyCompute{XLabel: x.label, LogX: x.log, ShareX: x.share, Synthetic: r.Setup.Tier == "synth"}
	coloured := 0
	for _, c := range r.Curves {
		role, ok := curveRole(r, c)
		if !ok {
			continue
		}
		if role == figures.Measure || role == figures.Other {
			if coloured == maxCurves {
				continue
			}
			coloured++
		}
		drawn := curve(c, x)
		drawn.Name, drawn.Role = curveName(c), role
		if c.Measure != r.Setup.Headline.Measure || c.Fusion != r.Setup.Headline.Fusion {
			drawn.Lo, drawn.Hi = nil, nil // one band is legible, three are not; the tables have all intervals
		}
		p.Curves = append(p.Curves, drawn)
	}
	for _, s := range r.Systems {
		lo, hi := 100*float64(s.Accuracy.Lo), 100*float64(s.Accuracy.Hi)
		y := 100 * float64(s.Accuracy.Value)
		switch {
		case s.Fusion == "small-only":
			p.Points = append(p.Points, figures.Point{Name: r.Setup.Small, X: x.system(s), Y: y, Lo: lo, Hi: hi})
		case s.Fusion == "large-only":
			p.Points = append(p.Points, figures.Point{Name: r.Setup.Large, X: x.system(s), Y: y, Lo: lo, Hi: hi})
		case s.Headline:
			p.Marks = append(p.Marks, figures.Mark{Name: "Chosen", X: x.system(s), Y: y, Lo: lo, Hi: hi})
		}
	}
	return p
}

// maxCurves is how many coloured curves stay legible.
const maxCurves = 3

// curveRole says how a curve is drawn, and false for one that the figure leaves
// to the tables: the controls, whose lines are noise about the random one.
func curveRole(r *experiment.Result, c experiment.Curve) (figures.Role, bool) {
	switch c.Role {
	case "random":
		return figures.Random, true
	case "oracle":
		return figures.Oracle, true
	case "fusion":
		return figures.Other, true
	}
	for _, m := range r.Measures {
		if m.Name == c.Measure {
			return figures.Measure, !m.Control
		}
	}
	return figures.Measure, true
}

// curveName calls a curve by what sets it apart.
func curveName(c experiment.Curve) string {
	switch c.Role {
	case "random":
		return "Random"
	case "oracle":
		return "Oracle"
	case "fusion":
		return sentence(c.Fusion)
	}
	return sentence(c.Measure)
}

// sentence turns a registered name into words.
func sentence(name string) string {
	words := strings.ReplaceAll(name, "-", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// curve reads a recorded curve in per cent.
func curve(c experiment.Curve, x axis) figures.Curve {
	var out figures.Curve
	for _, p := range c.Points {
		out.X = append(out.X, x.point(p))
		out.Y = append(out.Y, 100*float64(p.Accuracy))
		out.Lo = append(out.Lo, 100*float64(p.Lo))
		out.Hi = append(out.Hi, 100*float64(p.Hi))
	}
	return out
}
