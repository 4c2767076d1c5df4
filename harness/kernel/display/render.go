package display

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/png"

	"uacs/figures"
	"uacs/internal/hint"
)

// Render returns how a notebook shows v. It reports false for nothing to show: a
// nil v, of which a cell's last expression gives no output. A renderer that
// panics or fails gives the error as the output, beside the plain text.
func Render(v any) (d Data, ok bool) {
	if v == nil {
		return Data{}, false
	}
	defer func() {
		if p := recover(); p != nil {
			d, ok = errorData(fmt.Errorf("show %T: panic: %v", v, p)), true
		}
	}()
	if isNil(v) {
		return Text(Plain(v)), true
	}
	for _, rule := range []func(any) (Data, bool){ownRule, errorRule, imageRule, figureRule, projectRule, tableRule} {
		if d, ok := rule(v); ok {
			return guard(d), true
		}
	}
	return guard(Text(Plain(v))), true
}

// ownRule asks v itself.
func ownRule(v any) (Data, bool) {
	switch x := v.(type) {
	case Data:
		return x, true
	case Displayer:
		return x.Display(), true
	case Renderer:
		return x.Render(), true
	case SimpleRenderer:
		return withPlain(MIME(x.SimpleRender(), nil), v), true
	}
	m := MIMEMap{}
	textForms(m, v)
	byteForms(m, v)
	if len(m) == 0 {
		return Data{}, false
	}
	return withPlain(MIME(m, nil), v), true
}

func textForms(m MIMEMap, v any) {
	if x, ok := v.(HTMLer); ok {
		m[MIMETypeHTML] = x.HTML()
	}
	if x, ok := v.(JavaScripter); ok {
		m[MIMETypeJavaScript] = x.JavaScript()
	}
	if x, ok := v.(JSONer); ok {
		m[MIMETypeJSON] = x.JSON()
	}
	if x, ok := v.(Latexer); ok {
		m[MIMETypeLatex] = x.Latex()
	}
	if x, ok := v.(Markdowner); ok {
		m[MIMETypeMarkdown] = x.Markdown()
	}
	if x, ok := v.(SVGer); ok {
		m[MIMETypeSVG] = x.SVG()
	}
}

func byteForms(m MIMEMap, v any) {
	if x, ok := v.(JPEGer); ok {
		m[MIMETypeJPEG] = x.JPEG()
	}
	if x, ok := v.(PNGer); ok {
		m[MIMETypePNG] = x.PNG()
	}
	if x, ok := v.(PDFer); ok {
		m[MIMETypePDF] = x.PDF()
	}
}

// withPlain adds the plain text that every output must have.
func withPlain(d Data, v any) Data {
	if _, ok := d.Data[MIMETypeText]; !ok {
		d.Data[MIMETypeText] = Plain(v)
	}
	return d
}

func errorRule(v any) (Data, bool) {
	err, ok := v.(error)
	if !ok {
		return Data{}, false
	}
	return errorData(err), true
}

// errorData shows an error, and its hint where it has one.
func errorData(err error) Data {
	plain := "error: " + err.Error()
	marked := `<pre style="color:#a40000">` + html.EscapeString(plain)
	if h := hint.Of(err); h != "" {
		plain += "\nhint: " + h
		marked += "\n" + html.EscapeString("hint: "+h)
	}
	return MakeData3(MIMETypeHTML, plain, marked+"</pre>")
}

func imageRule(v any) (Data, bool) {
	img, ok := v.(image.Image)
	if !ok {
		return Data{}, false
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return errorData(fmt.Errorf("show image: %w", err)), true
	}
	size := img.Bounds().Size()
	d := MakeData3(MIMETypePNG, fmt.Sprintf("image, %d x %d pixels", size.X, size.Y), b.Bytes())
	d.Metadata = MIMEMap{MIMETypePNG: MIMEMap{"width": size.X, "height": size.Y}}
	return d, true
}

func figureRule(v any) (Data, bool) {
	w, h, dpi := look()
	fig, ok := figures.Drawing(v, w, h)
	if !ok {
		return Data{}, false
	}
	svg, err := figures.Render(fig, "svg")
	if err != nil {
		return errorData(err), true
	}
	raster, err := figures.Raster(fig, dpi)
	if err != nil {
		return errorData(err), true
	}
	d := MIME(MIMEMap{MIMETypeSVG: string(svg), MIMETypePNG: raster, MIMETypeText: "figure"}, nil)
	return d, true
}

// VegaLite shows a Vega-Lite version 5 specification, given as JSON text, bytes or
// what encoding/json can write. Front ends without Vega-Lite show fallback, by
// the rules of [Render], and without one its title or a note.
func VegaLite(spec, fallback any) Data {
	var raw []byte
	var err error
	switch s := spec.(type) {
	case string:
		raw = []byte(s)
	case []byte:
		raw = s
	default:
		raw, err = json.Marshal(spec)
	}
	var tree map[string]any
	if err == nil {
		err = json.Unmarshal(raw, &tree)
	}
	if err != nil {
		return errorData(fmt.Errorf("display: Vega-Lite specification: %w", err))
	}
	out := MIMEMap{MIMETypeText: "Vega-Lite chart"}
	if title, ok := tree["title"].(string); ok {
		out[MIMETypeText] = "Vega-Lite chart: " + title
	}
	if d, ok := Render(fallback); ok {
		for kind, content := range d.Data {
			out[kind] = content
		}
	}
	out[MIMETypeVegaLite] = tree
	return MIME(out, nil)
}
