package sequence

import (
	"fmt"

	"uacs/harness/model/onnxfile"
)

// Graph collects the nodes and constants of an ONNX graph. Each method returns the name it
// was given.
type Graph interface {
	// Node adds an operation with one output.
	Node(op, out string, in []string, attrs ...onnxfile.Attr) string
	// Floats and Ints add constants; Ints makes a vector.
	Floats(name string, dims []int64, v []float32) string
	Ints(name string, v ...int64) string
}

// Values are the names of what a stream is computed from in an ONNX graph, for a batch of B
// clips padded to T frames.
type Values struct {
	// Frames is float32 [B, T, columns], Length int64 [B]: the true frames, which are the
	// first ones. The others may hold anything that is finite.
	Frames, Length string
	// Range is int64 [T]: 0 to T−1.
	Range string
}

// masks are further values of a stream, which all members share.
type masks struct {
	Values
	frame   string // bool [B, T, 1]: a true frame
	last    string // bool [B, T, 1]: the last one
	count   string // float32 [B, 1]: the true frames, 1 at least
	short   string // int32 [B]: the same
	present string // bool [B, 1]
	zero    string
}

// Export adds networks of the shape n, one for each vector of parameters, to a graph and
// returns the names of their outputs, float32 [B, outputs]. Names begin with prefix and the
// member's number.
func (n *Network) Export(g Graph, members [][]float32, prefix func(member int) string, streams []Values) []string {
	e := exporter{g: g, n: n, axis1: g.Ints("sequence_axis_1", 1), axis2: g.Ints("sequence_axis_2", 2)}
	for k, v := range streams {
		e.streams = append(e.streams, e.masks(fmt.Sprintf("stream%d_", k+1), v))
	}
	var out []string
	for j, w := range members {
		out = append(out, e.member(prefix(j), w))
	}
	return out
}

type exporter struct {
	g            Graph
	n            *Network
	streams      []masks
	axis1, axis2 string
}

func (e *exporter) masks(p string, v Values) masks {
	g := e.g
	m := masks{Values: v, zero: g.Floats(p+"zero", nil, []float32{0})}
	column := g.Node("Unsqueeze", p+"length", []string{v.Length, e.axis1})
	m.frame = g.Node("Unsqueeze", p+"mask", []string{g.Node("Less", p+"before_end", []string{v.Range, column}), e.axis2})
	one := g.Ints(p+"one", 1)
	before := g.Node("Sub", p+"before_last", []string{column, one})
	m.last = g.Node("Unsqueeze", p+"last", []string{g.Node("Equal", p+"at_last", []string{v.Range, before}), e.axis2})
	m.present = g.Node("Greater", p+"present", []string{column, g.Ints(p+"none", 0)})
	m.count = g.Node("Cast", p+"count", []string{g.Node("Max", p+"one_at_least", []string{column, one})}, onnxfile.IntAttr("to", int64(onnxfile.Float)))
	m.short = g.Node("Cast", p+"steps", []string{g.Node("Max", p+"one_step", []string{v.Length, one})}, onnxfile.IntAttr("to", int64(onnxfile.Int32)))
	return m
}

func floats(w []float32, s slot) []float32 { return w[s.at : s.at+s.rows*s.cols] }

func (e *exporter) member(prefix string, w []float32) string {
	var all []string
	for k := range e.streams {
		p := fmt.Sprintf("%sstream%d_", prefix, k+1)
		v := e.stream(p, k, w)
		slots := e.n.streams[k]
		absent := e.g.Floats(p+"absent", []int64{1, int64(slots.absent.cols)}, floats(w, slots.absent))
		all = append(all, e.g.Node("Where", p+"vector", []string{e.streams[k].present, v, absent}))
	}
	z := all[0]
	if len(all) > 1 {
		z = e.g.Node("Concat", prefix+"fused", all, onnxfile.IntAttr("axis", 1))
	}
	for k, s := range e.n.head {
		z = e.dense(fmt.Sprintf("%shead%d", prefix, k+1), z, w, s, true)
	}
	return e.dense(prefix+"outputs", z, w, e.n.out, false)
}

func (e *exporter) dense(p, x string, w []float32, s denseSlots, relu bool) string {
	weight := e.g.Floats(p+"_weight", []int64{int64(s.weight.rows), int64(s.weight.cols)}, floats(w, s.weight))
	bias := e.g.Floats(p+"_bias", []int64{int64(s.bias.cols)}, floats(w, s.bias))
	if !relu {
		return e.g.Node("Gemm", p, []string{x, weight, bias})
	}
	return e.g.Node("Relu", p, []string{e.g.Node("Gemm", p+"_sum", []string{x, weight, bias})})
}

func (e *exporter) turn(p, x string, axes ...int64) string {
	return e.g.Node("Transpose", p, []string{x}, onnxfile.IntsAttr("perm", axes...))
}

// stream adds one stream of one member.
func (e *exporter) stream(p string, k int, w []float32) string {
	c, slots, m := &e.n.Streams[k], &e.n.streams[k], e.streams[k]
	y := m.Frames
	if c.Convolution.Kernel > 0 {
		y = e.convolution(p, y, c, slots, w)
	}
	if c.Transformer.Layers > 0 {
		y = e.transformer(p+"transformer_", y, m, c.Transformer, slots.transformer, w)
	}
	if len(slots.lstm) > 0 {
		y = e.turn(p+"steps", y, 1, 0, 2)
		for l, s := range slots.lstm {
			y = e.lstm(fmt.Sprintf("%slstm%d", p, l+1), y, m.short, s, w)
		}
		y = e.turn(p+"states", y, 1, 0, 2)
	}
	var pools []string
	for _, kind := range c.Pooling {
		pools = append(pools, e.pool(p+string(kind), kind, y, m, slots, w))
	}
	v := pools[0]
	if len(pools) > 1 {
		v = e.g.Node("Concat", p+"pooled", pools, onnxfile.IntAttr("axis", 1))
	}
	for l, s := range slots.hidden {
		v = e.dense(fmt.Sprintf("%shidden%d", p, l+1), v, w, s, true)
	}
	if c.Linear > 0 {
		v = e.dense(p+"linear", v, w, slots.linear, false)
	}
	return v
}

// convolution adds a convolution: ONNX wants channels before frames, and weights as
// [channels, columns, kernel].
func (e *exporter) convolution(p, y string, c *Stream, slots *streamSlots, w []float32) string {
	kernel, columns, channels := c.Convolution.Kernel, c.columns(), c.Convolution.Channels
	from := floats(w, slots.convolution.weight)
	to := make([]float32, len(from))
	for t := range kernel {
		for j := range columns {
			for h := range channels {
				to[(h*columns+j)*kernel+t] = from[(t*columns+j)*channels+h]
			}
		}
	}
	weight := e.g.Floats(p+"convolution_weight", []int64{int64(channels), int64(columns), int64(kernel)}, to)
	bias := e.g.Floats(p+"convolution_bias", []int64{int64(channels)}, floats(w, slots.convolution.bias))
	before := int64((kernel - 1) / 2)
	y = e.g.Node("Conv", p+"convolution", []string{e.turn(p+"columns", y, 0, 2, 1), weight, bias},
		onnxfile.IntsAttr("kernel_shape", int64(kernel)), onnxfile.IntsAttr("pads", before, int64(kernel-1)-before))
	return e.turn(p+"channels", e.g.Node("Relu", p+"convolved", []string{y}), 0, 2, 1)
}

// lstm adds a layer. ONNX orders the gates i, o, f, c and has a bias for the recurrent sum
// too, which is 0 here.
func (e *exporter) lstm(p, x, steps string, s lstmSlots, w []float32) string {
	h := s.recurrent.rows
	turned := func(s slot) []float32 {
		from := floats(w, s)
		to := make([]float32, 0, len(from))
		for _, gate := range []int{0, 3, 1, 2} {
			for j := range h {
				for r := range s.rows {
					to = append(to, from[r*4*h+gate*h+j])
				}
			}
		}
		return to
	}
	width, columns := int64(h), int64(s.input.rows)
	y := e.g.Node("LSTM", p, []string{
		x,
		e.g.Floats(p+"_input", []int64{1, 4 * width, columns}, turned(s.input)),
		e.g.Floats(p+"_recurrent", []int64{1, 4 * width, width}, turned(s.recurrent)),
		e.g.Floats(p+"_bias", []int64{1, 8 * width}, append(turned(s.bias), make([]float32, 4*h)...)),
		steps,
	}, onnxfile.IntAttr("hidden_size", width))
	return e.g.Node("Squeeze", p+"_states", []string{y, e.axis1})
}

// pool adds one pooling of [B, T, columns] to [B, columns].
func (e *exporter) pool(p string, kind Pool, y string, m masks, slots *streamSlots, w []float32) string {
	g := e.g
	sum := func(name, x string) string {
		return g.Node("ReduceSum", name, []string{x, e.axis1}, onnxfile.IntAttr("keepdims", 0))
	}
	only := func(name, mask, x, other string) string { return g.Node("Where", name, []string{mask, x, other}) }
	switch kind {
	case Mean:
		return g.Node("Div", p, []string{sum(p+"_sum", only(p+"_true", m.frame, y, m.zero)), m.count})
	case Max:
		least := g.Floats(p+"_least", nil, []float32{-3e38})
		return g.Node("ReduceMax", p, []string{only(p+"_true", m.frame, y, least)}, onnxfile.IntsAttr("axes", 1), onnxfile.IntAttr("keepdims", 0))
	case Std:
		mean := g.Node("Div", p+"_mean", []string{sum(p+"_sum", only(p+"_true", m.frame, y, m.zero)), m.count})
		d := g.Node("Sub", p+"_away", []string{y, g.Node("Unsqueeze", p+"_middle", []string{mean, e.axis1})})
		squares := g.Node("Mul", p+"_squares", []string{d, d})
		variance := g.Node("Div", p+"_variance", []string{sum(p+"_total", only(p+"_kept", m.frame, squares, m.zero)), m.count})
		return g.Node("Sqrt", p, []string{g.Node("Add", p+"_softened", []string{variance, g.Floats(p+"_least", nil, []float32{softened})})})
	case Last:
		return sum(p, only(p+"_true", m.last, y, m.zero))
	}
	query := g.Floats(p+"_query", []int64{int64(slots.query.cols), 1}, floats(w, slots.query))
	odds := only(p+"_odds", m.frame, g.Node("MatMul", p+"_products", []string{y, query}), g.Floats(p+"_least", nil, []float32{-1e30}))
	shares := g.Node("Softmax", p+"_shares", []string{odds}, onnxfile.IntAttr("axis", 1))
	return sum(p, g.Node("Mul", p+"_shared", []string{only(p+"_true", m.frame, y, m.zero), shares}))
}
