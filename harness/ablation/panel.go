package ablation

import (
	"encoding/json"
	"fmt"
	"slices"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
)

// The streams are those of package experiment: equal seeds then give equal draws.
const (
	streamBootstrap = 0x626f6f74
	streamSignFlip  = 0x666c6970
)

// panel is what all cells of a pair, profile and seed share: clips as columns, the
// models alone, folds, and the bootstrap's draws. Columns named all… have an
// element for every clip of the cohort, the others one for every counted clip.
type panel struct {
	plan    *Plan
	pair    *Pair
	h       *experiment.Cohort
	profile string
	quality string
	seed    uint64
	inputs  string // digest of the inputs' digests

	allFolds []int
	allKeep  []float64
	all      []fusion.Clip // as strategies see them; uncertainties unknown
	uLarge   []float64     // all clips
	weight   func(float64) float64

	counted       []int
	folds         []int
	videos        []string
	keep, large   []float64
	wrong         []bool
	clusters      *infer.Clusters
	cluster       []int32
	reps          *replicates
	keepReps      []int
	largeReps     []int
	small, larger Alone
	warnings      []string
	flipTests     *memo
}

// newPanel lays out a cohort under a profile and seed.
func newPanel(p *Plan, pair int, h *experiment.Cohort, profile string, seed uint64) (*panel, error) {
	copied := *h
	copied.Config.Seed, copied.Config.Profile, copied.Config.LargeMeasure = seed, profile, p.Pairs[pair].LargeMeasure
	b := &panel{plan: p, pair: &p.Pairs[pair], h: &copied, profile: profile, seed: seed, flipTests: newMemo()}
	metrics, err := metric.Lookup(profile)
	if err != nil {
		return nil, err
	}
	b.quality = metrics.Headline(h.Kind)
	if b.weight, err = experiment.WeightByName(p.Weights); err != nil {
		return nil, err
	}
	data, err := json.Marshal(h.Inputs)
	if err != nil {
		return nil, err
	}
	b.inputs = digest(data)
	for _, step := range []func() error{b.gather, b.count, b.deal, b.alone} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("pair %s, profile %s, seed %d: %w", b.pair.Name, profile, seed, err)
		}
	}
	return b, nil
}

// gather lays out the answers as strategies see them.
func (b *panel) gather() (err error) {
	h := b.h
	b.all = make([]fusion.Clip, len(h.Clips))
	for i := range b.all {
		b.all[i] = fusion.Clip{Key: h.Clips[i].ID, Small: h.SmallAnswers[i], Large: h.LargeAnswers[i], Truth: h.Clips[i].Label}
		if h.SecondAnswers != nil {
			b.all[i].Second = h.SecondAnswers[i]
		}
	}
	b.all = fusion.ShuffleSecond(b.all, b.seed)
	b.uLarge, err = h.LargeUncertainty()
	return err
}

// count finds the clips that the profile counts and the small model's quality.
func (b *panel) count() error {
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
	if len(b.counted) == 0 {
		return fmt.Errorf("the profile counts none of %d clips", len(b.all))
	}
	b.keep = pick(right, b.counted)
	b.wrong = make([]bool, len(b.keep))
	for k, q := range b.keep {
		b.wrong[k] = q == 0
	}
	return nil
}

// right judges outcomes of all clips by the profile's headline accuracy.
func (b *panel) right(outcomes []fusion.Outcome) (right []float64, counted []bool, err error) {
	a := metric.Answers{Truth: b.h.Truth()}
	for _, o := range outcomes {
		a.Score = append(a.Score, o.Answer.Score)
		a.Polarity = append(a.Polarity, o.Answer.Polarity)
		a.Missing = append(a.Missing, !o.Answer.OK)
	}
	return metric.Correct(b.profile, b.h.Kind, a)
}

// deal deals videos to folds and draws the replicates.
func (b *panel) deal() (err error) {
	all := make([]string, len(b.h.Clips))
	for i, s := range b.h.Clips {
		all[i] = s.Video
	}
	if b.allFolds, err = route.Folds(all, b.plan.Folds, b.seed); err != nil {
		return err
	}
	b.folds, b.videos = pick(b.allFolds, b.counted), pick(all, b.counted)
	if slices.Min(b.folds) == slices.Max(b.folds) {
		return fmt.Errorf("all %d counted clips are in one of %d folds of videos: no threshold can be chosen on others", len(b.counted), b.plan.Folds)
	}
	b.clusters = infer.NewClusters(b.videos)
	b.cluster = make([]int32, len(b.counted))
	for k := range b.cluster {
		b.cluster[k] = int32(b.clusters.Of(k))
	}
	b.reps, err = newReplicates(b.clusters, b.infer(streamBootstrap))
	return err
}

func (b *panel) infer(stream uint64) infer.Plan {
	return infer.Plan{Replicates: b.plan.Replicates, Level: b.plan.Level, Seed: b.seed, Stream: stream}
}

// alone judges either model for all clips.
func (b *panel) alone() error {
	_, right, err := b.escalate(b.all, fusion.LargeOnly, 0)
	if err != nil {
		return err
	}
	b.large = pick(right, b.counted)
	b.keepReps, b.largeReps = b.reps.sums(b.perCluster(b.keep)), b.reps.sums(b.perCluster(b.large))
	var sel selector
	for _, m := range []struct {
		quality []float64
		reps    []int
		dst     *Alone
	}{{b.keep, b.keepReps, &b.small}, {b.large, b.largeReps, &b.larger}} {
		interval, err := b.mean(&sel, m.quality, m.reps, nil)
		if err != nil {
			return err
		}
		m.dst.Right, m.dst.Accuracy = ones(m.quality), interval
	}
	b.warnings = append(slices.Clone(b.h.Notes), b.meanWarnings(b.keep)...)
	return nil
}

// unanswered is the stage of a clip that the large model has no usable answer for
// under the policy wrong: nobody's answer stands.
const unanswered fusion.Stage = "unanswered"

// escalate returns every clip's outcome under a strategy and whether it is right.
func (b *panel) escalate(clips []fusion.Clip, s fusion.Strategy, tau float64) ([]fusion.Outcome, []float64, error) {
	return b.escalateEach(clips, func(int) fusion.Strategy { return s }, tau)
}

// escalateEach is escalate with a strategy for each clip, as cross-fitting gives.
func (b *panel) escalateEach(clips []fusion.Clip, of func(clip int) fusion.Strategy, tau float64) ([]fusion.Outcome, []float64, error) {
	p := fusion.Params{TauLarge: tau, Weight: b.weight, Seed: b.seed}
	outcomes := make([]fusion.Outcome, len(clips))
	for i, c := range clips {
		s := of(i)
		out := s.Apply(c, p)
		if b.pair.Failures == experiment.Wrong && !c.Large.OK && out.Calls > 0 && s.Name != fusion.OracleSelect.Name {
			out.Answer.OK, out.Stage = false, unanswered // an oracle would know better than to ask
		}
		outcomes[i] = out
	}
	right, _, err := b.right(outcomes)
	return outcomes, right, err
}

// perCluster counts the ones of a column in each cluster.
func (b *panel) perCluster(x []float64) []int {
	out := make([]int, b.clusters.Len())
	for k, v := range x {
		if v == 1 {
			out[b.cluster[k]]++
		}
	}
	return out
}

// mean estimates the accuracy of a column that has reps right clips in each
// replicate, less that of the clips counted in less, nil for none.
func (b *panel) mean(sel *selector, quality []float64, reps, less []int) (Estimate, error) {
	x := make([]float64, len(reps))
	for i, total := range b.reps.total {
		right := reps[i]
		if less != nil {
			right -= less[i]
		}
		x[i] = float64(right) / float64(total)
	}
	lo, hi := sel.bounds(x, b.plan.Level)
	interval, err := infer.Mean(b.clusters, quality, nil, infer.Plan{Replicates: 1, Level: b.plan.Level})
	if err != nil {
		return Estimate{}, err
	}
	return Estimate{Value: Number(interval.Estimate), Lo: Number(lo), Hi: Number(hi)}, nil
}

// meanWarnings are the caveats about intervals of a column's mean.
func (b *panel) meanWarnings(quality []float64) []string {
	interval, err := infer.Mean(b.clusters, quality, nil, infer.Plan{Replicates: 1, Level: b.plan.Level})
	if err != nil {
		return nil // mean has said so
	}
	return interval.Warnings
}

// pick returns the elements of x at the given places.
func pick[E any](x []E, places []int) []E {
	out := make([]E, len(places))
	for k, i := range places {
		out[k] = x[i]
	}
	return out
}

func ones(x []float64) int {
	n := 0
	for _, v := range x {
		n += b2i(v == 1)
	}
	return n
}
