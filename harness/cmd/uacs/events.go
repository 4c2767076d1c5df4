package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"uacs/harness/experiment"
	"uacs/harness/report"
	"uacs/harness/reproduce"
)

// event is a line of --json: one thing that happened, for programs.
type event struct {
	Event string `json:"event"` // plan, experiment, ablation or summary
	Name  string `json:"name,omitempty"`
	Tier  string `json:"tier,omitempty"`
	// Cached tells that nothing had to be computed.
	Cached bool `json:"cached,omitempty"`
	// Of an experiment: how many clips, and accuracies as fractions.
	N        int               `json:"n,omitempty"`
	Small    experiment.Number `json:"small,omitempty"`
	Large    experiment.Number `json:"large,omitempty"`
	Cascade  experiment.Number `json:"cascade,omitempty"`
	Deferred experiment.Number `json:"deferred,omitempty"`
	Counts   string            `json:"counts,omitempty"`
	// Of the plan and the summary.
	Experiments []string `json:"experiments,omitempty"`
	Skipped     []string `json:"skipped,omitempty"`
	Written     int      `json:"written,omitempty"`
	Same        int      `json:"unchanged,omitempty"`
	Changes     []string `json:"changes,omitempty"`
}

func (a *app) event(e event) {
	line, err := json.Marshal(e)
	if err != nil { // an event is made of strings and numbers
		panic(err)
	}
	fmt.Fprintf(a.Stdout, "%s\n", line)
}

// tellEvents makes a run tell a program instead of a person.
func tellEvents(a *app, o *reproduce.Options) {
	o.Started = func(p reproduce.Plan) {
		e := event{Event: "plan", Tier: p.Tier}
		for _, c := range p.Configs {
			e.Experiments = append(e.Experiments, c.Name)
		}
		for _, s := range p.Skipped {
			e.Skipped = append(e.Skipped, s.Config.Name)
		}
		for _, s := range p.SkippedAblations {
			e.Skipped = append(e.Skipped, s.Plan.Name)
		}
		a.event(e)
	}
	o.Finished = func(d reproduce.Done) {
		r := d.Result
		value := func(s *experiment.System) experiment.Number {
			if s == nil {
				return experiment.Number(math.NaN())
			}
			return s.Accuracy.Value
		}
		e := event{
			Event: "experiment", Name: r.Setup.Name, Tier: r.Setup.Tier, Cached: d.Cached, N: r.Setup.N,
			Small: value(r.Alone("small-only")), Large: value(r.Alone("large-only")), Cascade: value(r.Cascade()),
		}
		if s := r.Cascade(); s != nil {
			e.Deferred = s.Deferred
		}
		a.event(e)
	}
	o.Ablated = func(d reproduce.Ablated) {
		a.event(event{Event: "ablation", Name: d.Plan.Name, Tier: d.Plan.Tier, Cached: d.Cached, Counts: report.CountsLine(d.Counts)})
	}
}

// blocks are the heights of a sparkline.
var blocks = []rune("▁▂▃▄▅▆▇█")

// sparkline draws the accuracy of the headline cascade from nothing to everything
// escalated, between its lowest and its highest point.
func sparkline(r *experiment.Result) string {
	const columns = 11
	for _, c := range r.Curves {
		if c.Measure != r.Setup.Headline.Measure || c.Fusion != r.Setup.Headline.Fusion || c.Role != "measure" {
			continue
		}
		var at []float64
		lo, hi := math.Inf(1), math.Inf(-1)
		for k := range columns {
			y := accuracyAt(c.Points, float64(k)/(columns-1))
			at, lo, hi = append(at, y), min(lo, y), max(hi, y)
		}
		var line strings.Builder
		for _, y := range at {
			height := 0.0
			if hi > lo {
				height = (y - lo) / (hi - lo)
			}
			line.WriteRune(blocks[int(math.Round(height*float64(len(blocks)-1)))])
		}
		return line.String()
	}
	return ""
}

// accuracyAt is the accuracy at the kept rate nearest to the one wanted.
func accuracyAt(points []experiment.CurvePoint, rate float64) float64 {
	best, y := math.Inf(1), math.NaN()
	for _, p := range points {
		if d := math.Abs(float64(p.Rate) - rate); d < best {
			best, y = d, float64(p.Accuracy)
		}
	}
	return y
}
