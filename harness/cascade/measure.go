package cascade

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"uacs/harness/cache"
	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Digest is the hex SHA-256 of the config as JSON: comments and the order of keys in
// its file do not matter.
func (c *Config) Digest() string {
	data, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("cascade: a config that JSON cannot write: %v", err)) // floats are finite by Validate
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// entrant is a system that takes part in a measurement.
type entrant struct {
	name, rule string
	c          Config
	parts      Parts
	times      []float64 // milliseconds per clip, by repetition
	cpu        []float64 // the same of processor time, NaN where it is not known
	outcomes   []Outcome
	answers    []fusion.Answer
	correct    []float64
	tune       float64
}

// turn is the number of clips after which it is the next system's turn: what else the
// machine does then falls on all of them alike.
const turn = 20

// Measure times small-only, the cascade at each of the config's thresholds, and
// large-only on the clips: one clip after the other, all systems in turn on every few
// clips and in rotating order, runs times after a repetition that does not count.
// Nothing is read from parts.Store, whose answers would take no time, but for the
// thresholds. The models should have been opened for latency.
func Measure(ctx context.Context, c Config, parts Parts, clips, tune []sample.Sample, runs int) (*Measurement, error) {
	kind, err := metric.KindOf(c.Dataset)
	if err != nil {
		return nil, err
	}
	profile, err := metric.Lookup(c.Profile)
	if err != nil {
		return nil, err
	}
	if len(clips) == 0 || runs < 1 {
		return nil, fmt.Errorf("%s: no clip, or no repetition, to measure", c.Name)
	}
	all, err := entrants(ctx, c, parts, tune, kind)
	if err != nil {
		return nil, err
	}
	for rep := range runs + 1 {
		if err := repetition(ctx, all, clips, rep); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	m := &Measurement{
		Name: c.Name, Title: c.Title, Dataset: c.Dataset, Config: c.Digest(), Split: c.Split,
		Metric: profile.Headline(kind), Clips: len(clips), Runs: runs,
	}
	m.Small, m.Large = weights(parts, parts.Small, &clips[0]), weights(parts, parts.Large, &clips[0])
	if err := m.judge(c, kind, clips, all); err != nil {
		return m, err
	}
	m.Warnings = merge(m.Warnings, caveatsOf(parts.Small, parts.Large))
	return m, nil
}

// weights is the digest of a model's weights, as its requests name it.
func weights(parts Parts, m Model, clip *sample.Sample) string {
	r, err := m.Request(&Question{Clip: *clip, Source: parts.Source, Range: parts.Range, Round: 1})
	if err != nil {
		return ""
	}
	return r.WeightsSHA256
}

// entrants finds the thresholds and what each system gets right on the tuning clips.
func entrants(ctx context.Context, c Config, parts Parts, tune []sample.Sample, kind metric.Kind) ([]*entrant, error) {
	small, large := c, c
	small.Fusion, small.Threshold = fusion.SmallOnly.Name, Threshold{Fixed: new(float64)}
	large.Fusion, large.Threshold = fusion.SmallOnly.Name, Threshold{Fixed: new(float64)}
	large.Small = c.Large // the small model must take no time of it
	if c.LargeMeasure != "" {
		large.Measure = c.LargeMeasure
	}
	alone := parts
	alone.Small = parts.Large
	all := []*entrant{{name: "small-only", c: small, parts: parts}}
	for _, rule := range append([]Threshold{c.Threshold}, c.Also...) {
		chosen := c
		chosen.Threshold = rule
		at, err := FindThreshold(ctx, chosen, parts, tune)
		if err != nil {
			return nil, fmt.Errorf("%s: threshold: %w", c.Name, err)
		}
		chosen.Threshold = Threshold{Fixed: &at}
		all = append(all, &entrant{name: "cascade", rule: rule.String(), c: chosen, parts: parts})
	}
	all = append(all, &entrant{name: "large-only", c: large, parts: alone})
	for _, e := range all {
		e.tune = math.NaN()
		if c.Large.Endpoint != "" || len(tune) == 0 {
			continue // an endpoint is asked about no more clips than a run needs
		}
		res, err := Run(ctx, e.c, e.parts, tune, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.Name, e.name, err)
		}
		correct, counted, err := right(c.Profile, kind, tune, answersOf(res.Fused))
		if err != nil {
			return nil, err
		}
		e.tune = mean(correct, counted)
	}
	return all, nil
}

func mean(x []float64, counted []bool) float64 {
	var in []float64
	for i := range x {
		if counted[i] {
			in = append(in, x[i])
		}
	}
	return detsum.Mean(in)
}

// repetition puts the clips through all systems. The first, of number 0, does not
// count; its outcomes are kept.
func repetition(ctx context.Context, all []*entrant, clips []sample.Sample, rep int) error {
	sums, cpu := make([]time.Duration, len(all)), make([]time.Duration, len(all))
	known := true
	for chunk, from := 0, 0; from < len(clips); chunk, from = chunk+1, from+turn {
		part := clips[from:min(from+turn, len(clips))]
		for k := range all {
			at := (k + rep + chunk) % len(all)
			used, _ := cpuTime()
			took, err := all[at].timed(ctx, part, rep == 0)
			if err != nil {
				return fmt.Errorf("%s: %w", all[at].name, err)
			}
			now, ok := cpuTime()
			sums[at], cpu[at], known = sums[at]+took, cpu[at]+now-used, known && ok
		}
	}
	for k, e := range all {
		if rep == 0 {
			continue
		}
		e.times = append(e.times, sums[k].Seconds()*1000/float64(len(clips)))
		e.cpu = append(e.cpu, math.NaN())
		if known {
			e.cpu[rep-1] = cpu[k].Seconds() * 1000 / float64(len(clips))
		}
	}
	return nil
}

// timed runs a system clip by clip, each with a memory of its own.
func (e *entrant) timed(ctx context.Context, clips []sample.Sample, keep bool) (time.Duration, error) {
	parts := e.parts
	parts.Progress, parts.Replay = nil, false
	begin := time.Now()
	for i := range clips {
		parts.Store = cache.NewMemory()
		res, err := Run(ctx, e.c, parts, clips[i:i+1], nil)
		if err != nil {
			return 0, err
		}
		if keep {
			e.outcomes, e.answers = append(e.outcomes, res.Outcomes...), append(e.answers, answersOf(res.Fused)...)
		}
	}
	return time.Since(begin), nil
}

// judge fills in what the systems took and got right.
func (m *Measurement) judge(c Config, kind metric.Kind, clips []sample.Sample, all []*entrant) error {
	videos := make([]string, len(clips))
	for i := range clips {
		videos[i] = clips[i].Video
	}
	clusters, plan := infer.NewClusters(videos), infer.Plan{Seed: c.Seed, Stream: streamBootstrap}
	m.Videos = clusters.Len()
	var counted []bool
	for _, e := range all {
		var err error
		if e.correct, counted, err = right(c.Profile, kind, clips, e.answers); err != nil {
			return err
		}
	}
	large := all[len(all)-1]
	for _, e := range all {
		own, err := infer.Mean(clusters, e.correct, counted, plan)
		if err != nil {
			return err
		}
		diff, err := infer.Difference(clusters, e.correct, large.correct, counted, plan)
		if err != nil {
			return err
		}
		t := e.measured(large)
		t.Accuracy, t.Difference = accuracy(own), accuracy(diff)
		m.Systems, m.Counted = append(m.Systems, t), own.Clips
		m.Warnings = merge(m.Warnings, own.Warnings)
	}
	return nil
}

// measured is what e took beside large-only.
func (e *entrant) measured(large *entrant) Timed {
	t := Timed{System: e.name, Rule: e.rule, Tune: experiment.Number(e.tune)}
	if e.name == "cascade" {
		t.Threshold = e.c.Threshold.Fixed
	}
	n := float64(len(e.outcomes))
	flops, calls := make([]float64, len(e.outcomes)), 0
	for i := range e.outcomes {
		flops[i] = e.outcomes[i].Cost.FLOPs
		calls += e.outcomes[i].Cost.First + e.outcomes[i].Cost.Second
	}
	t.FLOPs, t.Calls = experiment.Number(detsum.Mean(flops)), experiment.Number(float64(calls)/n)
	if e == large {
		t.Calls = 1 // in its run it has the small model's place
	}
	t.Median, t.Least, t.Greatest = spread(e.times)
	t.Saved, t.SavedLeast, t.SavedGreatest = spread(savings(e.times, large.times))
	t.CPU, t.CPULeast, t.CPUGreatest = spread(e.cpu)
	t.SavedCPU, t.SavedCPULeast, t.SavedCPUGreatest = spread(savings(e.cpu, large.cpu))
	return t
}

// savings are the shares of b that a saves.
func savings(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = 1 - a[i]/b[i]
	}
	return out
}

// spread is the median, the least and the greatest value.
func spread(x []float64) (median, least, greatest experiment.Number) {
	t := slices.Sorted(slices.Values(x))
	n := len(t)
	return experiment.Number((t[(n-1)/2] + t[n/2]) / 2), experiment.Number(t[0]), experiment.Number(t[n-1])
}
