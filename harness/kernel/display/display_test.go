package display

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot"

	"uacs/figures"
	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/internal/golden"
	"uacs/internal/hint"
)

type row struct {
	Name  string
	Share float64
	inner int
}

type marked struct{}

func (marked) HTML() string { return "<i>own</i>" }

type broken struct{}

func (broken) Display() Data { panic("no ink") }

const attack = `<script>alert("x")</script>`

// values have one of each kind of renderer. The goldens were read by eye.
func values() map[string]any {
	return map[string]any{
		"structs":   []row{{"a", 0.5, 1}, {attack, 1e-12, 2}},
		"pointers":  []*row{{Name: "a"}, nil},
		"maps":      []map[string]any{{"b": 1, "a": attack}, {"c": nil}},
		"map":       map[int]string{10: "ten", 2: attack},
		"frame":     dataframe.New(series.New([]string{"x", attack}, series.String, "text"), series.New([]float64{1e-12, 2}, series.Float, "share"), series.New([]int{1, 20}, series.Int, "n")),
		"series":    series.New([]float64{0.1, 0.2}, series.Float, attack),
		"long":      long(),
		"report":    report.Table{Title: "Systems " + attack, Tier: "synth", Columns: []report.Column{{Name: "system"}, {Name: "n", Number: true}}, Rows: [][]string{{attack, "3"}}, Notes: []string{"n: " + attack}},
		"error":     fmt.Errorf("load: %w", hint.Add(errors.New(attack), "run <this>")),
		"own":       marked{},
		"broken":    broken{},
		"duration":  1500 * time.Millisecond,
		"nilplot":   (*plot.Plot)(nil),
		"html":      HTML("<b>b</b>"),
		"math":      Math("x^2"),
		"nested":    struct{ P *row }{&row{Name: "p"}},
		"vega":      VegaLite(`{"title":"bars","mark":"bar"}`, nil),
		"vegawrong": VegaLite(`[`, nil),
		"stages":    Table{Columns: []string{"a\nb"}, Rows: [][]string{{"c\td"}}},
	}
}

func long() []row {
	rows := make([]row, 40)
	for i := range rows {
		rows[i].Name = fmt.Sprint("row ", i)
	}
	return rows
}

func TestRender(t *testing.T) {
	for name, v := range values() {
		t.Run(name, func(t *testing.T) {
			d, ok := Render(v)
			if !ok {
				t.Fatal("nothing to show")
			}
			got, err := json.MarshalIndent(d.Data, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			if _, isHTML := v.(Data); !isHTML {
				if html, _ := d.Data[MIMETypeHTML].(string); strings.Contains(html, "<script") {
					t.Errorf("data became a script: %s", html)
				}
			}
			golden.Check(t, filepath.Join("testdata", name+".json"), append(got, '\n'))
		})
	}
}

func TestNilIsNotShown(t *testing.T) {
	if d, ok := Render(nil); ok {
		t.Errorf("Render(nil) = %v", d)
	}
}

func TestPicturesHaveAllForms(t *testing.T) {
	p := plot.New()
	p.Title.Text = "title & <more>"
	policy := ablation.Policy{Label: "rank", Stages: []experiment.StageCount{{Stage: "small", Clips: 3, Right: 2}, {Stage: "large", Clips: 1, Right: 1}}}
	for name, v := range map[string]any{"plot": p, "policy": policy, "figure": figures.Flow{Root: figures.Branch{Name: "all", N: 1, Into: []figures.Branch{{Name: "s", N: 1}}}}} {
		d, _ := Render(v)
		svg, _ := d.Data[MIMETypeSVG].(string)
		png, _ := d.Data[MIMETypePNG].([]byte)
		if !strings.HasPrefix(svg, "<svg") || strings.Contains(svg, "<more>") || len(png) == 0 || d.Data[MIMETypeText] == nil {
			t.Errorf("%s: %v", name, d.Data[MIMETypeText])
		}
		again, _ := Render(v)
		if diff := cmp.Diff(d, again); diff != "" {
			t.Errorf("%s: drawn twice (-first +second):\n%s", name, diff)
		}
	}
	d, _ := Render(image.NewGray(image.Rect(0, 0, 2, 3)))
	if d.Data[MIMETypeText] != "image, 2 x 3 pixels" || d.Metadata[MIMETypePNG] == nil {
		t.Errorf("image: %v", d)
	}
}

func TestLongOutputIsCut(t *testing.T) {
	d, _ := Render(strings.Repeat("é", maxText))
	text := d.Data[MIMETypeText].(string)
	// Each é has two bytes.
	if want := fmt.Sprintf("… cut: %d of %d bytes are shown", maxText, 2*maxText); !strings.HasSuffix(text, want) {
		t.Errorf("ends with %q, want %q", text[len(text)-60:], want)
	}
	d, _ = Render(PNG(make([]byte, maxBlob+1)))
	if d.Data[MIMETypePNG] != nil || !strings.Contains(d.Data[MIMETypeText].(string), "left out") {
		t.Errorf("large picture: %v", d.Data[MIMETypeText])
	}
}

type page struct{ shown, updated []Data }

func (p *page) Display(d Data) error { p.shown = append(p.shown, d); return nil }
func (p *page) Update(d Data) error  { p.updated = append(p.updated, d); return nil }

func TestDisplayAndProgress(t *testing.T) {
	if Display(1) == nil {
		t.Error("Display outside a notebook gave no error")
	}
	var got page
	defer SetEmitter(&got)()
	if err := Display("x"); err != nil || got.shown[0].Data[MIMETypeText] != "x" {
		t.Errorf("Display: %v %v", err, got.shown)
	}
	p := NewProgress("<clips>", 200)
	p.Add(1) // half a per cent changes nothing
	p.Add(99)
	if len(got.updated) != 1 || p.Err() != nil {
		t.Fatalf("%d updates, %v", len(got.updated), p.Err())
	}
	if text := got.updated[0].Data[MIMETypeText]; text != "<clips> [##########..........] 100/200" {
		t.Errorf("bar: %v", text)
	}
	if html := got.updated[0].Data[MIMETypeHTML].(string); strings.Contains(html, "<clips>") {
		t.Errorf("label is not escaped: %s", html)
	}
	if got.shown[1].Transient["display_id"] != got.updated[0].Transient["display_id"] {
		t.Error("the update has another id")
	}
}

func TestPlainEnds(t *testing.T) {
	loop := make([]any, maxItems)
	for i := range loop {
		loop[i] = loop
	}
	if n := len(Plain(loop)); n > 2*maxText {
		t.Errorf("a slice that holds itself prints %d bytes", n)
	}
}
