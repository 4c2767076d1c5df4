package cascade

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"uacs/harness/cache"
	"uacs/harness/experiment"
	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/harness/sample"
)

// Machine describes what a measurement was made on, without its name.
type Machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	OS      string `json:"os"`
	Go      string `json:"go"`
	Runtime string `json:"onnxruntime"`
}

// ThisMachine describes the machine. cpuinfo is the content of /proc/cpuinfo, runtime
// the version of ONNX Runtime.
func ThisMachine(cpuinfo, onnxruntime string) Machine {
	m := Machine{CPU: "unknown", Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Runtime: onnxruntime}
	for line := range strings.Lines(cpuinfo) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m
}

// Timed is what was measured of one system: milliseconds per clip, the median, the
// least and the greatest of the repetitions, and the accuracy of its answers.
type Timed struct {
	System   string            `json:"system"`
	Median   experiment.Number `json:"median_ms"`
	Least    experiment.Number `json:"least_ms"`
	Greatest experiment.Number `json:"greatest_ms"`
	Accuracy Accuracy          `json:"accuracy"`
	// Difference is the paired difference of the accuracy from large-only's.
	Difference Accuracy `json:"difference"`
}

// Measurement is the wall-clock of a live cascade beside its models alone. It is a
// measurement: no two are the same.
type Measurement struct {
	Name      string            `json:"name"`
	Title     string            `json:"title"`
	Machine   Machine           `json:"machine"`
	Clips     int               `json:"clips"`
	Runs      int               `json:"repetitions"`
	Threshold float64           `json:"threshold"`
	Escalated experiment.Number `json:"escalated"`
	// Saved is the share of large-only's median time that the cascade saves.
	Saved    experiment.Number `json:"saved_time"`
	Systems  []Timed           `json:"systems"`
	Warnings []string          `json:"warnings,omitempty"`
}

// Measure times small-only, the cascade and large-only on the clips, one clip after
// the other, each system once per repetition in rotating order, after a repetition
// that does not count. Nothing is read from parts.Store, whose answers would take no
// time, but for the threshold. The models should have been opened for latency.
func Measure(ctx context.Context, c Config, parts Parts, clips, tune []sample.Sample, runs int) (*Measurement, error) {
	threshold, err := FindThreshold(ctx, c, parts, tune)
	if err != nil {
		return nil, fmt.Errorf("%s: threshold: %w", c.Name, err)
	}
	kind, err := metric.KindOf(c.Dataset)
	if err != nil {
		return nil, err
	}
	m := &Measurement{Name: c.Name, Title: c.Title, Clips: len(clips), Runs: runs, Threshold: threshold}
	names := []string{"small-only", "cascade", "large-only"}
	times := make([][]float64, len(names))
	correct := make([][]float64, len(names))
	var counted []bool
	for rep := range runs + 1 {
		for k := range names {
			at := (k + rep) % len(names)
			system := c
			system.Threshold = Threshold{Fixed: &threshold}
			asked := parts
			if names[at] != "cascade" {
				system.Fusion = "small-only"
			}
			if names[at] == "large-only" { // the small model must take no time of it
				system.Small, asked.Small = c.Large, parts.Large
				if c.LargeMeasure != "" {
					system.Measure = c.LargeMeasure
				}
			}
			ms, res, err := timed(ctx, system, asked, clips)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", c.Name, names[at], err)
			}
			if rep > 0 {
				times[at] = append(times[at], ms)
				continue
			}
			if correct[at], counted, err = right(c.Profile, kind, clips, answersOf(res.Fused)); err != nil {
				return nil, err
			}
			if names[at] == "cascade" {
				m.Escalated = experiment.Number(share(res.Outcomes))
			}
		}
	}
	return m, m.judge(c, clips, names, times, correct, counted)
}

// timed runs one system clip by clip, each with a memory of its own, and returns the
// mean milliseconds of a clip.
func timed(ctx context.Context, c Config, parts Parts, clips []sample.Sample) (float64, *Result, error) {
	parts.Progress, parts.Replay = nil, false
	all := &Result{}
	begin := time.Now()
	for i := range clips {
		parts.Store = cache.NewMemory()
		res, err := Run(ctx, c, parts, clips[i:i+1], nil)
		if err != nil {
			return 0, nil, err
		}
		all.Fused, all.Outcomes = append(all.Fused, res.Fused...), append(all.Outcomes, res.Outcomes...)
	}
	return time.Since(begin).Seconds() * 1000 / float64(len(clips)), all, nil
}

func share(outcomes []Outcome) float64 {
	n := 0
	for _, o := range outcomes {
		n += o.Cost.First
	}
	return float64(n) / float64(len(outcomes))
}

func (m *Measurement) judge(c Config, clips []sample.Sample, names []string, times, correct [][]float64, counted []bool) error {
	videos := make([]string, len(clips))
	for i := range clips {
		videos[i] = clips[i].Video
	}
	clusters, plan := infer.NewClusters(videos), infer.Plan{Seed: c.Seed, Stream: streamBootstrap}
	large := len(names) - 1
	for k, name := range names {
		own, err := infer.Mean(clusters, correct[k], counted, plan)
		if err != nil {
			return err
		}
		diff, err := infer.Difference(clusters, correct[k], correct[large], counted, plan)
		if err != nil {
			return err
		}
		t := slices.Sorted(slices.Values(times[k]))
		m.Systems = append(m.Systems, Timed{
			System: name, Median: experiment.Number(middle(t)), Least: experiment.Number(t[0]), Greatest: experiment.Number(t[len(t)-1]),
			Accuracy: accuracy(own), Difference: accuracy(diff),
		})
		m.Warnings = merge(m.Warnings, own.Warnings)
	}
	m.Saved = 1 - m.Systems[1].Median/m.Systems[large].Median
	return nil
}

// middle is the median of sorted values.
func middle(t []float64) float64 {
	n := len(t)
	return (t[(n-1)/2] + t[n/2]) / 2
}

// Markdown is the measurement for people.
func (m *Measurement) Markdown() string {
	t := fmt.Sprintf("# Measured: %s\n\n%s. These are measurements: they differ from run to run.\n\n", m.Name, m.Title)
	t += fmt.Sprintf("%s, %d cores, %s, %s, ONNX Runtime %s; one thread, one clip at a time, %d repetitions in turn, %d clips.\n\n",
		m.Machine.CPU, m.Machine.Cores, m.Machine.OS, m.Machine.Go, m.Machine.Runtime, m.Runs, m.Clips)
	t += "| system | ms per clip, median | least to greatest | accuracy, 95 % | difference from large-only |\n|---|---|---|---|---|\n"
	for _, s := range m.Systems {
		t += fmt.Sprintf("| %s | %.3f | %.3f to %.3f | %.2f %% [%.2f, %.2f] | %+.2f [%+.2f, %+.2f] |\n", s.System,
			float64(s.Median), float64(s.Least), float64(s.Greatest),
			100*float64(s.Accuracy.Value), 100*float64(s.Accuracy.Lo), 100*float64(s.Accuracy.Hi),
			100*float64(s.Difference.Value), 100*float64(s.Difference.Lo), 100*float64(s.Difference.Hi))
	}
	t += fmt.Sprintf("\nEscalated: %.2f %% of the clips. Time saved against large-only: %.2f %%.\n", 100*float64(m.Escalated), 100*float64(m.Saved))
	for _, w := range m.Warnings {
		t += "\nNote: " + w + "\n"
	}
	return t
}
