package display

import (
	"bytes"
	"fmt"

	"uacs/figures"
	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/frame"
	"uacs/harness/policy"
	"uacs/harness/report"
)

// topCells is how many cells of an ablation its summary lists.
const topCells = 10

// projectRule shows the project's own results.
func projectRule(v any) (Data, bool) {
	if p, ok := frame.Look(v, headRows+tailRows, tailRows); ok {
		return frameTable(p).Display(), true
	}
	switch x := v.(type) {
	case report.Table:
		return reportTable(x).Display(), true
	case *experiment.Result:
		return reportTable(report.Systems(x)).Display(), true
	case *ablation.Table:
		var b bytes.Buffer
		if err := report.WriteTop(&b, x, topCells, 120); err != nil {
			return errorData(err), true
		}
		return Text(b.String()), true
	case ablation.Policy:
		return flowOf(x)
	case policy.Comparison:
		return MIME(MIMEMap{MIMETypeText: comparison(x)}, nil), true
	}
	return Data{}, false
}

// reportTable says the tier under the title, as every table of the project does.
func reportTable(r report.Table) Table {
	t := Table{Title: r.Title, Rows: r.Rows, Notes: r.Notes}
	if r.Tier != "" {
		t.Title += " (" + r.Tier + ")"
	}
	for _, c := range r.Columns {
		t.Columns = append(t.Columns, c.Name)
		t.Number = append(t.Number, c.Number)
	}
	return t
}

// flowOf draws the way of the clips under a policy. One without stages, because
// its rule chose nothing, stays plain.
func flowOf(p ablation.Policy) (Data, bool) {
	if len(p.Stages) == 0 {
		return Data{}, false
	}
	root := figures.Branch{Name: "all clips"}
	plain := p.Label
	for _, s := range p.Stages {
		root.Into = append(root.Into, figures.Branch{Name: s.Stage, N: s.Clips, Right: s.Right})
		root.N += s.Clips
		plain += fmt.Sprintf("\n%s: %d clips, %d right", s.Stage, s.Clips, s.Right)
	}
	d, ok := figureRule(figures.Flow{Page: figures.Page{Title: p.Label, Width: figures.DoubleColumn}, Root: root})
	if d.Data[MIMETypeSVG] != nil {
		d.Data[MIMETypeText] = plain
	}
	return d, ok
}

// comparison is the verdict and the caveats.
func comparison(c policy.Comparison) string {
	text := c.Verdict()
	for _, w := range c.Warnings {
		text += "\nwarning: " + w
	}
	return text
}

// frameTable turns a look at a frame into a table. The rows that the look left
// out stand between its head and tail.
func frameTable(p frame.Preview) Table {
	t := Table{Columns: p.Names, Kinds: p.Kinds, Number: p.Number, Rows: p.Rows}
	if p.Rows == nil {
		t.Rows = [][]string{}
	}
	t.omitted = p.Total - len(p.Rows)
	return t
}
