package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"uacs/datasets"
	"uacs/datasets/synth"
	"uacs/harness/fusion"
	"uacs/harness/metric"
	"uacs/harness/sample"
	"uacs/harness/uncertainty"
)

// Input is one file that results were made from.
type Input struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Cohort is an experiment's data: clips and answers as columns aligned by clip,
// after the policy for unusable answers.
type Cohort struct {
	Config Config
	// Clips are the clips under evaluation, in the dataset's order.
	Clips []sample.Sample
	// Kind is the label scale, HalfRange half its width.
	Kind      metric.Kind
	HalfRange float64
	// Small, Large and Second are the records; Second is nil without a second round.
	Small, Large, Second []*sample.Prediction
	// SmallAnswers, LargeAnswers and SecondAnswers are their answers under the
	// config's decision and score rules.
	SmallAnswers, LargeAnswers, SecondAnswers []fusion.Answer
	// Total counts the split's clips, Dropped those that left by policy, and
	// SmallFailed, LargeFailed and SecondFailed those without a usable answer.
	Total, Dropped, SmallFailed, LargeFailed, SecondFailed int
	// Exact is the truth about a synthetic cascade, nil where there is none.
	Exact *synth.Exact
	// Inputs are the files everything was made from, Notes what was odd in them.
	Inputs []Input
	Notes  []string

	measures []uncertainty.Measure // of its own, beside the registered ones
	fusions  []fusion.Strategy
	changes  []string // what the With methods did
}

// Open loads and aligns what c describes. data is the root of the public data,
// nil if there is none. An error that wraps [fs.ErrNotExist] means that data is
// not there.
func Open(c Config, predictors Predictors, data fs.FS) (*Cohort, error) {
	from, err := loadClips(c, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	if len(from.clips) == 0 {
		return nil, fmt.Errorf("%s: %s has no clip in split %s", c.Name, c.Dataset, c.Split)
	}
	kind, err := metric.KindOf(c.Dataset)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	h := &Cohort{
		Config: c, Clips: from.clips, Kind: kind, HalfRange: halfRange(kind),
		Total: len(from.clips), Notes: from.notes, Inputs: from.inputs,
	}
	for _, role := range c.roles() {
		a, err := predictors.load(role.Predictor, data, from.clips, from.set)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		h.addInputs(a.inputs)
		h.addNotes(a.notes)
		if err := h.fill(role, pointers(a.predictions)); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.Name, role.Predictor, err)
		}
	}
	if h.Exact, err = exact(c, predictors); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	if err := h.applyFailures(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return h, nil
}

// fill sets the columns of a role.
func (h *Cohort) fill(role keyedRole, records []*sample.Prediction) error {
	plain, err := h.read(records, *role.Role)
	if err != nil {
		return err
	}
	switch role.key {
	case "small":
		h.Small, h.SmallAnswers = records, plain
	case "large":
		h.Large, h.LargeAnswers = records, plain
	default:
		h.Second, h.SecondAnswers = records, plain
	}
	return nil
}

// source is where an experiment's clips come from. set is nil but for a
// generated dataset.
type source struct {
	clips  []sample.Sample
	set    *synth.Set
	notes  []string
	inputs []Input
}

func loadClips(c Config, data fs.FS) (source, error) {
	if c.Tier == "synth" {
		set, err := generate(c.Dataset)
		if err != nil {
			return source{}, err
		}
		others := func(s sample.Sample) bool { return s.Split != c.Split }
		return source{clips: slices.DeleteFunc(slices.Clone(set.Samples), others), set: set}, nil
	}
	if data == nil {
		return source{}, fmt.Errorf("dataset %s: %w", c.Dataset, fs.ErrNotExist)
	}
	d, err := datasets.Load(data, c.Dataset)
	if err != nil {
		return source{}, err
	}
	inputs, err := digests(data, d.Files)
	return source{clips: d.Split(c.Split), notes: d.Warnings, inputs: inputs}, err
}

// generate makes the synthetic dataset of that name.
func generate(name string) (*synth.Set, error) {
	c, err := synthConfig(name)
	if err != nil {
		return nil, err
	}
	return synth.Generate(c)
}

func synthConfig(name string) (synth.Config, error) {
	for _, c := range []synth.Config{synth.MOSI(), synth.SIMS()} {
		if c.Name == name {
			return c, nil
		}
	}
	return synth.Config{}, fmt.Errorf("dataset %q is not synth-mosi or synth-sims", name)
}

func halfRange(k metric.Kind) float64 {
	if k == metric.SIMS {
		return 1
	}
	return 3
}

// read reduces records to answers under a role's rules. A usable record that the
// rule finds no polarity in is an error: the config names the wrong rule.
func (h *Cohort) read(records []*sample.Prediction, role Role) ([]fusion.Answer, error) {
	rule, err := sample.DecisionByName(role.Decision)
	if err != nil {
		return nil, err
	}
	out := make([]fusion.Answer, len(records))
	for i, p := range records {
		out[i].Score = math.NaN()
		if !p.OK() {
			continue
		}
		polarity, ok := rule.Of(p)
		if !ok {
			return nil, fmt.Errorf("clip %s: decision %q finds no answer in the record", p.ID, rule.Name)
		}
		out[i] = fusion.Answer{
			Score: role.Score.of(p, h.HalfRange), Polarity: polarity, OK: true,
			Variance: fusion.VarianceOf(p), Bins: p.Bins, Probs: p.Probs,
		}
	}
	return out, nil
}

// applyFailures counts unusable answers and, under the drop policy, removes
// their clips from every column.
func (h *Cohort) applyFailures() error {
	keep := make([]bool, len(h.Clips))
	for i := range h.Clips {
		small, large := h.SmallAnswers[i].OK, h.LargeAnswers[i].OK
		h.SmallFailed += b2i(!small)
		h.LargeFailed += b2i(!large)
		h.SecondFailed += b2i(h.SecondAnswers != nil && !h.SecondAnswers[i].OK)
		keep[i] = h.Config.Failures != Drop || small && large
		h.Dropped += b2i(!keep[i])
	}
	if h.Dropped == len(h.Clips) {
		return fmt.Errorf("policy %s leaves none of %d clips: %d have no usable small answer, %d no usable large one",
			h.Config.Failures, h.Total, h.SmallFailed, h.LargeFailed)
	}
	h.Clips = kept(h.Clips, keep)
	h.Small, h.Large, h.Second = kept(h.Small, keep), kept(h.Large, keep), kept(h.Second, keep)
	h.SmallAnswers, h.LargeAnswers, h.SecondAnswers = kept(h.SmallAnswers, keep), kept(h.LargeAnswers, keep), kept(h.SecondAnswers, keep)
	return nil
}

// kept returns the elements of s whose flag is set; nil stays nil.
func kept[E any](s []E, keep []bool) []E {
	var out []E
	for i := range s {
		if keep[i] {
			out = append(out, s[i])
		}
	}
	return out
}

// addInputs adds files that are not yet listed.
func (h *Cohort) addInputs(inputs []Input) {
	for _, in := range inputs {
		if !slices.Contains(h.Inputs, in) {
			h.Inputs = append(h.Inputs, in)
		}
	}
}

// addNotes adds notes that are not yet there: two roles may read one file.
func (h *Cohort) addNotes(notes []string) {
	for _, n := range notes {
		if !slices.Contains(h.Notes, n) {
			h.Notes = append(h.Notes, n)
		}
	}
}

// LargeUncertainty returns the large model's uncertainty under the config's
// large_measure, NaN for every clip if the config names none.
func (h *Cohort) LargeUncertainty() ([]float64, error) {
	if h.Config.LargeMeasure == "" {
		u := make([]float64, len(h.Clips))
		for i := range u {
			u[i] = math.NaN()
		}
		return u, nil
	}
	m, err := uncertainty.ByName(h.Config.LargeMeasure)
	if err != nil {
		return nil, err
	}
	return m.Column(uncertainty.Input{Answers: h.Large, HalfRange: h.HalfRange, Seed: h.Config.Seed})
}

// Truth returns the labels.
func (h *Cohort) Truth() []float64 {
	y := make([]float64, len(h.Clips))
	for i, s := range h.Clips {
		y[i] = s.Label
	}
	return y
}

func pointers(p []sample.Prediction) []*sample.Prediction {
	out := make([]*sample.Prediction, len(p))
	for i := range p {
		out[i] = &p[i]
	}
	return out
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func digests(fsys fs.FS, files []string) ([]Input, error) {
	var out []Input
	for _, f := range files {
		data, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, err
		}
		out = append(out, Input{Path: f, SHA256: digest(data)})
	}
	return out, nil
}
