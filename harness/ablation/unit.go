package ablation

import (
	"fmt"
	"slices"

	"uacs/harness/panel"
	"uacs/harness/uncertainty"
)

// unit is the cells of a judged panel that share a ranking: those of one uncertainty,
// measure and calibration, and, where the ranking depends on it, one fusion.
type unit struct {
	*judged
	specs    []Spec
	signals  panel.Signals
	u        []float64 // what routes the counted clips
	warnings []string
}

// newUnit computes the uncertainties of a unit. The error is a [panel.NotApplicable] if
// the unit's cells do not apply.
func newUnit(b *judged, specs []Spec) (*unit, error) {
	s := specs[0]
	m, err := uncertainty.ByName(s.Measure)
	if err != nil {
		return nil, err
	}
	u := &unit{judged: b, specs: specs}
	if panel.ReadsLarge(m) && !m.Control && s.Uncertainty == panel.Own {
		u.warnings = append(u.warnings, fmt.Sprintf("%s needs the large model's answer to every clip: routing by it saves no call", m.Name))
	}
	u.signals, err = b.Signals(panel.Signal{Measure: s.Measure, Uncertainty: s.Uncertainty, Calibration: s.Calibration, Fusion: s.Fusion})
	if err != nil {
		return nil, err
	}
	u.warnings = slices.Concat(u.warnings, u.signals.Warnings)
	u.u = make([]float64, len(b.Counted))
	for k, i := range b.Counted {
		u.u[k] = u.signals.Route[i]
	}
	return u, nil
}
