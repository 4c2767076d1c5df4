package sequence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Pool is a way in which frames become one vector; the package comment has the formulas.
type Pool string

// The poolings.
const (
	Mean      Pool = "mean"
	Max       Pool = "max"
	Std       Pool = "std"
	Last      Pool = "last"
	Attention Pool = "attention"
)

// Pools lists the poolings.
var Pools = []Pool{Mean, Max, Std, Last, Attention}

// Convolution is a temporal convolution of Kernel frames to Channels columns. The zero
// value is none.
type Convolution struct{ Kernel, Channels int }

// Transformer is an encoder of Layers of Width columns, each with Heads of attention and
// dense layers of Hidden columns, with Dropout behind attention and dense layers. The zero
// value is none.
type Transformer struct {
	Width, Heads, Layers, Hidden int
	Dropout                      float64
}

// LSTM is a stack of Layers of Width units, with Dropout between layers. The zero value is
// none.
type LSTM struct {
	Width, Layers int
	Dropout       float64
}

// Stream is the part of a network that makes a vector of one modality's frames, or of
// several modalities' frames side by side.
type Stream struct {
	// Widths are the columns of each modality.
	Widths      []int
	Convolution Convolution
	Transformer Transformer
	LSTM        LSTM
	Pooling     []Pool
	// Dropout is the probability of dropping an element of what pooling makes.
	Dropout float64
	// Hidden are the widths of the dense layers, Linear that of a last one without relu,
	// 0 for none.
	Hidden []int
	Linear int
}

// Shape is the size of a network.
type Shape struct {
	Streams []Stream
	// Dropout is the probability of dropping an element of the streams' vectors, HeadDropout
	// of the head's layers.
	Dropout, HeadDropout float64
	Head                 []int
	Outputs              int
}

// columns returns how many columns the stream's frames have.
func (s *Stream) columns() int {
	n := 0
	for _, w := range s.Widths {
		n += w
	}
	return n
}

// Pooled returns the columns that are pooled.
func (s *Stream) Pooled() int {
	switch {
	case s.LSTM.Layers > 0:
		return s.LSTM.Width
	case s.Transformer.Layers > 0:
		return s.Transformer.Width
	case s.Convolution.Kernel > 0:
		return s.Convolution.Channels
	}
	return s.columns()
}

// width returns the length of the stream's vector.
func (s *Stream) width() int {
	switch {
	case s.Linear > 0:
		return s.Linear
	case len(s.Hidden) > 0:
		return s.Hidden[len(s.Hidden)-1]
	}
	return len(s.Pooling) * s.Pooled()
}

// check reports a stream that cannot be built.
func (s *Stream) check() error {
	switch {
	case s.columns() < 1 || slices.Min(s.Widths) < 1:
		return fmt.Errorf("columns %v: at least one is needed of each modality", s.Widths)
	case len(s.Pooling) == 0:
		return fmt.Errorf("no pooling")
	case s.Convolution.Kernel > 0 && s.Convolution.Channels < 1:
		return fmt.Errorf("a convolution without channels")
	case s.Transformer.Layers > 0 && (s.Transformer.Heads < 1 || s.Transformer.Width < 1 || s.Transformer.Width%s.Transformer.Heads != 0 || s.Transformer.Hidden < 1):
		return fmt.Errorf("a transformer of width %d, %d heads and hidden %d: the width must be a multiple of the heads", s.Transformer.Width, s.Transformer.Heads, s.Transformer.Hidden)
	case s.LSTM.Layers > 0 && s.LSTM.Width < 1:
		return fmt.Errorf("an LSTM without width")
	}
	for i, p := range s.Pooling {
		if !slices.Contains(Pools, p) {
			return fmt.Errorf("pooling %q is not one of %v", p, Pools)
		}
		if slices.Contains(s.Pooling[:i], p) {
			return fmt.Errorf("pooling %s stands twice", p)
		}
	}
	return nil
}

// slot is a place in the vector of all parameters.
type slot struct {
	at, rows, cols int
	decays         bool
	// bound is that of a uniform start, 0 for none; normal is the variance of a normal one.
	bound, normal float64
	one           bool // starts at 1
}

type denseSlots struct{ weight, bias slot }

type lstmSlots struct{ input, recurrent, bias slot }

// blockSlots are those of a layer of a transformer; the weight of a normalisation is its
// gain.
type blockSlots struct{ qkv, out, first, wide, narrow, second denseSlots }

type transformerSlots struct {
	project denseSlots
	blocks  []blockSlots
}

type streamSlots struct {
	convolution denseSlots
	transformer transformerSlots
	lstm        []lstmSlots
	query       slot
	hidden      []denseSlots
	linear      denseSlots
	absent      slot
}

// Network is the layout of a network's parameters in one vector. It is not changed after
// it was made.
type Network struct {
	Shape
	streams []streamSlots
	head    []denseSlots
	out     denseSlots
	size    int
	slots   []slot
}

// New lays out the parameters of a network. A shape that cannot be built is an error.
func New(s Shape) (*Network, error) {
	if len(s.Streams) == 0 || s.Outputs < 1 {
		return nil, fmt.Errorf("a network of %d streams and %d outputs", len(s.Streams), s.Outputs)
	}
	n := &Network{Shape: s}
	total := 0
	for k := range s.Streams {
		st := &s.Streams[k]
		if err := st.check(); err != nil {
			return nil, fmt.Errorf("stream %d: %w", k+1, err)
		}
		n.streams = append(n.streams, n.stream(st))
		total += st.width()
	}
	for _, w := range s.Head {
		n.head = append(n.head, n.dense(total, w, 2))
		total = w
	}
	n.out = n.dense(total, s.Outputs, 1)
	return n, nil
}

func (n *Network) stream(s *Stream) streamSlots {
	var out streamSlots
	cols := s.columns()
	if c := s.Convolution; c.Kernel > 0 {
		out.convolution = n.dense(c.Kernel*cols, c.Channels, 2)
		cols = c.Channels
	}
	if c := s.Transformer; c.Layers > 0 {
		out.transformer.project = n.dense(cols, c.Width, 1)
		cols = c.Width
		for range c.Layers {
			out.transformer.blocks = append(out.transformer.blocks, blockSlots{
				qkv: n.dense(cols, 3*cols, 1), out: n.dense(cols, cols, 1), first: n.norm(cols),
				wide: n.dense(cols, c.Hidden, 2), narrow: n.dense(c.Hidden, cols, 1), second: n.norm(cols),
			})
		}
	}
	for range s.LSTM.Layers {
		h := s.LSTM.Width
		bound := 1 / math.Sqrt(float64(h))
		out.lstm = append(out.lstm, lstmSlots{
			input:     n.take(slot{rows: cols, cols: 4 * h, decays: true, bound: bound}),
			recurrent: n.take(slot{rows: h, cols: 4 * h, decays: true, bound: bound}),
			bias:      n.take(slot{rows: 1, cols: 4 * h, bound: bound}),
		})
		cols = h
	}
	if slices.Contains(s.Pooling, Attention) {
		out.query = n.take(slot{rows: 1, cols: cols, decays: true})
	}
	cols *= len(s.Pooling)
	for _, w := range s.Hidden {
		out.hidden = append(out.hidden, n.dense(cols, w, 2))
		cols = w
	}
	if s.Linear > 0 {
		out.linear = n.dense(cols, s.Linear, 1)
		cols = s.Linear
	}
	out.absent = n.take(slot{rows: 1, cols: cols})
	return out
}

func (n *Network) take(s slot) slot {
	s.at = n.size
	n.size += s.rows * s.cols
	n.slots = append(n.slots, s)
	return s
}

func (n *Network) dense(rows, cols int, gain float64) denseSlots {
	return denseSlots{
		weight: n.take(slot{rows: rows, cols: cols, decays: true, normal: gain / float64(rows)}),
		bias:   n.take(slot{rows: 1, cols: cols}),
	}
}

func (n *Network) norm(cols int) denseSlots {
	return denseSlots{weight: n.take(slot{rows: 1, cols: cols, one: true}), bias: n.take(slot{rows: 1, cols: cols})}
}

// Size returns the number of parameters.
func (n *Network) Size() int { return n.size }

// Decays marks the parameters that weight decay shrinks: no bias is.
func (n *Network) Decays(marks []bool) {
	for _, s := range n.slots {
		for k := range s.rows * s.cols {
			marks[s.at+k] = s.decays
		}
	}
}

// Start draws the parameters: normal with variance 2/inputs before a relu and 1/inputs
// elsewhere (He et al., Delving Deep into Rectifiers, 2015), uniform within ±1/√width in an
// LSTM; gains of a normalisation are 1, other biases, queries and vectors of what is absent
// 0.
func Start[T number](n *Network, w []T, r *rand.Rand) {
	for _, s := range n.slots {
		for k := range s.rows * s.cols {
			switch {
			case s.bound > 0:
				w[s.at+k] = T(s.bound * (2*r.Float64() - 1))
			case s.normal > 0:
				w[s.at+k] = T(r.NormFloat64() * math.Sqrt(s.normal))
			case s.one:
				w[s.at+k] = 1
			default:
				w[s.at+k] = 0
			}
		}
	}
}

// FLOPs counts the floating-point operations of one forward pass for one clip with the
// given numbers of frames in each stream: two for each weight of a matrix product, one for
// each element of a bias, a relu, a mean or maximum, four for one of a std, five for a
// softmax, ten for an LSTM's gates, five for a column of a transformer's input and its place,
// and what Transformer.flops says; standardisation (two for each number) is counted too.
func (n *Network) FLOPs(frames []float64) float64 {
	total, width := 0.0, 0
	dense := func(rows, cols int) float64 { return float64(2*rows*cols + 2*cols) }
	for k := range n.Streams {
		s := &n.Streams[k]
		cols := s.columns()
		frame := float64(2 * cols)
		if c := s.Convolution; c.Kernel > 0 {
			frame += dense(c.Kernel*cols, c.Channels)
			cols = c.Channels
		}
		if c := s.Transformer; c.Layers > 0 {
			frame += float64(2*cols*c.Width+5*c.Width) + float64(c.Layers)*c.flops(frames[k])
			cols = c.Width
		}
		for range s.LSTM.Layers {
			h := s.LSTM.Width
			frame += float64(2*cols*4*h + 2*h*4*h + 4*h + 10*4*h)
			cols = h
		}
		for _, p := range s.Pooling {
			frame += float64(cols * map[Pool]int{Mean: 1, Max: 1, Std: 4, Attention: 4}[p])
			if p == Attention {
				frame += 5
			}
		}
		total += frames[k] * frame
		cols *= len(s.Pooling)
		for _, w := range s.Hidden {
			total += dense(cols, w)
			cols = w
		}
		if s.Linear > 0 {
			total += dense(cols, s.Linear) - float64(s.Linear)
		}
		width += s.width()
	}
	for _, w := range n.Head {
		total += dense(width, w)
		width = w
	}
	return total + dense(width, n.Outputs) - float64(n.Outputs)
}

// flops counts the operations of one layer for one of the given number of frames: 8w² + 4wh
// of the dense layers, their biases and relu, two sums and normalisations of eight
// operations an element, and with each other frame 4w of products and weighing and six of
// scaling and softmax in each head.
func (c Transformer) flops(frames float64) float64 {
	w, h := float64(c.Width), float64(c.Hidden)
	return 8*w*w + 4*w*h + 5*w + 2*h + 2*9*w + frames*(4*w+6*float64(c.Heads))
}
