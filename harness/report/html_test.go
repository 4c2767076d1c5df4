package report

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// By hand: two groups of a table whose text is full of markup.
func TestHTML(t *testing.T) {
	table := Table{
		Title: "A <b> & \"c\"", Tier: "synth", Grouped: 1, Columns: []Column{{"set", false}, {"system", false}, {"n > 0", true}},
		Rows:  [][]string{{"s", "one", "1"}, {"s", "two", "2"}, {"<script>", "three", "3"}},
		Bold:  map[[2]int]bool{{1, 2}: true},
		Notes: []string{"a < b, 中文"},
	}
	want := `<table class="uacs" data-tier="synth" lang="en">
<caption><strong>A &lt;b&gt; &amp; &#34;c&#34;</strong> SYNTHETIC: generated clips and generated answers (tier synth).</caption>
<thead>
<tr><th scope="col" style="text-align:left">set</th><th scope="col" style="text-align:left">system</th><th scope="col" style="text-align:right">n &gt; 0</th></tr>
</thead>
<tbody>
<tr><th scope="rowgroup" rowspan="2" style="text-align:left">s</th><th scope="row" style="text-align:left">one</th><td style="text-align:right">1</td></tr>
<tr><th scope="row" style="text-align:left">two</th><td style="text-align:right"><strong>2</strong></td></tr>
</tbody>
<tbody>
<tr><th scope="rowgroup" rowspan="1" style="text-align:left">&lt;script&gt;</th><th scope="row" style="text-align:left">three</th><td style="text-align:right">3</td></tr>
</tbody>
<tfoot>
<tr><td colspan="3">
<ul>
<li>a &lt; b, 中文</li>
</ul>
</td></tr>
</tfoot>
</table>
`
	if got := string(table.HTML()); got != want {
		t.Errorf("HTML:\n%s", got)
	}
}

// Every table is well formed, has one caption, a heading for each column and a cell
// for each of the rows' under it, and says its tier.
func TestHTMLOfEveryTable(t *testing.T) {
	for name, table := range handTables(t) {
		page := string(table.HTML())
		count := map[string]int{}
		for d := xml.NewDecoder(strings.NewReader(page)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, page)
			}
			if start, ok := token.(xml.StartElement); ok {
				count[start.Name.Local]++
			}
		}
		cells := len(table.Rows)*(len(table.Columns)-table.Grouped) + len(table.groups())*table.Grouped
		if len(table.Notes) > 0 {
			cells++
		}
		if count["caption"] != 1 || count["th"]+count["td"] != len(table.Columns)+cells || count["li"] != len(table.Notes) {
			t.Errorf("%s: %v", name, count)
		}
		if !strings.Contains(page, "SYNTHETIC") {
			t.Errorf("%s: the HTML does not say SYNTHETIC", name)
		}
	}
}
