package cascade

import (
	"context"
	"fmt"
	"math"

	"uacs/harness/cache"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
)

// Parts are the models of a cascade and what it remembers.
type Parts struct {
	Small, Large Model
	// Second answers second inferences; nil if the fusion wants none.
	Second Model
	Store  cache.Store
	// Source is the hex digest of what the clips are from, "" for clips that are
	// nothing but their text. Range is their label scale.
	Source string
	Range  [2]float64
	// Replay asks nothing: an answer that is not in the store is an error. Retry asks
	// again for answers that failed.
	Replay, Retry bool
	// Progress is told of each answer; nil is not. It may be called by several
	// goroutines, never at once.
	Progress func(Step)
}

// Result is what a cascade made of clips.
type Result struct {
	// Threshold is the one in force: a clip was escalated if its uncertainty is above.
	Threshold float64
	// Outcomes has one for each clip, in their order.
	Outcomes []Outcome
	// Fused are the same as fusion made them; the records of Large and Second are nil
	// where they were not asked.
	Fused                []fusion.Outcome
	Small, Large, Second []*sample.Prediction
	SmallAnswers         []fusion.Answer
	// Asked counts the questions that were put to each role in this run, those of the
	// threshold's split among them: it depends on what the store had.
	Asked map[string]int
	// Caveats are those of the models.
	Caveats []string
}

// Run puts clips through the cascade. tune are the clips of the split that the
// config's threshold is chosen on; a fixed threshold needs none. Clips need no labels.
//
// When ctx ends, Run returns its error after the answers that were under way are in
// the store; a later run with the same store asks for the others only.
func Run(ctx context.Context, c Config, parts Parts, clips, tune []sample.Sample) (*Result, error) {
	r, err := newRun(c, parts)
	if err != nil {
		return nil, err
	}
	threshold, err := r.threshold(ctx, tune)
	if err != nil {
		return nil, fmt.Errorf("%s: threshold: %w", c.Name, err)
	}
	out, err := r.answer(ctx, clips, threshold)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return out, nil
}

// FindThreshold returns the threshold that the config's rule takes from the clips of
// its split, as Run does.
func FindThreshold(ctx context.Context, c Config, parts Parts, tune []sample.Sample) (float64, error) {
	r, err := newRun(c, parts)
	if err != nil {
		return 0, err
	}
	return r.threshold(ctx, tune)
}

type run struct {
	c        Config
	parts    Parts
	desk     *desk
	kind     metric.Kind
	half     float64
	strategy fusion.Strategy
	params   fusion.Params
}

func newRun(c Config, parts Parts) (*run, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	r := &run{c: c, parts: parts}
	r.desk = &desk{store: parts.Store, replay: parts.Replay, retry: parts.Retry, progress: parts.Progress, asked: map[string]int{}}
	var err error
	if r.kind, err = metric.KindOf(c.Dataset); err != nil {
		return nil, err
	}
	r.half = experiment.HalfRange(r.kind)
	if r.strategy, err = fusion.ByName(c.Fusion); err != nil {
		return nil, err
	}
	r.params = fusion.Params{TauLarge: math.NaN(), Seed: c.Seed}
	if c.TauLarge != nil {
		r.params.TauLarge = *c.TauLarge
	}
	r.params.Weight, err = experiment.WeightByName(c.Weights)
	return r, err
}

// questions are first-round questions about the clips.
func (r *run) questions(clips []sample.Sample) []Question {
	out := make([]Question, len(clips))
	for i := range clips {
		out[i] = Question{Clip: clips[i], Source: r.parts.Source, Range: r.parts.Range, Round: 1, USmall: math.NaN(), ULarge: math.NaN()}
		if r.parts.Source == "" {
			out[i].Source = cache.Digest(clips[i].Text)
		}
	}
	return out
}

// small asks the small model about all clips and measures its uncertainty.
func (r *run) small(ctx context.Context, clips []sample.Sample) ([]*sample.Prediction, []float64, error) {
	records, err := r.desk.answer(ctx, "small", r.parts.Small, r.questions(clips))
	if err != nil {
		return nil, nil, err
	}
	u, err := r.uncertainty(r.c.Measure, records, r.c.Small.Decision)
	return records, u, err
}

// uncertainty is a measure of a model's own answers; NaN for all without a measure.
func (r *run) uncertainty(measure string, records []*sample.Prediction, decision string) ([]float64, error) {
	if measure == "" || len(records) == 0 {
		u := make([]float64, len(records))
		for i := range u {
			u[i] = math.NaN()
		}
		return u, nil
	}
	m, err := uncertainty.ByName(measure)
	if err != nil {
		return nil, err
	}
	rule, err := sample.DecisionByName(decision)
	if err != nil {
		return nil, err
	}
	return m.Column(uncertainty.Input{Answers: records, HalfRange: r.half, Seed: r.c.Seed, Decision: rule})
}

// answer is the cascade proper.
func (r *run) answer(ctx context.Context, clips []sample.Sample, threshold float64) (*Result, error) {
	small, uSmall, err := r.small(ctx, clips)
	if err != nil {
		return nil, err
	}
	res := &Result{Threshold: threshold, Small: small, Asked: r.desk.asked, Caveats: caveatsOf(r.parts.Small, r.parts.Large, r.parts.Second)}
	if res.SmallAnswers, err = experiment.ReadAnswers(small, r.c.Small.role(), r.kind); err != nil {
		return nil, fmt.Errorf("small model: %w", err)
	}
	fused := make([]fusion.Clip, len(clips))
	var escalated []int
	for i := range clips {
		fused[i] = fusion.Clip{Key: clips[i].ID, Small: res.SmallAnswers[i], USmall: uSmall[i], ULarge: math.NaN(), Truth: math.NaN()}
		if uSmall[i] > threshold && r.strategy.Name != fusion.SmallOnly.Name || r.strategy.Name == fusion.LargeOnly.Name {
			escalated = append(escalated, i)
		}
	}
	res.Large, res.Second = make([]*sample.Prediction, len(clips)), make([]*sample.Prediction, len(clips))
	if err := r.first(ctx, clips, escalated, fused, res); err != nil {
		return nil, err
	}
	if err := r.again(ctx, clips, escalated, fused, res); err != nil {
		return nil, err
	}
	res.Fused = make([]fusion.Outcome, len(clips))
	for i := range clips {
		res.Fused[i] = fusion.Keep(fused[i].Small)
	}
	for _, i := range escalated {
		res.Fused[i] = r.strategy.Apply(fused[i], r.params)
	}
	for i := range clips {
		res.Outcomes = append(res.Outcomes, outcome(&clips[i], &fused[i], res, i))
	}
	return res, nil
}

// first asks the large model about the escalated clips.
func (r *run) first(ctx context.Context, clips []sample.Sample, escalated []int, fused []fusion.Clip, res *Result) error {
	questions := r.questions(pick(clips, escalated))
	records, err := r.desk.answer(ctx, "large", r.parts.Large, questions)
	if err != nil {
		return err
	}
	answers, err := experiment.ReadAnswers(records, r.c.Large.role(), r.kind)
	if err != nil {
		return fmt.Errorf("large model: %w", err)
	}
	u, err := r.uncertainty(r.c.LargeMeasure, records, r.c.Large.Decision)
	if err != nil {
		return fmt.Errorf("large model: %w", err)
	}
	for k, i := range escalated {
		res.Large[i], fused[i].Large, fused[i].ULarge = records[k], answers[k], u[k]
	}
	return nil
}

// again asks a second time about those clips for which the strategy would read the
// second answer. A clip that the small model failed on has nothing to quote, and is
// not asked again.
func (r *run) again(ctx context.Context, clips []sample.Sample, escalated []int, fused []fusion.Clip, res *Result) error {
	if !r.strategy.NeedsSecond || r.parts.Second == nil {
		return nil
	}
	var wanted []int
	var questions []Question
	for _, i := range escalated {
		probe := fused[i]
		if !probe.Small.OK || !probe.Large.OK {
			continue
		}
		probe.Second = probe.Large // any usable answer: whether it is read shows in the calls
		if r.strategy.Apply(probe, r.params).Calls < 2 {
			continue
		}
		q := r.questions(clips[i : i+1])[0]
		q.Round, q.Small, q.Large, q.USmall, q.ULarge = 2, res.Small[i], res.Large[i], fused[i].USmall, fused[i].ULarge
		wanted, questions = append(wanted, i), append(questions, q)
	}
	records, err := r.desk.answer(ctx, "second", r.parts.Second, questions)
	if err != nil {
		return err
	}
	role := r.c.Large.role()
	if r.c.Second != nil && r.c.Second.Variant == "" {
		role = r.c.Second.role()
	}
	answers, err := experiment.ReadAnswers(records, role, r.kind)
	if err != nil {
		return fmt.Errorf("second round: %w", err)
	}
	for k, i := range wanted {
		res.Second[i], fused[i].Second = records[k], answers[k]
	}
	return nil
}

func pick[E any](s []E, places []int) []E {
	out := make([]E, len(places))
	for k, i := range places {
		out[k] = s[i]
	}
	return out
}
