package policy

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"uacs/harness/ablation"
	"uacs/harness/calibrate"
	"uacs/harness/fusion"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
)

// ErrNotApplicable says that the pair's answers lack what a policy needs.
var ErrNotApplicable = errors.New("not applicable")

func notApplicable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrNotApplicable, fmt.Errorf(format, args...))
}

// signals are the uncertainties of all clips: u routes, fusions read small and
// large. scaled marks large as calibrated.
type signals struct {
	u, small, large []float64
	scaled          bool
}

// signals computes what a reference routes by.
func (b *Panel) signals(r Ref) (signals, error) {
	m, err := uncertainty.ByName(r.Measure)
	if err != nil {
		return signals{}, err
	}
	if m.Control && (r.Uncertainty != ablation.Own || r.Calibration != none) {
		return signals{}, notApplicable("%s is a control: it is neither calibrated nor replaced", m.Name)
	}
	s := signals{large: b.uLarge}
	if s.small, err = b.column(m, r.Fusion); err != nil {
		return signals{}, err
	}
	if r.Calibration != none {
		if err := b.calibrate(&s, r.Calibration); err != nil {
			return signals{}, err
		}
	}
	switch s.u = s.small; r.Uncertainty {
	case ablation.Swapped:
		if b.Pair.LargeMeasure == "" {
			return signals{}, notApplicable("the pair names no large_measure: there is nothing to swap with")
		}
		s.small, s.large = s.large, s.small
		s.u = s.small
	case ablation.Shuffled:
		s.u, err = uncertainty.Shuffled.Column(uncertainty.Input{Answers: b.cohort.Small, Base: s.small, Seed: b.Seed})
	}
	return s, err
}

// column computes a measure's column; fusionName matters to measures that read the
// gain of escalation.
func (b *Panel) column(m uncertainty.Measure, fusionName string) (column []float64, err error) {
	h := b.cohort
	in := uncertainty.Input{Answers: h.Small, Large: h.Large, HalfRange: h.HalfRange, Seed: b.Seed}
	for _, clip := range h.Clips {
		in.Texts = append(in.Texts, clip.Text)
	}
	if slices.Contains(m.Requires, uncertainty.FieldBase) {
		if in.Base, err = b.base(in); err != nil {
			return nil, err
		}
	}
	if slices.Contains(m.Requires, uncertainty.FieldGain) {
		if in.Gain, err = b.gain(fusionName); err != nil {
			return nil, err
		}
	}
	if in.Decision, in.LargeDecision, err = b.decisions(); err != nil {
		return nil, err
	}
	column, err = m.Column(in)
	var na *uncertainty.NotApplicable
	if errors.As(err, &na) {
		return nil, fmt.Errorf("%w: %w", ErrNotApplicable, err)
	}
	return column, err
}

// base is the column that the measure shuffled permutes: the plan's first measure
// of the small model alone that is no control and applies.
func (b *Panel) base(in uncertainty.Input) ([]float64, error) {
	for _, name := range b.Plan.Measures {
		m, err := uncertainty.ByName(name)
		if err != nil {
			return nil, err
		}
		if m.Control || readsLarge(m) {
			continue
		}
		column, err := b.column(m, "")
		if !errors.Is(err, ErrNotApplicable) {
			return column, err
		}
	}
	return nil, notApplicable("no measure of the plan that is no control applies: there is nothing to shuffle")
}

// gain is what escalating each clip gains under a fusion.
func (b *Panel) gain(name string) ([]float64, error) {
	s, err := fusion.ByName(name)
	if err != nil {
		return nil, err
	}
	clips := slices.Clone(b.all)
	for i := range clips {
		clips[i].ULarge = b.uLarge[i]
	}
	f, err := b.fuse(s, clips)
	if err != nil {
		return nil, err
	}
	gain := make([]float64, len(clips))
	for i, q := range f.right[0] {
		gain[i] = q - b.allKeep[i]
	}
	return gain, nil
}

// readsLarge reports whether a measure needs the large model's answer to every
// clip, so that routing by it saves no call.
func readsLarge(m uncertainty.Measure) bool {
	return slices.Contains(m.Requires, uncertainty.FieldLarge)
}

// calibrate replaces uncertainties by the probability that the model's own answer
// is wrong, fitted on the other folds.
func (b *Panel) calibrate(s *signals, name string) error {
	m, err := calibrate.ByName(name)
	if err != nil {
		return err
	}
	if s.small, err = b.calibrated(m, s.small, b.wrong); err != nil || b.Pair.LargeMeasure == "" {
		return err
	}
	wrong := make([]bool, b.N)
	for k, i := range b.counted { // what stands in for no answer is none of its own
		wrong[k] = b.large[k] == 0 || !b.all[i].Large.OK
	}
	s.large, err = b.calibrated(m, b.uLarge, wrong)
	s.scaled = true
	return err
}

func (b *Panel) calibrated(m calibrate.Method, all []float64, wrong []bool) ([]float64, error) {
	fits, err := calibrate.FitFolds(m, pick(all, b.counted), wrong, b.folds)
	if err != nil {
		return nil, notApplicable("calibration %s: %w", m.Name, err)
	}
	out := make([]float64, len(all))
	for i, v := range all {
		fold := b.allFolds[i]
		if fold >= len(fits) { // no counted clip is in it: any fit is on others
			fold = 0
		}
		out[i] = fits[fold].At(v)
	}
	return out, nil
}

// fused is what a strategy makes of all clips under each threshold on the large
// model.
type fused struct {
	taus     []float64
	outcomes [][]fusion.Outcome
	right    [][]float64
}

// fuse applies a strategy to clips that know their uncertainties.
func (b *Panel) fuse(s fusion.Strategy, clips []fusion.Clip) (fused, error) {
	f := fused{taus: []float64{math.NaN()}}
	if s.NeedsTau {
		if f.taus = b.Pair.TauLarge; b.Pair.LargeMeasure == "" || len(f.taus) == 0 {
			return fused{}, notApplicable("%s accepts a confident answer: the pair names no large_measure with tau_large", s.Name)
		}
	}
	of, check := always(s), s
	if s.NeedsTraining {
		fits, err := fusion.CrossFit(s, clips, b.allFolds, fusion.Training{Penalty: b.Plan.Penalty})
		if err != nil {
			return fused{}, notApplicable("%w", err)
		}
		of, check = func(i int) fusion.Strategy { return fits[b.allFolds[i]] }, fits[0]
	}
	for _, tau := range f.taus {
		if err := check.Check(clips, fusion.Params{TauLarge: tau, Weight: b.weight, Seed: b.Seed}); err != nil {
			return fused{}, notApplicable("%w", err)
		}
		outcomes, right, err := b.escalate(clips, of, tau)
		if err != nil {
			return fused{}, err
		}
		f.outcomes, f.right = append(f.outcomes, outcomes), append(f.right, right)
	}
	return f, nil
}

// variants returns the counted clips of a cascade under each threshold on the large
// model, and those thresholds.
func (b *Panel) variants(r Ref, s signals) ([]route.Clips, []float64, error) {
	strategy, err := fusion.ByName(r.Fusion)
	if err != nil {
		return nil, nil, err
	}
	clips := slices.Clone(b.all)
	for i := range clips {
		clips[i].USmall, clips[i].ULarge = s.small[i], s.large[i]
		if s.scaled && strategy.NeedsTau { // thresholds are on the uncertainty as it is
			clips[i].ULarge = b.uLarge[i]
		}
	}
	f, err := b.fuse(strategy, clips)
	if err != nil {
		return nil, nil, err
	}
	u := pick(s.u, b.counted)
	features := b.features(u)
	out := make([]route.Clips, len(f.taus))
	for v := range f.taus {
		c := route.Clips{U: u, Keep: b.keep, Defer: pick(f.right[v], b.counted), Videos: b.videos, Features: features}
		for _, i := range b.counted {
			calls := f.outcomes[v][i].Calls
			c.First, c.Second = append(c.First, float64(min(calls, 1))), append(c.Second, float64(max(calls-1, 0)))
		}
		out[v] = c
	}
	return out, f.taus, nil
}

// features are what a learned router reads: the uncertainty, the small model's
// score, where it has one, and the length of the transcript.
func (b *Panel) features(u []float64) (out []route.Feature) {
	score, magnitude, length := make([]float64, b.N), make([]float64, b.N), make([]float64, b.N)
	scored := true
	for k, i := range b.counted {
		score[k] = b.all[i].Small.Score
		magnitude[k] = math.Abs(score[k])
		scored = scored && !math.IsNaN(score[k]) && !math.IsInf(score[k], 0)
		length[k] = float64(len([]rune(b.cohort.Clips[i].Text)))
	}
	if !slices.ContainsFunc(u, func(v float64) bool { return math.IsInf(v, 0) }) {
		out = append(out, route.Feature{Name: "uncertainty", Values: u})
	}
	if scored {
		out = append(out, route.Feature{Name: "score", Values: score}, route.Feature{Name: "magnitude", Values: magnitude})
	}
	return append(out, route.Feature{Name: "length", Values: length})
}
