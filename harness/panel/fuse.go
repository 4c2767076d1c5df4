package panel

import (
	"math"
	"slices"

	"uacs/harness/fusion"
	"uacs/harness/route"
)

// Fused is what a strategy makes of all clips if it escalates them, under each of Taus,
// the thresholds on the large model's uncertainty that it chooses from. For a strategy
// that reads none, that is one, NaN.
type Fused struct {
	Taus     []float64
	Outcomes [][]fusion.Outcome
	Right    [][]float64 // 1 where the outcome is right, else 0
}

// Fuse applies a strategy to the clips with the uncertainties in s. Strategies that
// learn are cross-fitted by video. The error is a [NotApplicable] if the answers lack
// what the strategy needs.
func (p *Panel) Fuse(strategy fusion.Strategy, s Signals) (Fused, error) {
	clips := slices.Clone(p.All)
	for i := range clips {
		clips[i].USmall, clips[i].ULarge = s.Small[i], s.Large[i]
		if s.Scaled && strategy.NeedsTau { // thresholds are on the uncertainty as it is
			clips[i].ULarge = p.AllULarge[i]
		}
	}
	return p.fuse(strategy, clips, p.taus(strategy))
}

// taus are the thresholds on the large model that a strategy chooses from.
func (p *Panel) taus(s fusion.Strategy) []float64 {
	if s.NeedsTau {
		return p.Cohort.Config.TauLarge
	}
	return []float64{math.NaN()}
}

// fuse applies a strategy to clips that know their uncertainties.
func (p *Panel) fuse(s fusion.Strategy, clips []fusion.Clip, taus []float64) (Fused, error) {
	if s.NeedsTau && (p.Cohort.Config.LargeMeasure == "" || len(taus) == 0) {
		return Fused{}, notApplicablef("%s accepts a confident answer: the pair names no large_measure with tau_large", s.Name)
	}
	of, check := always(s), s
	if s.NeedsTraining {
		fits, err := fusion.CrossFit(s, clips, p.AllFolds, fusion.Training{Penalty: p.options.Penalty})
		if err != nil {
			return Fused{}, &NotApplicable{err}
		}
		of, check = func(i int) fusion.Strategy { return fits[p.AllFolds[i]] }, fits[0]
	}
	f := Fused{Taus: taus}
	for _, tau := range taus {
		if err := check.Check(clips, p.params(tau)); err != nil {
			return Fused{}, &NotApplicable{err}
		}
		outcomes, right, err := p.escalate(clips, of, tau)
		if err != nil {
			return Fused{}, err
		}
		f.Outcomes, f.Right = append(f.Outcomes, outcomes), append(f.Right, right)
	}
	return f, nil
}

// Variants returns the counted clips, routed by s, under each threshold on the large
// model.
func (p *Panel) Variants(s Signals, f Fused) []route.Clips {
	u := pick(s.Route, p.Counted)
	features := p.features(u)
	out := make([]route.Clips, len(f.Taus))
	for v := range f.Taus {
		c := route.Clips{U: u, Keep: p.Keep, Defer: pick(f.Right[v], p.Counted), Videos: p.Videos, Features: features}
		for _, i := range p.Counted {
			calls := f.Outcomes[v][i].Calls
			c.First, c.Second = append(c.First, float64(min(calls, 1))), append(c.Second, float64(max(calls-1, 0)))
		}
		out[v] = c
	}
	return out
}

// features are what a learned router reads: the uncertainty, where it is finite, the
// small model's score, where it has one, and the length of the transcript.
func (p *Panel) features(u []float64) (out []route.Feature) {
	score, magnitude, length := make([]float64, len(u)), make([]float64, len(u)), make([]float64, len(u))
	scored := true
	for k, i := range p.Counted {
		score[k] = p.All[i].Small.Score
		magnitude[k] = math.Abs(score[k])
		scored = scored && !math.IsNaN(score[k]) && !math.IsInf(score[k], 0)
		length[k] = float64(len([]rune(p.Cohort.Clips[i].Text)))
	}
	if !slices.ContainsFunc(u, func(v float64) bool { return math.IsInf(v, 0) }) {
		out = append(out, route.Feature{Name: "uncertainty", Values: u})
	}
	if scored {
		out = append(out, route.Feature{Name: "score", Values: score}, route.Feature{Name: "magnitude", Values: magnitude})
	}
	return append(out, route.Feature{Name: "length", Values: length})
}
