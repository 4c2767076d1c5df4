package ablation

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"uacs/harness/calibrate"
	"uacs/harness/fusion"
	"uacs/harness/uncertainty"
)

// unit is the cells of a panel that share a ranking: those of one uncertainty,
// measure and calibration, and, where the ranking depends on it, one fusion.
type unit struct {
	*panel
	specs []Spec

	// allU routes and allUSmall, allULarge are what fusions read; all clips.
	allU, allUSmall, allULarge []float64
	u                          []float64 // counted clips
	control                    bool
	warnings                   []string
	clips                      []fusion.Clip // with uncertainties
	// scaled marks allULarge as calibrated, so that thresholds on the large model's
	// own uncertainty do not apply to it.
	scaled bool
}

// readsLarge reports whether a measure needs the large model's answer to every
// clip, so that routing by it saves no call.
func readsLarge(m uncertainty.Measure) bool {
	return slices.Contains(m.Requires, uncertainty.FieldLarge)
}

// readsGain reports whether a measure's column depends on the fusion.
func readsGain(m uncertainty.Measure) bool {
	return slices.Contains(m.Requires, uncertainty.FieldGain)
}

// notApplicable is why a cell has no numbers.
type notApplicable struct{ error }

func notApplicablef(format string, args ...any) error {
	return notApplicable{fmt.Errorf(format, args...)}
}

// newUnit computes the uncertainties of a unit. The error is notApplicable if the
// unit's cells do not apply.
func newUnit(b *panel, specs []Spec) (*unit, error) {
	s := specs[0]
	m, err := uncertainty.ByName(s.Measure)
	if err != nil {
		return nil, err
	}
	u := &unit{panel: b, specs: specs, control: m.Control || s.Uncertainty != Own, allULarge: b.uLarge}
	if readsLarge(m) && !u.control {
		u.control = true
		u.warnings = append(u.warnings, fmt.Sprintf("%s needs the large model's answer to every clip: routing by it saves no call", m.Name))
	}
	if u.allUSmall, err = u.column(m, s); err != nil {
		return nil, err
	}
	if m.Control && (s.Uncertainty != Own || s.Calibration != noCalibration) {
		return nil, notApplicablef("%s is a control: it is not %s", m.Name, map[bool]string{true: "calibrated", false: string(s.Uncertainty)}[s.Uncertainty == Own])
	}
	if s.Calibration != noCalibration {
		if err := u.calibrate(s.Calibration); err != nil {
			return nil, err
		}
	}
	if err := u.swap(s.Uncertainty); err != nil {
		return nil, err
	}
	u.u = pick(u.allU, b.counted)
	if i := slices.IndexFunc(u.u, math.IsNaN); i >= 0 {
		return nil, fmt.Errorf("the uncertainty of clip %s is not a number", b.h.Clips[b.counted[i]].ID)
	}
	u.clips = slices.Clone(b.all)
	for i := range u.clips {
		u.clips[i].USmall, u.clips[i].ULarge = u.allUSmall[i], u.allULarge[i]
	}
	return u, nil
}

// column computes the measure's column.
func (u *unit) column(m uncertainty.Measure, s Spec) ([]float64, error) {
	in := uncertainty.Input{
		Answers: u.h.Small, Large: u.h.Large, HalfRange: u.h.HalfRange, Seed: u.seed,
	}
	for _, clip := range u.h.Clips {
		in.Texts = append(in.Texts, clip.Text)
	}
	if slices.Contains(m.Requires, uncertainty.FieldBase) {
		base, err := u.base(in)
		if err != nil {
			return nil, err
		}
		in.Base = base
	}
	if readsGain(m) {
		gain, err := u.gain(s.Fusion)
		if err != nil {
			return nil, err
		}
		in.Gain = gain
	}
	return u.apply(m, in)
}

// apply is [uncertainty.Measure.Column] under the pair's decision rules.
func (u *unit) apply(m uncertainty.Measure, in uncertainty.Input) ([]float64, error) {
	var err error
	if in.Decision, in.LargeDecision, err = u.pair.decisions(); err != nil {
		return nil, err
	}
	column, err := m.Column(in)
	var na *uncertainty.NotApplicable
	if errors.As(err, &na) {
		return nil, notApplicable{err}
	}
	return column, err
}

// base is the column that the measure shuffled permutes.
func (u *unit) base(in uncertainty.Input) ([]float64, error) {
	for _, name := range u.plan.bases() {
		m, err := uncertainty.ByName(name)
		if err != nil {
			return nil, err
		}
		column, err := u.apply(m, in)
		if err == nil {
			return column, nil
		}
		if !errors.As(err, &notApplicable{}) {
			return nil, err
		}
	}
	return nil, notApplicablef("no measure of the plan that is no control applies: there is nothing to shuffle")
}

// gain is what escalating each clip gains under a fusion.
func (u *unit) gain(name string) ([]float64, error) {
	s, err := fusion.ByName(name)
	if err != nil {
		return nil, err
	}
	clips := slices.Clone(u.all)
	for i := range clips {
		clips[i].ULarge = u.uLarge[i]
	}
	f, err := u.fuse(s, clips, u.pair.taus(s)[:min(1, len(u.pair.taus(s)))])
	if err != nil {
		return nil, err
	}
	gain := make([]float64, len(clips))
	for i, q := range f.right[0] {
		gain[i] = q - u.allKeep[i]
	}
	return gain, nil
}

// calibrate replaces the uncertainties of both models by the probability that
// their answers are wrong, fitted on the other folds.
func (u *unit) calibrate(name string) error {
	m, err := calibrate.ByName(name)
	if err != nil {
		return err
	}
	if u.allUSmall, err = u.calibrated(m, u.allUSmall, u.wrong); err != nil {
		return err
	}
	u.warnings = append(u.warnings, fmt.Sprintf("calibration %s is cross-fitted by video: thresholds were chosen on clips that other folds' fits had seen", name))
	if u.pair.LargeMeasure == "" {
		return nil
	}
	wrong := make([]bool, len(u.counted))
	for k, i := range u.counted { // what stands in for no answer is none of its own
		wrong[k] = u.large[k] == 0 || !u.all[i].Large.OK
	}
	if u.allULarge, err = u.calibrated(m, u.uLarge, wrong); err != nil {
		return err
	}
	u.scaled = true
	return nil
}

// calibrated cross-fits a method to a column. wrong marks, among the counted
// clips, those that the model's own answers get wrong.
func (u *unit) calibrated(m calibrate.Method, all []float64, wrong []bool) ([]float64, error) {
	fits, err := calibrate.FitFolds(m, pick(all, u.counted), wrong, u.folds)
	if err != nil {
		return nil, notApplicablef("calibration %s: %w", m.Name, err)
	}
	out := make([]float64, len(all))
	for i, v := range all {
		fold := u.allFolds[i]
		if fold >= len(fits) { // no counted clip is in it: any fit is on others
			fold = 0
		}
		out[i] = fits[fold].At(v)
	}
	for _, f := range fits {
		for _, w := range f.Warnings {
			u.warn("calibration %s: %s", m.Name, w)
		}
	}
	return out, nil
}

func (u *unit) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(u.warnings, w) {
		u.warnings = append(u.warnings, w)
	}
}

// swap sets what routes.
func (u *unit) swap(kind Uncertainty) error {
	u.allU = u.allUSmall
	switch kind {
	case Swapped:
		if u.pair.LargeMeasure == "" {
			return notApplicablef("the pair names no large_measure: there is nothing to swap with")
		}
		u.allUSmall, u.allULarge = u.allULarge, u.allUSmall
		u.allU = u.allUSmall
	case Shuffled:
		shuffled, err := uncertainty.Shuffled.Column(uncertainty.Input{Answers: u.h.Small, Base: u.allUSmall, Seed: u.seed})
		if err != nil {
			return err
		}
		u.allU = shuffled
	}
	return nil
}

// fused is what a strategy makes of all clips under each threshold on the large
// model.
type fused struct {
	taus     []float64
	outcomes [][]fusion.Outcome
	right    [][]float64
}

// fuse applies a strategy. The error is notApplicable if clips lack what it needs.
func (b *panel) fuse(s fusion.Strategy, clips []fusion.Clip, taus []float64) (fused, error) {
	if s.NeedsTau && (b.pair.LargeMeasure == "" || len(taus) == 0) {
		return fused{}, notApplicablef("%s accepts a confident answer: the pair names no large_measure with tau_large", s.Name)
	}
	of := func(int) fusion.Strategy { return s }
	check := s
	if s.NeedsTraining {
		fits, err := fusion.CrossFit(s, clips, b.allFolds, fusion.Training{Penalty: b.plan.Penalty})
		if err != nil {
			return fused{}, notApplicable{err}
		}
		of, check = func(i int) fusion.Strategy { return fits[b.allFolds[i]] }, fits[0]
	}
	f := fused{taus: taus}
	for _, tau := range taus {
		if err := check.Check(clips, fusion.Params{TauLarge: tau, Weight: b.weight, Seed: b.seed}); err != nil {
			return fused{}, notApplicable{err}
		}
		outcomes, right, err := b.escalateEach(clips, of, tau)
		if err != nil {
			return fused{}, err
		}
		f.outcomes, f.right = append(f.outcomes, outcomes), append(f.right, right)
	}
	return f, nil
}
