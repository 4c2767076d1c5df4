package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
	"uacs/harness/uncertainty"
)

// Streams keep the experiment's draws apart under its one seed.
const (
	streamBootstrap = 0x626f6f74
	streamSignFlip  = 0x666c6970
)

// Run judges every cascade that the cohort's config names. The result depends on
// the cohort alone: no clock, no machine. It ends early with ctx's error.
func Run(ctx context.Context, h *Cohort) (*Result, error) {
	r, err := newRunner(h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.Config.Name, err)
	}
	for _, step := range []func() error{r.baselines, r.cascades, r.judgeMeasures, r.curves, r.profiles, r.adjust} {
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
	h        *Cohort
	headline metric.Definition

	allFolds  []int
	allTruth  []float64
	allULarge []float64
	allU      map[string][]float64 // by measure; nil where it does not apply
	na        map[string]string    // why it does not apply

	counted     []int
	folds       []int
	keep, large []float64
	clusters    *infer.Clusters
	drawings    map[string]drawn

	result   Result
	warnings []string
}

func newRunner(h *Cohort) (*runner, error) {
	r := &runner{h: h, allTruth: h.Truth(), allU: map[string][]float64{}, na: map[string]string{}, drawings: map[string]drawn{}}
	correct, counted, err := metric.Correct(h.Config.Profile, h.Kind, h.scored(h.SmallAnswers))
	if err != nil {
		return nil, err
	}
	for i := range counted {
		if counted[i] {
			r.counted = append(r.counted, i)
		}
	}
	if len(r.counted) == 0 {
		return nil, fmt.Errorf("profile %s counts none of %d clips", h.Config.Profile, len(h.Clips))
	}
	r.keep = pick(correct, r.counted)
	videos := make([]string, len(h.Clips))
	for i, s := range h.Clips {
		videos[i] = s.Video
	}
	if r.allFolds, err = route.Folds(videos, h.Config.Folds, h.Config.Seed); err != nil {
		return nil, err
	}
	r.folds = pick(r.allFolds, r.counted)
	r.clusters = infer.NewClusters(pick(videos, r.counted))
	if r.allULarge, err = h.LargeUncertainty(); err != nil {
		return nil, err
	}
	return r, r.measure()
}

// measure computes every measure's column that does not need the gain.
func (r *runner) measure() error {
	names := slices.Clone(r.h.Config.Measures)
	// The headline goes first: shuffled permutes it.
	slices.SortStableFunc(names, func(a, b string) int {
		return b2i(b == r.h.Config.Headline.Measure) - b2i(a == r.h.Config.Headline.Measure)
	})
	for _, name := range names {
		m, err := uncertainty.ByName(name)
		if err != nil {
			return err
		}
		gain, err := r.allGain()
		if err != nil {
			return err
		}
		u, err := m.Column(uncertainty.Input{
			Answers: r.h.Small, HalfRange: r.h.HalfRange, Seed: r.h.Config.Seed,
			Texts: r.texts(), Base: r.allU[r.h.Config.Headline.Measure], Gain: gain,
		})
		var na *uncertainty.NotApplicable
		switch {
		case errors.As(err, &na) && name != r.h.Config.Headline.Measure:
			r.na[name] = na.Error()
			r.warn("measure %s is %v", name, na)
		case err != nil:
			return err
		default:
			r.allU[name] = u
		}
	}
	return nil
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
	s, err := fusion.ByName(r.h.Config.Headline.Fusion)
	if err != nil {
		return nil, err
	}
	deferred, _, err := metric.Correct(r.h.Config.Profile, r.h.Kind, r.h.scored(answersOf(r.escalate(s, r.taus(s)[0]))))
	if err != nil {
		return nil, err
	}
	kept, _, err := metric.Correct(r.h.Config.Profile, r.h.Kind, r.h.scored(r.h.SmallAnswers))
	for i := range deferred {
		deferred[i] -= kept[i]
	}
	return deferred, err
}

// taus are the thresholds on the large model that a strategy chooses from; one
// that means nothing for a strategy that reads none.
func (r *runner) taus(s fusion.Strategy) []float64 {
	if s.NeedsTau {
		return r.h.Config.TauLarge
	}
	return []float64{math.NaN()}
}

// escalate returns the outcome of every clip as if it were escalated.
func (r *runner) escalate(s fusion.Strategy, tau float64) []fusion.Outcome {
	weight, _ := weightByName(r.h.Config.Weights) // checked when the config was read
	out := make([]fusion.Outcome, len(r.h.Clips))
	uSmall := r.allU[r.h.Config.Headline.Measure]
	for i := range out {
		c := fusion.Clip{
			Small: r.h.SmallAnswers[i], Large: r.h.LargeAnswers[i],
			USmall: math.NaN(), ULarge: r.allULarge[i], Truth: r.allTruth[i],
		}
		if uSmall != nil {
			c.USmall = uSmall[i]
		}
		if r.h.SecondAnswers != nil {
			c.Second = r.h.SecondAnswers[i]
		}
		out[i] = s.Apply(c, fusion.Params{TauLarge: tau, Weight: weight})
		if r.h.Config.Failures == Wrong && out[i].Calls > 0 && !c.Large.OK {
			out[i].Answer.OK = false
		}
	}
	return out
}

// variants are the counted clips under each threshold on the large model.
func (r *runner) variants(s fusion.Strategy, measure string) ([]route.Clips, error) {
	var out []route.Clips
	for _, tau := range r.taus(s) {
		outcomes := r.escalate(s, tau)
		correct, _, err := metric.Correct(r.h.Config.Profile, r.h.Kind, r.h.scored(answersOf(outcomes)))
		if err != nil {
			return nil, err
		}
		c := route.Clips{U: pick(r.allU[measure], r.counted), Keep: r.keep, Defer: pick(correct, r.counted)}
		for _, i := range r.counted {
			c.First = append(c.First, float64(min(outcomes[i].Calls, 1)))
			c.Second = append(c.Second, float64(max(outcomes[i].Calls-1, 0)))
		}
		out = append(out, c)
	}
	return out, nil
}

// scored gives answers beside the labels to package metric.
func (h *Cohort) scored(answers []fusion.Answer) metric.Answers {
	a := metric.Answers{Truth: h.Truth()}
	for _, x := range answers {
		a.Score = append(a.Score, x.Score)
		a.Polarity = append(a.Polarity, x.Polarity)
		a.Missing = append(a.Missing, !x.OK)
	}
	return a
}

func answersOf(outcomes []fusion.Outcome) []fusion.Answer {
	out := make([]fusion.Answer, len(outcomes))
	for i, o := range outcomes {
		out[i] = o.Answer
	}
	return out
}

func (r *runner) plan(stream uint64) infer.Plan {
	return infer.Plan{Replicates: r.h.Config.Replicates, Level: r.h.Config.Level, Seed: r.h.Config.Seed, Stream: stream}
}

func (r *runner) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(r.warnings, w) {
		r.warnings = append(r.warnings, w)
	}
}

// describe says what was evaluated.
func (r *runner) describe() Setup {
	c, h := r.h.Config, r.h
	setup := Setup{
		Name: c.Name, Title: c.Title, Tier: c.Tier, Dataset: c.Dataset, Split: string(c.Split), Profile: c.Profile,
		Quality: r.headline.Name, Small: c.Small.Label, Large: c.Large.Label, Headline: c.Headline,
		Failures: string(c.Failures), Clips: h.Total, Dropped: h.Dropped, N: len(r.counted), Videos: r.clusters.Len(),
		SmallFailed: h.SmallFailed, LargeFailed: h.LargeFailed, Folds: c.Folds, Tolerance: Number(c.Tolerance), Seed: c.Seed, Replicates: c.Replicates,
		Level: Number(c.Level), Hypotheses: c.Hypotheses, Warnings: append(slices.Clone(h.Notes), r.warnings...),
		Config: c.File, ConfigSHA256: c.Digest, Inputs: h.Inputs,
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
