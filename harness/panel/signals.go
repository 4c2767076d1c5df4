package panel

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"uacs/harness/calibrate"
	"uacs/harness/fusion"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
)

// Uncertainty says what routes in place of a measure.
type Uncertainty string

// The kinds.
const (
	// Own is the measure of the small model's answers.
	Own Uncertainty = "own"
	// Swapped routes by the large model's uncertainty and gives fusions either
	// model's in place of the other's. It asks the large model about every clip, so
	// it is a control.
	Swapped Uncertainty = "swapped"
	// Shuffled deals the measure's values to random clips: a control.
	Shuffled Uncertainty = "shuffled"
)

// Uncalibrated is the calibration that leaves an uncertainty as it is.
const Uncalibrated = "none"

// ReadsLarge reports whether a measure needs the large model's answer to every clip,
// so that routing by it saves no call.
func ReadsLarge(m uncertainty.Measure) bool {
	return slices.Contains(m.Requires, uncertainty.FieldLarge)
}

// ReadsGain reports whether a measure's column depends on the fusion.
func ReadsGain(m uncertainty.Measure) bool {
	return slices.Contains(m.Requires, uncertainty.FieldGain)
}

// Signal says which uncertainty routes. The fusion matters to measures only that read
// the gain of escalation, see [ReadsGain].
type Signal struct {
	Measure     string
	Uncertainty Uncertainty
	Calibration string // or [Uncalibrated]
	Fusion      string
}

// Signals are the uncertainties of all clips, of which none that routes a counted clip
// is NaN.
type Signals struct {
	Route []float64
	// Small and Large are what fusions read.
	Small, Large []float64
	// Scaled marks Large as calibrated, so that thresholds on the large model's own
	// uncertainty do not apply to it.
	Scaled   bool
	Warnings []string
}

// Signals computes uncertainties. Calibrations are cross-fitted by video. The error is
// a [NotApplicable] if the answers lack what they need.
func (p *Panel) Signals(of Signal) (Signals, error) {
	m, err := uncertainty.ByName(of.Measure)
	if err != nil {
		return Signals{}, err
	}
	s := Signals{Large: p.AllULarge}
	if s.Small, err = p.column(m, of.Fusion); err != nil {
		return Signals{}, err
	}
	switch {
	case m.Control && of.Uncertainty != Own:
		return Signals{}, notApplicablef("%s is a control: it is not %s", m.Name, of.Uncertainty)
	case m.Control && of.Calibration != Uncalibrated:
		return Signals{}, notApplicablef("%s is a control: it is not calibrated", m.Name)
	case of.Calibration != Uncalibrated:
		if err := p.calibrate(&s, of.Calibration); err != nil {
			return Signals{}, err
		}
	}
	if err := p.swap(&s, of.Uncertainty); err != nil {
		return Signals{}, err
	}
	for _, i := range p.Counted {
		if math.IsNaN(s.Route[i]) {
			return Signals{}, fmt.Errorf("the uncertainty of clip %s is not a number", p.Cohort.Clips[i].ID)
		}
	}
	return s, nil
}

// column computes a measure's column.
func (p *Panel) column(m uncertainty.Measure, fusionName string) ([]float64, error) {
	h := p.Cohort
	in := uncertainty.Input{Answers: h.Small, Large: h.Large, HalfRange: h.HalfRange, Seed: h.Config.Seed}
	for _, clip := range h.Clips {
		in.Texts = append(in.Texts, clip.Text)
	}
	var err error
	if in.Decision, err = sample.DecisionByName(h.Config.Small.Decision); err != nil {
		return nil, err
	}
	if in.LargeDecision, err = sample.DecisionByName(h.Config.Large.Decision); err != nil {
		return nil, err
	}
	if slices.Contains(m.Requires, uncertainty.FieldBase) {
		if in.Base, err = p.base(in); err != nil {
			return nil, err
		}
	}
	if ReadsGain(m) {
		if in.Gain, err = p.gain(fusionName); err != nil {
			return nil, err
		}
	}
	return columnOf(m, in)
}

// columnOf is [uncertainty.Measure.Column] with this package's error.
func columnOf(m uncertainty.Measure, in uncertainty.Input) ([]float64, error) {
	column, err := m.Column(in)
	var na *uncertainty.NotApplicable
	if errors.As(err, &na) {
		return nil, &NotApplicable{err}
	}
	return column, err
}

// base is the column that the measure shuffled permutes.
func (p *Panel) base(in uncertainty.Input) ([]float64, error) {
	for _, name := range p.options.Shuffle {
		m, err := uncertainty.ByName(name)
		if err != nil {
			return nil, err
		}
		column, err := columnOf(m, in)
		if !IsNotApplicable(err) {
			return column, err
		}
	}
	return nil, notApplicablef("no measure of the plan that is no control applies: there is nothing to shuffle")
}

// gain is what escalating each clip gains under a fusion, with the first of its
// thresholds on the large model.
func (p *Panel) gain(name string) ([]float64, error) {
	s, err := fusion.ByName(name)
	if err != nil {
		return nil, err
	}
	clips := slices.Clone(p.All)
	for i := range clips {
		clips[i].ULarge = p.AllULarge[i]
	}
	taus := p.taus(s)
	f, err := p.fuse(s, clips, taus[:min(1, len(taus))])
	if err != nil {
		return nil, err
	}
	gain := make([]float64, len(clips))
	for i, q := range f.Right[0] {
		gain[i] = q - p.AllKeep[i]
	}
	return gain, nil
}

// calibrate replaces the uncertainties of both models by the probability that their
// own answers are wrong, fitted on the other folds.
func (p *Panel) calibrate(s *Signals, name string) error {
	m, err := calibrate.ByName(name)
	if err != nil {
		return err
	}
	if s.Small, err = p.calibrated(s, m, s.Small, p.Wrong); err != nil {
		return err
	}
	s.warn("calibration %s is cross-fitted by video: thresholds were chosen on clips that other folds' fits had seen", name)
	if p.Cohort.Config.LargeMeasure == "" {
		return nil
	}
	wrong := make([]bool, len(p.Counted))
	for k, i := range p.Counted { // what stands in for no answer is none of its own
		wrong[k] = p.Large[k] == 0 || !p.All[i].Large.OK
	}
	s.Large, err = p.calibrated(s, m, p.AllULarge, wrong)
	s.Scaled = true
	return err
}

// calibrated cross-fits a method to a column. wrong marks, among the counted clips,
// those that the model's own answers get wrong.
func (p *Panel) calibrated(s *Signals, m calibrate.Method, all []float64, wrong []bool) ([]float64, error) {
	fits, err := calibrate.FitFolds(m, pick(all, p.Counted), wrong, p.Folds)
	if err != nil {
		return nil, notApplicablef("calibration %s: %w", m.Name, err)
	}
	out := make([]float64, len(all))
	for i, v := range all {
		fold := p.AllFolds[i]
		if fold >= len(fits) { // no counted clip is in it: any fit is on others
			fold = 0
		}
		out[i] = fits[fold].At(v)
	}
	for _, f := range fits {
		for _, w := range f.Warnings {
			s.warn("calibration %s: %s", m.Name, w)
		}
	}
	return out, nil
}

func (s *Signals) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(s.Warnings, w) {
		s.Warnings = append(s.Warnings, w)
	}
}

// swap sets what routes.
func (p *Panel) swap(s *Signals, kind Uncertainty) (err error) {
	s.Route = s.Small
	switch kind {
	case Swapped:
		if p.Cohort.Config.LargeMeasure == "" {
			return notApplicablef("the pair names no large_measure: there is nothing to swap with")
		}
		s.Small, s.Large = s.Large, s.Small
		s.Route = s.Small
	case Shuffled:
		s.Route, err = uncertainty.Shuffled.Column(uncertainty.Input{Answers: p.Cohort.Small, Base: s.Small, Seed: p.Cohort.Config.Seed})
	}
	return err
}
