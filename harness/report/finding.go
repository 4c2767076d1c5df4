package report

import (
	"encoding/json"
	"errors"
	"fmt"

	"uacs/figures"
	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/policy"
)

// Finding says in two sentences what the headline cascade achieves and whether
// that is shown, each number from the result: accuracies, calls, the paired
// difference to either model with its interval and adjusted p.
func Finding(r *experiment.Result) string {
	s := r.Cascade()
	if s == nil {
		return tierLine(r.Setup.Tier)
	}
	text := fmt.Sprintf("%s The cascade %s escalates %s %% of the clips and gets %s %% right (n = %d clips of %d videos, threshold %s).",
		tierLine(r.Setup.Tier), s.Name, percent(s.Deferred), interval(s.Accuracy), r.Setup.N, r.Setup.Videos, s.Threshold)
	for _, against := range []struct {
		name string
		p    *experiment.Paired
	}{{r.Setup.Small, s.VsSmall}, {r.Setup.Large, s.VsLarge}} {
		if against.p == nil {
			continue
		}
		text += fmt.Sprintf(" Against the %s alone that is %s points, %s.", against.name, points(against.p.Difference), whetherShown(against.p))
	}
	return text
}

// whetherShown says whether a difference is told apart from none.
func whetherShown(p *experiment.Paired) string {
	if p.HolmP < significant {
		return "which is shown (Holm p = " + pValue(p.HolmP) + ")"
	}
	return "which is not shown (Holm p = " + pValue(p.HolmP) + ")"
}

// PartsFigure is the forest plot of what is left of a cascade without each of its
// parts, as [policy.Panel.Parts] compares them; nil if no comparison has numbers.
func PartsFigure(b *policy.Panel, parts []policy.Part) figures.Figure {
	return withParts(figures.Forest{
		Page: figures.Page{
			Title: corpus(b.Pair.Dataset) + ": what each part of the cascade is worth",
			Subtitle: b.Pair.Name + fmt.Sprintf(", %s split, n = %d clips, %d videos. Bars: %s %% bootstrap by video. Left of 0: the part is worth having.",
				string(b.Pair.Split), b.N, b.Videos, trim(100*b.Plan.Level)),
			Footer:    fmt.Sprintf("%s Profile %s; rule %s for whole and changed cascade.", tierLine(b.Plan.Tier), b.Profile, b.Plan.Rules[0]),
			Synthetic: b.Plan.Tier == "synth", Width: figures.DoubleColumn,
		},
		XLabel: "Change of accuracy against the whole (points)", NumbersHead: "points [interval]",
	}, parts)
}

// Explorer is a Vega-Lite specification of a grid: a dot for each cascade that
// could be deployed, accuracy over calls per clip. Dots tell what they are when
// pointed at, a click on a fusion in the legend leaves its dots, and the view can
// be dragged and zoomed. It is an error if no cascade has numbers.
func Explorer(t *ablation.Table) (map[string]any, error) {
	var rows []any
	for _, c := range t.Cells {
		if c.Numbers == nil || c.Control {
			continue
		}
		for _, p := range c.Policies {
			if p.NA != "" || p.Control {
				continue
			}
			rows = append(rows, map[string]any{
				"measure": c.Measure, "fusion": c.Fusion, "rule": p.Label, "calls": json.Number(fixed(float64(p.First+p.Second), 4)),
				"accuracy": json.Number(fixed(100*float64(p.Accuracy.Value), 2)), "interval": interval(p.Accuracy),
			})
		}
	}
	if rows == nil {
		return nil, errors.New("no cascade of the grid has numbers")
	}
	quantity := func(field, title string) map[string]any {
		return map[string]any{"field": field, "type": "quantitative", "title": title, "scale": map[string]any{"zero": false}}
	}
	return map[string]any{
		"$schema": "https://vega.github.io/schema/vega-lite/v5.json",
		"title":   map[string]any{"text": t.Title, "subtitle": tierLine(t.Tier)}, "width": 520, "height": 320,
		"data": map[string]any{"values": rows},
		"mark": map[string]any{"type": "point", "filled": true, "size": 50},
		"params": []any{
			map[string]any{"name": "fusion", "select": map[string]any{"type": "point", "fields": []any{"fusion"}}, "bind": "legend"},
			map[string]any{"name": "view", "select": "interval", "bind": "scales"},
		},
		"encoding": map[string]any{
			"x": quantity("calls", "Large-model calls per clip"), "y": quantity("accuracy", "Accuracy (%)"),
			"color":   map[string]any{"field": "fusion", "type": "nominal"},
			"opacity": map[string]any{"condition": map[string]any{"param": "fusion", "value": 0.9}, "value": 0.05},
			"tooltip": []any{
				map[string]any{"field": "measure"},
				map[string]any{"field": "fusion"},
				map[string]any{"field": "rule"},
				map[string]any{"field": "interval", "title": "accuracy %"},
				map[string]any{"field": "calls"},
			},
		},
	}, nil
}
