package display

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// The content types of notebook outputs.
const (
	MIMETypeHTML       = "text/html"
	MIMETypeJavaScript = "application/javascript"
	MIMETypeJPEG       = "image/jpeg"
	MIMETypeJSON       = "application/json"
	MIMETypeLatex      = "text/latex"
	MIMETypeMarkdown   = "text/markdown"
	MIMETypePNG        = "image/png"
	MIMETypePDF        = "application/pdf"
	MIMETypeSVG        = "image/svg+xml"
	MIMETypeText       = "text/plain"
	MIMETypeVegaLite   = "application/vnd.vegalite.v5+json"
)

// MIMEMap holds one content per content type: a string, bytes (base64 in the
// notebook) or what encoding/json can write.
type MIMEMap = map[string]any

// Data is one output in every form the notebook may choose from. It is an alias,
// so that a library can return one without importing this package.
type Data = struct {
	Data      MIMEMap
	Metadata  MIMEMap
	Transient MIMEMap
}

// Displayer is implemented by types that say how they are shown. It comes before
// every other rule.
type Displayer = interface{ Display() Data }

// Renderer is [Displayer] under gophernotes' name.
type Renderer = interface{ Render() Data }

// SimpleRenderer is implemented by types that need no metadata.
type SimpleRenderer = interface{ SimpleRender() MIMEMap }

// The interfaces for one content type each. A type may implement several.
type (
	HTMLer       = interface{ HTML() string }
	JavaScripter = interface{ JavaScript() string }
	JPEGer       = interface{ JPEG() []byte }
	JSONer       = interface{ JSON() map[string]any }
	Latexer      = interface{ Latex() string }
	Markdowner   = interface{ Markdown() string }
	PNGer        = interface{ PNG() []byte }
	PDFer        = interface{ PDF() []byte }
	SVGer        = interface{ SVG() string }
)

// MakeData returns content of one type. Its plain text is the content itself
// where that is text, and otherwise says type and length.
func MakeData(mimeType string, content any) Data {
	if mimeType == MIMETypeText {
		return Data{Data: MIMEMap{MIMETypeText: content}}
	}
	return MakeData3(mimeType, plainOf(mimeType, content), content)
}

// MakeData3 returns content of one type with its plain text.
func MakeData3(mimeType, plain string, content any) Data {
	return Data{Data: MIMEMap{mimeType: content, MIMETypeText: plain}}
}

// MIME returns contents by type, with metadata, as they are.
func MIME(data, metadata MIMEMap) Data { return Data{Data: data, Metadata: metadata} }

// plainOf says what a text-only front end shows for content.
func plainOf(mimeType string, content any) string {
	switch c := content.(type) {
	case string:
		return c
	case []byte:
		return fmt.Sprintf("%s, %d bytes", mimeType, len(c))
	}
	return Plain(content)
}

// HTML shows a piece of HTML as it is. Escape what comes from data.
func HTML(html string) Data { return MakeData(MIMETypeHTML, html) }

// JavaScript runs a script in the page, where the front end allows that.
func JavaScript(script string) Data { return MakeData(MIMETypeJavaScript, script) }

// JPEG shows a JPEG file's bytes.
func JPEG(jpeg []byte) Data { return MakeData(MIMETypeJPEG, jpeg) }

// JSON shows an object as a tree that can be unfolded.
func JSON(object map[string]any) Data { return MakeData(MIMETypeJSON, object) }

// Latex shows LaTeX, set between dollar signs; its plain text is the source.
func Latex(latex string) Data {
	return MakeData3(MIMETypeLatex, latex, "$"+strings.Trim(latex, "$")+"$")
}

// Math shows LaTeX as a displayed formula, set between two dollar signs; its plain
// text is the source.
func Math(latex string) Data {
	return MakeData3(MIMETypeLatex, latex, "$$"+strings.Trim(latex, "$")+"$$")
}

// Markdown shows Markdown.
func Markdown(markdown string) Data { return MakeData(MIMETypeMarkdown, markdown) }

// PDF shows a PDF file's bytes.
func PDF(pdf []byte) Data { return MakeData(MIMETypePDF, pdf) }

// PNG shows a PNG file's bytes.
func PNG(png []byte) Data { return MakeData(MIMETypePNG, png) }

// SVG shows an SVG document as it is.
func SVG(svg string) Data { return MakeData3(MIMETypeSVG, plainSVG(svg), svg) }

// plainSVG is the text of an SVG: itself, as in gophernotes, unless it is long.
func plainSVG(svg string) string {
	if len(svg) > 4096 {
		return fmt.Sprintf("%s, %d bytes", MIMETypeSVG, len(svg))
	}
	return svg
}

// Text shows plain text.
func Text(text string) Data { return MakeData(MIMETypeText, text) }

// File shows the content of a file as the given content type, or, where that is
// empty, the type its first bytes betray. It panics when the file cannot be
// read, as gophernotes does, which ends the cell with the error.
func File(mimeType, path string) Data {
	content, err := os.ReadFile(path)
	if err != nil {
		panic(fmt.Errorf("display: %w", err))
	}
	return Any(mimeType, content)
}

// Auto is Any with an empty content type.
func Auto(v any) Data { return Any("", v) }

// Any shows v by the rules of [Render]; text, bytes and what an io.Reader or
// io.WriterTo yields are taken as mimeType, or, where that is empty, as the type
// that their first bytes betray. A failing reader gives an error's output.
func Any(mimeType string, v any) Data {
	switch x := v.(type) {
	case string:
		if mimeType == "" {
			mimeType = MIMETypeText
		}
		return MakeData(mimeType, x)
	case []byte:
		return bytesAs(mimeType, x)
	}
	if d, ok := Render(v); ok && rich(d) {
		return d
	}
	var b bytes.Buffer
	var err error
	switch x := v.(type) {
	case io.Reader:
		_, err = b.ReadFrom(x)
	case io.WriterTo:
		_, err = x.WriteTo(&b)
	default:
		d, _ := Render(v)
		return d
	}
	if err != nil {
		return errorData(fmt.Errorf("display: %w", err))
	}
	return bytesAs(mimeType, b.Bytes())
}

// bytesAs puts text types into the notebook as text.
func bytesAs(mimeType string, content []byte) Data {
	if mimeType == "" {
		mimeType, _, _ = strings.Cut(http.DetectContentType(content), ";")
	}
	if strings.HasPrefix(mimeType, "text/") || mimeType == MIMETypeSVG || mimeType == MIMETypeJavaScript {
		return MakeData(mimeType, string(content))
	}
	return MakeData(mimeType, bytes.Clone(content))
}

// rich reports whether d has more than plain text.
func rich(d Data) bool {
	_, plain := d.Data[MIMETypeText]
	return len(d.Data) > 1 || len(d.Data) == 1 && !plain
}
