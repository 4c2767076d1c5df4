package own

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uacs/harness/features"
	"uacs/harness/model/encoder"
	"uacs/harness/model/encoder/wordpiece"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// Rows returns a clip's features: frames rows of the same width one after the other, or
// one row if frames is 0. It reports false for a clip without features.
type Rows func(clip *sample.Sample) (x []float32, frames int, ok bool, err error)

// Source is where the inputs of clips come from.
type Source struct {
	// ByKind are the features that a kind of input reads, if it has no encoder.
	ByKind map[Kind]Rows
	// ByEncoder are the features of text encoders by name.
	ByEncoder map[string]Rows
	// Tokens turns a text into token numbers.
	Tokens func(text string) []int32
}

// Open returns the source of a config whose files lie in dir, for clips that are then
// asked for. Open encodes the texts of all clips at once; encoders come from open. The
// caller calls close when done.
func Open(ctx context.Context, c *Config, dir string, clips []sample.Sample, open func(ctx context.Context, name string) (encoder.Text, error)) (s *Source, closeAll func(), err error) {
	s, closeAll = &Source{ByKind: map[Kind]Rows{}, ByEncoder: map[string]Rows{}}, func() {}
	if c.Vocabulary != "" {
		if s.Tokens, err = tokens(c, dir); err != nil {
			return nil, closeAll, err
		}
	}
	for _, in := range c.Inputs {
		if in.Encoder == "" || s.ByEncoder[in.Encoder] != nil {
			continue
		}
		if s.ByEncoder[in.Encoder], err = encoded(ctx, in.Encoder, clips, open); err != nil {
			return nil, closeAll, err
		}
	}
	if c.Features == "" {
		return s, closeAll, nil
	}
	set, err := features.Open(filepath.Join(dir, c.Features))
	if err != nil {
		return nil, closeAll, err
	}
	closeAll = func() { set.Close() }
	if err := set.Usable(); err != nil {
		closeAll()
		return nil, func() {}, err
	}
	for _, kind := range []Kind{Text, Audio, Vision} {
		s.ByKind[kind] = fromSet(set, string(kind))
	}
	return s, closeAll, nil
}

func tokens(c *Config, dir string) (func(string) []int32, error) {
	name := filepath.Join(dir, c.Vocabulary)
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var v wordpiece.Vocab
	rules := wordpiece.Uncased()
	switch {
	case strings.HasSuffix(name, ".json"):
		v, rules, err = wordpiece.ReadTokenizerJSON(f, c.Vocabulary)
	default:
		if c.Cased {
			rules = wordpiece.Cased()
		}
		v, err = wordpiece.ReadVocab(f, c.Vocabulary)
	}
	if err != nil {
		return nil, err
	}
	t, err := wordpiece.New(v, rules)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Vocabulary, err)
	}
	return func(text string) []int32 {
		ids, _ := t.Encode(text, c.MaxTokens)
		return ids
	}, nil
}

// encoded encodes the English texts of clips.
func encoded(ctx context.Context, name string, clips []sample.Sample, open func(context.Context, string) (encoder.Text, error)) (Rows, error) {
	e, err := open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("text encoder %s: %w", name, err)
	}
	texts, at := make([]string, len(clips)), map[string]int{}
	for i := range clips {
		texts[i], at[clips[i].ID] = clips[i].TextEN, i
	}
	x, _, err := e.Encode(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("text encoder %s: %w", name, err)
	}
	return func(clip *sample.Sample) ([]float32, int, bool, error) {
		i, ok := at[clip.ID]
		if !ok || clip.TextEN == "" {
			return nil, 0, false, nil
		}
		return x.Row(i), 0, true, nil
	}, nil
}

// fromSet reads the array of that name by clip id, frames without padding.
func fromSet(set *features.Set, name string) Rows {
	type place struct {
		array features.Array
		i     int
	}
	at := map[string]place{}
	for _, split := range set.Splits {
		array, ok := split.Array(name)
		if !ok {
			continue
		}
		for i, id := range split.IDs {
			at[strings.Replace(id, "$_$", "_", 1)] = place{array, i}
		}
	}
	return func(clip *sample.Sample) ([]float32, int, bool, error) {
		p, ok := at[clip.ID]
		if !ok {
			return nil, 0, false, nil
		}
		x := make([]float32, p.array.Tensor.Row())
		if err := p.array.Tensor.Read(p.i, x); err != nil {
			return nil, 0, false, fmt.Errorf("%s of clip %s: %w", name, clip.ID, err)
		}
		shape := p.array.Tensor.Shape()
		if len(shape) < 3 {
			return x, 0, true, nil
		}
		frames := p.array.Frames(p.i)
		return x[:frames*shape[len(shape)-1]], frames, true, nil
	}
}

// rows returns the features that an input reads. That there are none at all is an error.
func (s *Source) rows(in Input) (Rows, error) {
	r := s.ByKind[in.Kind]
	if in.Encoder != "" {
		r = s.ByEncoder[in.Encoder]
	}
	if r == nil {
		return nil, hint.Add(fmt.Errorf("input %s: nothing gives %s features", in.Name, in.Kind), "name a file under features, or an encoder for text")
	}
	return r, nil
}

// Missing are inputs that a source has nothing for, by name; the config is then not to
// be run on it.
func (s *Source) Missing(c *Config) []string {
	var out []string
	for _, in := range c.Inputs {
		if in.Kind.tokens() {
			continue
		}
		if _, err := s.rows(in); err != nil {
			out = append(out, in.Name)
		}
	}
	return slices.Clip(out)
}
