package own

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/features"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
	"uacs/harness/sample"
)

const description = `name: mine
file: mine.onnx
inputs:
  - {name: text, kind: text}
  - {name: audio, kind: audio}
output: {name: logits, kind: bins, logits: true, centres: [-1, 0, 1]}
`

func load(t *testing.T, text string) (Config, error) {
	t.Helper()
	return LoadConfig(fstest.MapFS{"own.yaml": {Data: []byte(text)}}, "own.yaml")
}

func mine(t *testing.T) Config {
	t.Helper()
	c, err := load(t, description)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func value(name string, kind onnxfile.DType, dims ...onnxfile.Dim) onnxfile.Value {
	return onnxfile.Value{Name: name, Type: kind, Shape: dims}
}

var batch, frames = onnxfile.Dim{Name: "batch"}, onnxfile.Dim{Name: "frames"}

// adder is a file whose logits are text·W: [2] to [3], with audio taken and left alone.
func adder(t testing.TB) *onnxfile.Model {
	t.Helper()
	return &onnxfile.Model{
		Name:         "adder",
		Inputs:       []onnxfile.Value{value("text", onnxfile.Float, batch, onnxfile.Dim{N: 2}), value("audio", onnxfile.Float, batch, frames, onnxfile.Dim{N: 1})},
		Outputs:      []onnxfile.Value{value("logits", onnxfile.Float, batch, onnxfile.Dim{N: 3})},
		Initializers: []onnxfile.Tensor{onnxfile.Floats("w", []int64{2, 3}, []float32{1, 0, 0, 0, 0, 1})},
		Nodes:        []onnxfile.Node{{Op: "MatMul", Inputs: []string{"text", "w"}, Outputs: []string{"logits"}}},
	}
}

// byHand runs adder without the library. Mixed adds the sum of the batch to each clip.
type byHand struct{ mixed bool }

func (r byHand) Run(_ context.Context, in map[string]onnx.Tensor) (map[string]onnx.Tensor, error) {
	x, n := in["text"].Floats(), in["text"].Shape[0]
	var out []float32
	for i := range n {
		out = append(out, x[2*i], 0, x[2*i+1])
		if r.mixed {
			out[3*i] += float32(n)
		}
	}
	return map[string]onnx.Tensor{"logits": onnx.Float32(out, n, 3)}, nil
}

func TestLoadConfigErrors(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "name: mine", "nmae: mine", "own.yaml:1"},
		{"unknown kind", "kind: audio", "kind: smell", `kind "smell" is not text`},
		{"input twice", "name: audio", "name: text", `"text" stands twice`},
		{"encoder of audio", "kind: audio", "kind: audio, encoder: glove", "an encoder makes text features, not audio"},
		{"ids without a vocabulary", "kind: text", "kind: ids", "token numbers need a vocabulary"},
		{"centres out of order", "[-1, 0, 1]", "[0, -1, 1]", "ascending"},
		{"centre twice", "[-1, 0, 1]", "[-1, 0, 0]", "ascending"},
		{"regression with centres", "kind: bins, logits: true", "kind: regression", "a regression has no logits, labels or centres"},
		{"classes of other words", "kind: bins, logits: true, centres: [-1, 0, 1]", "kind: classes, labels: [sad, happy]", `label "sad" is not negative`},
		{"no file", "file: mine.onnx\n", "", "file is required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := load(t, strings.Replace(description, c.old, c.new, 1)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// FuzzLoadConfig demands an error that names the file, or a description that a file can
// be compared with, whatever the bytes.
func FuzzLoadConfig(f *testing.F) {
	f.Add(description)
	f.Add("name: a\nfile: a.onnx\nvocabulary: v.txt\nmax_tokens: 9\ninputs: [{name: t, kind: ids}, {name: m, kind: mask}]\noutput: {name: y, kind: classes, labels: [negative, positive]}\n")
	f.Add("name: a\nfile: a.onnx\ninputs: [{name: t, kind: text, encoder: glove}]\noutput: {name: y, kind: regression}\n")
	file := adder(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := LoadConfig(fstest.MapFS{"own.yaml": {Data: []byte(text)}}, "own.yaml")
		if err != nil {
			if !strings.Contains(err.Error(), "own.yaml") {
				t.Errorf("an error without the file's name: %v", err)
			}
			return
		}
		if len(c.Inputs) == 0 || c.Output.K() < 1 {
			t.Errorf("%+v", c)
		}
		Match(&c, file)
	})
}

// Each mismatch is told with what to do about it.
func TestMatch(t *testing.T) {
	c := mine(t)
	if faults := Match(&c, adder(t)); len(faults) > 0 {
		t.Errorf("a file that fits: %q", faults)
	}
	for _, k := range []struct {
		name   string
		change func(m *onnxfile.Model, c *Config)
		want   string
	}{
		{"input not described", func(m *onnxfile.Model, _ *Config) {
			m.Inputs = append(m.Inputs, value("vision", onnxfile.Float, batch, onnxfile.Dim{N: 2}))
		}, "add {name: vision, kind: …} to inputs"},
		{"input not in the file", func(m *onnxfile.Model, _ *Config) { m.Inputs = m.Inputs[:1] }, `the file has no input "audio"; its inputs are text`},
		{"double", func(m *onnxfile.Model, _ *Config) { m.Inputs[0].Type = onnxfile.Double }, "input text is float64 where text is float32"},
		{"fixed batch", func(m *onnxfile.Model, _ *Config) { m.Inputs[0].Shape[0] = onnxfile.Dim{N: 8} }, "takes 8 clips at once"},
		{"open width", func(m *onnxfile.Model, _ *Config) { m.Inputs[0].Shape[1] = onnxfile.Dim{Name: "width"} }, "does not say how many features"},
		{"four axes", func(m *onnxfile.Model, _ *Config) {
			m.Inputs[0].Shape = append(slices.Clone(m.Inputs[0].Shape), batch, batch)
		}, "has 4 axes"},
		{"other output", func(m *onnxfile.Model, _ *Config) { m.Outputs[0].Name = "scores" }, `no output "logits"; its outputs are scores`},
		{"seven bins", func(m *onnxfile.Model, _ *Config) { m.Outputs[0].Shape[1].N = 7 }, "has 7 numbers for a clip, the description 3 bins"},
		{"no regression", func(_ *onnxfile.Model, c *Config) { c.Output = Output{Name: "logits", Kind: Regression} }, "describe it as classes or bins"},
	} {
		t.Run(k.name, func(t *testing.T) {
			c, m := mine(t), adder(t)
			k.change(m, &c)
			if faults := Match(&c, m); len(faults) != 1 || !strings.Contains(faults[0], k.want) {
				t.Errorf("%q, want one with %q", faults, k.want)
			}
		})
	}
}

// A file of features that has what the model takes, one of another width, and one
// without the modality.
func TestMatchFeatures(t *testing.T) {
	c := mine(t)
	for _, k := range []struct {
		name, header string
		bytes        int
		want         string
	}{
		{"fits", `{"text":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"audio":{"dtype":"F32","shape":[1,1,1],"data_offsets":[8,12]}}`, 12, ""},
		{"wide", `{"text":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"audio":{"dtype":"F32","shape":[1,1,2],"data_offsets":[8,16]}}`, 16, "has audio features of width 2, the file takes 1"},
		{"absent", `{"text":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}`, 8, "has no audio features"},
	} {
		path := filepath.Join(t.TempDir(), "f.safetensors")
		data := append(binary.LittleEndian.AppendUint64(nil, uint64(len(k.header))), k.header+string(make([]byte, k.bytes))...)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		set, err := features.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		faults := MatchFeatures(&c, adder(t), set)
		if got := strings.Join(faults, "; "); (k.want == "") != (got == "") || !strings.Contains(got, k.want) {
			t.Errorf("%s: %q, want %q", k.name, got, k.want)
		}
		set.Close()
	}
}

// MatMul of [2,2] and [2,3] is 2·2·2·3 operations by the rule of package onnxfile.
func TestCheck(t *testing.T) {
	c := mine(t)
	got, err := Check(context.Background(), &c, adder(t), byHand{}, []Size{{1, 4}, {2, 4}, {2, 9}}, 3)
	if err != nil || len(got) != 3 || got[1].FLOPs != 24 || got[1].Parameters != 6 || !got[1].Exact {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Check(context.Background(), &c, adder(t), byHand{mixed: true}, []Size{{1, 4}, {2, 4}}, 1); err == nil || !strings.Contains(err.Error(), "mixes the clips of a batch") {
		t.Errorf("a model that mixes clips: %v", err)
	}
	c.Output.Logits = false // 0, 0, 1 and 0 sum to 1, but a second clip's would not
	if _, err := Check(context.Background(), &c, adder(t), byHand{mixed: true}, []Size{{2, 4}}, 1); err == nil || !strings.Contains(err.Error(), "if they are logits, say logits: true") {
		t.Errorf("logits passed for probabilities: %v", err)
	}
}

// By hand: logits ln 2, 0, 0 are probabilities 1/2, 1/4, 1/4 and, over −1, 0, 1, the
// score −1/4.
func TestRead(t *testing.T) {
	near := cmpopts.EquateApprox(0, 1e-6)
	logits := onnx.Float32([]float32{float32(math.Log(2)), 0, 0}, 1, 3)
	number := func(x float64) *float64 { return &x }
	for _, c := range []struct {
		name string
		out  Output
		in   onnx.Tensor
		want sample.Prediction
		err  string
	}{
		{"bins", Output{Name: "y", Kind: Bins, Logits: true, Centres: []float64{-1, 0, 1}}, logits, sample.Prediction{
			Bins: []float64{-1, 0, 1}, Probs: []float64{0.5, 0.25, 0.25}, Score: number(-0.25),
		}, ""},
		{"classes", Output{Name: "y", Kind: Classes, Labels: []string{"negative", "positive"}}, onnx.Float32([]float32{0, 1}, 1, 2), sample.Prediction{
			Label: "positive", LabelLogprobs: map[string]float64{"negative": -104, "positive": 0},
		}, ""},
		{"regression", Output{Name: "y", Kind: Regression}, onnx.Float32([]float32{1.5}, 1), sample.Prediction{Score: number(1.5)}, ""},
		{"NaN", Output{Name: "y", Kind: Regression}, onnx.Float32([]float32{float32(math.NaN())}, 1), sample.Prediction{}, "number 0 is NaN"},
		{"too short", Output{Name: "y", Kind: Bins, Centres: []float64{0, 1}}, onnx.Float32([]float32{1}, 1, 1), sample.Prediction{}, "1 numbers for 1 clips"},
		{"negative", Output{Name: "y", Kind: Bins, Centres: []float64{0, 1}}, onnx.Float32([]float32{2, -1}, 1, 2), sample.Prediction{}, "say logits: true"},
		{"absent", Output{Name: "y", Kind: Regression}, onnx.Tensor{}, sample.Prediction{}, "0 numbers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.out.read(c.in, 0)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				return
			}
			if diff := cmp.Diff(c.want, got, near); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// Clips get valid predictions; one without features an error record.
func TestPredict(t *testing.T) {
	c := mine(t)
	row := func(clip *sample.Sample) ([]float32, int, bool, error) {
		return []float32{float32(len(clip.ID)), 1}, 0, clip.ID != "none", nil
	}
	three := func(*sample.Sample) ([]float32, int, bool, error) { return []float32{1, 2, 3}, 3, true, nil }
	s := &Source{ByKind: map[Kind]Rows{Text: row, Audio: three}}
	clips := []sample.Sample{{Dataset: "synth-mosi", Split: sample.Test, ID: "a"}, {Dataset: "synth-mosi", Split: sample.Test, ID: "none"}}
	got, failed, err := Predict(context.Background(), Model{Config: &c, File: adder(t), Runner: byHand{}, Digest: "00"}, s, clips)
	if err != nil || failed != 1 || len(got) != 2 || got[1].Error != "no text features" || *got[0].FLOPs != 12 || !slices.Equal(got[0].Modalities, []string{"text", "audio"}) {
		t.Fatalf("%+v, %d, %v", got, failed, err)
	}
	for _, p := range got {
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
	}
	if missing := (&Source{}).Missing(&c); !slices.Equal(missing, []string{"text", "audio"}) {
		t.Errorf("missing %q", missing)
	}
}

// By hand: frames are averaged for a file that takes a row, padded or cut for one with a
// fixed number of them, and left alone where it is open.
func TestFeatureTensor(t *testing.T) {
	x := []float32{1, 2, 3, 4}
	two := onnxfile.Dim{N: 2}
	for _, c := range []struct {
		name   string
		dims   []onnxfile.Dim
		frames int
		want   []float32
	}{
		{"mean", []onnxfile.Dim{batch, two}, 2, []float32{2, 3}},
		{"open", []onnxfile.Dim{batch, frames, two}, 2, x},
		{"padded", []onnxfile.Dim{batch, {N: 3}, two}, 2, []float32{1, 2, 3, 4, 0, 0}},
		{"cut", []onnxfile.Dim{batch, {N: 1}, two}, 2, []float32{1, 2}},
	} {
		got, err := featureTensor(x, c.frames, value("x", onnxfile.Float, c.dims...))
		if diff := cmp.Diff(c.want, got.Floats()); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
	if _, err := featureTensor(x, 1, value("x", onnxfile.Float, batch, two)); err == nil || !strings.Contains(err.Error(), "4 features, the file takes 2") {
		t.Errorf("another width: %v", err)
	}
}

// What the documented script exports fits the committed example. It needs PyTorch.
func TestExportPyTorch(t *testing.T) {
	python := withTorch()
	if testing.Short() || python == "" {
		t.Skip("no PyTorch for python3")
	}
	path := filepath.Join(t.TempDir(), "own.onnx")
	if out, err := exec.Command(python, "../../../docs/export-pytorch.py", path, "6", "5", "4").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := onnxfile.Decode(path, data)
	if err != nil {
		t.Fatal(err)
	}
	c := example(t)
	if faults := Match(&c, file); len(faults) > 0 {
		t.Errorf("%q", faults)
	}
}

func example(t *testing.T) Config {
	t.Helper()
	c, err := LoadConfig(os.DirFS("../../.."), "configs/own-model.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestExample(t *testing.T) { example(t) }

// withTorch returns a Python that has PyTorch, Debian's own among those tried, or "".
func withTorch() string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import torch").Run() == nil {
			return python
		}
	}
	return ""
}
