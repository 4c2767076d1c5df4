package ablation

import (
	"encoding/json"
	"fmt"
	"slices"

	"uacs/harness/bootstrap"
	"uacs/harness/experiment"
	"uacs/harness/infer"
	"uacs/harness/panel"
)

// judged is what all cells of a pair, profile and seed share: its panel, the models
// alone, and the bootstrap's draws.
type judged struct {
	*panel.Panel
	plan    *Plan
	pair    *Pair
	at      int // the pair's place in the plan
	profile string
	seed    uint64
	inputs  string // digest of the inputs' digests

	reps          *bootstrap.Replicates
	keepReps      []int
	largeReps     []int
	small, larger Alone
	warnings      []string
	flipTests     *memo
}

// newJudged lays out a cohort under a profile and seed.
func newJudged(p *Plan, pair int, h *experiment.Cohort, profile string, seed uint64) (*judged, error) {
	b := &judged{plan: p, pair: &p.Pairs[pair], at: pair, profile: profile, seed: seed, flipTests: newMemo()}
	data, err := json.Marshal(h.Inputs)
	if err != nil {
		return nil, err
	}
	b.inputs = digest(data)
	if b.Panel, err = p.Panel(pair, h, profile, seed); err != nil {
		return nil, err
	}
	if b.reps, err = bootstrap.NewReplicates(b.Clusters, b.infer(experiment.StreamBootstrap)); err == nil {
		err = b.alone()
	}
	if err != nil {
		return nil, fmt.Errorf("pair %s, profile %s, seed %d: %w", b.pair.Name, profile, seed, err)
	}
	return b, nil
}

// Panel lays out the answers of a pair, opened as [Plan.Config] says, under a profile
// and seed.
func (p *Plan) Panel(pair int, h *experiment.Cohort, profile string, seed uint64) (*panel.Panel, error) {
	b, err := panel.New(h, p.Config(pair, profile, seed), panel.Options{Penalty: p.Penalty, Shuffle: p.bases()})
	if err != nil {
		return nil, fmt.Errorf("pair %s, profile %s, seed %d: %w", p.Pairs[pair].Name, profile, seed, err)
	}
	return b, nil
}

func (b *judged) infer(stream uint64) infer.Plan {
	return infer.Plan{Replicates: b.plan.Replicates, Level: b.plan.Level, Seed: b.seed, Stream: stream}
}

// alone judges either model for all clips.
func (b *judged) alone() error {
	b.keepReps, b.largeReps = b.reps.Count(b.Keep), b.reps.Count(b.Large)
	var sel bootstrap.Selector
	for _, m := range []struct {
		quality []float64
		reps    []int
		dst     *Alone
	}{{b.Keep, b.keepReps, &b.small}, {b.Large, b.largeReps, &b.larger}} {
		accuracy, warnings, err := b.mean(&sel, m.quality, m.reps, nil)
		if err != nil {
			return err
		}
		m.dst.Right, m.dst.Accuracy = ones(m.quality), accuracy
		if m.dst == &b.small { // the other's are the same: they are about the clusters
			b.warnings = slices.Concat(b.Cohort.Notes, warnings)
		}
	}
	return nil
}

// mean estimates the accuracy of a column that has reps right clips in each
// replicate, less that of the clips counted in less, nil for none; with caveats about
// the interval.
func (b *judged) mean(sel *bootstrap.Selector, quality []float64, reps, less []int) (Estimate, []string, error) {
	interval, err := infer.Mean(b.Clusters, quality, nil, infer.Plan{Replicates: 1, Level: b.plan.Level})
	if err != nil {
		return Estimate{}, nil, err
	}
	lo, hi := b.reps.Mean(sel, reps, less, b.plan.Level)
	return Estimate{Value: Number(interval.Estimate), Lo: Number(lo), Hi: Number(hi)}, interval.Warnings, nil
}

func ones(x []float64) int {
	n := 0
	for _, v := range x {
		n += b2i(v == 1)
	}
	return n
}
