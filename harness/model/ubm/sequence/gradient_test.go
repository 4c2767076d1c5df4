package sequence

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// madeUp returns n clips of frames, the last of them absent in the first modality.
func madeUp(r *rand.Rand, n int, widths []int, aligned bool) []Frames {
	out := make([]Frames, len(widths))
	for m, w := range widths {
		out[m] = NewFrames(w)
	}
	for i := range n {
		long := 1 + r.IntN(6)
		for m, w := range widths {
			if !aligned {
				long = 1 + r.IntN(6)
			}
			frames := make([]float32, long*w)
			for k := range frames {
				frames[k] = float32(r.NormFloat64())
			}
			if i == n-1 && m == 0 {
				frames = nil
			}
			out[m].Add(frames)
		}
	}
	return out
}

// chance drops elements and modalities, alike in each evaluation of one seed.
type chance struct{ r *rand.Rand }

func (c chance) Keep(p float64) float32 {
	if c.r.Float64() < p {
		return 0
	}
	return float32(1 / (1 - p))
}

func (c chance) Stays(has []bool) {
	for m := range has {
		if c.r.Float64() < 0.3 && slices.Contains(append(slices.Clone(has[:m]), has[m+1:]...), true) {
			has[m] = false
		}
	}
}

var shapes = []struct {
	name    string
	aligned bool
	streams [][]int
	shape   Shape
}{
	{"mean alone", false, [][]int{{0}}, Shape{Streams: []Stream{{Pooling: []Pool{Mean}}}}},
	{"all poolings", false, [][]int{{0}, {1}}, Shape{
		Streams: []Stream{{Pooling: Pools, Hidden: []int{4}}, {Pooling: []Pool{Attention, Std}, Dropout: 0.3, Linear: 3}}, Head: []int{5}, HeadDropout: 0.2,
	}},
	{"convolution", false, [][]int{{0}, {1}}, Shape{
		Streams: []Stream{{Convolution: Convolution{3, 4}, Pooling: Pools, Dropout: 0.2}, {Convolution: Convolution{2, 3}, Pooling: []Pool{Max}, Hidden: []int{4, 3}}},
		Dropout: 0.3, Head: []int{4, 3},
	}},
	{"transformer", false, [][]int{{0}, {1}}, Shape{
		Streams: []Stream{{Transformer: Transformer{4, 2, 2, 5, 0.2}, Pooling: []Pool{Attention, Max}}, {Convolution: Convolution{2, 3}, Transformer: Transformer{3, 1, 1, 4, 0}, LSTM: LSTM{3, 1, 0}, Pooling: []Pool{Mean}, Hidden: []int{4}}},
		Dropout: 0.2,
	}},
	{"lstm", false, [][]int{{1}, {0}}, Shape{
		Streams: []Stream{{LSTM: LSTM{4, 2, 0.3}, Pooling: []Pool{Last, Mean}, Linear: 3}, {Convolution: Convolution{3, 3}, LSTM: LSTM{3, 1, 0}, Pooling: []Pool{Attention}}}, Dropout: 0.2,
	}},
	{"early fusion", true, [][]int{{0, 1}}, Shape{
		Streams: []Stream{{LSTM: LSTM{3, 3, 0.2}, Pooling: []Pool{Last}}}, Dropout: 0.4, Head: []int{4}, HeadDropout: 0.4,
	}},
}

// build returns the network of a case over modalities of 3 and 2 columns.
func build(t testing.TB, shape Shape, streams [][]int) *Network {
	t.Helper()
	widths := []int{3, 2}
	shape.Streams = slices.Clone(shape.Streams)
	for k, of := range streams {
		for _, m := range of {
			shape.Streams[k].Widths = append(shape.Streams[k].Widths, widths[m])
		}
	}
	shape.Outputs = 2
	n, err := New(shape)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The gradient of every part agrees with central differences in float64, with dropout of
// elements and modalities, and with a clip that lacks a modality.
func TestGradientsMatchFiniteDifferences(t *testing.T) {
	for _, c := range shapes {
		t.Run(c.name, func(t *testing.T) {
			n := build(t, c.shape, c.streams)
			r := rand.New(rand.NewPCG(3, 5))
			in := NewInput(madeUp(r, 7, []int{3, 2}, c.aligned), c.streams)
			w, g := make([]float64, n.Size()), make([]float64, n.Size())
			for k := range w {
				w[k] = 0.7 * r.NormFloat64()
			}
			clips := []int{6, 0, 1, 3, 2, 5, 4}
			want := make([]float64, 2*len(clips))
			for k := range want {
				want[k] = r.NormFloat64()
			}
			p := NewPass[float64](n)
			loss := func() (sum float64) { // half the squared error
				for k, z := range p.Forward(w, in, clips, chance{rand.New(rand.NewPCG(1, 2))}) {
					sum += 0.5 * (z - want[k]) * (z - want[k])
				}
				return sum
			}
			loss()
			dz := slices.Clone(p.out.out.data)
			for k := range dz {
				dz[k] -= want[k]
			}
			p.Backward(w, g, dz)
			const h = 1e-6
			for k := range w {
				at := w[k]
				w[k] = at + h
				up := loss()
				w[k] = at - h
				down := loss()
				w[k] = at
				if diff := (up - down) / (2 * h); math.Abs(g[k]-diff) > 2e-6*(1+math.Abs(diff)) {
					t.Errorf("parameter %d of %d: gradient %.9g, central difference %.9g", k, n.Size(), g[k], diff)
				}
			}
		})
	}
}
