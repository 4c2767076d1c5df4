package experiment

import (
	"fmt"
	"io/fs"

	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/route"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
	"uacs/internal/strictyaml"
)

// Check is a quantity with a known value on the real data: how many clips with
// a label other than zero a system gets right. Clips without a usable answer of
// the models it reads are left out.
type Check struct {
	Quantity string `yaml:"quantity" json:"quantity" jsonschema:"what is counted, in words"`
	Dataset  string `yaml:"dataset" json:"dataset" jsonschema:"dataset whose test split is judged"`
	// Small and Large name predictors. One alone is judged alone.
	Small string `yaml:"small" json:"small,omitempty" jsonschema:"predictor that answers every clip"`
	Large string `yaml:"large" json:"large,omitempty" jsonschema:"predictor asked about deferred clips"`
	// Decision is the large model's rule; the small model's is auto.
	Decision string `yaml:"decision" json:"decision,omitempty" jsonschema:"decision rule of the large predictor"`
	// Fusion, Measure and Defer make a cascade that escalates the Defer least sure
	// of the counted clips; clips that tie are taken in the order of the dataset.
	Fusion  string `yaml:"fusion" json:"fusion,omitempty" jsonschema:"fusion strategy; replace if absent"`
	Measure string `yaml:"measure" json:"measure,omitempty" jsonschema:"uncertainty measure of the small predictor"`
	Defer   int    `yaml:"defer" json:"defer,omitempty" jsonschema:"how many clips are deferred"`
}

// Checks is a list of quantities.
type Checks struct {
	List []Check `yaml:"checks" json:"checks" jsonschema:"quantities with known values"`
}

// Counted is the value of a check: K right of N.
type Counted struct {
	Quantity string
	K, N     int
}

// LoadChecks reads a list of checks, strictly. Errors name file and line, and
// the check.
func LoadChecks(fsys fs.FS, file string) (Checks, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Checks{}, err
	}
	var c Checks
	if err := strictyaml.Decode(file, data, &c); err != nil {
		return Checks{}, err
	}
	for i := range c.List {
		e := &c.List[i]
		if err := e.validate(); err != nil {
			return Checks{}, atLine(file, data, lineWith(data, "quantity", e.Quantity), fmt.Errorf("check %q: %w", e.Quantity, err))
		}
	}
	return c, nil
}

// validate checks e and fills in the default fusion.
func (e *Check) validate() error {
	if e.Fusion == "" {
		e.Fusion = fusion.Replace.Name
	}
	switch {
	case e.Quantity == "" || e.Dataset == "":
		return fmt.Errorf("quantity and dataset are required")
	case e.Small == "" && e.Large == "":
		return fmt.Errorf("small or large is required")
	case e.Defer < 0:
		return fmt.Errorf("defer: %d is negative", e.Defer)
	case (e.Defer > 0 || e.Measure != "") && (e.Small == "" || e.Large == "" || e.Measure == "" || e.Defer == 0):
		return fmt.Errorf("a cascade needs all of small, large, measure and defer")
	}
	if _, err := sample.DecisionByName(e.Decision); err != nil {
		return err
	}
	if e.Measure != "" {
		if _, err := uncertainty.ByName(e.Measure); err != nil {
			return err
		}
	}
	s, err := fusion.ByName(e.Fusion)
	if err == nil && (s.NeedsSecond || s.NeedsTau) {
		return fmt.Errorf("fusion %s needs what a check has not: a second answer or a threshold", e.Fusion)
	}
	return err
}

// Count computes a check on the data.
func (e Check) Count(predictors Predictors, data fs.FS) (Counted, error) {
	role := Role{Predictor: e.Large, Decision: e.Decision}
	small := Role{Predictor: e.Small}
	if e.Large == "" {
		role = small
	}
	if e.Small == "" {
		small = role
	}
	h, err := Open(Config{Name: "checks", Tier: "public", Dataset: e.Dataset, Split: sample.Test, Small: small, Large: role, Failures: Drop}, predictors, data)
	if err != nil {
		return Counted{}, err
	}
	s, err := fusion.ByName(e.Fusion)
	if err != nil {
		return Counted{}, err
	}
	escalated := make([]fusion.Answer, len(h.Clips))
	for i := range escalated {
		escalated[i] = s.Apply(h.clip(i), fusion.Params{}).Answer
	}
	quality, counted, err := metric.Correct("polarity", h.Kind, h.answers(escalated))
	if err != nil {
		return Counted{}, err
	}
	if e.Defer > 0 {
		if quality, err = e.deferred(h, quality, counted); err != nil {
			return Counted{}, err
		}
	}
	out := Counted{Quantity: e.Quantity}
	for i := range quality {
		out.N += b2i(counted[i])
		out.K += b2i(counted[i] && quality[i] == 1)
	}
	return out, nil
}

// deferred keeps the small model's quality for all but the Defer least sure of
// the counted clips.
func (e Check) deferred(h *Cohort, escalated []float64, counted []bool) ([]float64, error) {
	m, err := uncertainty.ByName(e.Measure)
	if err != nil {
		return nil, err
	}
	u, err := m.Column(uncertainty.Input{Answers: h.Small, HalfRange: h.HalfRange})
	if err != nil {
		return nil, err
	}
	quality, _, err := metric.Correct("polarity", h.Kind, h.answers(h.SmallAnswers))
	if err != nil {
		return nil, err
	}
	left := e.Defer
	for _, i := range route.ByUncertainty(u) {
		if counted[i] && left > 0 {
			quality[i] = escalated[i]
			left--
		}
	}
	if left > 0 {
		return nil, fmt.Errorf("check %q: defer is %d, but only %d clips count", e.Quantity, e.Defer, e.Defer-left)
	}
	return quality, nil
}
