package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
)

// The streams keep draws apart under one seed. Whatever judges the same clips under the
// same seed by the same stream has the same draws.
const (
	StreamBootstrap = 0x626f6f74
	StreamSignFlip  = 0x666c6970
)

// Run judges every cascade that the cohort's config names. The result depends on
// the cohort alone: no clock, no machine. It ends early with ctx's error.
func Run(ctx context.Context, h *Cohort) (*Result, error) {
	r, err := newRunner(h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.Config.Name, err)
	}
	for _, step := range []func() error{r.baselines, r.cascades, r.judgeMeasures, r.curves, r.surface, r.profiles, r.diagnose, r.adjust, r.exact} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", h.Config.Name, err)
		}
	}
	r.result.Setup = r.describe()
	return &r.result, nil
}

// runner holds what the steps of a run share. Columns named all… have an element
// for every clip of the cohort; the others one for every counted clip, those that
// the quality's profile takes into account.
type runner struct {
	h         *Cohort
	headline  fusion.Strategy
	allFolds  []int
	allULarge []float64
	allU      map[string][]float64 // by measure; nil where it does not apply
	clips     []fusion.Clip        // as strategies see them
	na        map[string]string    // why it does not apply

	counted     []int // places of the counted clips
	folds       []int
	keep, large []float64
	clusters    *infer.Clusters

	escalations map[knobs]*answered
	drawings    map[string]drawn
	cascade     *answered // the headline
	thresholds  []float64 // of its folds

	result   Result
	cautions []caution
	warnings []string
}

func newRunner(h *Cohort) (*runner, error) {
	r := &runner{
		h: h, allU: map[string][]float64{}, na: map[string]string{},
		escalations: map[knobs]*answered{}, drawings: map[string]drawn{},
	}
	if err := r.count(); err != nil {
		return nil, err
	}
	if err := r.deal(); err != nil {
		return nil, err
	}
	var err error
	if r.allULarge, err = h.LargeUncertainty(); err != nil {
		return nil, err
	}
	if r.headline, err = h.strategyByName(h.Config.Headline.Fusion); err != nil {
		return nil, err
	}
	return r, r.measure()
}

// count finds the counted clips and the small model's quality on them.
func (r *runner) count() error {
	c := r.h.Config
	right, counted, err := metric.Correct(c.Profile, r.h.Kind, r.h.answers(r.h.SmallAnswers))
	if err != nil {
		return err
	}
	for i := range counted {
		if counted[i] {
			r.counted = append(r.counted, i)
		}
	}
	if len(r.counted) == 0 {
		return fmt.Errorf("profile %s counts none of %d clips", c.Profile, len(r.h.Clips))
	}
	r.keep = pick(right, r.counted)
	return nil
}

// deal deals the videos to folds and clusters the counted clips by video.
func (r *runner) deal() (err error) {
	c := r.h.Config
	videos := make([]string, len(r.h.Clips))
	for i, s := range r.h.Clips {
		videos[i] = s.Video
	}
	if r.allFolds, err = route.Folds(videos, c.Folds, c.Seed); err != nil {
		return err
	}
	r.folds = pick(r.allFolds, r.counted)
	if slices.Min(r.folds) == slices.Max(r.folds) {
		return fmt.Errorf("all %d counted clips are in one of %d folds of videos: no threshold can be chosen on others", len(r.counted), c.Folds)
	}
	r.clusters = infer.NewClusters(pick(videos, r.counted))
	return nil
}

// measure computes every measure's column. The headline's comes first: shuffled
// permutes it, and the gain that oracle reads may depend on it.
func (r *runner) measure() error {
	c := r.h.Config
	rule, err := sample.DecisionByName(c.Small.Decision)
	if err != nil {
		return err
	}
	// The large model's answers stay out: a measure that reads them has already
	// paid for the call that it is to decide about.
	in := uncertainty.Input{Answers: r.h.Small, HalfRange: r.h.HalfRange, Seed: c.Seed, Texts: r.texts(), Decision: rule}
	if err := r.column(c.Headline.Measure, in); err != nil {
		return err
	}
	if r.na[c.Headline.Measure] != "" {
		return fmt.Errorf("headline measure %s is %s", c.Headline.Measure, r.na[c.Headline.Measure])
	}
	r.gather()
	if err := r.applicable(r.headline); err != nil {
		return fmt.Errorf("headline: %w", err)
	}
	in.Base = r.allU[c.Headline.Measure]
	if in.Gain, err = r.allGain(); err != nil {
		return err
	}
	for _, name := range c.Measures {
		if name == c.Headline.Measure {
			continue
		}
		if err := r.column(name, in); err != nil {
			return err
		}
	}
	return nil
}

// column computes a measure's column, or notes why it does not apply.
func (r *runner) column(name string, in uncertainty.Input) error {
	m, err := r.h.measureByName(name)
	if err != nil {
		return err
	}
	u, err := m.Column(in)
	var na *uncertainty.NotApplicable
	if errors.As(err, &na) {
		r.na[name] = na.Error()
		r.warn("measure %s is %v", name, na)
		return nil
	}
	r.allU[name] = u
	return err
}

func (r *runner) texts() []string {
	out := make([]string, len(r.h.Clips))
	for i, s := range r.h.Clips {
		out[i] = s.Text
	}
	return out
}

// allGain is what escalating each clip gains under the headline fusion.
func (r *runner) allGain() ([]float64, error) {
	deferred, err := r.escalate(r.headline, r.taus(r.headline)[0])
	if err != nil {
		return nil, err
	}
	kept, err := r.escalate(fusion.SmallOnly, noTau)
	if err != nil {
		return nil, err
	}
	gain := make([]float64, len(deferred.right))
	for i := range gain {
		gain[i] = deferred.right[i] - kept.right[i]
	}
	return gain, nil
}

func (r *runner) plan(stream uint64) infer.Plan {
	return infer.Plan{Replicates: r.h.Config.Replicates, Level: r.h.Config.Level, Seed: r.h.Config.Seed, Stream: stream}
}

// describe says what was evaluated.
func (r *runner) describe() Setup {
	c, h := r.h.Config, r.h
	setup := Setup{
		Name: c.Name, Title: c.Title, Tier: c.Tier, Dataset: c.Dataset, Split: string(c.Split), Profile: c.Profile,
		Small: c.Small.Label, Large: c.Large.Label, Headline: c.Headline,
		Failures: string(c.Failures), Clips: h.Total, Dropped: h.Dropped, N: len(r.counted), Videos: r.clusters.Len(),
		SmallFailed: h.SmallFailed, LargeFailed: h.LargeFailed, SecondFailed: h.SecondFailed,
		Folds: c.Folds, Tolerance: Number(c.Tolerance), Seed: c.Seed, Replicates: c.Replicates,
		Level: Number(c.Level), Hypotheses: c.Hypotheses, Changes: h.changes, Warnings: slices.Concat(h.Notes, h.changeNotes(), r.warnings, r.cautioned()),
		Config: c.File, ConfigSHA256: c.Digest, Inputs: h.Inputs,
	}
	if p, err := metric.Lookup(c.Profile); err == nil {
		setup.Quality = p.Headline(h.Kind)
	}
	if c.Second != nil {
		setup.Second, setup.Surrogate = c.Second.Label, c.Second.Surrogate
	}
	for _, a := range c.Costs {
		setup.Axes = append(setup.Axes, Axis{Name: a.Name, Unit: a.Unit, Source: a.Source, Hypothesis: a.Hypothesis, Log: a.Log})
	}
	return setup
}

// pick returns the elements of x at the given places.
func pick[E any](x []E, places []int) []E {
	out := make([]E, len(places))
	for k, i := range places {
		out[k] = x[i]
	}
	return out
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
