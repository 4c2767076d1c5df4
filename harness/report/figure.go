package report

import (
	"fmt"
	"slices"
	"strings"

	"uacs/figures"
	"uacs/harness/experiment"
)

// A title may claim a gain that is significant at this level and that does not
// print as 0.0 points.
const (
	significant = 0.05
	leastGain   = 0.0005
)

// everything is the share of clips above which a system escalates all of them and
// is no cascade.
const everything = 0.995

// Figure draws accuracy against compute: on the left against the share of clips
// escalated, on the right against each logarithmic compute axis.
func Figure(r *experiment.Result) figures.Figure {
	panels := []figures.AccuracyCompute{drawPanel(r, shareAxis(r))}
	for i, a := range r.Setup.Axes {
		if a.Log {
			panels = append(panels, drawPanel(r, costAxis(a, i)))
		}
	}
	note := hullNote
	if len(panels) > 1 {
		note += " Upright lines: 10 and 50 % of the large model's cost."
	}
	return figures.Grid{
		Title: FigureTitle(r), Subtitle: subtitle(r) + note, Footer: footer(r), YLabel: "Accuracy (%)",
		Panels: panels, Width: figures.DoubleColumn,
	}
}

const hullNote = " Thin line: Pareto hull of every cascade in the records, thresholds chosen on these clips."

// ColumnFigure is the left panel of [Figure] for a single column of a page.
func ColumnFigure(r *experiment.Result) figures.Figure {
	p := drawPanel(r, shareAxis(r))
	p.Title, p.Subtitle, p.Footer, p.YLabel = FigureTitle(r), subtitle(r)+hullNote, footer(r), "Accuracy (%)"
	return p
}

// FigureTitle claims a gain only where the experiment's paired test, adjusted
// for all its comparisons, supports it; else it says what is drawn.
func FigureTitle(r *experiment.Result) string {
	s := r.Cascade()
	if s == nil || s.Deferred > everything {
		return r.Setup.Title
	}
	claim := func(p *experiment.Paired, model string) string {
		return fmt.Sprintf("%s: %.0f %% of clips escalated, %.1f points above %s alone",
			dataset(r.Setup), 100*float64(s.Deferred), 100*float64(p.Difference.Value), model)
	}
	switch {
	case gains(s.VsLarge):
		return claim(s.VsLarge, r.Setup.Large)
	case gains(s.VsSmall):
		return claim(s.VsSmall, r.Setup.Small)
	}
	return r.Setup.Title
}

func gains(p *experiment.Paired) bool {
	return p != nil && p.Difference.Value >= leastGain && p.HolmP < significant
}

// dataset is the part of an experiment's title that names the data.
func dataset(s experiment.Setup) string {
	name, _, _ := strings.Cut(s.Title, ",")
	return name
}

// subtitle says what was evaluated: the data, unless the title says so already.
func subtitle(r *experiment.Result) string {
	s := r.Setup
	what := s.Split + " split"
	if FigureTitle(r) == s.Title {
		what = strings.ToUpper(what[:1]) + what[1:]
	} else {
		what = s.Title + ", " + what
	}
	clips := "clips"
	if s.N < s.Clips-s.Dropped { // profiles leave out nothing else
		clips = "clips with a label other than 0"
	}
	return fmt.Sprintf("%s, n = %d %s, %d videos. %s Chosen: threshold cross-fitted by video.",
		what, s.N, clips, s.Videos, byVideo(s, "Bands and bars"))
}

func footer(r *experiment.Result) string {
	return provenance(r.Setup, "fusion "+r.Setup.Headline.Fusion, "tables/"+r.Setup.Name+"-systems.md, with the source of each cost")
}

// changed is the provenance of a result that is not its config's alone.
func changed(s experiment.Setup) string {
	return fmt.Sprintf("Config %.12s, changed: %s.", s.ConfigSHA256, strings.Join(s.Changes, "; "))
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
	label := "Clips sent to " + r.Setup.Large + " (%)"
	if r.Setup.Second != "" { // a clip may then take two calls
		label = "Large-model calls per 100 clips"
	}
	return axis{
		label: label, share: true,
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

// drawPanel draws the experiment's curves, both models and the chosen point.
func drawPanel(r *experiment.Result, x axis) figures.AccuracyCompute {
	p := figures.AccuracyCompute{XLabel: x.label, LogX: x.log, ShareX: x.share, Synthetic: r.Setup.Tier == "synth"}
	for _, c := range drawnCurves(r) {
		drawn := curve(c, x)
		drawn.Name, drawn.Role = curveName(c), curveRoles[c.Role]
		if rank(r, c) != headlineRank {
			drawn.Lo, drawn.Hi = nil, nil // one band is legible, three are not; the tables have all intervals
		}
		p.Curves = append(p.Curves, drawn)
	}
	for _, model := range []struct{ strategy, name string }{{"small-only", r.Setup.Small}, {"large-only", r.Setup.Large}} {
		if s := r.Alone(model.strategy); s != nil {
			at := mark(model.name, *s, x)
			p.Points = append(p.Points, figures.Point{Name: at.Name, X: at.X, Y: at.Y, Lo: at.Lo, Hi: at.Hi})
		}
	}
	for _, s := range r.Systems {
		switch {
		case s.Headline:
			p.Marks = append(p.Marks, mark("Chosen", s, x))
		case s.Fusion == "uacs-v2" && s.Measure == r.Setup.Headline.Measure && s.Threshold == experiment.CrossFitted:
			// Two thresholds make a surface: its chosen point is drawn, not a curve.
			p.Marks = append(p.Marks, mark("U-ACS v2", s, x))
		}
	}
	nameOnce(&p)
	p.Hull, p.Guides = hull(r, x), guides(r, x)
	return p
}

// nameOnce leaves one mark, with both names, where the chosen point is one model alone,
// as under a threshold that escalates all or nothing: two names cannot stand at one
// place.
func nameOnce(p *figures.AccuracyCompute) {
	for k := range p.Marks {
		i := slices.IndexFunc(p.Points, func(at figures.Point) bool { return at.X == p.Marks[k].X && at.Y == p.Marks[k].Y })
		if i >= 0 {
			p.Marks[k].Name = p.Points[i].Name + ", " + strings.Replace(p.Marks[k].Name, "Chosen", "chosen", 1)
			p.Points = slices.Delete(p.Points, i, i+1)
		}
	}
}

// mark places a system on a panel.
func mark(name string, s experiment.System, x axis) figures.Mark {
	return figures.Mark{
		Name: name, X: x.system(s), Y: 100 * float64(s.Accuracy.Value),
		Lo: 100 * float64(s.Accuracy.Lo), Hi: 100 * float64(s.Accuracy.Hi),
	}
}

// maxCurves is how many coloured curves stay legible.
const maxCurves = 3

// curveRoles say how curves are drawn.
var curveRoles = map[string]figures.Role{
	"measure": figures.Measure, "fusion": figures.Other, "exact": figures.Other, "random": figures.Random, "oracle": figures.Oracle,
}

// The ranks of curves: the headline's is always drawn, so is the exact one.
const (
	headlineRank = iota
	exactRank
	otherRank
	referenceRank
)

func rank(r *experiment.Result, c experiment.Curve) int {
	headline := c.Measure == r.Setup.Headline.Measure && c.Fusion == r.Setup.Headline.Fusion
	switch {
	case c.Role == "random" || c.Role == "oracle":
		return referenceRank
	case c.Role == "exact":
		return exactRank
	case headline:
		return headlineRank
	}
	return otherRank
}

// drawnCurves returns the curves that a figure shows, by rank. Controls are left
// to the tables, since their lines are noise about the random one, and so are
// the last of too many.
func drawnCurves(r *experiment.Result) []experiment.Curve {
	var drawn []experiment.Curve
	for _, c := range r.Curves {
		if !isControl(r, c) {
			drawn = append(drawn, c)
		}
	}
	slices.SortStableFunc(drawn, func(a, b experiment.Curve) int { return rank(r, a) - rank(r, b) })
	coloured := 0
	return slices.DeleteFunc(drawn, func(c experiment.Curve) bool {
		if rank(r, c) == referenceRank {
			return false
		}
		coloured++
		return coloured > maxCurves
	})
}

// isControl reports whether a curve is that of a system which could not be deployed.
func isControl(r *experiment.Result, c experiment.Curve) bool {
	return slices.ContainsFunc(r.Systems, func(s experiment.System) bool {
		return s.Control && s.Threshold == experiment.CrossFitted && s.Measure == c.Measure && s.Fusion == c.Fusion && rank(r, c) != referenceRank
	})
}

// curveName calls a curve by what sets it apart.
func curveName(c experiment.Curve) string {
	switch c.Role {
	case "measure":
		return sentence(c.Measure)
	case "fusion":
		return sentence(c.Fusion)
	}
	return sentence(c.Role)
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
