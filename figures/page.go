package figures

import (
	"fmt"
	"math"
	"strings"
)

// Page is what stands around the data of a figure.
type Page struct {
	// Title, Subtitle and Footer are as in [AccuracyCompute].
	Title, Subtitle, Footer string
	// Synthetic says that the numbers are made up. The figure then says so, in the
	// data area and in the subtitle.
	Synthetic bool
	Width     Width
}

// syntheticNote says how many of some panels have made-up numbers.
func syntheticNote(n, of int) string {
	switch {
	case n == 0:
		return ""
	case n < of:
		return "Partly synthetic data."
	}
	return "Synthetic data."
}

// leastArea is the least width of a data area.
const leastArea = 60 * pt

// tallest is the height of an IEEE page's text, which no figure exceeds.
const tallest = 684 * pt

// A body is what a figure shows between its header and its footer.
type body interface {
	paper() Page
	// check returns the first reason why the data or a string cannot be drawn.
	check() error
	// lay lays the body out in the given width. The data are good; the width may
	// not suffice.
	lay(width int) (layout, error)
	// describe says in words what the body shows.
	describe() string
}

// A layout is a body that is ready to be drawn.
type layout struct {
	height int
	// covered says that the body is filled with colour, so that nothing can be
	// seen behind it.
	covered bool
	draw    func(s *sheet, b box)
}

func (p Page) paper() Page { return p }

// compose draws a body on its page.
func (p Page) compose(b body) (*sheet, error) {
	if p.Width != SingleColumn && p.Width != DoubleColumn {
		return nil, fmt.Errorf("unknown width %d", p.Width)
	}
	if err := setAll("text", p.Title, p.Subtitle, p.Footer); err != nil {
		return nil, err
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	w := p.Width.measure()
	inner := w - 2*edge
	header := p.header(inner)
	footer := newBlocks(inner, passage{footerStyle, p.Footer})
	l, err := b.lay(inner)
	if err != nil {
		return nil, err
	}
	top := edge + header.height()
	if len(header) > 0 {
		top += headerGap - blockGap
	}
	h := top + p.bodyHeight(l) + edge
	if len(footer) > 0 {
		h += 7*pt + footer.height() - blockGap
	}
	h = (h + pt - 1) / pt * pt
	if h > tallest {
		return nil, fmt.Errorf("the figure would be %d pt high and a page holds %d: divide it between several, or use a wider one", h/pt, tallest/pt)
	}
	s := newSheet(w, h, p.Title, p.describe(header, b))
	header.draw(s, pos{edge, h - edge})
	p.drawBody(s, l, box{edge, h - top - p.bodyHeight(l), w - edge, h - top})
	footer.draw(s, pos{edge, edge + footer.height() - blockGap})
	return s, nil
}

// header sets title and subtitle.
func (p Page) header(width int) blocks {
	subtitle := p.Subtitle
	if p.Synthetic {
		subtitle = syntheticNote(1, 1) + " " + subtitle
	}
	return newBlocks(width, passage{titleStyle, p.Title}, passage{subtitleStyle, subtitle})
}

// describe returns everything that a figure says, in words.
func (p Page) describe(header blocks, b body) string {
	var parts []string
	for _, k := range header {
		if k.style != titleStyle {
			parts = append(parts, strings.Join(k.lines, " "))
		}
	}
	return strings.TrimSpace(strings.Join(append(parts, b.describe(), p.Footer), "\n"))
}

const watermark = "SYNTHETIC"

// bodyHeight returns the height of the body with the word above it that stands
// for the watermark where that could not be seen.
func (p Page) bodyHeight(l layout) int {
	if p.Synthetic && l.covered {
		return l.height + stripStyle.height(1) + 3*pt
	}
	return l.height
}

// drawBody draws a laid-out body into a box of its size, the watermark first.
func (p Page) drawBody(s *sheet, l layout, b box) {
	inner := box{b.x0, b.y0, b.x1, b.y0 + l.height}
	if p.Synthetic {
		st, at := stripStyle, pos{b.x0, b.y1 - stripStyle.ascent()}
		if !l.covered {
			st = faintStyle
			st.size = min(st.size, st.size*b.width()*65/100/st.width(watermark), b.height()/3)
			at = pos{b.centre().X - st.width(watermark)/2, b.centre().Y - st.ascent()/2}
		}
		s.put(watermark, at, st, 0)
	}
	l.draw(s, inner)
}

// finite reports the first number, by name, that is not one or is too large to
// be drawn.
func finite(name string, vs ...float64) error {
	for _, v := range vs {
		if math.IsNaN(v) || math.Abs(v) > largest {
			return fmt.Errorf("%s = %g cannot be drawn", name, v)
		}
	}
	return nil
}

// named reports an empty name, one that was seen before, or one that the font
// cannot show.
func named(kind, name string, seen map[string]bool) error {
	if strings.TrimSpace(name) == "" {
		return fmt.Errorf("a %s has no name", kind)
	}
	if seen[name] {
		return fmt.Errorf("%s %q: the name is taken", kind, name)
	}
	seen[name] = true
	return setAll(kind, name)
}

// roomy reports a part of a figure that has become too narrow to be read.
func roomy(part string, width, least int) error {
	if width < least {
		return fmt.Errorf("no room: %s would be %d pt wide, %d at least; shorten the names and labels, or use a wider figure", part, width/pt, least/pt)
	}
	return nil
}

// otherwise returns s, or the default if s is empty.
func otherwise(s, byDefault string) string {
	if strings.TrimSpace(s) == "" {
		return byDefault
	}
	return s
}
