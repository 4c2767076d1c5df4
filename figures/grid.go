package figures

import "fmt"

// Grid is small multiples: panels of accuracy against compute that share the y
// axis, the looks of their curves, a header and a footer. A curve's name means
// the same look in every panel, so at most five coloured names in all.
type Grid struct {
	// Title, Subtitle and Footer are as in [AccuracyCompute].
	Title, Subtitle, Footer string
	YLabel                  string
	// Panels holds at least one panel. Their Title and Subtitle stand above them;
	// YLabel, Footer and Width are empty, since they belong to the grid.
	Panels []AccuracyCompute
	// Columns is the number of panels in a row, 0 for all in one row.
	Columns int
	// Width is the width of the whole grid.
	Width Width
}

func (g Grid) draw() (*sheet, error) {
	if len(g.Panels) == 0 {
		return nil, fmt.Errorf("no panels")
	}
	if g.Columns < 0 {
		return nil, fmt.Errorf("%d columns", g.Columns)
	}
	p := plate{
		title: g.Title, subtitle: g.Subtitle, footer: g.Footer, yLabel: g.YLabel,
		columns: g.Columns, strips: true, width: g.Width,
	}
	if p.columns == 0 || p.columns > len(g.Panels) {
		p.columns = len(g.Panels)
	}
	names := map[string]Role{}
	coloured := 0
	for i := range g.Panels {
		f := &g.Panels[i]
		if f.YLabel != "" || f.Footer != "" || f.Width != SingleColumn {
			return nil, fmt.Errorf("panel %d (%s): YLabel, Footer and Width belong to the grid", i+1, f.Title)
		}
		for _, c := range f.Curves {
			role, known := names[c.Name]
			if known && role != c.Role {
				return nil, fmt.Errorf("panel %d (%s): curve %q has another role than in an earlier panel", i+1, f.Title, c.Name)
			}
			if !known && (c.Role == Measure || c.Role == Other) {
				coloured++
			}
			names[c.Name] = c.Role
		}
		p.panels = append(p.panels, f)
	}
	if coloured > len(palette) {
		return nil, fmt.Errorf("%d coloured names in all panels: at most %d can be told apart", coloured, len(palette))
	}
	return p.draw()
}
