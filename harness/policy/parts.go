package policy

import (
	"errors"
	"fmt"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/panel"
	"uacs/harness/uncertainty"
)

// Part is a cascade with one of its parts taken away or replaced, compared with
// the whole.
type Part struct {
	// Change says in words what was done to the base.
	Change string
	// Base is the whole cascade; Comparison.A is the changed one, Comparison.B the
	// base. HolmP is its sign-flip p adjusted over all parts of the panel.
	Base Ref
	Comparison
	HolmP float64
	// NA says why the changed cascade does not apply; there are then no numbers.
	NA string
}

// changes are the parts of U-ACS, by the fusion that is without them.
var changes = map[string][][2]string{
	fusion.UACSv2.Name: {
		{"no agreement rule", "uacs-no-agreement"},
		{"no confidence rule", "uacs-v2-no-confidence"},
		{"no second round: large answer on conflict", "uacs-v2-conflict-large"},
		{"no second round: small answer on conflict", "uacs-v2-conflict-small"},
		{"no second round: a coin on conflict", "uacs-v2-conflict-coin"},
		{"second round for random clips", "uacs-v2-random-second"},
		{"second answers of other clips", "uacs-v2-shuffled-second"},
	},
	fusion.UACSv1.Name: {
		{"no averaging", "uacs-v1-no-averaging"},
		{"no confidence rule", "uacs-v1-no-confidence"},
		{"no second round: large answer on conflict", "uacs-v1-conflict-large"},
		{"no second round: small answer on conflict", "uacs-v1-conflict-small"},
		{"no second round: a coin on conflict", "uacs-v1-conflict-coin"},
		{"second round for random clips", "uacs-v1-random-second"},
		{"second answers of other clips", "uacs-v1-shuffled-second"},
	},
	fusion.Replace.Name: nil,
}

// Parts compares U-ACS, routed by a measure under the plan's first rule, with what
// is left of it without each of its parts. Where neither version applies to the
// pair, the base is replacement, and only what routes is changed.
func (b *Panel) Parts(measure string) ([]Part, error) {
	var out []Part
	for _, name := range []string{fusion.UACSv2.Name, fusion.UACSv1.Name, fusion.Replace.Name} {
		if !slices.Contains(b.Plan.Fusions, name) || name == fusion.Replace.Name && len(out) > 0 {
			continue
		}
		base := Ref{Measure: measure, Uncertainty: panel.Own, Calibration: panel.Uncalibrated, Fusion: name}
		whole, err := b.Play(base)
		if errors.Is(err, ErrNotApplicable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, c := range b.changed(base) {
			part, err := b.part(c, whole)
			if err != nil {
				return nil, err
			}
			out = append(out, part)
		}
	}
	return out, adjust(out)
}

type change struct {
	what string
	ref  Ref
}

// changed lists the changes of a base that the plan's levels allow.
func (b *Panel) changed(base Ref) (out []change) {
	for _, c := range changes[base.Fusion] {
		if slices.Contains(b.Plan.Fusions, c[1]) {
			ref := base
			ref.Fusion = c[1]
			out = append(out, change{c[0], ref})
		}
	}
	for _, u := range []struct {
		kind panel.Uncertainty
		what string
	}{{panel.Swapped, "uncertainties of both models swapped"}, {panel.Shuffled, "uncertainties dealt to random clips"}} {
		if slices.Contains(b.Plan.Uncertainties, u.kind) {
			ref := base
			ref.Uncertainty = u.kind
			out = append(out, change{u.what, ref})
		}
	}
	if slices.Contains(b.Plan.Measures, uncertainty.Random.Name) {
		ref := base
		ref.Measure = uncertainty.Random.Name
		out = append(out, change{"random routing", ref})
	}
	return out
}

func (b *Panel) part(c change, whole Played) (Part, error) {
	part := Part{Change: c.what, Base: whole.Ref}
	played, err := b.Play(c.ref)
	if errors.Is(err, ErrNotApplicable) {
		part.A.Ref, part.B, part.NA = c.ref, whole, err.Error()
		return part, nil
	}
	if err != nil {
		return part, fmt.Errorf("%s: %w", c.what, err)
	}
	part.Comparison, err = b.contrast(played, whole)
	return part, err
}

// adjust fills in Holm's p-values.
func adjust(parts []Part) error {
	var raw []float64
	var family []*Part
	for i := range parts {
		if parts[i].NA == "" {
			raw, family = append(raw, parts[i].FlipP), append(family, &parts[i])
		}
	}
	adjusted, err := infer.Holm(raw)
	if err != nil {
		return err
	}
	for i, p := range family {
		p.HolmP = adjusted[i]
	}
	return nil
}
