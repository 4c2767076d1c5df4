package ubm

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"uacs/harness/model/onnx"
	"uacs/harness/model/ubm/sequence"
	"uacs/harness/sample"
)

// madeUpFrames returns clips whose label is told by a burst of frames in each modality.
// Every tenth clip has no vision.
func madeUpFrames(t testing.TB, train, valid, test int) Data {
	t.Helper()
	r := rand.New(rand.NewPCG(17, 19))
	d := Data{Dataset: "synth-mosi", Modalities: Modalities, Provenance: Provenance{Digest: "made up", Synthetic: true}}
	fill := func(p *Part, prefix string, n int) {
		for m := range Modalities {
			p.Frames = append(p.Frames, sequence.NewFrames(2+m))
		}
		for i := range n {
			p.IDs = append(p.IDs, fmt.Sprintf("%s%d", prefix, i))
			p.Videos = append(p.Videos, fmt.Sprintf("%sv%d", prefix, i/8))
			y := min(max(1.5*r.NormFloat64(), -3), 3)
			p.Labels = append(p.Labels, y)
			for m := range p.Frames {
				w := p.Frames[m].Width
				long := 3 + r.IntN(5)
				if m == 2 && i%10 == 9 {
					long = 0
				}
				frames := make([]float32, long*w)
				for k := range frames {
					frames[k] = float32(4 + 0.5*r.NormFloat64())
					if k/w < 2 && k%w == 0 {
						frames[k] += float32(y)
					}
				}
				p.Frames[m].Add(frames)
			}
		}
	}
	fill(&d.Train, "a", train)
	fill(&d.Valid, "b", valid)
	fill(&d.Test, "c", test)
	return d
}

func framesConfig() Config {
	c := Defaults()
	c.Name, c.Title, c.Tier, c.Datasets, c.Modalities = "made-up", "SYNTHETIC made-up frames", "synth", []string{"synth-mosi"}, Modalities
	c.Features = map[string]FeatureFile{"synth-mosi": {File: Generated}}
	c.Bins = []float64{-3, -2, -1, 0, 1, 2, 3}
	c.Streams = []StreamConfig{
		{Of: []string{"text"}, Pooling: []sequence.Pool{"attention", "last"}, Hidden: []int{6}},
		{Of: []string{"audio"}, Convolution: &ConvolutionConfig{3, 4}, Pooling: []sequence.Pool{"mean", "max"}, Dropout: 0.1, Linear: 5},
		{Of: []string{"vision"}, LSTM: &LSTMConfig{Width: 4, Layers: 2, Dropout: 0.1}, Pooling: []sequence.Pool{"std", "mean"}},
	}
	c.Head, c.Seeds, c.Replicates = []int{8}, []uint64{1, 2}, 200
	c.Dropout = DropoutConfig{Hidden: 0.1, Modality: 0.2, Head: 0.1}
	c.Optimiser.Rate, c.Optimiser.Epochs, c.Optimiser.Batch = 0.01, 6, 32
	return c
}

// early makes it an early fusion of frames side by side.
func early(c *Config) {
	c.Streams = []StreamConfig{{Of: Modalities, LSTM: &LSTMConfig{Width: 6, Layers: 2, Dropout: 0.2}, Pooling: []sequence.Pool{"last"}}}
	c.Dropout.Modality = 0
}

// encoders gives two streams a transformer, one of them behind a convolution.
func encoders(c *Config) {
	c.Streams[0].Transformer = &TransformerConfig{Width: 8, Heads: 2, Layers: 2, Hidden: 8, Dropout: 0.1}
	c.Streams[1].Transformer = &TransformerConfig{Width: 4, Heads: 1, Layers: 1, Hidden: 6}
}

// regression makes it one.
func regression(c *Config) {
	c.Loss, c.Bins, c.Temperature = LossConfig{Kind: AbsoluteError}, nil, false
	c.Optimiser.Coupled, c.Optimiser.Decay = true, 0.001
}

// variants of framesConfig.
var variants = []struct {
	name   string
	change func(*Config)
}{
	{"streams", func(*Config) {}},
	{"corn", func(c *Config) { c.Loss.Kind = CORN }},
	{"early fusion", early},
	{"transformer", encoders},
	{"regression", regression},
	{"early regression, one seed", func(c *Config) { early(c); regression(c); c.Seeds = c.Seeds[:1] }},
}

// Training finds what there is to find, bit by bit alike on one processor and on several.
func TestFramesTrainAlike(t *testing.T) {
	d := madeUpFrames(t, 300, 80, 120)
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			c := framesConfig()
			v.change(&c)
			c.Optimiser.Epochs = 12
			bound := 0.6
			if len(c.Streams) == 1 { // its vector is the last frame's, the label is in the first ones
				bound = 0.7
			}
			first, history := mustTrain(t, c, d)
			before := runtime.GOMAXPROCS(1)
			second, again := mustTrain(t, c, d)
			runtime.GOMAXPROCS(before)
			for j := range first.members {
				if !slices.Equal(first.members[j].weights, second.members[j].weights) {
					t.Errorf("member %d differs", j)
				}
			}
			if !slices.Equal(history.Epochs, again.Epochs) {
				t.Error("the histories differ")
			}
			q, err := first.Judge(&d.Test)
			if err != nil {
				t.Fatal(err)
			}
			null := 0.0
			for _, y := range d.Test.Labels {
				null += math.Abs(y) / 120
			}
			for _, m := range q.Metrics {
				if m.Name == "MAE" && (*m.Value > bound*null || len(c.Seeds) > 1 && len(m.Members) != 2) {
					t.Errorf("mean absolute error %.3f, %d members; always answering 0 has %.3f", *m.Value, len(m.Members), null)
				}
			}
		})
	}
}

// padded returns frames as the ONNX file takes them, what is padding being junk.
func padded(f sequence.Frames, frames int, junk float32) []float32 {
	out := make([]float32, 0, f.Clips()*frames*f.Width)
	for i := range f.Clips() {
		out = append(out, f.Clip(i)...)
		for range (frames - f.Len(i)) * f.Width {
			out = append(out, junk)
		}
	}
	return out
}

// ONNX Runtime computes from the file what PredictPart computes, whatever the padding
// holds and however long it is, also for clips that lack modalities.
func TestFramesONNXRuntimeAgrees(t *testing.T) {
	loadRuntime(t)
	d := madeUpFrames(t, 60, 30, 20)
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			c := framesConfig()
			v.change(&c)
			c.Optimiser.Epochs = 2
			m, _ := mustTrain(t, c, d)
			data, err := m.ONNX()
			if err != nil {
				t.Fatal(err)
			}
			session, err := onnx.OpenBytes(t.Name(), data, onnx.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			silent := d.Test.Without(Modalities, "audio", "vision")
			for _, part := range []*Part{&d.Test, &silent} {
				for _, junk := range []float32{0, 1e4} {
					compareFrames(t, m, session, part, 9, junk)
				}
				compareFrames(t, m, session, part, 30, -7)
			}
		})
	}
}

func compareFrames(t *testing.T, m *Model, session *onnx.Model, part *Part, frames int, junk float32) {
	t.Helper()
	in := map[string]onnx.Tensor{}
	n := int64(part.N())
	for k, name := range m.Config.Modalities {
		f := part.Frames[k]
		lengths := make([]int64, n)
		for i := range lengths {
			lengths[i] = int64(f.Len(i))
		}
		in[name] = onnx.Float32(padded(f, frames, junk), n, int64(frames), int64(f.Width))
		in[name+"_length"] = onnx.Int64(lengths, n)
	}
	got, err := session.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.PredictPart(part)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, want []float64) {
		t.Helper()
		if len(got[name].Floats()) != len(want) {
			t.Fatalf("%s has shape %v, want %d numbers", name, got[name].Shape, len(want))
		}
		for k, v := range got[name].Floats() {
			if !(math.Abs(float64(v)-want[k]) <= 1e-5*max(1, math.Abs(want[k]))) {
				t.Fatalf("%s[%d] is %v, PredictPart has %v", name, k, v, want[k])
			}
		}
	}
	check("score", want.Score)
	check("probs", slices.Concat(want.Probs...))
	check("logits", slices.Concat(want.Logits...))
	if m.Members() > 1 && want.MemberScores != nil {
		check("member_scores", slices.Concat(want.MemberScores...))
	}
	if want.MemberProbs != nil {
		check("member_probs", slices.Concat(slices.Concat(want.MemberProbs...)...))
	}
}

// An answer says what the model would say to each modality alone that the clip has.
func TestFramesAnswers(t *testing.T) {
	d := madeUpFrames(t, 60, 30, 20)
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			c := framesConfig()
			v.change(&c)
			c.Optimiser.Epochs = 1
			m, _ := mustTrain(t, c, d)
			records, err := m.Answers(sample.Test, &d.Test)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := sample.WritePredictions(&b, records); err != nil {
				t.Fatal(err)
			}
			faceless := d.Test.Without(Modalities, "text", "vision")
			alone, err := m.PredictPart(&faceless)
			if err != nil {
				t.Fatal(err)
			}
			key, want := "modality_probs", any(nil)
			if want = alone.Score[9]; c.Loss.Kind != AbsoluteError {
				want = alone.Probs[9]
			} else {
				key = "modality_scores"
			}
			said := records[9].Params[key].(map[string]any)
			if len(said) != 2 || fmt.Sprint(said["audio"]) != fmt.Sprint(want) || !slices.Equal(records[9].Modalities, []string{"text", "audio"}) {
				t.Errorf("clip without vision: modalities %v, said %v, audio alone %v", records[9].Modalities, said, want)
			}
			if said := records[8].Params[key].(map[string]any); len(said) != 3 {
				t.Errorf("clip with all: said %v", said)
			}
			if *records[8].FLOPs == *records[9].FLOPs || (c.Loss.Kind == AbsoluteError) != (records[8].Probs == nil) {
				t.Errorf("flops %v and %v, probs %v", *records[8].FLOPs, *records[9].FLOPs, records[8].Probs)
			}
		})
	}
}

func TestFramesConfigRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"a modality in no stream", func(c *Config) { c.Streams = c.Streams[:2] }, "streams: they are of [text audio]"},
		{"a public tier", func(c *Config) { c.Tier, c.Datasets = "public", []string{"mosi"} }, "tier: licensed"},
		{"no file", func(c *Config) { c.Features = nil }, "features: the file of synth-mosi is needed"},
		{"a file of synthetic clips", func(c *Config) { c.Features["synth-mosi"] = FeatureFile{File: "a.pkl"} }, "features: generated"},
		{"arrays of synthetic clips", func(c *Config) {
			c.Features["synth-mosi"] = FeatureFile{File: Generated, Arrays: map[string]string{"text": "a"}}
		}, "features: generated frames are in no arrays"},
		{"an encoder", func(c *Config) { c.Encoders = []string{"glove"} }, "no encoders"},
		{"Monte-Carlo passes", func(c *Config) { c.Passes = 4 }, "passes"},
		{"an unknown pooling", func(c *Config) { c.Streams[0].Pooling = []sequence.Pool{"min"} }, `stream 1: pooling "min" is not one of`},
		{"no pooling", func(c *Config) { c.Streams[2].Pooling = nil }, "stream 3: no pooling"},
		{"alignment of one", func(c *Config) { c.Streams[0].Align = "mean" }, "streams: 1: align"},
		{"no heads", func(c *Config) { c.Streams[1].Transformer = &TransformerConfig{Width: 4, Layers: 1, Hidden: 4} }, "streams: 2: transformer: width 4, 0 heads"},
		{"heads that do not divide", func(c *Config) {
			c.Streams[1].Transformer = &TransformerConfig{Width: 4, Heads: 3, Layers: 1, Hidden: 4}
		}, "streams: stream 2: a transformer of width 4, 3 heads"},
		{"a kernel of 0", func(c *Config) { c.Streams[1].Convolution.Kernel = 0 }, "streams: 2: convolution"},
		{"an LSTM without layers", func(c *Config) { c.Streams[2].LSTM.Layers = 0 }, "streams: 3: lstm"},
		{"a head of width 0", func(c *Config) { c.Head = []int{0} }, "head: width 0"},
		{"a regression with bins", func(c *Config) { c.Loss.Kind = AbsoluteError }, "absolute-error has no bins"},
		{"a probability of 1", func(c *Config) { c.Robustness = &RobustnessConfig{Beside: 1} }, "robustness.beside"},
		{"features of vectors", func(c *Config) { c.Streams, c.Encoders = nil, []string{"glove"} }, "streams: features, head"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := framesConfig()
			config.Robustness = nil
			c.change(&config)
			if err := config.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	c := framesConfig()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}
