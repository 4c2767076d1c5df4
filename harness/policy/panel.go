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
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"uacs/harness/ablation"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/panel"
	"uacs/harness/route"
)

// ErrNotApplicable says that the pair's answers lack what a policy needs.
var ErrNotApplicable = errors.New("not applicable")

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

	at    int // the pair's place in the plan
	clips *panel.Panel
}

// Open loads the pair at a place of the plan, under the plan's first profile and
// seed. An error that wraps [fs.ErrNotExist] means that its data is not there.
func Open(p ablation.Plan, pair int, predictors experiment.Predictors, data fs.FS) (*Panel, error) {
	profile, seed := p.Profiles[0], p.Seeds[0]
	config := p.Config(pair, profile, seed)
	if err := experiment.Ready(config, predictors, data); err != nil {
		return nil, err
	}
	h, err := experiment.Open(config, predictors, data)
	if err != nil {
		return nil, err
	}
	clips, err := p.Panel(pair, h, profile, seed)
	if err != nil {
		return nil, err
	}
	return &Panel{
		Plan: p, Pair: p.Pairs[pair], Profile: profile, Quality: clips.Quality, Seed: seed,
		N: len(clips.Counted), Videos: clips.Clusters.Len(), Notes: slices.Clone(h.Notes), at: pair, clips: clips,
	}, nil
}

// signals computes what a reference routes by.
func (b *Panel) signals(r Ref) (panel.Signals, error) {
	s, err := b.clips.Signals(panel.Signal{Measure: r.Measure, Uncertainty: r.Uncertainty, Calibration: r.Calibration, Fusion: r.Fusion})
	return s, applicable(err)
}

// variants returns the counted clips of a cascade under each threshold on the large
// model, and those thresholds.
func (b *Panel) variants(r Ref, s panel.Signals) ([]route.Clips, []float64, error) {
	strategy, err := fusion.ByName(r.Fusion)
	if err != nil {
		return nil, nil, err
	}
	f, err := b.clips.Fuse(strategy, s)
	if err != nil {
		return nil, nil, applicable(err)
	}
	return b.clips.Variants(s, f), f.Taus, nil
}

// applicable marks a [panel.NotApplicable] with this package's error.
func applicable(err error) error {
	if panel.IsNotApplicable(err) {
		return fmt.Errorf("%w: %w", ErrNotApplicable, err)
	}
	return err
}

func (b *Panel) infer(stream uint64) infer.Plan {
	return infer.Plan{Replicates: b.Plan.Replicates, Level: b.Plan.Level, Seed: b.Seed, Stream: stream}
}
