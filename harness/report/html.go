package report

import (
	"bytes"
	"fmt"
	"html"
)

// HTML writes the table as one <table> element to be put into a page: a caption
// with the tier, headings with their scope, a <tbody> for each group of rows, and
// the notes as a list in the footer. It needs no style sheet and no script; text is
// escaped, and what is not ASCII is UTF-8.
func (t Table) HTML() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<table class=\"uacs\" data-tier=\"%s\" lang=\"en\">\n<caption><strong>%s</strong> %s</caption>\n",
		html.EscapeString(t.Tier), html.EscapeString(t.Title), html.EscapeString(tierLine(t.Tier)))
	b.WriteString("<thead>\n<tr>")
	for _, c := range t.Columns {
		htmlCell(&b, "th scope=\"col\"", c, html.EscapeString(c.Name))
	}
	b.WriteString("</tr>\n</thead>\n")
	at := 0
	for _, g := range t.groups() {
		b.WriteString("<tbody>\n")
		for i, row := range g.rows {
			t.htmlRow(&b, row, i == 0, len(g.rows), at)
			at++
		}
		b.WriteString("</tbody>\n")
	}
	if len(t.Notes) > 0 {
		fmt.Fprintf(&b, "<tfoot>\n<tr><td colspan=\"%d\">\n<ul>\n", max(1, len(t.Columns)))
		for _, n := range t.Notes {
			fmt.Fprintf(&b, "<li>%s</li>\n", html.EscapeString(n))
		}
		b.WriteString("</ul>\n</td></tr>\n</tfoot>\n")
	}
	b.WriteString("</table>\n")
	return b.Bytes()
}

// htmlRow writes row at of the table. The names of its group stand in the group's first row only,
// beside all of them.
func (t Table) htmlRow(b *bytes.Buffer, row []string, first bool, rows, at int) {
	b.WriteString("<tr>")
	for i, cell := range row {
		cell = html.EscapeString(cell)
		if t.Bold[[2]int{at, i}] {
			cell = "<strong>" + cell + "</strong>"
		}
		switch {
		case i < t.Grouped && first:
			htmlCell(b, fmt.Sprintf("th scope=\"rowgroup\" rowspan=\"%d\"", rows), t.Columns[i], cell)
		case i < t.Grouped: // the cell above reaches down to here
		case i == t.Grouped:
			htmlCell(b, "th scope=\"row\"", t.Columns[i], cell)
		default:
			htmlCell(b, "td", t.Columns[i], cell)
		}
	}
	b.WriteString("</tr>\n")
}

// htmlCell writes a cell; tag holds the attributes, too, and content is HTML.
func htmlCell(b *bytes.Buffer, tag string, c Column, content string) {
	align := "left"
	if c.Number {
		align = "right"
	}
	fmt.Fprintf(b, "<%s style=\"text-align:%s\">%s</%.2s>", tag, align, content, tag)
}
