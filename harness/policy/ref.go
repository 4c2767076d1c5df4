package policy

import (
	"fmt"
	"slices"
	"strings"

	"uacs/harness/ablation"
	"uacs/harness/calibrate"
	"uacs/harness/fusion"
	"uacs/harness/panel"
	"uacs/harness/uncertainty"
	"uacs/internal/hint"
)

// The models alone, as references.
const (
	Small = "small" // the small model answers every clip
	Large = "large" // the large model answers every clip
)

// Ref names a way to answer clips: a model alone, or a cascade with the rule that
// chooses its threshold.
type Ref struct {
	// Alone is [Small] or [Large]; the other fields are then empty.
	Alone string
	// Measure, Uncertainty, Calibration and Fusion are levels of a plan's factors.
	Measure     string
	Uncertainty panel.Uncertainty
	Calibration string
	Fusion      string
	// Rule is the label of one of the plan's rules; "" means its first.
	Rule string
}

const syntaxHint = "write small, large, or measure+fusion, such as distance-to-neutral+replace; measure/isotonic calibrates, " +
	"measure/swapped and measure/shuffled replace the uncertainty, and @label picks one of the plan's rules"

// Parse reads a reference: small, large, or measure[/modifier…]+fusion[@rule]. A
// modifier is a calibration, swapped or shuffled. Spaces around the signs are
// ignored. An unknown name is an error that lists the known ones; whether the
// plan has the rule is found out when the reference is played.
func Parse(text string) (Ref, error) {
	if text = strings.TrimSpace(text); text == Small || text == Large {
		return Ref{Alone: text}, nil
	}
	left, right, ok := strings.Cut(text, "+")
	if !ok {
		return Ref{}, hint.Add(fmt.Errorf("policy %q is not small, large or measure+fusion", text), syntaxHint)
	}
	r := Ref{Uncertainty: panel.Own, Calibration: panel.Uncalibrated}
	name, rule, ok := strings.Cut(right, "@")
	r.Fusion, r.Rule = strings.TrimSpace(name), strings.TrimSpace(rule)
	if ok && r.Rule == "" {
		return Ref{}, hint.Add(fmt.Errorf("policy %q: no rule stands behind @", text), syntaxHint)
	}
	parts := strings.Split(left, "/")
	r.Measure = strings.TrimSpace(parts[0])
	for _, modifier := range parts[1:] {
		if err := r.modify(strings.TrimSpace(modifier)); err != nil {
			return Ref{}, hint.Add(fmt.Errorf("policy %q: %w", text, err), syntaxHint)
		}
	}
	if _, err := uncertainty.ByName(r.Measure); err != nil {
		return Ref{}, hint.Add(fmt.Errorf("policy %q: %w", text, err), syntaxHint)
	}
	if _, err := fusion.ByName(r.Fusion); err != nil {
		return Ref{}, hint.Add(fmt.Errorf("policy %q: %w", text, err), syntaxHint)
	}
	return r, nil
}

// modify applies what stands behind a measure's name.
func (r *Ref) modify(modifier string) error {
	if u := panel.Uncertainty(modifier); u == panel.Swapped || u == panel.Shuffled {
		r.Uncertainty = u
		return nil
	}
	if _, err := calibrate.ByName(modifier); err != nil {
		return fmt.Errorf("%q is not swapped, shuffled or a calibration: %w", modifier, err)
	}
	r.Calibration = modifier
	return nil
}

// String returns the reference in the syntax that [Parse] reads.
func (r Ref) String() string {
	if r.Alone != "" {
		return r.Alone
	}
	out := r.Measure
	if r.Uncertainty != panel.Own && r.Uncertainty != "" {
		out += "/" + string(r.Uncertainty)
	}
	if r.Calibration != panel.Uncalibrated && r.Calibration != "" {
		out += "/" + r.Calibration
	}
	if out += "+" + r.Fusion; r.Rule != "" {
		out += "@" + r.Rule
	}
	return out
}

// ruleOf returns the plan's rule of that label, the first for "".
func ruleOf(p *ablation.Plan, label string) (ablation.Rule, error) {
	if label == "" {
		return p.Rules[0], nil
	}
	i := slices.IndexFunc(p.Rules, func(r ablation.Rule) bool { return r.String() == label })
	if i < 0 {
		var labels []string
		for _, r := range p.Rules {
			labels = append(labels, r.String())
		}
		return ablation.Rule{}, hint.Add(fmt.Errorf("%s has no rule %q", p.File, label), "its rules are %s", strings.Join(labels, ", "))
	}
	return p.Rules[i], nil
}
