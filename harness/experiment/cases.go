package experiment

import (
	"context"
	"fmt"
	"math"

	"uacs/harness/fusion"
	"uacs/harness/sample"
)

// Case is what the headline cascade did with one clip. It holds the clip's text:
// cases of public data are for the reader's own machine and must not be published.
type Case struct {
	ID    string  `json:"id"`
	Video string  `json:"video"`
	Text  string  `json:"text"`
	Label float64 `json:"label"`
	// Counted tells that the profile counts the clip.
	Counted bool `json:"counted"`
	// U is the small model's uncertainty by each measure in the order of the config's;
	// null where the measure does not apply. ULarge is the large model's.
	U      []Number `json:"u"`
	ULarge Number   `json:"u_large"`
	// Threshold is the one that was chosen on the other folds.
	Threshold Number `json:"threshold"`
	// Small, Large and Second are the answers; Large and Second are shown whether
	// or not the cascade asked for them.
	Small  Reply  `json:"small"`
	Large  Reply  `json:"large"`
	Second *Reply `json:"second,omitempty"`
	// Stage is where the cascade ended, Polarity its answer, Why the reason in words.
	Stage    string `json:"stage"`
	Polarity string `json:"polarity"`
	Right    bool   `json:"right"`
	Why      string `json:"why"`
}

// Reply is one model's answer as far as a reader wants to see it.
type Reply struct {
	Polarity string         `json:"polarity,omitempty"`
	Score    Number         `json:"score"`
	Ranking  []string       `json:"ranking,omitempty"`
	Votes    map[string]int `json:"votes,omitempty"`
	Raw      string         `json:"raw,omitempty"`
	Prompt   string         `json:"prompt_sha256,omitempty"`
	Error    string         `json:"error,omitempty"`
	Right    bool           `json:"right"`
}

// Cases plays the headline cascade, its thresholds cross-fitted as in [Run], and
// tells clip by clip what happened, in the order of the dataset.
func Cases(ctx context.Context, h *Cohort) ([]Case, error) {
	r, err := newRunner(h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.Config.Name, err)
	}
	for _, step := range []func() error{r.baselines, func() error { return r.judgeCascade(h.Config.Headline.Measure, r.headline) }} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", h.Config.Name, err)
		}
	}
	small, err := r.escalate(fusion.SmallOnly, noTau)
	if err != nil {
		return nil, err
	}
	large, err := r.escalate(fusion.LargeOnly, noTau)
	if err != nil {
		return nil, err
	}
	counted := map[int]bool{}
	for _, i := range r.counted {
		counted[i] = true
	}
	out := make([]Case, len(h.Clips))
	for i := range h.Clips {
		out[i] = r.tell(i, counted[i])
		out[i].Small.Right, out[i].Large.Right = small.right[i] == 1, large.right[i] == 1
	}
	return out, nil
}

// tell tells about one clip.
func (r *runner) tell(i int, counted bool) Case {
	h, s := r.h, r.h.Clips[i]
	o := r.cascade.outcomes[i]
	tau := r.thresholds[r.allFolds[i]]
	c := Case{
		ID: s.ID, Video: s.Video, Text: s.Text, Label: s.Label, Counted: counted,
		ULarge: Number(r.allULarge[i]), Threshold: Number(tau),
		Small: reply(h.Small[i], h.SmallAnswers[i]), Large: reply(h.Large[i], h.LargeAnswers[i]),
		Stage: string(o.Stage), Right: r.cascade.right[i] == 1,
	}
	if o.Answer.OK {
		c.Polarity = o.Answer.Polarity.String()
	}
	for _, measure := range h.Config.Measures {
		u := math.NaN()
		if column := r.allU[measure]; column != nil {
			u = column[i]
		}
		c.U = append(c.U, Number(u))
	}
	if h.Second != nil {
		second := reply(h.Second[i], h.SecondAnswers[i])
		c.Second = &second
	}
	c.Why = r.why(i, o.Stage, tau)
	return c
}

// why gives the reason for a clip's way.
func (r *runner) why(i int, stage fusion.Stage, tau float64) string {
	u := r.allU[r.h.Config.Headline.Measure][i]
	measure := r.h.Config.Headline.Measure
	if !(u > tau) {
		return fmt.Sprintf("%s %s is not above the threshold %s: the small model's answer stands", measure, Number(u), Number(tau))
	}
	return fmt.Sprintf("%s %s is above the threshold %s: the large model is asked; %s", measure, Number(u), Number(tau), stageReasons[stage])
}

// stageReasons say what happened after a clip was escalated.
var stageReasons = map[fusion.Stage]string{
	fusion.Kept:      "the small model's answer is the surer one",
	fusion.Replaced:  "its answer replaces the small model's",
	fusion.Confident: "it is sure, so its answer is taken",
	fusion.Agreed:    "both models agree",
	fusion.Averaged:  "both scores are averaged",
	fusion.Requeried: "the models conflict, so it is asked again with both answers",
	fusion.FellBack:  "it gives no usable answer, so the small model's stands",
	unanswered:       "it gives no usable answer, which counts as wrong",
}

// reply shortens a record.
func reply(p *sample.Prediction, a fusion.Answer) Reply {
	out := Reply{Score: Number(a.Score)}
	if a.OK {
		out.Polarity = a.Polarity.String()
	}
	if p != nil {
		out.Ranking, out.Votes, out.Raw, out.Prompt, out.Error = p.Ranking, p.Votes, p.Raw, p.PromptSHA256, p.Error
	}
	return out
}
