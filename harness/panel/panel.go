// Package panel lays out the answers of a small and a large model under one metric
// profile and one seed, as columns: who is right about which clip, what either model
// alone would score, and which fold each video is in. From these it makes what routing
// rules choose thresholds on: uncertainties ([Panel.Signals]), outcomes of a fusion
// ([Panel.Fuse]), and clips with both ([Panel.Variants]).
//
// Package ablation judges grids of cascades with it, package policy single ones.
package panel

import (
	"errors"
	"fmt"
	"slices"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/route"
)

// Unanswered is the stage of a clip that the large model has no usable answer for
// under the policy [experiment.Wrong]: nobody's answer stands.
const Unanswered fusion.Stage = "unanswered"

// NotApplicable is the reason why the answers at hand cannot give a number.
type NotApplicable struct{ Reason error }

// Error is the reason.
func (e *NotApplicable) Error() string { return e.Reason.Error() }

// Unwrap returns the reason.
func (e *NotApplicable) Unwrap() error { return e.Reason }

func notApplicablef(format string, args ...any) error {
	return &NotApplicable{fmt.Errorf(format, args...)}
}

// Panel is a pair of models under a metric profile and a seed. Columns named All… have
// an element for every clip of the cohort, the others one for every counted clip, both
// in the cohort's order.
type Panel struct {
	// Cohort holds the answers, under the config that the panel was made with.
	Cohort *experiment.Cohort
	// Quality names the profile's headline accuracy.
	Quality string

	All       []fusion.Clip // as strategies see them; uncertainties unknown
	AllKeep   []float64     // 1 where the small model is right, else 0
	AllULarge []float64     // the large model's own uncertainty, NaN where there is none
	AllFolds  []int         // those with a counted clip have the lowest numbers

	// Counted are the places in All of the clips that the profile counts.
	Counted     []int
	Keep, Large []float64 // 1 where either model alone is right, else 0
	Wrong       []bool    // where the small model is not
	Folds       []int
	Videos      []string
	Clusters    *infer.Clusters // by video

	options Options
	weight  func(float64) float64
}

// Options are what a config does not say.
type Options struct {
	// Penalty is that of learned fusions, see [fusion.Training].
	Penalty float64
	// Shuffle are the measures of which the first that applies is what the measure
	// shuffled permutes.
	Shuffle []string
}

// New lays out a cohort under a config, of which it reads the profile, the seed, the
// folds, the roles' decisions, the failures, the weights, and the large model's measure
// with its thresholds. It is an error if the profile counts no clip, or all counted
// clips are in one fold of videos.
func New(h *experiment.Cohort, c experiment.Config, o Options) (*Panel, error) {
	copied := *h
	copied.Config = c
	p := &Panel{Cohort: &copied, options: o}
	metrics, err := metric.Lookup(c.Profile)
	if err != nil {
		return nil, err
	}
	p.Quality = metrics.Headline(h.Kind)
	if p.weight, err = experiment.WeightByName(c.Weights); err != nil {
		return nil, err
	}
	for _, step := range []func() error{p.gather, p.count, p.deal} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// gather lays out the answers as strategies see them.
func (p *Panel) gather() (err error) {
	h := p.Cohort
	p.All = make([]fusion.Clip, len(h.Clips))
	for i := range p.All {
		p.All[i] = fusion.Clip{Key: h.Clips[i].ID, Small: h.SmallAnswers[i], Large: h.LargeAnswers[i], Truth: h.Clips[i].Label}
		if h.SecondAnswers != nil {
			p.All[i].Second = h.SecondAnswers[i]
		}
	}
	p.All = fusion.ShuffleSecond(p.All, h.Config.Seed)
	p.AllULarge, err = h.LargeUncertainty()
	return err
}

// count finds the clips that the profile counts, and which either model gets right.
func (p *Panel) count() error {
	kept := make([]fusion.Outcome, len(p.All))
	for i, c := range p.All {
		kept[i] = fusion.Keep(c.Small)
	}
	right, counted, err := p.right(kept)
	if err != nil {
		return err
	}
	p.AllKeep = right
	for i, c := range counted {
		if c {
			p.Counted = append(p.Counted, i)
		}
	}
	if len(p.Counted) == 0 {
		return fmt.Errorf("the profile counts none of %d clips", len(p.All))
	}
	p.Keep = pick(right, p.Counted)
	p.Wrong = make([]bool, len(p.Keep))
	for k, q := range p.Keep {
		p.Wrong[k] = q == 0
	}
	_, large, err := p.escalate(p.All, always(fusion.LargeOnly), 0)
	p.Large = pick(large, p.Counted)
	return err
}

// deal deals videos to folds.
func (p *Panel) deal() (err error) {
	c := p.Cohort.Config
	all := make([]string, len(p.Cohort.Clips))
	for i, s := range p.Cohort.Clips {
		all[i] = s.Video
	}
	if p.AllFolds, err = route.Folds(all, c.Folds, c.Seed); err != nil {
		return err
	}
	countedFirst(p.AllFolds, p.Counted, c.Folds)
	p.Folds, p.Videos = pick(p.AllFolds, p.Counted), pick(all, p.Counted)
	if slices.Min(p.Folds) == slices.Max(p.Folds) {
		return fmt.Errorf("all %d counted clips are in one of %d folds of videos: no threshold can be chosen on others", len(p.Counted), c.Folds)
	}
	p.Clusters = infer.NewClusters(p.Videos)
	return nil
}

// countedFirst numbers so many folds anew, those with a counted clip first: what is
// fitted for each of them then has its number.
func countedFirst(folds, counted []int, n int) {
	order := pick(folds, counted)
	slices.Sort(order)
	order = slices.Compact(order)
	for f := range n {
		if !slices.Contains(order, f) {
			order = append(order, f)
		}
	}
	for i, f := range folds {
		folds[i] = slices.Index(order, f)
	}
}

// right judges outcomes of all clips by the profile's headline accuracy.
func (p *Panel) right(outcomes []fusion.Outcome) (right []float64, counted []bool, err error) {
	a := metric.Answers{Truth: p.Cohort.Truth()}
	for _, o := range outcomes {
		a.Score = append(a.Score, o.Answer.Score)
		a.Polarity = append(a.Polarity, o.Answer.Polarity)
		a.Missing = append(a.Missing, !o.Answer.OK)
	}
	return metric.Correct(p.Cohort.Config.Profile, p.Cohort.Kind, a)
}

func always(s fusion.Strategy) func(int) fusion.Strategy {
	return func(int) fusion.Strategy { return s }
}

// escalate returns every clip's outcome, and whether it is right, under a strategy for
// each clip, as cross-fitting gives.
func (p *Panel) escalate(clips []fusion.Clip, of func(clip int) fusion.Strategy, tau float64) ([]fusion.Outcome, []float64, error) {
	params := p.params(tau)
	outcomes := make([]fusion.Outcome, len(clips))
	for i, c := range clips {
		s := of(i)
		out := s.Apply(c, params)
		if p.Cohort.Config.Failures == experiment.Wrong && !c.Large.OK && out.Calls > 0 && s.Name != fusion.OracleSelect.Name {
			out.Answer.OK, out.Stage = false, Unanswered // an oracle would know better than to ask
		}
		outcomes[i] = out
	}
	right, _, err := p.right(outcomes)
	return outcomes, right, err
}

func (p *Panel) params(tau float64) fusion.Params {
	return fusion.Params{TauLarge: tau, Weight: p.weight, Seed: p.Cohort.Config.Seed}
}

// IsNotApplicable reports whether an error is a [NotApplicable].
func IsNotApplicable(err error) bool {
	var na *NotApplicable
	return errors.As(err, &na)
}

// pick returns the elements of x at the given places.
func pick[E any](x []E, places []int) []E {
	out := make([]E, len(places))
	for k, i := range places {
		out[k] = x[i]
	}
	return out
}
