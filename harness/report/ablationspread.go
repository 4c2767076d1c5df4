package report

import (
	"fmt"

	"uacs/harness/ablation"
	"uacs/harness/panel"
)

// spreads is what another seed changes: the folds that thresholds are chosen on,
// and the draws of the controls. It stands with a pair's first panel.
func (p *pairing) spreads() section {
	s := section{title: "Spread over seeds, rule " + p.rule, columns: []Column{
		{"cascade", false},
		{"seeds", true},
		{"accuracy %, mean", true},
		{"standard deviation", true},
		{"least", true},
		{"most", true},
		{"escalated %, mean", true},
		{"standard deviation ", true},
	}}
	deferred := map[string]ablation.Spread{}
	for _, q := range p.table.Spreads {
		if p.has(q) && q.Name == "deferred" {
			deferred[spreadName(q)] = q
		}
	}
	for _, q := range p.table.Spreads {
		if !p.has(q) || q.Name != "accuracy" {
			continue
		}
		d := deferred[spreadName(q)]
		s.add(spreadName(q), fmt.Sprint(q.Seeds), percent(q.Mean), percent(q.SD), percent(q.Min), percent(q.Max), percent(d.Mean), percent(d.SD))
	}
	s.notes = []string{"Standard deviations are divided by the number of seeds. Calibration none, each model's own uncertainty; the CSV has every cell under every seed."}
	return s
}

// has reports whether a spread belongs to the panel's plain cells.
func (p *pairing) has(q ablation.Spread) bool {
	c := p.first()
	return q.Pair == p.pair && q.Profile == c.Profile && q.Policy == p.rule &&
		q.Uncertainty == panel.Own && q.Calibration == panel.Uncalibrated
}

func spreadName(q ablation.Spread) string { return q.Measure + "+" + q.Fusion }

// leads reports whether the panel is the first of its pair and profile, the one
// that speaks for all seeds.
func (p *pairing) leads() bool {
	c := p.first()
	for i := range p.table.Cells {
		if o := &p.table.Cells[i]; o.Pair == p.pair && o.Profile == c.Profile {
			return o.Seed == c.Seed
		}
	}
	return false
}
