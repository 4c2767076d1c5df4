package figures

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// encodeSVG writes a sheet as SVG 1.1. User units are 1/100 pt, so every
// coordinate is an integer, and steps are relative, so most are short. A glyph's
// outline is written once, in font units, and used by reference.
func encodeSVG(s *sheet) ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%spt" height="%spt" viewBox="0 0 %d %d" role="img">`+"\n",
		hundredths(s.w), hundredths(s.h), s.w, s.h)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", escape(s.title), escape(s.desc))
	if err := svgGlyphs(&b, s); err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/>`+"\n", s.w, s.h)
	b.WriteString(`<g fill="none" stroke-linejoin="round">` + "\n")
	for _, m := range s.marks {
		switch {
		case m.run != nil:
			svgText(&b, s.h, m)
		case m.width > 0:
			fmt.Fprintf(&b, `<path %s stroke-width="%d"%s d="%s"/>`+"\n", paint("stroke", m.color), m.width, svgDashes(m.dashes), svgPath(m.outline, s.h))
		default:
			fmt.Fprintf(&b, `<path %s d="%s"/>`+"\n", paint("fill", m.color), svgPath(m.outline, s.h))
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes(), nil
}

// svgGlyphs writes the outlines of all glyphs that the sheet uses, y up.
func svgGlyphs(b *bytes.Buffer, s *sheet) error {
	outlines := map[string]string{}
	for _, m := range s.marks {
		if m.run == nil {
			continue
		}
		for _, g := range m.set.glyphs {
			name := glyphName(m.face, g)
			if _, known := outlines[name]; known {
				continue
			}
			segs, err := m.face.segments(g.id)
			if err != nil {
				return fmt.Errorf("%q: %w", m.text, err)
			}
			outlines[name] = svgPath(segs, 0)
		}
	}
	b.WriteString("<defs>\n")
	for _, name := range slices.Sorted(maps.Keys(outlines)) {
		fmt.Fprintf(b, `<path id="%s" d="%s"/>`+"\n", name, outlines[name])
	}
	b.WriteString("</defs>\n")
	return nil
}

// glyphName is the same in every SVG, so that several in one HTML page may
// share it without harm.
func glyphName(f *face, g glyph) string { return f.key + strconv.Itoa(int(g.id)) }

// svgText writes a run, its halo below it. All halos come before all letters:
// a letter's rim must not eat its neighbour.
func svgText(b *bytes.Buffer, height int, m mark) {
	k := float64(m.size) / em
	place := fmt.Sprintf("translate(%d %d)", m.at.X, height-m.at.Y)
	if m.turn != 0 {
		place += fmt.Sprintf(" rotate(%d)", -m.turn)
	}
	place += fmt.Sprintf(" scale(%s)", strconv.FormatFloat(k, 'f', 5, 64))
	var uses strings.Builder
	for _, g := range m.set.glyphs {
		where := fmt.Sprintf(` x="%d"`, g.x)
		switch {
		case g.raised:
			where = fmt.Sprintf(` transform="translate(%d %d) scale(.6667)"`, g.x, -raisedRise)
		case g.x == 0:
			where = ""
		}
		fmt.Fprintf(&uses, `<use xlink:href="#%s"%s/>`, glyphName(m.face, g), where)
	}
	if m.halo > 0 {
		fmt.Fprintf(b, `<g stroke="#fff" stroke-width="%d" transform="%s">%s</g>`+"\n", int(float64(m.halo)/k), place, uses.String())
	}
	fmt.Fprintf(b, `<g %s transform="%s">%s</g>`+"\n", paint("fill", m.color), place, uses.String())
}

// svgPath writes an outline with y turned down from the given height.
func svgPath(outline []segment, height int) string {
	var b []byte
	var last, first pos
	number := func(n int) {
		if c := b[len(b)-1]; n >= 0 && c >= '0' && c <= '9' {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	for _, s := range outline {
		switch {
		case s.verb == 'Z':
			b = append(b, 'z')
			last = first
			continue
		case s.verb == 'M':
			b = append(b, 'M')
			first = s.p[0]
			number(s.p[0].X)
			number(height - s.p[0].Y)
			last = s.p[0]
			continue
		case s.verb == 'L' && s.p[0].Y == last.Y:
			b = append(b, 'h')
			number(s.p[0].X - last.X)
		case s.verb == 'L' && s.p[0].X == last.X:
			b = append(b, 'v')
			number(last.Y - s.p[0].Y)
		default:
			b = append(b, s.verb|' ') // lower case: relative
			for _, p := range s.points() {
				number(p.X - last.X)
				number(last.Y - p.Y)
			}
		}
		last = s.points()[len(s.points())-1]
	}
	return string(b)
}

func svgDashes(dashes []int) string {
	if len(dashes) == 0 {
		return ""
	}
	return ` stroke-dasharray="` + strings.Trim(fmt.Sprint(dashes), "[]") + `"`
}

// paint returns the attributes of a colour: fill or stroke, and its opacity.
func paint(attribute string, c color.NRGBA) string {
	p := fmt.Sprintf(`%s="#%02x%02x%02x"`, attribute, c.R, c.G, c.B)
	if c.A < 0xff {
		p += fmt.Sprintf(` %s-opacity="%s"`, attribute, strconv.FormatFloat(float64(c.A)/0xff, 'f', 3, 64))
	}
	return p
}

// hundredths writes n/100 without trailing zeros.
func hundredths(n int) string { return strconv.FormatFloat(float64(n)/pt, 'f', -1, 64) }

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}
