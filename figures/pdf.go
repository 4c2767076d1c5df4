package figures

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// encodePDF writes a sheet as PDF 1.4 (ISO 32000-1): one page, no fonts, true
// opacity, no dates.
func encodePDF(s *sheet) ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	content, alphas, err := pdfContent(s)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	_, _ = z.Write(content) // a bytes.Buffer never fails
	_ = z.Close()
	var states strings.Builder
	for _, a := range alphas {
		v := strconv.FormatFloat(float64(a)/0xff, 'f', 3, 64)
		fmt.Fprintf(&states, "/A%d << /ca %s /CA %s >> ", a, v, v)
	}
	return pdfFile([]string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s %s] /Contents 4 0 R /Resources << /ExtGState << %s>> >> >>",
			hundredths(s.w), hundredths(s.h), states.String()),
		fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", packed.Len(), packed.Bytes()),
		fmt.Sprintf("<< /Title <%s> /Subject <%s> >>", utf16Hex(s.title), utf16Hex(s.desc)),
	}), nil
}

// pdfFile joins objects, numbered from 1, the catalogue first and the document
// information last, with header, cross references and trailer.
func pdfFile(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, len(objects), start)
	return b.Bytes()
}

// pdfContent returns the page's operators and the opacities they use, sorted.
func pdfContent(s *sheet) ([]byte, []uint8, error) {
	var b bytes.Buffer
	var alphas []uint8
	fmt.Fprintf(&b, "1 1 1 rg 0 0 %s %s re f 1 j\n", hundredths(s.w), hundredths(s.h))
	for _, m := range s.marks {
		if !slices.Contains(alphas, m.color.A) {
			alphas = append(alphas, m.color.A)
		}
		fmt.Fprintf(&b, "q /A%d gs\n", m.color.A)
		switch {
		case m.run != nil:
			if err := pdfText(&b, m); err != nil {
				return nil, nil, fmt.Errorf("%q: %w", m.text, err)
			}
		case m.width > 0:
			dashes := make([]string, len(m.dashes))
			for i, d := range m.dashes {
				dashes[i] = hundredths(d)
			}
			fmt.Fprintf(&b, "%s RG %s w [%s] 0 d\n", rgb(m.color), hundredths(m.width), strings.Join(dashes, " "))
			pdfPath(&b, m.outline, func(p pos) (float64, float64) { return float64(p.X) / pt, float64(p.Y) / pt })
			b.WriteString("S ")
		default:
			fmt.Fprintf(&b, "%s rg\n", rgb(m.color))
			pdfPath(&b, m.outline, func(p pos) (float64, float64) { return float64(p.X) / pt, float64(p.Y) / pt })
			b.WriteString("f ")
		}
		b.WriteString("Q\n")
	}
	slices.Sort(alphas)
	return b.Bytes(), alphas, nil
}

// pdfText writes a run as one path in font units, stroked white for the halo
// and then filled.
func pdfText(b *bytes.Buffer, m mark) error {
	sin, cos := m.direction()
	k := float64(m.size) / pt / em
	fmt.Fprintf(b, "%s %s %s %s %s %s cm\n", decimal(k*cos, 7), decimal(k*sin, 7), decimal(-k*sin, 7), decimal(k*cos, 7), hundredths(m.at.X), hundredths(m.at.Y))
	var letters bytes.Buffer
	for _, g := range m.set.glyphs {
		segs, err := m.face.segments(g.id)
		if err != nil {
			return err
		}
		pdfPath(&letters, segs, func(p pos) (float64, float64) { return g.place(p) })
	}
	if m.halo > 0 {
		fmt.Fprintf(b, "1 1 1 RG %s w\n%sS\n", decimal(float64(m.halo)/pt/k, 1), letters.Bytes())
	}
	fmt.Fprintf(b, "%s rg\n%sf ", rgb(m.color), letters.Bytes())
	return nil
}

// pdfPath writes an outline, its places mapped by to. PDF has no quadratic
// curves; they are raised to cubic ones.
func pdfPath(b *bytes.Buffer, outline []segment, to func(pos) (float64, float64)) {
	var x, y float64
	for i := range outline {
		s := &outline[i]
		var xs, ys [3]float64
		for j, p := range s.points() {
			xs[j], ys[j] = to(p)
		}
		switch s.verb {
		case 'M':
			fmt.Fprintf(b, "%s m ", pair(xs[0], ys[0]))
		case 'L':
			fmt.Fprintf(b, "%s l ", pair(xs[0], ys[0]))
		case 'Q':
			fmt.Fprintf(b, "%s %s %s c ", pair(x+2*(xs[0]-x)/3, y+2*(ys[0]-y)/3),
				pair(xs[1]+2*(xs[0]-xs[1])/3, ys[1]+2*(ys[0]-ys[1])/3), pair(xs[1], ys[1]))
		case 'C':
			fmt.Fprintf(b, "%s %s %s c ", pair(xs[0], ys[0]), pair(xs[1], ys[1]), pair(xs[2], ys[2]))
		case 'Z':
			b.WriteString("h\n")
			continue
		}
		x, y = xs[len(s.points())-1], ys[len(s.points())-1]
	}
}

func pair(x, y float64) string { return decimal(x, 2) + " " + decimal(y, 2) }

// decimal writes v with at most n decimals, after the rounding that makes ties
// agree on every architecture.
func decimal(v float64, n int) string {
	s := strconv.FormatFloat(v+1e-9, 'f', n, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

func rgb(c color.NRGBA) string {
	return decimal(float64(c.R)/0xff, 3) + " " + decimal(float64(c.G)/0xff, 3) + " " + decimal(float64(c.B)/0xff, 3)
}

// utf16Hex encodes a PDF text string.
func utf16Hex(s string) string {
	var b strings.Builder
	b.WriteString("FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}
