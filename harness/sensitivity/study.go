package sensitivity

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"uacs/harness/experiment"
	"uacs/harness/fusion"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/sample"
)

// Place is where a study finds what it needs.
type Place struct {
	// Root is the project's folder, which holds configs.
	Root       fs.FS
	Predictors experiment.Predictors
	// Data is the root of the public data, nil if there is none.
	Data fs.FS
	// Encoder returns the text encoder of that name.
	Encoder func(ctx context.Context, name string) (trained.Encoder, error)
	// Models is a folder in which trained variants are kept and found again; "" keeps
	// them for one study only.
	Models string
	// Progress is told how many of how many steps are done; it may be nil.
	Progress func(done, total int)
}

// variant is one value of one choice.
type variant struct {
	key, value string // empty for the base
	set        setting
	err        error // why the value cannot be tried
}

// Ready reports whether the files that a plan needs are there. The error wraps
// [fs.ErrNotExist] if one is absent.
func Ready(ctx context.Context, p Plan, at Place) error {
	base, err := p.base(at.Root)
	if err != nil {
		return err
	}
	if err := experiment.Ready(base.Config, at.Predictors, at.Data); err != nil || base.Model == nil {
		return err
	}
	for _, name := range base.Model.Encoders {
		if _, err := at.Encoder(ctx, name); err != nil {
			return fmt.Errorf("text encoder %s: %w", name, err)
		}
	}
	return nil
}

// Sources returns the files that a study's result depends on beside the plan and the
// program, each with its digest: the configs of experiment and model among them. Text
// encoders have digests of their own, which are not among these.
func Sources(p Plan, at Place) ([]experiment.Input, error) {
	base, err := p.base(at.Root)
	if err != nil {
		return nil, err
	}
	inputs, err := experiment.Sources(base.Config, at.Predictors, at.Data)
	if err != nil {
		return nil, err
	}
	inputs = append(inputs, experiment.Input{Path: base.Config.File, SHA256: base.Config.Digest})
	if base.Model != nil {
		digest, err := base.Model.Digest()
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, experiment.Input{Path: "configs/models/" + base.Model.Name + ".yaml", SHA256: digest})
	}
	return inputs, nil
}

// Study tries every value of every choice. The result depends on plan, configs, data
// and processor architecture alone. A value that the cascade cannot be played with has
// an outcome that says why; that the defaults cannot is an error, and so is a default
// that experiment and model do not have.
func Study(ctx context.Context, p Plan, at Place) (*Result, error) {
	base, err := p.base(at.Root)
	if err != nil {
		return nil, err
	}
	variants, err := p.variants(base)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.File, err)
	}
	b, err := newBench(p, at, base)
	if err != nil {
		return nil, err
	}
	defer b.close()
	if err := b.prepare(ctx, variants); err != nil {
		return nil, err
	}
	outcomes, err := b.play(ctx, variants)
	if err != nil {
		return nil, err
	}
	return newResult(p, base, outcomes, b.notes)
}

// variants are the base and each value that is no default, in the plan's order.
func (p *Plan) variants(base setting) ([]variant, error) {
	out := []variant{{set: base}}
	for _, h := range p.Vary {
		for _, v := range h.Values {
			s := base.copied()
			err := knobs[h.Key].set(&s, v)
			if v == h.Default {
				if err == nil {
					err = sameSetting(base, s)
				}
				if err != nil {
					return nil, fmt.Errorf("%s: the default %q: %w", h.Key, v, err)
				}
				continue
			}
			if err == nil && s.Model != nil {
				err = s.Model.Validate()
			}
			if err != nil { // a value with a spelling mistake must not pass for one that does not apply
				return nil, fmt.Errorf("%s: %w", h.Key, err)
			}
			out = append(out, variant{key: h.Key, value: v, set: s})
		}
	}
	return out, nil
}

func sameSetting(a, b setting) error {
	x, err := json.Marshal(a)
	if err != nil {
		return err
	}
	y, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if string(x) != string(y) {
		return fmt.Errorf("is not what experiment and model have")
	}
	return nil
}

// bench keeps what several variants share.
type bench struct {
	plan    Plan
	at      Place
	source  trained.Source
	scratch string // "" if the models are kept
	cohorts map[string]*experiment.Cohort
	answers map[string][]sample.Prediction
	notes   []string
	done    int
}

func newBench(p Plan, at Place, base setting) (*bench, error) {
	b := &bench{plan: p, at: at, cohorts: map[string]*experiment.Cohort{}, answers: map[string][]sample.Prediction{}}
	if base.Model == nil {
		return b, nil
	}
	dir := at.Models
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "uacs-sensitivity-"); err != nil {
			return nil, err
		}
		b.scratch = dir
	}
	encoders := map[string]trained.Encoder{} // models are made one after the other
	b.source = trained.Source{Data: at.Data, Dir: dir, Encoder: func(ctx context.Context, name string) (trained.Encoder, error) {
		if e, ok := encoders[name]; ok {
			return e, nil
		}
		e, err := at.Encoder(ctx, name)
		if err == nil {
			encoders[name] = e
		}
		return e, err
	}}
	return b, nil
}

func (b *bench) close() {
	if b.scratch != "" {
		os.RemoveAll(b.scratch)
	}
}

func (b *bench) step(variants int) {
	b.done++
	if b.at.Progress != nil {
		b.at.Progress(b.done, variants)
	}
}

// prepare opens the cohorts and trains the models that the variants read, each once.
// Training keeps all processors busy by itself.
func (b *bench) prepare(ctx context.Context, variants []variant) error {
	for i := range variants {
		s := &variants[i].set
		if err := b.open(s); err != nil {
			if i == 0 {
				return err
			}
			variants[i].err = err
			continue
		}
		if s.Model == nil {
			continue
		}
		if err := b.train(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// cohortKey digests what a cohort is opened with.
func cohortKey(c experiment.Config) string {
	key, err := json.Marshal([]any{c.Dataset, c.Split, c.Small, c.Large, c.Second, c.Failures})
	if err != nil {
		panic("sensitivity: " + err.Error()) // strings and pointers to structs of them
	}
	return string(key)
}

func (b *bench) open(s *setting) error {
	key := cohortKey(s.Config)
	if b.cohorts[key] != nil {
		return nil
	}
	h, err := experiment.Open(s.Config, b.at.Predictors, b.at.Data)
	if err != nil {
		return err
	}
	b.cohorts[key] = h
	return nil
}

// modelKey tells models apart.
func modelKey(s *setting) (string, error) {
	m := *s.Model
	m.Name = ""
	key, err := json.Marshal(m)
	return string(key), err
}

func (b *bench) train(ctx context.Context, s *setting) error {
	key, err := modelKey(s)
	if err != nil || b.answers[key] != nil {
		return err
	}
	c := *s.Model
	c.Name = fmt.Sprintf("%s-%d", b.plan.Name, len(b.answers)) // a folder of its own
	made, err := b.source.Make(ctx, c)
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(made.Dir, trained.PredictionsFile))
	if err != nil {
		return err
	}
	defer f.Close()
	answers, _, err := sample.ReadPredictions(f, f.Name())
	b.answers[key] = answers
	return err
}

// play judges the variants side by side; outcomes stand in their order.
func (b *bench) play(ctx context.Context, variants []variant) ([]Outcome, error) {
	out := make([]Outcome, len(variants))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	ended := make(chan struct{}, len(variants))
	for i, v := range variants {
		group.Go(func() error {
			defer func() { ended <- struct{}{} }()
			o, err := b.judge(ctx, v)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil && i == 0:
				return err
			case err != nil:
				o = Outcome{Key: v.key, Setting: v.value, NA: err.Error()}
			}
			out[i] = o
			return nil
		})
	}
	for range variants {
		<-ended
		b.step(len(variants))
	}
	return out, group.Wait()
}

func (b *bench) judge(ctx context.Context, v variant) (Outcome, error) {
	if v.err != nil {
		return Outcome{}, v.err
	}
	h, err := b.cohort(v.set)
	if err != nil {
		return Outcome{}, err
	}
	r, err := experiment.Run(ctx, h)
	if err != nil {
		return Outcome{}, err
	}
	return outcomeOf(v, r), nil
}

// cohort is the data of a setting: only its headline cascade is played.
func (b *bench) cohort(s setting) (*experiment.Cohort, error) {
	h := *b.cohorts[cohortKey(s.Config)]
	h.Config = s.Config
	h.Config.Measures = []string{s.Config.Headline.Measure}
	h.Config.Fusions = []string{s.Config.Headline.Fusion}
	h.Exact = nil // it would be the truth about the experiment's own models
	if s.Model != nil {
		if err := b.replaceSmall(&h, s); err != nil {
			return nil, err
		}
	}
	h.SmallAnswers, h.LargeAnswers, h.SecondAnswers = readZero(h.SmallAnswers, s.Zero), readZero(h.LargeAnswers, s.Zero), readZero(h.SecondAnswers, s.Zero)
	switch s.Second {
	case "large":
		h.Second, h.SecondAnswers, h.SecondFailed = h.Large, h.LargeAnswers, h.LargeFailed
	case "small":
		h.Second, h.SecondAnswers, h.SecondFailed = h.Small, h.SmallAnswers, h.SmallFailed
	}
	return &h, nil
}

// replaceSmall puts the trained model's answers in place of the experiment's.
func (b *bench) replaceSmall(h *experiment.Cohort, s setting) error {
	key, err := modelKey(&s)
	if err != nil {
		return err
	}
	byID := map[string]*sample.Prediction{}
	answers := b.answers[key]
	for i := range answers {
		if answers[i].Split == s.Config.Split {
			byID[answers[i].ID] = &answers[i]
		}
	}
	h.Small, h.SmallFailed = make([]*sample.Prediction, len(h.Clips)), 0
	for i, clip := range h.Clips {
		if h.Small[i] = byID[clip.ID]; h.Small[i] == nil {
			return fmt.Errorf("%s has no answer to clip %s", s.Model.Name, clip.ID)
		}
		if !h.Small[i].OK() {
			h.SmallFailed++
		}
	}
	h.SmallAnswers, err = experiment.ReadAnswers(h.Small, s.Config.Small, h.Kind)
	return err
}

// readZero reads neutral answers as the word says. Scores stay what they are.
func readZero(answers []fusion.Answer, word string) []fusion.Answer {
	as, band, err := zeroRule(word)
	if err != nil {
		panic("sensitivity: " + err.Error()) // variants are made of words that can be read
	}
	out := slices.Clone(answers)
	for i := range out {
		switch a := &out[i]; {
		case !a.OK:
		case a.Polarity == sample.Neutral:
			a.Polarity = as
		case math.Abs(a.Score) <= band:
			a.Polarity = sample.Neutral
		}
	}
	return out
}
