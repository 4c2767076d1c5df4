package report

import (
	"fmt"
	"strings"

	"uacs/datasets"
	"uacs/figures"
	"uacs/harness/policy"
)

// partsFigure is the forest plot of what is left of a cascade without each of its
// parts; nil if there is nothing to draw.
func (p *pairing) partsFigure(parts []policy.Part) figures.Figure {
	c := p.first()
	fig := figures.Forest{
		Page: figures.Page{
			Title:     corpus(c.Dataset) + ": what each part of the cascade is worth",
			Subtitle:  fmt.Sprintf("%s, %s split, n = %d clips, %d videos. Bars: %s %% bootstrap by video. Left of 0: the part is worth having.", p.name(), c.Split, c.N, c.Videos, trim(100*float64(c.Level))),
			Footer:    fmt.Sprintf("%s Profile %s; rule %s for whole and changed cascade. Numbers: results/tables/%s.md. Plan %.12s.", tierLine(c.Tier), c.Profile, p.rule, ablationStem(p.table.Name), p.table.PlanSHA256),
			Synthetic: c.Tier == "synth", Width: figures.DoubleColumn,
		},
		XLabel: "Change of accuracy against the whole (points)", NumbersHead: "points [interval]",
	}
	return withParts(fig, parts)
}

// corpus is the name that a dataset goes by in titles: its own, without what follows
// in brackets.
func corpus(dataset string) string {
	for _, m := range datasets.Manifests() {
		if m.Name == dataset {
			name, _, _ := strings.Cut(m.Title, " (")
			return name
		}
	}
	return dataset
}

// withParts fills a forest plot with comparisons; nil if there is no number.
func withParts(fig figures.Forest, parts []policy.Part) figures.Figure {
	tests := 0
	for _, q := range parts {
		if name := q.Base.String(); len(fig.Groups) == 0 || fig.Groups[len(fig.Groups)-1].Heading != name {
			fig.Groups = append(fig.Groups, figures.ForestGroup{Heading: name})
		}
		g := &fig.Groups[len(fig.Groups)-1]
		e := figures.Effect{Name: q.Change, NA: q.NA}
		if q.NA != "" {
			e.NA = "n/a"
		} else {
			tests++
			e.Name = controlled(q.Change, q.A.Control)
			e.Value, e.Lo, e.Hi = 100*float64(q.Difference.Value), 100*float64(q.Difference.Lo), 100*float64(q.Difference.Hi)
			e.Significant = q.HolmP < significant
		}
		g.Rows = append(g.Rows, e)
	}
	if tests == 0 {
		return nil
	}
	fig.Adjustment = fmt.Sprintf("Holm, %d tests, %s %%", tests, trim(100*significant))
	return fig
}

// partsFigures draws the forest plot of every pair that has one. Pairs that differ
// in profile or seed share the comparisons, and so the figure.
func partsFigures(plan string, panels []*pairing, parts map[string][]policy.Part) ([]File, error) {
	var files []File
	drawn := map[string]bool{}
	for _, p := range panels {
		if drawn[p.pair] {
			continue
		}
		drawn[p.pair] = true
		fig := p.partsFigure(parts[p.pair])
		if fig == nil {
			continue
		}
		made, err := figureFiles(ablationStem(plan)+"-"+p.pair+"-parts", fig)
		if err != nil {
			return nil, err
		}
		files = append(files, made...)
	}
	return files, nil
}
