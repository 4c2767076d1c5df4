package webreport

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/experiment"
	"uacs/harness/model/assets"
	"uacs/internal/browser"
)

// screenshot names a file for a picture of the page, to be looked at.
var screenshot = os.Getenv("UACS_SCREENSHOT")

// handMade is a made-up experiment: accuracy 70 % at nothing escalated, 90 % at
// half, 80 % at all; one clip has a text that would break out of a script.
func handMade() Page {
	estimate := func(x float64) experiment.Estimate {
		return experiment.Estimate{Value: experiment.Number(x), Lo: experiment.Number(x - 0.02), Hi: experiment.Number(x + 0.02)}
	}
	accuracy := func(rate float64) float64 {
		if rate <= 0.5 {
			return 0.7 + 0.4*rate
		}
		return 1 - 0.2*rate
	}
	curve := experiment.Curve{Name: "entropy + replace", Measure: "entropy", Fusion: "replace", Role: "measure"}
	random := experiment.Curve{Name: "random", Measure: "random", Fusion: "replace", Role: "random"}
	for k := 0; k <= 100; k += 5 {
		rate := float64(k) / 100
		e := estimate(accuracy(rate))
		p := experiment.CurvePoint{
			Rate: experiment.Number(rate), Accuracy: e.Value, Lo: e.Lo, Hi: e.Hi,
			First: experiment.Number(rate), Costs: []experiment.Number{experiment.Number(1e6 + 1e9*rate)},
		}
		curve.Points = append(curve.Points, p)
		p.Accuracy = experiment.Number(0.7 + 0.1*rate)
		random.Points = append(random.Points, p)
	}
	paired := &experiment.Paired{Difference: estimate(0.1), HolmP: 0.01}
	r := &experiment.Result{
		Setup: experiment.Setup{
			Name: "hand", Title: "SYNTHETIC hand-made clips", Tier: "synth", Dataset: "synth-mosi", Split: "test", Profile: "polarity", Small: "Small", Large: "Large",
			Headline: experiment.Headline{Measure: "entropy", Fusion: "replace"}, N: 200, Videos: 20, Level: 0.95,
			Axes: []experiment.Axis{{Name: "flops", Unit: "FLOPs per clip", Source: "made up", Log: true}},
		},
		Systems: []experiment.System{
			{Name: "small only", Fusion: "small-only", Accuracy: estimate(0.7), Costs: []experiment.Number{1e6}},
			{Name: "large only", Fusion: "large-only", Accuracy: estimate(0.8), Deferred: 1, First: 1, Costs: []experiment.Number{1e9}},
			{Name: "entropy + replace", Measure: "entropy", Fusion: "replace", Headline: true, Accuracy: estimate(0.89), Deferred: 0.5, First: 0.5, Costs: []experiment.Number{5e8}, VsSmall: paired, VsLarge: paired},
		},
		Measures: []experiment.Measure{{Name: "entropy"}},
		Curves:   []experiment.Curve{curve, random},
		Diagnosis: &experiment.Diagnosis{
			Histogram: experiment.Histogram{Edges: []experiment.Number{0, 0.5, 1}, Right: []int{100, 40}, Wrong: []int{10, 50}},
			Risk:      []experiment.RiskCurve{{Measure: "entropy", Coverage: []experiment.Number{0.5, 1}, Risk: []experiment.Number{0.1, 0.3}}},
		},
	}
	cases := []experiment.Case{
		{ID: "clip-1", Text: "</script><b>bold</b>", Label: 1, Counted: true, U: []experiment.Number{0.9}, Stage: "replaced", Polarity: "positive", Right: true, Why: "entropy 0.9 is above", Small: experiment.Reply{Polarity: "negative"}, Large: experiment.Reply{Polarity: "positive", Right: true}},
		{ID: "clip-2", Text: "fine", Label: -1, Counted: true, U: []experiment.Number{0.1}, Stage: "kept", Polarity: "negative", Right: true, Why: "entropy 0.1 is not above", Small: experiment.Reply{Polarity: "negative", Right: true}, Large: experiment.Reply{Polarity: "negative", Right: true}},
	}
	return Page{
		Experiments: []Experiment{{Result: r, Cases: cases, Prompts: map[string]string{"clip-1": "Two models disagree. <b>Judge anew.</b>"}}},
		Ablations:   []Ablation{{Name: "g", Title: "SYNTHETIC grid", Tier: "synth", Columns: []string{"measure", "accuracy"}, Rows: [][]string{{"entropy", "0.89"}, {"margin", "0.90"}}, Note: "All."}},
	}
}

func build(t *testing.T, p Page, scripts []Script) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Build(&b, p, scripts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// libraries reads the charting libraries from the cache, nil if they are not there.
func libraries(t *testing.T) []Script {
	t.Helper()
	var out []Script
	for _, s := range []struct{ asset, file string }{{"vega", "vega.min.js"}, {"vega-lite", "vega-lite.min.js"}, {"vega-interpreter", "vega-interpreter.js"}} {
		asset, err := assets.Find(s.asset)
		if err != nil {
			t.Fatal(err)
		}
		paths, err := assets.Locate(assets.Dir(os.Getenv, ""), asset)
		if errors.Is(err, assets.ErrAbsent) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		code, err := os.ReadFile(paths[s.file])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Script{Name: asset.Name, Version: asset.Version, Licence: asset.Licence, Code: code})
	}
	return out
}

func TestBuildIsSelfContained(t *testing.T) {
	page := string(build(t, handMade(), nil))
	for _, banned := range []string{"src=", "<link", "@import", "url(", "http://", "</script><b>"} {
		if strings.Contains(page, banned) {
			t.Errorf("the report contains %q", banned)
		}
	}
	if !strings.Contains(page, "default-src &#39;none&#39;") || !strings.Contains(page, "uacs model fetch vega") {
		t.Error("no policy, or no word about the missing charts")
	}
	if !bytes.Equal(build(t, handMade(), nil), []byte(page)) {
		t.Error("the same report has other bytes the second time")
	}
	if err := Build(&bytes.Buffer{}, Page{}, nil); err == nil {
		t.Error("a report of nothing")
	}
}

// An interpreter of another make is refused, not carried broken.
func TestBuildRefusesAnUnknownInterpreter(t *testing.T) {
	err := Build(&bytes.Buffer{}, handMade(), []Script{{Name: "vega-interpreter", Code: []byte("var x;")}})
	if err == nil || !strings.Contains(err.Error(), "vega-interpreter") {
		t.Errorf("err = %v", err)
	}
}

// On a telephone nothing is wider than the page, charts included.
func TestReportOnANarrowScreen(t *testing.T) {
	browser.Need(t)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, build(t, handMade(), libraries(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	page := browser.Open(t, "file://"+file, 500, 900) // narrower windows Chromium does not open
	page.Wait("document.documentElement.dataset.ready === 'yes'")
	if got := page.Eval("[...document.querySelectorAll('main > section > *, .charts svg, .choices > *')].filter((e) => e.getBoundingClientRect().right > innerWidth).length"); got != "0" {
		t.Errorf("%s parts of the page are wider than the window", got)
	}
}

// In a browser: the page loads without a word in the console, the slider moves
// every number, tables sort and filter, and a clip tells its story. Expected
// numbers are by hand from handMade.
func TestReportInABrowser(t *testing.T) {
	browser.Need(t)
	scripts := libraries(t)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, build(t, handMade(), scripts), 0o644); err != nil {
		t.Fatal(err)
	}
	page := browser.Open(t, "file://"+file, 1300, 2400)
	page.Wait("document.documentElement.dataset.ready === 'yes'")

	set := func(id, value string) {
		page.Eval("(() => { const e = document.getElementById('" + id + "'); e.value = '" + value + "'; e.dispatchEvent(new Event('input', {bubbles: true})); })()")
	}
	if got := page.Text("#readout dd"); !strings.HasPrefix(got, "90.00 %") { // the chosen threshold escalates half
		t.Errorf("accuracy at the chosen threshold: %s", got)
	}
	set("share", "100")
	if got := page.Text("#readout"); !strings.Contains(got, "80.00 %") || !strings.Contains(got, "US$ 1000.00") {
		t.Errorf("numbers with all clips escalated: %s", got)
	}
	set("share", "0")
	if got := page.Text("#readout"); !strings.Contains(got, "70.00 %") || !strings.Contains(got, "US$ 0.00") || !strings.Contains(got, "68.0 % to 72.0 %") {
		t.Errorf("numbers with none: %s", got)
	}
	page.Eval("document.getElementById('best').click()")
	if got := page.Text("#shown"); got != "50 %" {
		t.Errorf("the best share is %s, want 50 %%", got)
	}

	page.Eval("document.querySelector('#ablation th:nth-child(2) button').click()") // numbers sort from the top
	if got := page.Text("#ablation tbody td"); got != "margin" {
		t.Errorf("first row after sorting by accuracy: %s", got)
	}
	set("ablation-filter", "entr")
	if got := page.Eval("document.querySelectorAll('#ablation tbody tr').length"); got != "1" {
		t.Errorf("%s rows after filtering", got)
	}
	set("clips-kind", "corrected")
	if got := page.Text("#clips-page"); !strings.HasPrefix(got, "1 clips") {
		t.Errorf("corrected clips: %s", got)
	}
	page.Eval("document.querySelector('#clips tbody button').click()")
	if got := page.Text("#clip"); !strings.Contains(got, "</script><b>bold</b>") || !strings.Contains(got, "why: entropy 0.9 is above") || !strings.Contains(got, "Two models disagree. <b>Judge anew.</b>") {
		t.Errorf("the clip tells %s", got)
	}
	if scripts == nil {
		t.Log("without charts: the libraries are not on this machine (uacs model fetch vega)")
	} else if got := page.Eval("document.querySelectorAll('.charts svg').length"); got != "4" {
		t.Errorf("%s charts, want 4", got)
	}
	page.Eval("document.getElementById('theme').click()")
	if got := page.Eval("document.documentElement.dataset.theme"); got != `"dark"` {
		t.Errorf("theme %s", got)
	}
	if len(page.Console) > 0 {
		t.Errorf("the console says %q", page.Console)
	}
	if screenshot != "" {
		page.Screenshot(screenshot)
	}
}
