package figures

import "fmt"

// A Panel is a figure that may stand in [Multiples]: every one of this package
// but [AccuracyCompute], [RiskCoverage] and [Grid], whose small multiples are a
// Grid.
type Panel interface {
	Figure
	body
}

// Multiples is small multiples: figures side by side below one header. Each has
// axes of its own; where they are of one kind, Include keeps the axes of
// [Forest] and [Sensitivity] alike, and those of the others are alike by nature
// or by the data.
type Multiples struct {
	// Page is as in other figures, but for Synthetic, which the panels say.
	Page
	// Panels holds at least one panel. Title and Subtitle stand above each; Footer
	// and Width are empty, since they belong to the whole.
	Panels []Panel
	// Columns is the number of panels in a row, 0 for all in one row.
	Columns int
}

const (
	columnSpace = 15 * pt
	rowSpace    = 14 * pt
)

func (m Multiples) draw() (*sheet, error) {
	if m.Synthetic {
		return nil, fmt.Errorf("the flag Synthetic belongs to the panels")
	}
	synthetic := 0
	for _, p := range m.Panels {
		if p.paper().Synthetic {
			synthetic++
		}
	}
	page := m.Page
	page.Subtitle = syntheticNote(synthetic, len(m.Panels)) + " " + page.Subtitle
	return page.compose(m)
}

func (m Multiples) check() error {
	if len(m.Panels) == 0 {
		return fmt.Errorf("no panels")
	}
	if m.Columns < 0 {
		return fmt.Errorf("%d columns", m.Columns)
	}
	for i, p := range m.Panels {
		page := p.paper()
		err := setAll("text", page.Title, page.Subtitle)
		if err == nil && (page.Footer != "" || page.Width != SingleColumn) {
			err = fmt.Errorf("footer and width belong to the whole")
		}
		if err == nil {
			err = p.check()
		}
		if err != nil {
			return fmt.Errorf("panel %d (%s): %w", i+1, page.Title, err)
		}
	}
	return nil
}

func (m Multiples) columns() int {
	if m.Columns == 0 {
		return len(m.Panels)
	}
	return min(m.Columns, len(m.Panels))
}

func (m Multiples) lay(width int) (layout, error) {
	each := (width+columnSpace)/m.columns() - columnSpace
	var rows []panelRow
	height := 0
	for first := 0; first < len(m.Panels); first += m.columns() {
		row, err := layRow(m.Panels[first:min(first+m.columns(), len(m.Panels))], first, each)
		if err != nil {
			return layout{}, err
		}
		if first > 0 {
			height += rowSpace
		}
		height += row.height()
		rows = append(rows, row)
	}
	return layout{height: height, draw: func(s *sheet, b box) {
		for _, row := range rows {
			for i := range row.panels {
				row.draw(s, i, pos{b.x0 + i*(each+columnSpace), b.y1}, each)
			}
			b.y1 -= row.height() + rowSpace
		}
	}}, nil
}

// A panelRow is panels side by side, their titles above them.
type panelRow struct {
	panels  []Panel
	titles  []blocks
	layouts []layout
	strip   int // height of the tallest title
	tallest int // height of the tallest body
}

func layRow(panels []Panel, first, width int) (panelRow, error) {
	row := panelRow{panels: panels}
	for i, p := range panels {
		page := p.paper()
		l, err := p.lay(width)
		if err != nil {
			return row, fmt.Errorf("panel %d (%s): %w", first+i+1, page.Title, err)
		}
		title := newBlocks(width, passage{stripStyle, page.Title}, passage{subtitleStyle, page.Subtitle})
		row.titles, row.layouts = append(row.titles, title), append(row.layouts, l)
		row.strip = max(row.strip, title.height())
		row.tallest = max(row.tallest, page.bodyHeight(l))
	}
	if row.strip > 0 {
		row.strip += 3 * pt
	}
	return row, nil
}

func (r panelRow) height() int { return r.strip + r.tallest }

// draw draws the i-th panel with its upper left corner at p.
func (r panelRow) draw(s *sheet, i int, p pos, width int) {
	r.titles[i].draw(s, p)
	page, y := r.panels[i].paper(), p.Y-r.strip
	page.drawBody(s, r.layouts[i], box{p.X, y - page.bodyHeight(r.layouts[i]), p.X + width, y})
}

func (m Multiples) describe() string {
	text := ""
	for i, p := range m.Panels {
		if i > 0 {
			text += "\n"
		}
		if title := p.paper().Title; title != "" {
			text += title + ": "
		}
		text += p.describe()
	}
	return text
}
