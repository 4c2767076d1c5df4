package webreport

import (
	"bytes"
	"errors"
	"fmt"
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
			{Name: "entropy + replace", Measure: "entropy", Fusion: "replace", Headline: true, Threshold: experiment.CrossFitted, Accuracy: estimate(0.89), Deferred: 0.5, First: 0.5, Costs: []experiment.Number{5e8}, VsSmall: paired, VsLarge: paired},
			{Name: "entropy + uacs-v2", Measure: "entropy", Fusion: "uacs-v2", Threshold: experiment.CrossFitted, Accuracy: estimate(0.92), Deferred: 0.5, First: 0.5, Second: 0.2, Costs: []experiment.Number{7e8}, VsSmall: paired, VsLarge: paired},
		},
		Measures: []experiment.Measure{{Name: "entropy"}},
		Curves:   []experiment.Curve{curve, random},
		Surface:  handMadeSurface(),
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

// handMadeSurface has three values of the first threshold and two of the second: with
// all answers doubted and half escalated, accuracy 93 % at 0.7 calls.
func handMadeSurface() *experiment.Surface {
	type numbers = []experiment.Number
	return &experiment.Surface{
		Measure: "entropy", LargeMeasure: "entropy", Fusion: "uacs-v2", Escalated: numbers{0, 0.5, 1}, Doubted: numbers{0, 1},
		Accuracy: []numbers{{0.7, 0.9, 0.8}, {0.7, 0.93, 0.85}}, Lo: []numbers{{0.68, 0.88, 0.78}, {0.68, 0.91, 0.83}}, Hi: []numbers{{0.72, 0.92, 0.82}, {0.72, 0.95, 0.87}},
		First: numbers{0, 0.5, 1}, Second: []numbers{{0, 0, 0}, {0, 0.2, 0.4}}, Prices: []experiment.Price{{Clip: 1e6, First: 1e9, Second: 1e9}},
		Hull: []experiment.SurfacePoint{{Accuracy: 0.7}, {Escalated: 0.5, Doubted: 1, Accuracy: 0.93, First: 0.5, Second: 0.2}}, Note: "By hand",
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

// On a telephone nothing is wider than the page, long names and charts included.
func TestReportOnANarrowScreen(t *testing.T) {
	browser.Need(t)
	file := filepath.Join(t.TempDir(), "report.html")
	long := handMade()
	long.Experiments[0].Setup.Title = "SYNTHETIC clips of a title that is as long as those of experiments on public data, and longer"
	long.Ablations[0].Title = long.Experiments[0].Setup.Title
	if err := os.WriteFile(file, build(t, long, libraries(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	page := browser.Open(t, "file://"+file, 500, 900) // narrower windows Chromium does not open
	page.Wait("document.documentElement.dataset.ready === 'yes'")
	page.Eval("document.getElementById('both').click()")
	if got := page.Eval("[...document.querySelectorAll('main > section > *, .charts svg, .choices > *')].filter((e) => e.getBoundingClientRect().right > innerWidth).length"); got != "0" {
		t.Errorf("%s parts of the page are wider than the window", got)
	}
	if got := page.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth"); got != "0" {
		t.Errorf("the page scrolls sideways by %s pixels", got)
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
	if got := page.Text("#share-shown"); got != "50 %, τ = 0.5" { // one clip's uncertainty is 0.9, the other's 0.1
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

// Both thresholds: each slider moves by the keyboard, and the numbers are those of the
// cell, with its interval, its calls and their price, by hand from handMadeSurface:
// 0.7 calls of 1e9 FLOPs after 1e6, and 100,000 clips a month at a cent a call.
func TestBothThresholdsInABrowser(t *testing.T) {
	browser.Need(t)
	file, scripts := filepath.Join(t.TempDir(), "report.html"), libraries(t)
	if err := os.WriteFile(file, build(t, handMade(), scripts), 0o644); err != nil {
		t.Fatal(err)
	}
	page := browser.Open(t, "file://"+file, 1300, 2400)
	page.Wait("document.documentElement.dataset.ready === 'yes'")
	if got := page.Eval("document.getElementById('doubt-choice').hidden"); got != "true" {
		t.Error("a second threshold for a fusion that has none")
	}
	check := func(when string, want ...string) {
		t.Helper()
		got := page.Text(".choices") + page.Text("#numbers")
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in %s", when, w, got)
			}
		}
	}
	// The cascade that was cross-fitted has half escalated and 0.2 second calls.
	page.Eval("document.getElementById('both').click()")
	check("at the chosen thresholds", "93.00 %", "95 % interval 91.0 % to 95.0 %", "0.700", "of these 0.200 in round two", "40 of 200 clips", "7.01e+8", "US$ 700.00",
		"50.0 %, τ = 0.5", "100.0 %, τ = −∞", "92.00 % [90.0 %, 94.0 %] at 50 % escalated (entropy + uacs-v2)")
	page.Key("ArrowLeft") // the second slider has the focus: nothing is doubted
	check("after a key on the second slider", "90.00 %", "88.0 % to 92.0 %", "0.500", "5.01e+8", "US$ 500.00", "0.0 %, τ = ∞")
	page.Eval("document.getElementById('share').focus()")
	page.Key("End")
	check("after a key on the first", "80.00 %", "78.0 % to 82.0 %", "1.000", "US$ 1000.00", "100.0 %, τ = −∞")
	page.Eval("document.getElementById('doubt').focus()")
	page.Key("End")
	check("all escalated, all doubted", "85.00 %", "83.0 % to 87.0 %", "1.400", "80 of 200 clips", "US$ 1400.00")
	page.Wait("document.getElementById('spoken').textContent.includes('100 % escalated, 100 % doubted: accuracy 85.0 %, interval 83.0 % to 87.0 %')")
	if scripts != nil {
		page.Wait("document.querySelectorAll('.charts svg').length === 5")
		checkPlace(t, page, 1, 1)
		page.Key("Home")
		checkPlace(t, page, 1, 0)
	}
	page.Eval("document.getElementById('best').click()")
	check("the best pair", "93.00 %", "50.0 %", "100.0 %")
	if len(page.Console) > 0 {
		t.Errorf("the console says %q", page.Console)
	}
}

// checkPlace checks where the ring on the heat map is, as shares of its width and
// height, by the frame of the cells.
func checkPlace(t *testing.T, page *browser.Page, x, y float64) {
	t.Helper()
	const place = `(() => {
		const all = [...document.querySelectorAll('#surface .role-mark.mark-rect path')].map((e) => e.getBoundingClientRect());
		const rings = document.querySelectorAll('#surface .mark-symbol path'), ring = rings[rings.length - 1].getBoundingClientRect();
		const left = Math.min(...all.map((r) => r.left)), right = Math.max(...all.map((r) => r.right)), top = Math.min(...all.map((r) => r.top)), bottom = Math.max(...all.map((r) => r.bottom));
		return Math.abs(((ring.left + ring.right) / 2 - left) / (right - left) - %g) < 0.02 && Math.abs((bottom - (ring.top + ring.bottom) / 2) / (bottom - top) - %g) < 0.02;
	})()`
	page.Wait(fmt.Sprintf(place, x, y))
}
