package sequence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var nearly = cmpopts.EquateApprox(0, 1e-12)

// Two frames, (1, 4) and (3, 4), of a first clip, none of a second, one of a third. By
// hand: the query (ln 3/2, 0) weighs the first clip's frames 1 to 3.
func TestPoolings(t *testing.T) {
	x := matrix[float64]{3, 2, []float64{1, 4, 3, 4, -1, 2}}
	starts := []int{0, 2, 2, 3}
	for _, c := range []struct {
		pool Pool
		want []float64
	}{
		{Mean, []float64{2, 4, 0, 0, -1, 2}},
		{Max, []float64{3, 4, 0, 0, -1, 2}},
		{Std, []float64{math.Sqrt(1 + softened), math.Sqrt(softened), 0, 0, math.Sqrt(softened), math.Sqrt(softened)}},
		{Last, []float64{3, 4, 0, 0, -1, 2}},
		{Attention, []float64{2.5, 4, 0, 0, -1, 2}},
	} {
		var p pooled[float64]
		got := p.forward(x, starts, []Pool{c.pool}, []float64{math.Log(3) / 2, 0})
		if diff := cmp.Diff(c.want, got.data, nearly); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.pool, diff)
		}
	}
}

// A kernel of three frames, by hand: the window stops at the ends of its clip.
func TestConvolution(t *testing.T) {
	n, err := New(Shape{Outputs: 1, Streams: []Stream{{Widths: []int{1}, Convolution: Convolution{3, 1}, Pooling: []Pool{Mean}}}})
	if err != nil {
		t.Fatal(err)
	}
	w := make([]float64, n.Size())
	copy(w, []float64{1, 10, 100, 0.5}) // weights of the frame before, of the frame, of that behind; bias
	var c convolve[float64]
	got := c.forward(matrix[float64]{5, 1, []float64{1, 2, 3, 4, -5}}, []int{0, 3, 5}, 3, w, n.streams[0].convolution)
	// 10+200, 1+20+300, 2+30, then 40−500 below 0, 4−50 below 0; the bias on top.
	if diff := cmp.Diff([]float64{210.5, 321.5, 32.5, 0, 0}, got.data, nearly); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// One unit over two clips, of two frames and of one, by the formulas of the comment.
func TestLSTM(t *testing.T) {
	n, err := New(Shape{Outputs: 1, Streams: []Stream{{Widths: []int{1}, LSTM: LSTM{1, 1, 0}, Pooling: []Pool{Last}}}})
	if err != nil {
		t.Fatal(err)
	}
	w := make([]float64, n.Size())
	copy(w, []float64{0.5, -1, 2, 1 /* input */, 0.25, 0.5, -0.5, 1 /* recurrent */, 0.1, 0.2, 0.3, 0.4 /* bias */})
	s := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	cell := func(x, h, c float64) (float64, float64) {
		c = s(-1*x+0.5*h+0.2)*c + s(0.5*x+0.25*h+0.1)*math.Tanh(2*x-0.5*h+0.3)
		return s(x+h+0.4) * math.Tanh(c), c
	}
	h1, c1 := cell(0.7, 0, 0)
	h2, _ := cell(-0.3, h1, c1)
	short, _ := cell(0.9, 0, 0)
	frames := NewFrames(1)
	frames.Add([]float32{0.9})
	frames.Add([]float32{0.7, -0.3})
	p := NewPass[float64](n)
	in := NewInput([]Frames{frames}, [][]int{{0}})
	p.Forward(w, in, []int{0, 1}, nil)
	if diff := cmp.Diff([]float64{short, h2}, p.fused.data, cmpopts.EquateApprox(0, 1e-7)); diff != "" { // frames are float32
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A layer whose queries and keys are 0 attends to all frames alike. With values, output and
// input passed on as they are and nothing in the dense layers, it normalises each frame
// plus the mean of its clip's frames; the second normalisation changes that by its
// softening alone. By hand: of two columns (a, b) normalisation makes ±1, a > b giving
// (1, −1).
func TestTransformer(t *testing.T) {
	n, err := New(Shape{Outputs: 1, Streams: []Stream{{Widths: []int{2}, Transformer: Transformer{2, 1, 1, 1, 0}, Pooling: []Pool{Mean}}}})
	if err != nil {
		t.Fatal(err)
	}
	w := make([]float64, n.Size())
	s := n.streams[0].transformer
	copy(w[s.project.weight.at:], []float64{1, 0, 0, 1})
	copy(w[s.blocks[0].qkv.weight.at:], []float64{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1})
	copy(w[s.blocks[0].out.weight.at:], []float64{1, 0, 0, 1})
	for _, gain := range []slot{s.blocks[0].first.weight, s.blocks[0].second.weight} {
		copy(w[gain.at:], []float64{1, 1})
	}
	var e transformer[float64]
	e.blocks = make([]block[float64], 1)
	// Places: frame 0 is (sin 0, cos 0) = (0, 1), frame 1 is (sin 1, cos 1). With them the clip
	// of two frames is (5, 1), (sin 1, 5 + cos 1), the other one (−3, 2).
	x := matrix[float64]{3, 2, []float64{5, 0, 0, 5, -3, 1}}
	got := e.forward(x, []int{0, 2, 3}, Transformer{2, 1, 1, 1, 0}, w, s, nil)
	if diff := cmp.Diff([]float64{1, -1, -1, 1, -1, 1}, got.data, cmpopts.EquateApprox(0, 1e-4)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Before normalisation: each frame plus the mean of its clip's.
	mixed := e.blocks[0].mixed
	half := func(a, b float64) float64 { return (a + b) / 2 }
	want := []float64{half(5, math.Sin(1)), half(1, 5+math.Cos(1)), half(5, math.Sin(1)), half(1, 5+math.Cos(1)), -3, 2}
	if diff := cmp.Diff(want, mixed.data, nearly); diff != "" {
		t.Errorf("what attention mixes (-want +got):\n%s", diff)
	}
}

// What a clip gets does not depend on the clips beside it, nor on their order.
func TestClipsAreIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := shapes[rapid.IntRange(0, len(shapes)-1).Draw(t, "shape")]
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		shape := c.shape
		shape.Streams, shape.Outputs = slices.Clone(shape.Streams), 2
		for k, of := range c.streams {
			shape.Streams[k].Widths = nil
			for _, m := range of {
				shape.Streams[k].Widths = append(shape.Streams[k].Widths, []int{3, 2}[m])
			}
		}
		n, err := New(shape)
		if err != nil {
			t.Fatal(err)
		}
		w := make([]float64, n.Size())
		Start(n, w, r)
		in := NewInput(madeUp(r, 6, []int{3, 2}, c.aligned), c.streams)
		order := rapid.Permutation([]int{0, 1, 2, 3, 4, 5}).Draw(t, "order")
		p := NewPass[float64](n)
		all := slices.Clone(p.Forward(w, in, order, nil))
		for b, i := range order {
			if diff := cmp.Diff(all[2*b:2*b+2], p.Forward(w, in, []int{i}, nil), nearly); diff != "" {
				t.Errorf("%s: clip %d (-among others +alone):\n%s", c.name, i, diff)
			}
		}
	})
}

// A clip that has nothing gets the vectors of what is absent, whatever the others have.
func TestAbsent(t *testing.T) {
	n, err := New(Shape{Outputs: 1, Streams: []Stream{{Widths: []int{2}, Pooling: []Pool{Mean}}}})
	if err != nil {
		t.Fatal(err)
	}
	w := make([]float64, n.Size())
	copy(w[n.streams[0].absent.at:], []float64{3, 5})
	copy(w[n.out.weight.at:], []float64{1, 10})
	f := NewFrames(2)
	f.Add(nil)
	f.Add([]float32{7, 7})
	z := NewPass[float64](n).Forward(w, NewInput([]Frames{f}, [][]int{{0}}), []int{0, 1}, nil)
	if diff := cmp.Diff([]float64{53, 77}, z); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, s := range map[string]Shape{
		"no stream":         {Outputs: 1},
		"no output":         {Streams: []Stream{{Widths: []int{1}, Pooling: []Pool{Mean}}}},
		"no columns":        {Outputs: 1, Streams: []Stream{{Pooling: []Pool{Mean}}}},
		"a pooling twice":   {Outputs: 1, Streams: []Stream{{Widths: []int{1}, Pooling: []Pool{Mean, Mean}}}},
		"a pool unknown":    {Outputs: 1, Streams: []Stream{{Widths: []int{1}, Pooling: []Pool{"min"}}}},
		"no channels":       {Outputs: 1, Streams: []Stream{{Widths: []int{1}, Convolution: Convolution{Kernel: 3}, Pooling: []Pool{Mean}}}},
		"heads unequal":     {Outputs: 1, Streams: []Stream{{Widths: []int{1}, Transformer: Transformer{3, 2, 1, 1, 0}, Pooling: []Pool{Mean}}}},
		"an LSTM of no one": {Outputs: 1, Streams: []Stream{{Widths: []int{1}, LSTM: LSTM{Layers: 1}, Pooling: []Pool{Mean}}}},
	} {
		if _, err := New(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFramesCheck(t *testing.T) {
	f := NewFrames(2)
	f.Add([]float32{1, 2, 3, 4})
	f.Add(nil)
	if err := f.Check(2); err != nil {
		t.Error(err)
	}
	if err := f.Check(3); err == nil {
		t.Error("two clips passed for three")
	}
	f.Data[3] = float32(math.NaN())
	const want = "clip 0, frame 1, column 1 is NaN"
	if err := f.Check(2); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// By hand, for one clip of 4 frames: standardisation 2·3, a convolution of 2 frames
// 2·6·2 + 2·2, mean and max 2 + 2 a frame; a hidden layer 2·4·3 + 2·3, outputs 2·3·2 + 2.
func TestFLOPs(t *testing.T) {
	n, err := New(Shape{Outputs: 2, Streams: []Stream{{Widths: []int{3}, Convolution: Convolution{2, 2}, Pooling: []Pool{Mean, Max}, Hidden: []int{3}}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := n.FLOPs([]float64{4}), 4.*(6+28+4)+30+14; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func ExampleNewInput() {
	text, audio := NewFrames(1), NewFrames(2)
	text.Add([]float32{1, 2, 3})
	audio.Add([]float32{7, 8})
	in := NewInput([]Frames{text, audio}, [][]int{{0, 1}})
	fmt.Println(in.Streams[0].Clip(0), in.Has[0])
	// Output: [1 7 8 2 0 0 3 0 0] [true true]
}
