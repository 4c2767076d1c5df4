package cascade

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/sample"
)

// Outcome is what the cascade did with one clip. Floats have the shortest form that
// reads back to the same bits, and are absent where there is none.
type Outcome struct {
	// Dataset and Split are absent for a text that is of none.
	Dataset string       `json:"dataset,omitempty"`
	Split   sample.Split `json:"split,omitempty"`
	ID      string       `json:"id"`
	// Stage says whose answer it is, Polarity and Score what it is; no polarity means
	// that there is no answer.
	Stage    string   `json:"stage"`
	Polarity string   `json:"polarity,omitempty"`
	Score    *float64 `json:"score,omitempty"`
	// USmall and ULarge are the uncertainties by the config's measures. Absent is
	// unknown; a small model without an answer has Escalated and no USmall.
	USmall    *float64 `json:"u_small,omitempty"`
	ULarge    *float64 `json:"u_large,omitempty"`
	Escalated bool     `json:"escalated"`
	// Small, Large and Second are the answers that were taken, by polarity and score.
	Small  *Said `json:"small,omitempty"`
	Large  *Said `json:"large,omitempty"`
	Second *Said `json:"second,omitempty"`
	Cost   Cost  `json:"cost"`
}

// Said is one model's answer.
type Said struct {
	Polarity string   `json:"polarity,omitempty"`
	Score    *float64 `json:"score,omitempty"`
	Error    string   `json:"error,omitempty"`
}

// Cost is what answers cost when they were given. Calls are inferences of the large
// model, First and Second by round. Tokens, FLOPs and USD are those of the records
// that know them, Unpriced the number of calls without a price.
type Cost struct {
	First     int     `json:"first"`
	Second    int     `json:"second"`
	TokensIn  int     `json:"tokens_in"`
	TokensOut int     `json:"tokens_out"`
	FLOPs     float64 `json:"flops"`
	USD       float64 `json:"usd"`
	Unpriced  int     `json:"unpriced"`
}

func (c *Cost) add(o Cost) {
	c.First, c.Second = c.First+o.First, c.Second+o.Second
	c.TokensIn, c.TokensOut = c.TokensIn+o.TokensIn, c.TokensOut+o.TokensOut
	c.FLOPs, c.USD, c.Unpriced = c.FLOPs+o.FLOPs, c.USD+o.USD, c.Unpriced+o.Unpriced
}

func (c *Cost) record(p *sample.Prediction, call bool) {
	if p == nil {
		return
	}
	if p.TokensIn != nil {
		c.TokensIn += *p.TokensIn
	}
	if p.TokensOut != nil {
		c.TokensOut += *p.TokensOut
	}
	if p.FLOPs != nil {
		c.FLOPs += *p.FLOPs
	}
	if p.USD != nil {
		c.USD += *p.USD
	} else if call {
		c.Unpriced++
	}
}

func outcome(s *sample.Sample, clip *fusion.Clip, res *Result, i int) Outcome {
	f := res.Fused[i]
	o := Outcome{
		Dataset: s.Dataset, Split: s.Split, ID: s.ID, Stage: string(f.Stage),
		Score: number(f.Answer.Score), USmall: number(clip.USmall), ULarge: number(clip.ULarge),
		Escalated: res.Large[i] != nil,
		Small:     said(res.Small[i], clip.Small), Large: said(res.Large[i], clip.Large), Second: said(res.Second[i], clip.Second),
	}
	if f.Answer.OK {
		o.Polarity = f.Answer.Polarity.String()
	} else {
		o.Score = nil
	}
	o.Cost.record(res.Small[i], false)
	o.Cost.record(res.Large[i], true)
	o.Cost.record(res.Second[i], true)
	if res.Large[i] != nil {
		o.Cost.First = 1
	}
	if res.Second[i] != nil {
		o.Cost.Second = 1
	}
	return o
}

func said(p *sample.Prediction, a fusion.Answer) *Said {
	if p == nil {
		return nil
	}
	s := &Said{Score: number(a.Score), Error: p.Error}
	if a.OK {
		s.Polarity = a.Polarity.String()
	}
	return s
}

func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// WriteOutcomes writes one JSON line for each outcome.
func WriteOutcomes(w io.Writer, outcomes []Outcome) error {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	for i := range outcomes {
		if err := enc.Encode(&outcomes[i]); err != nil {
			return fmt.Errorf("clip %s: %w", outcomes[i].ID, err)
		}
	}
	return buf.Flush()
}

// Accuracy is a headline accuracy with its 95 % interval from resampling videos.
type Accuracy struct {
	Value experiment.Number `json:"value"`
	Lo    experiment.Number `json:"lo"`
	Hi    experiment.Number `json:"hi"`
}

// Summary is what a run comes to. It depends on the outcomes and the models' caveats
// alone.
type Summary struct {
	Name    string       `json:"name"`
	Title   string       `json:"title"`
	Dataset string       `json:"dataset"`
	Split   sample.Split `json:"split"`
	Clips   int          `json:"clips"`
	Counted int          `json:"counted"`
	Videos  int          `json:"videos"`
	// Metric is the profile's headline accuracy, of the cascade and of the small model
	// alone; Gain is their paired difference.
	Metric  string   `json:"metric"`
	Cascade Accuracy `json:"cascade"`
	Small   Accuracy `json:"small"`
	Gain    Accuracy `json:"gain"`

	Threshold float64           `json:"threshold"`
	Escalated experiment.Number `json:"escalated"`
	Cost      Cost              `json:"cost"`
	// Savings compare with asking the large model about every clip, by each cost axis
	// and first of all by calls.
	Savings    []Saving `json:"savings"`
	Failed     int      `json:"failed"`
	Hypotheses []string `json:"hypotheses,omitempty"`
	Warnings   []string `json:"warnings,omitempty"`
}

// Saving is the mean price of a clip and what share of the large model's it saves;
// negative if the cascade is dearer.
type Saving struct {
	Axis  string            `json:"axis"`
	Unit  string            `json:"unit"`
	Mean  experiment.Number `json:"mean"`
	Saved experiment.Number `json:"saved"`
	// Hypothesis marks prices that are estimates.
	Hypothesis bool `json:"hypothesis,omitempty"`
}

const streamBootstrap = 0x6c697665

// Summarise judges a result of labelled clips. No clip that the profile counts is an
// error.
func Summarise(c Config, clips []sample.Sample, res *Result) (*Summary, error) {
	kind, err := metric.KindOf(c.Dataset)
	if err != nil {
		return nil, err
	}
	profile, err := metric.Lookup(c.Profile)
	if err != nil {
		return nil, err
	}
	small, _, err := right(c.Profile, kind, clips, res.SmallAnswers)
	if err != nil {
		return nil, err
	}
	cascade, counted, err := right(c.Profile, kind, clips, answersOf(res.Fused))
	if err != nil {
		return nil, err
	}
	videos := make([]string, len(clips))
	for i := range clips {
		videos[i] = clips[i].Video
	}
	clusters := infer.NewClusters(videos)
	s := &Summary{
		Name: c.Name, Title: c.Title, Dataset: c.Dataset, Split: c.Split, Clips: len(clips), Videos: clusters.Len(),
		Metric: profile.Headline(kind), Threshold: res.Threshold, Hypotheses: c.Hypotheses,
	}
	plan := infer.Plan{Seed: c.Seed, Stream: streamBootstrap}
	for _, m := range []struct {
		to *Accuracy
		of func() (infer.Interval, error)
	}{
		{&s.Cascade, func() (infer.Interval, error) { return infer.Mean(clusters, cascade, counted, plan) }},
		{&s.Small, func() (infer.Interval, error) { return infer.Mean(clusters, small, counted, plan) }},
		{&s.Gain, func() (infer.Interval, error) { return infer.Difference(clusters, cascade, small, counted, plan) }},
	} {
		interval, err := m.of()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		*m.to = accuracy(interval)
		s.Counted, s.Warnings = interval.Clips, merge(s.Warnings, interval.Warnings)
	}
	s.price(c, res)
	s.Warnings = merge(s.Warnings, res.Caveats)
	return s, nil
}

func accuracy(i infer.Interval) Accuracy {
	return Accuracy{experiment.Number(i.Estimate), experiment.Number(i.Lo), experiment.Number(i.Hi)}
}

func merge(to, more []string) []string {
	for _, w := range more {
		seen := false
		for _, t := range to {
			seen = seen || t == w
		}
		if !seen {
			to = append(to, w)
		}
	}
	return to
}

// price adds up costs.
func (s *Summary) price(c Config, res *Result) {
	for _, o := range res.Outcomes {
		s.Cost.add(o.Cost)
		if o.Polarity == "" || o.Small.Error != "" || o.Large != nil && o.Large.Error != "" || o.Second != nil && o.Second.Error != "" {
			s.Failed++
		}
	}
	n := float64(max(len(res.Outcomes), 1))
	first, second := float64(s.Cost.First)/n, float64(s.Cost.Second)/n
	s.Escalated = experiment.Number(first)
	s.Savings = append(s.Savings, Saving{Axis: "large-calls", Unit: "calls per clip", Mean: experiment.Number(first + second), Saved: experiment.Number(1 - first - second)})
	for _, axis := range c.Costs {
		mean := axis.Mean(first, second)
		saved := math.NaN()
		if axis.Large > 0 {
			saved = 1 - mean/axis.Large
		}
		s.Savings = append(s.Savings, Saving{axis.Name, axis.Unit, experiment.Number(mean), experiment.Number(saved), axis.Hypothesis})
	}
	if s.Failed > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d of %d clips have a model's answer that is unusable", s.Failed, s.Clips))
	}
}

// Text is the summary for people.
func (s *Summary) Text() string {
	pct := func(a Accuracy) string {
		return fmt.Sprintf("%.2f%% [%.2f, %.2f]", 100*float64(a.Value), 100*float64(a.Lo), 100*float64(a.Hi))
	}
	t := fmt.Sprintf("%s: %s\n%s %s, %d clips (%d counted) of %d videos, %s\n", s.Name, s.Title, s.Dataset, s.Split, s.Clips, s.Counted, s.Videos, s.Metric)
	t += fmt.Sprintf("  cascade     %s\n  small only  %s\n  difference  %s\n", pct(s.Cascade), pct(s.Small), pct(s.Gain))
	t += fmt.Sprintf("  escalated   %.2f%% above %.6g; %d first and %d second calls\n", 100*float64(s.Escalated), s.Threshold, s.Cost.First, s.Cost.Second)
	t += fmt.Sprintf("  tokens      %d in, %d out; %.4g FLOPs; USD %.4f", s.Cost.TokensIn, s.Cost.TokensOut, s.Cost.FLOPs, s.Cost.USD)
	if s.Cost.Unpriced > 0 {
		t += fmt.Sprintf(" (%d calls without a price)", s.Cost.Unpriced)
	}
	t += "\n"
	for _, v := range s.Savings {
		mark := ""
		if v.Hypothesis {
			mark = " (estimated prices)"
		}
		t += fmt.Sprintf("  %-11s %.6g %s: %.2f%% saved against the large model alone%s\n", v.Axis, float64(v.Mean), v.Unit, 100*float64(v.Saved), mark)
	}
	for _, w := range s.Warnings {
		t += "  note: " + w + "\n"
	}
	for _, h := range s.Hypotheses {
		t += "  hypothesis: " + h + "\n"
	}
	return t
}
