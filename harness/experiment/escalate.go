package experiment

import (
	"math"

	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/route"
)

// unanswered is the stage of a clip that the large model has no usable answer for
// under the policy wrong: nobody's answer stands.
const unanswered fusion.Stage = "unanswered"

// noTau is the threshold on the large model of a strategy that reads none.
var noTau = math.NaN()

// knobs are what an escalation depends on. tau holds bits, so that a NaN equals itself.
type knobs struct {
	strategy string
	tau      uint64
}

// answered is what a system makes of every clip of the cohort.
type answered struct {
	outcomes []fusion.Outcome
	right    []float64 // 1 or 0 by the profile; 0 for clips that it does not count
}

// escalate returns every clip's outcome under a strategy, computed once. Averages
// weigh the small model by the headline measure, whatever measure routes, so that
// a change of measure changes the routing and nothing else.
func (r *runner) escalate(s fusion.Strategy, tau float64) (*answered, error) {
	key := knobs{s.Name, math.Float64bits(tau)}
	if e := r.escalations[key]; e != nil {
		return e, nil
	}
	p, err := r.params(tau)
	if err != nil {
		return nil, err
	}
	e := &answered{outcomes: make([]fusion.Outcome, len(r.clips))}
	for i, c := range r.clips {
		out := s.Apply(c, p)
		if r.h.Config.Failures == Wrong && !c.Large.OK && out.Calls > 0 && s.Name != fusion.OracleSelect.Name {
			out.Answer.OK, out.Stage = false, unanswered // an oracle would know better than to ask
		}
		e.outcomes[i] = out
	}
	e.right, _, err = metric.Correct(r.h.Config.Profile, r.h.Kind, r.h.answers(answersOf(e.outcomes)))
	if err != nil {
		return nil, err
	}
	r.escalations[key] = e
	return e, nil
}

func (r *runner) params(tau float64) (fusion.Params, error) {
	weight, err := weightByName(r.h.Config.Weights)
	return fusion.Params{TauLarge: tau, Weight: weight, Seed: r.h.Config.Seed}, err
}

// applicable returns why a strategy cannot be judged on these clips, nil if it can.
func (r *runner) applicable(s fusion.Strategy) error {
	p, err := r.params(r.taus(s)[0])
	if err != nil {
		return err
	}
	return s.Check(r.clips, p)
}

// gather sets the clips as strategies see them; the headline measure must be
// known.
func (r *runner) gather() {
	uSmall := r.allU[r.h.Config.Headline.Measure]
	r.clips = make([]fusion.Clip, len(r.h.Clips))
	for i := range r.clips {
		r.clips[i] = r.h.clip(i)
		r.clips[i].USmall, r.clips[i].ULarge = uSmall[i], r.allULarge[i]
	}
	r.clips = fusion.ShuffleSecond(r.clips, r.h.Config.Seed)
}

// clip gathers the answers to a clip. Its uncertainties are unknown.
func (h *Cohort) clip(i int) fusion.Clip {
	c := fusion.Clip{
		Key: h.Clips[i].ID, Small: h.SmallAnswers[i], Large: h.LargeAnswers[i], Truth: h.Clips[i].Label,
		USmall: math.NaN(), ULarge: math.NaN(),
	}
	if h.SecondAnswers != nil {
		c.Second = h.SecondAnswers[i]
	}
	return c
}

// taus are the thresholds on the large model that a strategy chooses from; one
// that means nothing for a strategy that reads none.
func (r *runner) taus(s fusion.Strategy) []float64 {
	if s.NeedsTau {
		return r.h.Config.TauLarge
	}
	return []float64{noTau}
}

// variants are the counted clips under each threshold on the large model.
func (r *runner) variants(s fusion.Strategy, measure string) ([]route.Clips, error) {
	u := pick(r.allU[measure], r.counted)
	var out []route.Clips
	for _, tau := range r.taus(s) {
		e, err := r.escalate(s, tau)
		if err != nil {
			return nil, err
		}
		c := route.Clips{U: u, Keep: r.keep, Defer: pick(e.right, r.counted)}
		for _, i := range r.counted {
			first, second := calls(e.outcomes[i])
			c.First, c.Second = append(c.First, first), append(c.Second, second)
		}
		out = append(out, c)
	}
	return out, nil
}

// calls splits an outcome's calls into those of the first and the second round.
func calls(o fusion.Outcome) (first, second float64) {
	return float64(min(o.Calls, 1)), float64(max(o.Calls-1, 0))
}

// answers gives a system's answers beside the labels to package metric.
func (h *Cohort) answers(answers []fusion.Answer) metric.Answers {
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
