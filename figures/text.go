package figures

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// em is the side of the em square of both faces in font units.
const em = 2048

// Raised glyphs, the superscripts of 10¹¹, are ordinary digits at two thirds of
// the size: the font has only some superscripts, and in another design.
const (
	raisedTop   = 2
	raisedUnder = 3
	raisedRise  = 760 // font units
)

var raised = map[rune]rune{
	'⁰': '0', '¹': '1', '²': '2', '³': '3', '⁴': '4', '⁵': '5', '⁶': '6',
	'⁷': '7', '⁸': '8', '⁹': '9', '⁻': '−', '⁺': '+',
}

// A face is one weight of Liberation Sans.
type face struct {
	key  string // prefix of glyph names in an SVG
	font *sfnt.Font
}

var regular = sync.OnceValue(func() *face { return mustParse("r", liberationsansregular.TTF) })

var bold = sync.OnceValue(func() *face { return mustParse("b", liberationsansbold.TTF) })

func mustParse(key string, ttf []byte) *face {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic("figures: embedded font: " + err.Error())
	}
	if f.UnitsPerEm() != em {
		panic("figures: embedded font has another em square")
	}
	return &face{key, f}
}

// A glyph is a letter at its place in a line, in font units.
type glyph struct {
	id     sfnt.GlyphIndex
	x      int
	raised bool
}

// A typeset is a line of text ready to be drawn.
type typeset struct {
	glyphs  []glyph
	advance int // width in font units
}

// set lays out one line of text, left to right, with the font's kerning. It
// fails for characters that the font lacks, or that need shaping which it does
// not do: controls, combining marks and scripts written from right to left.
func (f *face) set(s string) (typeset, error) {
	var (
		buf  sfnt.Buffer
		out  typeset
		last sfnt.GlyphIndex
		ppem = fixed.I(em)
	)
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Mn, unicode.Me, unicode.Hebrew, unicode.Arabic) {
			return typeset{}, fmt.Errorf("%q: cannot draw %q (%U)", s, r, r)
		}
		base, up := raised[r]
		if up {
			r = base
		}
		id, err := f.font.GlyphIndex(&buf, r)
		if err != nil || id == 0 {
			return typeset{}, fmt.Errorf("%q: Liberation Sans has no glyph for %q (%U)", s, r, r)
		}
		width, err := f.font.GlyphAdvance(&buf, id, ppem, 0)
		if err != nil {
			return typeset{}, fmt.Errorf("%q: advance of %q: %w", s, r, err)
		}
		step := width.Round()
		if up {
			step = step * raisedTop / raisedUnder
			last = 0
		}
		if last != 0 {
			// A font without a pair for these two reports an error: no kerning.
			if k, err := f.font.Kern(&buf, last, id, ppem, 0); err == nil {
				out.advance += k.Round()
			}
		}
		out.glyphs = append(out.glyphs, glyph{id, out.advance, up})
		out.advance += step
		if last = id; up {
			last = 0
		}
	}
	return out, nil
}

// segments returns the outline of a glyph in font units, y up.
func (f *face) segments(id sfnt.GlyphIndex) ([]segment, error) {
	var buf sfnt.Buffer
	loaded, err := f.font.LoadGlyph(&buf, id, fixed.I(em), nil)
	if err != nil {
		return nil, fmt.Errorf("outline of glyph %d: %w", id, err)
	}
	var out []segment
	end := func() {
		if len(out) > 0 {
			out = append(out, segment{verb: 'Z'})
		}
	}
	for _, s := range loaded {
		p := func(i int) pos { return pos{s.Args[i].X.Round(), -s.Args[i].Y.Round()} }
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			end()
			out = append(out, segment{verb: 'M', p: [3]pos{p(0)}})
		case sfnt.SegmentOpLineTo:
			out = append(out, segment{verb: 'L', p: [3]pos{p(0)}})
		case sfnt.SegmentOpQuadTo:
			out = append(out, segment{verb: 'Q', p: [3]pos{p(0), p(1)}})
		case sfnt.SegmentOpCubeTo:
			out = append(out, segment{verb: 'C', p: [3]pos{p(0), p(1), p(2)}})
		}
	}
	end()
	return out, nil
}

// width returns the width of s in 1/100 pt, rounded up; 0 for a string that
// cannot be set, which drawing it reports.
func (st style) width(s string) int {
	line, _ := st.face().set(s)
	return (line.advance*st.size + em - 1) / em
}

func (st style) face() *face {
	if st.bold {
		return bold()
	}
	return regular()
}

// ascent and descent bound most letters above and below the baseline, leading
// is the distance of two baselines.
func (st style) ascent() int  { return st.size * 73 / 100 }
func (st style) descent() int { return st.size * 21 / 100 }
func (st style) leading() int { return st.size * 120 / 100 }

// height returns the height of a block of n lines.
func (st style) height(n int) int {
	if n == 0 {
		return 0
	}
	return st.ascent() + st.descent() + (n-1)*st.leading()
}

// lift returns how far above a place the top of n lines is whose capitals are
// centred there.
func (st style) lift(n int) int { return (st.ascent() + (n-1)*st.leading()) / 2 }

// wrap breaks s at spaces into lines no wider than width, and words that are
// wider anywhere. White space of any kind counts as one space. What belongs
// together, such as "n = 911" and "95 %", stays on one line if it has room there.
func (st style) wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range st.words(s, width) {
		joined := word
		if line != "" {
			joined = line + " " + word
		}
		if st.width(joined) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		broken := st.split(word, width)
		lines = append(lines, broken[:len(broken)-1]...)
		line = broken[len(broken)-1]
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// words cuts s at spaces, but neither before nor after a sign of equality nor before
// a per cent sign, unless the words together are wider than width.
func (st style) words(s string, width int) []string {
	var words []string
	holds := false // the last word asks for the next
	for _, field := range strings.Fields(s) {
		if n := len(words) - 1; n >= 0 && (holds || field == "=" || strings.HasPrefix(field, "%")) {
			if joined := words[n] + " " + field; st.width(joined) <= width {
				words[n], holds = joined, field == "="
				continue
			}
		}
		words, holds = append(words, field), field == "="
	}
	return words
}

// split breaks a word into pieces no wider than width, at least one character each.
func (st style) split(word string, width int) []string {
	var pieces []string
	piece := ""
	for _, r := range word {
		if piece != "" && st.width(piece+string(r)) > width {
			pieces = append(pieces, piece)
			piece = ""
		}
		piece += string(r)
	}
	return append(pieces, piece)
}

// balance breaks s into n lines of about equal width, or fewer if it has fewer
// words, never breaking a word.
func (st style) balance(s string, n int) []string {
	widest := 0
	for _, word := range st.words(s, st.width(s)) {
		widest = max(widest, st.width(word))
	}
	whole := st.width(s)
	for width := max(widest, whole/n); width < whole; width += whole/40 + 1 {
		if lines := st.wrap(s, width); len(lines) <= n {
			return lines
		}
	}
	return st.wrap(s, whole)
}

// A passage is a text to set in one style.
type passage struct {
	style style
	text  string
}

// A block is some lines of one style.
type block struct {
	style style
	lines []string
}

// blocks stand below each other, each with a gap below it.
type blocks []block

// newBlocks wraps passages to a width. Empty ones take no room.
func newBlocks(width int, passages ...passage) blocks {
	var out blocks
	for _, p := range passages {
		if lines := p.style.wrap(p.text, width); len(lines) > 0 {
			out = append(out, block{p.style, lines})
		}
	}
	return out
}

func (b blocks) height() int {
	h := 0
	for _, k := range b {
		h += k.style.height(len(k.lines)) + blockGap
	}
	return h
}

// draw writes the blocks with their upper left corner at p.
func (b blocks) draw(s *sheet, p pos) {
	for _, k := range b {
		s.lines(k.lines, p, k.style)
		p.Y -= k.style.height(len(k.lines)) + blockGap
	}
}

// setAll typesets strings as words, since white space will be broken at.
func setAll(kind string, texts ...string) error {
	for _, t := range texts {
		if _, err := regular().set(strings.Join(strings.Fields(t), " ")); err != nil {
			return fmt.Errorf("%s %w", kind, err)
		}
	}
	return nil
}
