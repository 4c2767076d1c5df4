// Package policy plays single policies of an ablation plan clip by clip: it
// compares any two on the same clips, and says which to deploy under a budget, a
// bound on the risk, or a least accuracy.
//
// Package ablation judges whole grids and keeps aggregates only. For a policy that
// both judge, both give the same numbers; a test holds them to it.
//
// Most readers want [Open], then [Panel.Compare] or [Panel.Recommend].
package policy

import (
	"fmt"
	"io/fs"
	"slices"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
)

// The streams are those of package ablation: equal seeds then give equal draws.
const (
	streamBootstrap = 0x626f6f74
	streamSignFlip  = 0x666c6970
)

// Panel holds the clips of one pair of a plan under a metric profile and a seed.
type Panel struct {
	Plan    ablation.Plan
	Pair    ablation.Pair
	Profile string
	// Quality names the profile's headline accuracy; N clips in Videos videos count.
	Quality   string
	Seed      uint64
	N, Videos int
	// Notes are caveats about the data, to print beneath whatever is said.
	Notes []string

	cohort   *experiment.Cohort
	all      []fusion.Clip // uncertainties unknown
	allKeep  []float64
	allFolds []int
	uLarge   []float64
	weight   func(float64) float64

	counted     []int
	folds       []int
	videos      []string
	keep, large []float64
	wrong       []bool
	clusters    *infer.Clusters
}

// Config is the experiment that opens a pair of a plan.
func Config(p ablation.Plan, pair int, profile string, seed uint64) experiment.Config {
	q := p.Pairs[pair]
	return experiment.Config{
		Name: q.Name, Title: p.Title, Tier: p.Tier, Dataset: q.Dataset, Split: q.Split, Profile: profile,
		Small: q.Small, Large: q.Large, Second: q.Second, Failures: q.Failures,
		LargeMeasure: q.LargeMeasure, TauLarge: q.TauLarge, Weights: p.Weights, Costs: q.Costs,
		Folds: p.Folds, Seed: seed, Replicates: p.Replicates, Level: p.Level, File: p.File,
	}
}

// Open loads the pair at a place of the plan, under the plan's first profile and
// seed. An error that wraps [fs.ErrNotExist] means that its data is not there.
func Open(p ablation.Plan, pair int, predictors experiment.Predictors, data fs.FS) (*Panel, error) {
	profile, seed := p.Profiles[0], p.Seeds[0]
	config := Config(p, pair, profile, seed)
	if err := experiment.Ready(config, predictors, data); err != nil {
		return nil, err
	}
	h, err := experiment.Open(config, predictors, data)
	if err != nil {
		return nil, err
	}
	return newPanel(p, pair, h, profile, seed)
}

func newPanel(p ablation.Plan, pair int, h *experiment.Cohort, profile string, seed uint64) (*Panel, error) {
	b := &Panel{Plan: p, Pair: p.Pairs[pair], Profile: profile, Seed: seed, Notes: slices.Clone(h.Notes), cohort: h}
	metrics, err := metric.Lookup(profile)
	if err != nil {
		return nil, err
	}
	b.Quality = metrics.Headline(h.Kind)
	if b.weight, err = experiment.WeightByName(p.Weights); err != nil {
		return nil, err
	}
	for _, step := range []func() error{b.gather, b.count, b.deal} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("pair %s: %w", b.Pair.Name, err)
		}
	}
	return b, nil
}

// gather lays out the answers as strategies see them.
func (b *Panel) gather() (err error) {
	h := b.cohort
	b.all = make([]fusion.Clip, len(h.Clips))
	for i := range b.all {
		b.all[i] = fusion.Clip{Key: h.Clips[i].ID, Small: h.SmallAnswers[i], Large: h.LargeAnswers[i], Truth: h.Clips[i].Label}
		if h.SecondAnswers != nil {
			b.all[i].Second = h.SecondAnswers[i]
		}
	}
	b.all = fusion.ShuffleSecond(b.all, b.Seed)
	b.uLarge, err = h.LargeUncertainty()
	return err
}

// count finds the clips that the profile counts, and either model's quality.
func (b *Panel) count() error {
	kept := make([]fusion.Outcome, len(b.all))
	for i, c := range b.all {
		kept[i] = fusion.Keep(c.Small)
	}
	right, counted, err := b.right(kept)
	if err != nil {
		return err
	}
	b.allKeep = right
	for i, c := range counted {
		if c {
			b.counted = append(b.counted, i)
		}
	}
	if b.N = len(b.counted); b.N == 0 {
		return fmt.Errorf("the profile counts none of %d clips", len(b.all))
	}
	b.keep = pick(right, b.counted)
	for _, q := range b.keep {
		b.wrong = append(b.wrong, q == 0)
	}
	_, large, err := b.escalate(b.all, always(fusion.LargeOnly), 0)
	b.large = pick(large, b.counted)
	return err
}

// deal deals videos to folds.
func (b *Panel) deal() (err error) {
	videos := make([]string, len(b.cohort.Clips))
	for i, s := range b.cohort.Clips {
		videos[i] = s.Video
	}
	if b.allFolds, err = route.Folds(videos, b.Plan.Folds, b.Seed); err != nil {
		return err
	}
	b.folds, b.videos = pick(b.allFolds, b.counted), pick(videos, b.counted)
	if slices.Min(b.folds) == slices.Max(b.folds) {
		return fmt.Errorf("all %d counted clips are in one fold of videos: no threshold can be chosen on others", b.N)
	}
	b.clusters = infer.NewClusters(b.videos)
	b.Videos = b.clusters.Len()
	return nil
}

// right judges outcomes of all clips by the profile's headline accuracy.
func (b *Panel) right(outcomes []fusion.Outcome) (right []float64, counted []bool, err error) {
	a := metric.Answers{Truth: b.cohort.Truth()}
	for _, o := range outcomes {
		a.Score = append(a.Score, o.Answer.Score)
		a.Polarity = append(a.Polarity, o.Answer.Polarity)
		a.Missing = append(a.Missing, !o.Answer.OK)
	}
	return metric.Correct(b.Profile, b.cohort.Kind, a)
}

func always(s fusion.Strategy) func(int) fusion.Strategy {
	return func(int) fusion.Strategy { return s }
}

// escalate returns every clip's outcome, and whether it is right, under a strategy
// for each clip.
func (b *Panel) escalate(clips []fusion.Clip, of func(clip int) fusion.Strategy, tau float64) ([]fusion.Outcome, []float64, error) {
	p := fusion.Params{TauLarge: tau, Weight: b.weight, Seed: b.Seed}
	outcomes := make([]fusion.Outcome, len(clips))
	for i, c := range clips {
		s := of(i)
		out := s.Apply(c, p)
		if b.Pair.Failures == experiment.Wrong && !c.Large.OK && out.Calls > 0 && s.Name != fusion.OracleSelect.Name {
			out.Answer.OK = false // an oracle would know better than to ask
		}
		outcomes[i] = out
	}
	right, _, err := b.right(outcomes)
	return outcomes, right, err
}

func (b *Panel) infer(stream uint64) infer.Plan {
	return infer.Plan{Replicates: b.Plan.Replicates, Level: b.Plan.Level, Seed: b.Seed, Stream: stream}
}

// pick returns the elements of x at the given places.
func pick[E any](x []E, places []int) []E {
	out := make([]E, len(places))
	for k, i := range places {
		out[k] = x[i]
	}
	return out
}
