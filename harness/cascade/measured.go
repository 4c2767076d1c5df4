package cascade

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/experiment"
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

// Timed is what was measured of one system.
type Timed struct {
	// System is small-only, cascade or large-only; Rule, of a cascade, the rule of its
	// threshold in words, and Threshold what the rule gave.
	System    string   `json:"system"`
	Rule      string   `json:"rule,omitempty"`
	Threshold *float64 `json:"threshold,omitempty"`
	// Calls is the mean number of the large model's inferences per clip, FLOPs the mean
	// of what the answers' records count.
	Calls experiment.Number `json:"calls_per_clip"`
	FLOPs experiment.Number `json:"flops_per_clip"`
	// Median, Least and Greatest are milliseconds per clip over the repetitions; Saved
	// is the share of large-only's time in the same repetition that was saved, negative
	// if the system is slower: Median again, and the ends.
	Median        experiment.Number `json:"median_ms"`
	Least         experiment.Number `json:"least_ms"`
	Greatest      experiment.Number `json:"greatest_ms"`
	Saved         experiment.Number `json:"saved_time"`
	SavedLeast    experiment.Number `json:"saved_time_least"`
	SavedGreatest experiment.Number `json:"saved_time_greatest"`
	// CPU and SavedCPU are the same of the processor time that the process had, in all
	// of its threads, which other work on the machine changes little; null where the
	// system does not say.
	CPU              experiment.Number `json:"cpu_ms"`
	CPULeast         experiment.Number `json:"cpu_ms_least"`
	CPUGreatest      experiment.Number `json:"cpu_ms_greatest"`
	SavedCPU         experiment.Number `json:"saved_cpu"`
	SavedCPULeast    experiment.Number `json:"saved_cpu_least"`
	SavedCPUGreatest experiment.Number `json:"saved_cpu_greatest"`
	// Accuracy is on the measured clips, Difference its paired difference from
	// large-only's. Tune is the accuracy on the split that thresholds are chosen on, null
	// where there is none.
	Accuracy   Accuracy          `json:"accuracy"`
	Difference Accuracy          `json:"difference"`
	Tune       experiment.Number `json:"tune_accuracy"`
}

// Measurement is the wall-clock of a live cascade beside its models alone. It is a
// measurement: no two are the same.
type Measurement struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Dataset string `json:"dataset"`
	// Config is the digest of the config, see [Config.Digest]; Small and Large are those
	// of the models' weights, "" where they are not known.
	Config string       `json:"config_sha256"`
	Small  string       `json:"small_sha256,omitempty"`
	Large  string       `json:"large_sha256,omitempty"`
	Split  sample.Split `json:"split"`
	Metric string       `json:"metric"`
	// Machine and Load are for the caller to fill in. Load is how many processes wanted
	// a core in the minute before the measurement and in the last minute of it; absent
	// where the system does not say.
	Machine Machine             `json:"machine"`
	Load    []experiment.Number `json:"load_average,omitempty"`
	Clips   int                 `json:"clips"`
	Counted int                 `json:"counted"`
	Videos  int                 `json:"videos"`
	Runs    int                 `json:"repetitions"`
	// Systems are small-only, a cascade for each threshold of the config, large-only.
	Systems  []Timed  `json:"systems"`
	Warnings []string `json:"warnings,omitempty"`
}

// Measured are measurements, one for each config, by name.
type Measured struct {
	Measurements []Measurement `json:"measurements"`
}

// ReadMeasured reads what [Measured.JSON] wrote. An unknown key is an error.
func ReadMeasured(name string, data []byte) (*Measured, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	m := new(Measured)
	if err := dec.Decode(m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s: there is more than one JSON value", name)
	}
	return m, nil
}

// Put adds a measurement, or replaces the one of the same name.
func (m *Measured) Put(one Measurement) {
	at, found := slices.BinarySearchFunc(m.Measurements, one.Name, func(x Measurement, name string) int { return strings.Compare(x.Name, name) })
	if found {
		m.Measurements[at] = one
		return
	}
	m.Measurements = slices.Insert(m.Measurements, at, one)
}

// JSON is the file that [ReadMeasured] reads.
func (m *Measured) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(m, "", "  ")
	return append(data, '\n'), err
}

// CSV has one row for each system, its columns called as the keys of the JSON.
func (m *Measured) CSV() ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{
		"name", "dataset", "split", "clips", "repetitions", "system", "rule", "threshold", "calls_per_clip", "flops_per_clip",
		"median_ms", "least_ms", "greatest_ms", "saved_time", "saved_time_least", "saved_time_greatest",
		"cpu_ms", "cpu_ms_least", "cpu_ms_greatest", "saved_cpu", "saved_cpu_least", "saved_cpu_greatest",
		"accuracy", "accuracy_lo", "accuracy_hi", "difference", "difference_lo", "difference_hi", "tune_accuracy",
	}}
	for _, x := range m.Measurements {
		for _, s := range x.Systems {
			row := []string{x.Name, x.Dataset, string(x.Split), strconv.Itoa(x.Clips), strconv.Itoa(x.Runs), s.System, s.Rule, ""}
			if s.Threshold != nil {
				row[7] = strconv.FormatFloat(*s.Threshold, 'g', -1, 64)
			}
			for _, v := range []experiment.Number{
				s.Calls, s.FLOPs, s.Median, s.Least, s.Greatest, s.Saved, s.SavedLeast, s.SavedGreatest,
				s.CPU, s.CPULeast, s.CPUGreatest, s.SavedCPU, s.SavedCPULeast, s.SavedCPUGreatest,
				s.Accuracy.Value, s.Accuracy.Lo, s.Accuracy.Hi, s.Difference.Value, s.Difference.Lo, s.Difference.Hi, s.Tune,
			} {
				row = append(row, v.String())
			}
			rows = append(rows, row)
		}
	}
	err := w.WriteAll(rows)
	return out.Bytes(), err
}

// Markdown is the measurements for people.
func (m *Measured) Markdown() string {
	t := "# Measured: live cascades beside either model alone\n\n" +
		"`make measure` writes this anew. These are measurements: they differ from run to run and\n" +
		"from machine to machine, and no manifest lists them. One clip at a time and one thread;\n" +
		"the systems take turns on every few clips, so that what else the machine does falls on\n" +
		"all of them alike. Times are medians over repetitions, with the least and the greatest;\n" +
		"a saving is against large-only in the same repetition. The wall-clock is what a user\n" +
		"waits; processor time is what the process was given, which other work changes little.\n" +
		"Encoding the text is part of either model. A threshold is chosen on the valid split; the\n" +
		"accuracy and the paired difference are on the test clips, with 95 % intervals from\n" +
		"resampling videos.\n"
	for i := range m.Measurements {
		t += "\n" + m.Measurements[i].Markdown()
	}
	return t
}

// Markdown is the measurement for people: a section with one table and what it says.
func (m *Measurement) Markdown() string {
	t := fmt.Sprintf("## %s\n\n%s. %s/%s, %d clips (%d counted) of %d videos, %s.\n\n", m.Name, m.Title, m.Dataset, m.Split, m.Clips, m.Counted, m.Videos, m.Metric)
	t += fmt.Sprintf("%s, %d cores, %s, %s, ONNX Runtime %s; %d repetitions.%s\n\n",
		m.Machine.CPU, m.Machine.Cores, m.Machine.OS, m.Machine.Go, m.Machine.Runtime, m.Runs, m.load())
	t += "| system | threshold | calls per clip | FLOPs per clip | ms per clip | time saved | processor ms | processor time saved | accuracy | difference from large-only | accuracy on valid |\n" +
		"|---|---|---|---|---|---|---|---|---|---|---|\n"
	for i := range m.Systems {
		t += m.Systems[i].row()
	}
	t += "\n"
	for i := range m.Systems {
		if s := &m.Systems[i]; s.System == "cascade" {
			t += s.verdict()
		}
	}
	for _, w := range m.Warnings {
		t += "\nNote: " + w + "\n"
	}
	return strings.TrimRight(t, "\n") + "\n"
}

// load says how busy the machine was.
func (m *Measurement) load() string {
	if len(m.Load) < 2 {
		return ""
	}
	t := fmt.Sprintf(" The load average was %.1f before and %.1f at the end", float64(m.Load[0]), float64(m.Load[1]))
	if cores := float64(m.Machine.Cores); float64(m.Load[0]) > cores/2 || float64(m.Load[1]) > cores {
		return t + ": the machine was shared with other work, and the times are longer than on one that is not."
	}
	return t + "."
}

func (s *Timed) row() string {
	rule := s.Rule
	if rule == "" {
		rule = "–"
	}
	tune := "–"
	if !math.IsNaN(float64(s.Tune)) {
		tune = fmt.Sprintf("%.2f %%", 100*float64(s.Tune))
	}
	return fmt.Sprintf("| %s | %s | %.3f | %.3g | %.3f (%.3f to %.3f) | %.1f %% (%.1f to %.1f) | %.3f (%.3f to %.3f) | %.1f %% (%.1f to %.1f) | %.2f %% [%.2f, %.2f] | %+.2f [%+.2f, %+.2f] | %s |\n",
		s.System, rule, float64(s.Calls), float64(s.FLOPs), float64(s.Median), float64(s.Least), float64(s.Greatest),
		100*float64(s.Saved), 100*float64(s.SavedLeast), 100*float64(s.SavedGreatest),
		float64(s.CPU), float64(s.CPULeast), float64(s.CPUGreatest), 100*float64(s.SavedCPU), 100*float64(s.SavedCPULeast), 100*float64(s.SavedCPUGreatest),
		100*float64(s.Accuracy.Value), 100*float64(s.Accuracy.Lo), 100*float64(s.Accuracy.Hi),
		100*float64(s.Difference.Value), 100*float64(s.Difference.Lo), 100*float64(s.Difference.Hi), tune)
}

// verdict says in a sentence what a cascade saves and whether it is as accurate as
// large-only on the measured clips.
func (s *Timed) verdict() string {
	d := s.Difference
	how := "is as accurate as"
	switch {
	case d.Value > 0:
		how = fmt.Sprintf("is %.2f points more accurate than", 100*float64(d.Value))
	case d.Value < 0:
		how = fmt.Sprintf("is %.2f points less accurate than", -100*float64(d.Value))
	}
	sure := "; the interval of the difference contains 0"
	if d.Lo > 0 || d.Hi < 0 {
		sure = "; the interval of the difference does not contain 0"
	}
	if d.Value == 0 && d.Lo == 0 && d.Hi == 0 {
		sure = ""
	}
	return fmt.Sprintf("- %s: the cascade %s large-only on these clips%s. It %s time and %s processor time.\n",
		s.Rule, how, sure, saves(s.Saved), saves(s.SavedCPU))
}

// saves says a share that is saved, or that is paid on top.
func saves(share experiment.Number) string {
	if share < 0 {
		return fmt.Sprintf("takes %.1f %% more", -100*float64(share))
	}
	return fmt.Sprintf("saves %.1f %% of the", 100*float64(share))
}
