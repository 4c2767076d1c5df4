package encoder

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"uacs/harness/model/encoder/wordpiece"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
)

// Pooling says how the states of a text's tokens become one vector.
type Pooling string

// The poolings. First takes the state of the begin token, which BERT calls CLS;
// MeanOf takes the mean over all tokens, begin and end included; Pooled takes an
// output that has one row a text already.
const (
	First  Pooling = "cls"
	MeanOf Pooling = "mean"
	Pooled Pooling = "pooled"
)

// BERT describes an encoder of the BERT family that the user has as an ONNX
// file. The zero values of all but Model and Vocabulary stand for what is usual.
type BERT struct {
	// Name is the encoder's, "" for onnx.
	Name string `yaml:"-" json:"-"`
	// Model is the .onnx file.
	Model string `yaml:"model" json:"-"`
	// Vocabulary is a vocab.txt, or a tokenizer.json if its name ends in .json.
	Vocabulary string `yaml:"vocabulary" json:"-"`
	// Cased keeps accents, and capital letters in a text that has others too; a
	// tokenizer.json says itself.
	Cased bool `yaml:"cased,omitempty" json:"cased"`
	// IDs, Mask and Types are the names of the int64 inputs [batch, seq]; ""
	// stands for input_ids, attention_mask and, if the model has an input of that
	// name, token_type_ids.
	IDs   string `yaml:"ids,omitempty" json:"ids"`
	Mask  string `yaml:"mask,omitempty" json:"mask"`
	Types string `yaml:"types,omitempty" json:"types"`
	// Output is the name of the output, "" for the first.
	Output string `yaml:"output,omitempty" json:"output"`
	// Pooling is "" for MeanOf.
	Pooling Pooling `yaml:"pooling,omitempty" json:"pooling"`
	// MaxTokens bounds the tokens of a text, begin and end included; 0 is 128.
	MaxTokens int `yaml:"max_tokens,omitempty" json:"max_tokens"`
	// Licence and Citation are what the model's makers ask for; they go into what is
	// trained on its features.
	Licence  string `yaml:"licence,omitempty" json:"-"`
	Citation string `yaml:"citation,omitempty" json:"-"`
}

const defaultMaxTokens = 128

// bert is an open BERT.
type bert struct {
	spec  BERT
	model *onnx.Model
	weigh func(length int) int64
	dim   int
}

// NewBERT returns the encoder for the model and the vocabulary of b, named as b says.
// The library must have been loaded by onnx.Init. A model that does not have the
// inputs and the output of b, or an output of unknown width, is an error. The
// model stays open until the process ends.
func NewBERT(b BERT, workers int) (Text, error) {
	vocabulary, err := os.ReadFile(b.Vocabulary)
	if err != nil {
		return nil, fmt.Errorf("encoder onnx: %w", err)
	}
	tokens, err := b.tokenizer(vocabulary)
	if err != nil {
		return nil, fmt.Errorf("encoder onnx: %w", err)
	}
	data, err := os.ReadFile(b.Model)
	if err != nil {
		return nil, fmt.Errorf("encoder onnx: %w", err)
	}
	weigh, err := weigher(b.Model, data)
	if err != nil {
		return nil, fmt.Errorf("encoder onnx: %w", err)
	}
	model, err := onnx.OpenBytes(b.Model, data, onnx.Options{})
	if err != nil {
		return nil, fmt.Errorf("encoder onnx: %w", err)
	}
	open := bert{spec: b, model: model, weigh: weigh}
	if err := open.resolve(); err != nil {
		_ = model.Close() // the reason to give up is the other error
		return nil, fmt.Errorf("encoder onnx: %s: %w", b.Model, err)
	}
	return open.text(tokens, vocabulary, workers)
}

func (b BERT) tokenizer(vocabulary []byte) (*wordpiece.Tokenizer, error) {
	r := bytes.NewReader(vocabulary)
	if strings.HasSuffix(b.Vocabulary, ".json") {
		v, c, err := wordpiece.ReadTokenizerJSON(r, b.Vocabulary)
		if err != nil {
			return nil, err
		}
		return wordpiece.New(v, c)
	}
	v, err := wordpiece.ReadVocab(r, b.Vocabulary)
	if err != nil {
		return nil, err
	}
	if b.Cased {
		return wordpiece.New(v, wordpiece.Cased())
	}
	return wordpiece.New(v, wordpiece.Uncased())
}

// resolve fills in the names and checks them against the model.
func (o *bert) resolve() error {
	s := &o.spec
	s.IDs, s.Mask = cmp.Or(s.IDs, "input_ids"), cmp.Or(s.Mask, "attention_mask")
	s.Pooling, s.MaxTokens = cmp.Or(s.Pooling, MeanOf), cmp.Or(s.MaxTokens, defaultMaxTokens)
	inputs, outputs := o.model.Inputs(), o.model.Outputs()
	if s.Types == "" && index(inputs, "token_type_ids") >= 0 {
		s.Types = "token_type_ids"
	}
	want := []string{s.IDs, s.Mask}
	if s.Types != "" {
		want = append(want, s.Types)
	}
	for _, name := range want {
		if i := index(inputs, name); i < 0 || inputs[i].Type != onnxfile.Int64 {
			return fmt.Errorf("it has no input %q of int64", name)
		}
	}
	if len(inputs) != len(want) {
		return fmt.Errorf("it has %d inputs, want only %s", len(inputs), strings.Join(want, ", "))
	}
	if s.Output == "" && len(outputs) > 0 {
		s.Output = outputs[0].Name
	}
	if s.MaxTokens < 3 {
		return fmt.Errorf("max_tokens is %d, want at least 3", s.MaxTokens)
	}
	return o.width(outputs)
}

// width finds the number of features in the shape of the output.
func (o *bert) width(outputs []onnxfile.Value) error {
	i := index(outputs, o.spec.Output)
	if i < 0 || outputs[i].Type != onnxfile.Float {
		return fmt.Errorf("it has no output %q of float32", o.spec.Output)
	}
	axes := map[Pooling]int{First: 3, MeanOf: 3, Pooled: 2}[o.spec.Pooling]
	if axes == 0 {
		return fmt.Errorf("the pooling is %q, want %s, %s or %s", o.spec.Pooling, First, MeanOf, Pooled)
	}
	shape := outputs[i].Shape
	if len(shape) != axes {
		return fmt.Errorf("pooling %q needs an output of %d axes, %s has not", o.spec.Pooling, axes, onnx.Spec(outputs[i]))
	}
	last := shape[axes-1]
	if last.Name != "" || last.N < 1 {
		return fmt.Errorf("the width of output %s is not fixed", onnx.Spec(outputs[i]))
	}
	o.dim = int(last.N)
	return nil
}

func index(values []onnxfile.Value, name string) int {
	return slices.IndexFunc(values, func(v onnxfile.Value) bool { return v.Name == name })
}

func (o *bert) text(tokens *wordpiece.Tokenizer, vocabulary []byte, workers int) (Text, error) {
	settings, err := json.Marshal(o.spec)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintf(h, "bert features 1, capitals lowered\n%s %s\n%x\n%s\n", o.model.Digest(), onnx.Version(), sha256.Sum256(vocabulary), settings)
	return &sequenceEncoder{
		name: cmp.Or(o.spec.Name, ONNX), digest: hex.EncodeToString(h.Sum(nil)), dim: o.dim, workers: workers, run: o.run, weigh: o.weigh,
		tokenize: func(text string) sequence {
			ids, dropped := tokens.Encode(text, o.spec.MaxTokens)
			q := cut(ids, tokens.Unknown(), len(ids))
			q.tally.Dropped = int32(dropped)
			q.tally.Tokens -= int32(tokens.Ends())
			return q
		},
	}, nil
}

func (o *bert) run(ctx context.Context, batch [][]int32, dst [][]float32) error {
	ids, mask := flat(batch)
	rows, length := len(batch), len(batch[0])
	shape := []int64{int64(rows), int64(length)}
	in := map[string]onnx.Tensor{o.spec.IDs: onnx.Int64(ids, shape...), o.spec.Mask: onnx.Int64(mask, shape...)}
	if o.spec.Types != "" {
		in[o.spec.Types] = onnx.Int64(make([]int64, len(ids)), shape...)
	}
	out, err := o.model.Run(ctx, in)
	if err != nil {
		return err
	}
	v, states := out[o.spec.Output].Floats(), length
	if o.spec.Pooling == Pooled {
		states = 1
	}
	if len(v) != rows*states*o.dim {
		return fmt.Errorf("output %q has %d entries, want %d rows of %d states of %d", o.spec.Output, len(v), rows, states, o.dim)
	}
	for i := range dst {
		pool(dst[i], v[i*states*o.dim:][:states*o.dim], o.spec.Pooling)
	}
	return nil
}

// pool writes one vector made of the states of a text.
func pool(dst, states []float32, p Pooling) {
	if p != MeanOf {
		copy(dst, states)
		return
	}
	n := len(states) / len(dst)
	for d := range dst {
		sum := 0.0
		for k := range n {
			sum += float64(states[k*len(dst)+d])
		}
		dst[d] = float32(sum / float64(n))
	}
}
