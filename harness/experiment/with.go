package experiment

import (
	"fmt"
	"slices"
	"strings"

	"uacs/datasets/synth"
	"uacs/harness/cost"
	"uacs/harness/fusion"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/hint"
)

// WithMeasure returns a copy of h that tries a measure besides those of its config,
// such as one made by [uncertainty.Func]. One of the same name is replaced.
func (h *Cohort) WithMeasure(m uncertainty.Measure) *Cohort {
	out := h.shallow()
	out.measures = append(slices.DeleteFunc(out.measures, func(o uncertainty.Measure) bool { return o.Name == m.Name }), m)
	if !slices.Contains(out.Config.Measures, m.Name) {
		out.Config.Measures = append(out.Config.Measures, m.Name)
	}
	out.changed("measure %s added", m.Name)
	return out
}

// WithFusion returns a copy of h that tries a strategy besides those of its config,
// such as one made by [fusion.Func]. One of the same name is replaced.
func (h *Cohort) WithFusion(s fusion.Strategy) *Cohort {
	out := h.shallow()
	out.fusions = append(slices.DeleteFunc(out.fusions, func(o fusion.Strategy) bool { return o.Name == s.Name }), s)
	if !slices.Contains(out.Config.Fusions, s.Name) {
		out.Config.Fusions = append(out.Config.Fusions, s.Name)
	}
	out.changed("fusion %s added", s.Name)
	return out
}

// WithHeadline returns a copy of h whose headline cascade is another one: title,
// figures and cases are then about it. A name that nobody knows is an error of
// [Run].
func (h *Cohort) WithHeadline(measure, strategy string) *Cohort {
	out := h.shallow()
	out.Config.Headline = Headline{Measure: measure, Fusion: strategy}
	out.changes = slices.DeleteFunc(out.changes, func(c string) bool { return strings.HasPrefix(c, "headline ") })
	out.changed("headline %s + %s", measure, strategy)
	return out
}

// WithCost returns a copy of h with a further compute axis, such as money. It
// panics if the axis is not valid.
func (h *Cohort) WithCost(a cost.Axis) *Cohort {
	if err := a.Validate(); err != nil {
		panic(err)
	}
	out := h.shallow()
	out.Config.Costs = append(out.Config.Costs, a)
	out.changed("prices in %s", a.Unit)
	if a.Hypothesis {
		out.Config.Hypotheses = append(out.Config.Hypotheses, "the prices of "+a.Name)
	}
	return out
}

// WithLarge returns a copy of h in which other answers stand in for the large
// model's, one for each of h.Clips in their order, read by the config's rules. The
// label is how tables and figures call it. What is known exactly about the
// config's own large model is then left out.
func (h *Cohort) WithLarge(label string, answers []*sample.Prediction) (*Cohort, error) {
	if len(answers) != len(h.Clips) {
		return nil, fmt.Errorf("%s: %d answers to %d clips", label, len(answers), len(h.Clips))
	}
	for i, p := range answers {
		if p.ID != h.Clips[i].ID {
			return nil, fmt.Errorf("%s: answer %d is about clip %s, not %s", label, i, p.ID, h.Clips[i].ID)
		}
	}
	out := h.shallow()
	role := h.Config.Large
	role.Label = label
	plain, err := h.read(answers, role)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", label, err)
	}
	out.Config.Large, out.Large, out.LargeAnswers, out.Exact = role, answers, plain, nil
	out.changed("large model %s", label)
	out.LargeFailed = 0
	for _, a := range plain {
		out.LargeFailed += b2i(!a.OK)
	}
	return out, nil
}

// AskGenerated puts a prompt of your own to the generated model that reads
// prompts, [synth.Ask], and returns its answers to h.Clips. Public clips need a
// model that exists, so for them it is an error.
func (h *Cohort) AskGenerated(prompt func(clip sample.Sample) string) ([]*sample.Prediction, error) {
	if h.Config.Tier != "synth" {
		return nil, hint.Add(fmt.Errorf("%s: the generated model knows generated clips only", h.Config.Name),
			"ask a real endpoint, and give its answers to WithLarge")
	}
	c, err := synthConfig(h.Config.Dataset)
	if err != nil {
		return nil, err
	}
	set, err := synth.Generate(c)
	if err != nil {
		return nil, err
	}
	all, err := synth.Ask(c, set, prompt)
	if err != nil {
		return nil, err
	}
	byID := map[string]*sample.Prediction{}
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	out := make([]*sample.Prediction, len(h.Clips))
	for i, s := range h.Clips {
		out[i] = byID[s.ID]
	}
	return out, nil
}

// changed notes a change of the config.
func (h *Cohort) changed(format string, args ...any) {
	h.changes = append(h.changes, fmt.Sprintf(format, args...))
}

// changeNotes says what was changed, as a caveat to print beneath tables.
func (h *Cohort) changeNotes() []string {
	if len(h.changes) == 0 {
		return nil
	}
	return []string{"not as in the config: " + strings.Join(h.changes, "; ")}
}

// String says in one line what the cohort is: title, clips, models.
func (h *Cohort) String() string {
	videos := map[string]bool{}
	for _, s := range h.Clips {
		videos[s.Video] = true
	}
	text := fmt.Sprintf("%s: %s split, %d clips of %d videos; small model: %s; large model: %s",
		h.Config.Title, h.Config.Split, len(h.Clips), len(videos), h.Config.Small.Label, h.Config.Large.Label)
	if h.Config.Second != nil {
		text += "; second round: " + h.Config.Second.Label
	}
	return text
}

// measureByName returns a measure of the cohort's own, else a registered one.
func (h *Cohort) measureByName(name string) (uncertainty.Measure, error) {
	for _, m := range h.measures {
		if m.Name == name {
			return m, nil
		}
	}
	return uncertainty.ByName(name)
}

// strategyByName returns a strategy of the cohort's own, else a registered one.
func (h *Cohort) strategyByName(name string) (fusion.Strategy, error) {
	for _, s := range h.fusions {
		if s.Name == name {
			return s, nil
		}
	}
	return fusion.ByName(name)
}

// Column returns the small model's uncertainty about every clip under a measure,
// higher = less sure.
func (h *Cohort) Column(m uncertainty.Measure) ([]float64, error) {
	rule, err := sample.DecisionByName(h.Config.Small.Decision)
	if err != nil {
		return nil, err
	}
	in := uncertainty.Input{Answers: h.Small, HalfRange: h.HalfRange, Seed: h.Config.Seed, Decision: rule}
	for _, s := range h.Clips {
		in.Texts = append(in.Texts, s.Text)
	}
	return m.Column(in)
}

// Escalated returns the clips as strategies of package fusion see them, their
// uncertainties by the headline measure and the config's large_measure.
func (h *Cohort) Escalated() ([]fusion.Clip, error) {
	r, err := newRunner(h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.Config.Name, err)
	}
	return slices.Clone(r.clips), nil
}
