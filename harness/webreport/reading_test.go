package webreport

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/internal/browser"
)

// opened opens the report of handMade in a browser.
func opened(t *testing.T) *browser.Page {
	t.Helper()
	browser.Need(t)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, build(t, handMade(), libraries(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	page := browser.Open(t, "file://"+file, 1300, 2400)
	page.Wait("document.documentElement.dataset.ready === 'yes'")
	page.Eval("document.getElementById('both').click()")
	return page
}

// leastContrast is the least contrast of a text with what is behind it, texts of charts
// included, by the formula of WCAG 2.2, contrast ratio.
const leastContrast = `(() => {
	const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const parts = (s) => s.match(/[\d.]+/g).map(Number);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
	let least = 21;
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const e = texts.currentNode.parentElement, svg = e.closest("svg");
		if (!texts.currentNode.textContent.trim() || !e.getClientRects().length) continue;
		const pair = [light(parts(svg ? getComputedStyle(e).fill : getComputedStyle(e).color).slice(0, 3)), light(behind(svg ? svg.parentElement : e))];
		least = Math.min(least, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05));
	}
	return least;
})()`

// Texts have the contrast that WCAG 2.2 asks for, 4.5, in both themes.
func TestContrast(t *testing.T) {
	page := opened(t)
	for range 2 {
		theme := page.Eval("document.documentElement.dataset.theme")
		if page.Eval(leastContrast+" >= 4.5") != "true" {
			t.Errorf("in theme %s a text has a contrast of %s", theme, page.Eval(leastContrast))
		}
		page.Eval("document.getElementById('theme').click()")
	}
}

// With the keyboard alone tables sort,
// a clip opens, and the way back leads to its row.
func TestKeyboard(t *testing.T) {
	page := opened(t)
	focus := func(want string) {
		t.Helper()
		if got := page.Text(":focus"); got != want {
			t.Errorf("the focus is on %s, want %s", got, want)
		}
	}
	page.Eval("document.querySelector('#ablation th:nth-child(2) button').focus()")
	page.Key("Enter")
	focus("accuracy ▼")
	if got := page.Text("#ablation tbody td"); got != "margin" {
		t.Errorf("first row after sorting from the top: %s", got)
	}
	page.Key(" ")
	focus("accuracy ▲")
	if got := page.Text("#ablation tbody td") + page.Eval("document.querySelector('#ablation th:nth-child(2)').getAttribute('aria-sort')"); got != `entropy"ascending"` {
		t.Errorf("after sorting from the bottom: %s", got)
	}
	page.Eval("document.querySelector('#clips tbody button').focus()")
	page.Key("Enter")
	if got := page.Text("#clip"); !strings.HasPrefix(got, "clip-1") || page.Eval("document.activeElement.id") != `"clip"` {
		t.Errorf("a key on a clip shows %s", got)
	}
	page.Key("Tab")
	focus("Back to the list")
	page.Key("Enter")
	focus("clip-1")
	if got := page.Eval("getComputedStyle(document.activeElement).outlineStyle"); got != `"solid"` {
		t.Errorf("the focus is drawn %s", got)
	}
}

// Whoever hears the page is told what every control is, and tables and charts have
// names.
func TestReportHasNames(t *testing.T) {
	page := opened(t)
	named := map[string]int{}
	for _, node := range page.Accessibility() {
		switch node.Role {
		case "button", "slider", "combobox", "spinbutton", "searchbox", "table", "columnheader", "image", "region", "group", "link":
			named[node.Role]++
			if strings.TrimSpace(node.Name) == "" {
				t.Errorf("a %s has no name", node.Role)
			}
		}
	}
	if named["slider"] != 2 || named["table"] != 3 || (libraries(t) != nil && named["image"] != 5) {
		t.Errorf("found %v, want 2 sliders, 3 tables and 5 images", named)
	}
}
