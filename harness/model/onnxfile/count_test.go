package onnxfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// attention is one head of self-attention over x[batch,length,4] written with
// shapes that the graph computes, as exporters do: it is reshaped to two heads
// of 2 by [Shape, Gather, Unsqueeze, Concat, Reshape].
func attention() *Model {
	m := &Model{
		Name:    "attention",
		Inputs:  []Value{{Name: "x", Type: Float, Shape: []Dim{{Name: "batch"}, {Name: "length"}, {N: 4}}}},
		Outputs: []Value{{Name: "y", Type: Float, Shape: []Dim{{Name: "batch"}, {Name: "heads"}, {Name: "length"}, {N: 2}}}},
		Initializers: []Tensor{
			Floats("w", []int64{4, 4}, make([]float32, 16)), Int64s("zero", []int64{}, []int64{0}), Int64s("one", []int64{}, []int64{1}),
			Int64s("first", []int64{1}, []int64{0}), Int64s("rest", []int64{2}, []int64{2, 2}), Floats("gain", []int64{4}, make([]float32, 4)),
			Floats("shift", []int64{4}, make([]float32, 4)), Floats("root", []int64{}, []float32{2}),
		},
	}
	add := func(op, out string, attrs []Attr, in ...string) {
		m.Nodes = append(m.Nodes, Node{Op: op, Inputs: in, Outputs: []string{out}, Attrs: attrs})
	}
	add("LayerNormalization", "n", nil, "x", "gain", "shift")
	add("MatMul", "q", nil, "n", "w")
	add("Shape", "s", nil, "x")
	add("Gather", "s0", nil, "s", "zero")
	add("Gather", "s1", nil, "s", "one")
	add("Unsqueeze", "u0", nil, "s0", "first")
	add("Unsqueeze", "u1", nil, "s1", "first")
	add("Concat", "to", []Attr{IntAttr("axis", 0)}, "u0", "u1", "rest")
	add("Reshape", "heads", nil, "q", "to")
	add("Transpose", "k", []Attr{IntsAttr("perm", 0, 2, 1, 3)}, "heads")
	add("Transpose", "kt", []Attr{IntsAttr("perm", 0, 2, 3, 1)}, "heads")
	add("MatMul", "scores", nil, "k", "kt")
	add("Div", "scaled", nil, "scores", "root")
	add("Softmax", "probs", []Attr{IntAttr("axis", -1)}, "scaled")
	add("MatMul", "y", nil, "probs", "k")
	return m
}

func TestCountPerceptron(t *testing.T) {
	got, err := Count(perceptron(), map[string]int64{"batch": 5})
	if err != nil {
		t.Fatal(err)
	}
	// By hand: first Gemm 2·5·3·4 + 5·4 = 140, Relu 5·4 = 20, second Gemm
	// 2·5·4·2 + 5·2 = 90, Softmax 5·5·2 = 50.
	want := Report{
		FLOPs: 140 + 20 + 90 + 50, Parameters: 12 + 4 + 8 + 2, Exact: true,
		Ops: []OpCount{
			{Op: "Gemm", Nodes: 2, FLOPs: 230, Parameters: 26}, {Op: "Relu", Nodes: 1, FLOPs: 20}, {Op: "Softmax", Nodes: 1, FLOPs: 50},
		},
		Inputs:  []Value{{"x", Float, Fixed(5, 3)}},
		Outputs: []Value{{"probs", Float, Fixed(5, 2)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCountFollowsComputedShapes(t *testing.T) {
	got, err := Count(attention(), map[string]int64{"batch": 3, "length": 5})
	if err != nil {
		t.Fatal(err)
	}
	// By hand: LayerNormalization 8·60 = 480; projection 2·15·4·4 = 480; scores
	// 2·(3·2)·5·2·5 = 600; division 150; Softmax 5·150 = 750; sum 2·6·5·5·2 = 600.
	if want := int64(480 + 480 + 600 + 150 + 750 + 600); got.FLOPs != want || !got.Exact {
		t.Errorf("%d FLOPs, exact %v; want %d", got.FLOPs, got.Exact, want)
	}
	if got.Parameters != 16+4+4+1 {
		t.Errorf("%d parameters", got.Parameters)
	}
	if diff := cmp.Diff(Fixed(3, 2, 5, 2), got.Outputs[0].Shape); diff != "" {
		t.Error(diff)
	}
}

func TestCountReportsWhatItDoesNotKnow(t *testing.T) {
	m := perceptron()
	m.Nodes[1].Op, m.Nodes[1].Domain = "FancyRelu", "own"
	got, err := Count(m, map[string]int64{"batch": 1})
	if err != nil {
		t.Fatal(err)
	}
	// What follows the unknown operator has no shape.
	want := []OpCount{{Op: "Gemm", Nodes: 1}, {Op: "Softmax", Nodes: 1}, {Op: "own.FancyRelu", Nodes: 1}}
	if diff := cmp.Diff(want, got.Unknown); diff != "" || got.Exact {
		t.Error(diff, got.Exact)
	}
	// With the shape stated in the file the rest is counted.
	m.Hidden = []Value{{"a", Float, []Dim{{Name: "batch"}, {N: 4}}}}
	if got, err = Count(m, map[string]int64{"batch": 1}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]OpCount{{Op: "own.FancyRelu", Nodes: 1}}, got.Unknown); diff != "" || got.Exact {
		t.Error(diff, got.Exact)
	}
}

func TestCountErrors(t *testing.T) {
	if _, err := Count(attention(), nil); err == nil || err.Error() != "the sizes of the axes batch, length are needed" {
		t.Error(err)
	}
	m := perceptron()
	m.Nodes[2].Attrs = nil // [batch,4] times [2,4]
	if _, err := Count(m, map[string]int64{"batch": 1}); err == nil || !strings.Contains(err.Error(), "node 2 (Gemm): the shapes [1 4] and [2 4] do not go together") {
		t.Error(err)
	}
}

// TestCountIsBounded doubles a list of numbers and the axes of a shape again and
// again: a small file must not take much memory.
func TestCountIsBounded(t *testing.T) {
	m := &Model{Initializers: []Tensor{Int64s("v0", []int64{2}, []int64{1, 1})}}
	for i := range 40 {
		from, to := fmt.Sprint("v", i), fmt.Sprint("v", i+1)
		m.Nodes = append(m.Nodes, Node{Op: "Concat", Inputs: []string{from, from}, Outputs: []string{to}, Attrs: []Attr{IntAttr("axis", 0)}})
	}
	m.Outputs = []Value{{Name: "v40", Type: Int64}}
	r, err := Count(m, nil)
	if err != nil || r.Outputs[0].Shape[0].N != 1<<41 {
		t.Errorf("%+v, %v", r, err)
	}
	m.Nodes = append(m.Nodes[:7:7], Node{Op: "Expand", Inputs: []string{"v0", "v7"}, Outputs: []string{"v40"}})
	if _, err := Count(m, nil); err == nil || !strings.Contains(err.Error(), "axes, and at most 64 are supported") {
		t.Error(err)
	}
}

// TestRules checks each operator alone: the shapes and counts are by hand from
// the operator's definition.
func TestRules(t *testing.T) {
	x := func(d ...int64) Tensor { n, _ := product(d); return Floats("", d, make([]float32, n)) }
	ints := func(v ...int64) Tensor { return Int64s("", []int64{int64(len(v))}, v) }
	for _, c := range []struct {
		op    string
		attrs []Attr
		in    []Tensor
		want  []int64
		flops int64
	}{
		{"Add", nil, []Tensor{x(2, 1, 3), x(4, 1)}, []int64{2, 4, 3}, 24},
		{"Add", nil, []Tensor{ints(1, 2), ints(3, 4)}, []int64{2}, 0},
		{"Pow", nil, []Tensor{x(2, 3), x()}, []int64{2, 3}, 6},
		{"Sqrt", nil, []Tensor{x(7)}, []int64{7}, 7},
		{"Erf", nil, []Tensor{x(7)}, []int64{7}, 7},
		{"Equal", nil, []Tensor{x(2, 3), x(3)}, []int64{2, 3}, 0},
		{"Where", nil, []Tensor{{"", Bool, []int64{2, 1}, []byte{1, 0}}, x(3), x()}, []int64{2, 3}, 0},
		{"Max", nil, []Tensor{x(3), x(3), x(3)}, []int64{3}, 6},
		{"Mean", nil, []Tensor{x(3), x(3)}, []int64{3}, 6},
		{"Clip", []Attr{FloatAttr("min", 0)}, []Tensor{x(3)}, []int64{3}, 3},
		{"MatMul", nil, []Tensor{x(2, 3), x(3, 4)}, []int64{2, 4}, 48},
		{"MatMul", nil, []Tensor{x(3), x(5, 3, 4)}, []int64{5, 4}, 120},
		{"MatMul", nil, []Tensor{x(5, 2, 3), x(3)}, []int64{5, 2}, 60},
		{"MatMul", nil, []Tensor{x(3), x(3)}, nil, 6},
		{"Gemm", []Attr{IntAttr("transA", 1), FloatAttr("alpha", 2)}, []Tensor{x(3, 2), x(3, 4)}, []int64{2, 4}, 56},
		{"ReduceSum", []Attr{IntAttr("keepdims", 0)}, []Tensor{x(2, 3), ints(1)}, []int64{2}, 6},
		{"ReduceMean", []Attr{IntsAttr("axes", -1)}, []Tensor{x(2, 3)}, []int64{2, 1}, 8},
		{"ReduceL2", nil, []Tensor{x(2, 3)}, []int64{1, 1}, 13},
		{"LayerNormalization", nil, []Tensor{x(2, 3), x(3)}, []int64{2, 3}, 42},
		{"Softmax", nil, []Tensor{x(2, 3)}, []int64{2, 3}, 30},
		{"CumSum", nil, []Tensor{x(2, 3), ints(1)}, []int64{2, 3}, 6},
		{"ArgMax", []Attr{IntAttr("axis", 1), IntAttr("keepdims", 0)}, []Tensor{x(2, 3)}, []int64{2}, 0},
		{"Concat", []Attr{IntAttr("axis", -1)}, []Tensor{x(2, 3), x(2, 4)}, []int64{2, 7}, 0},
		{"Split", []Attr{IntAttr("axis", 1)}, []Tensor{x(2, 6), ints(6)}, []int64{2, 6}, 0},
		{"Slice", nil, []Tensor{x(10, 3), ints(1), ints(-1), ints(0), ints(3)}, []int64{3, 3}, 0},
		{"Slice", nil, []Tensor{x(10), ints(-1), ints(-11), ints(0), ints(-3)}, []int64{4}, 0},
		{"Slice", nil, []Tensor{x(10), ints(5), ints(1 << 62)}, []int64{5}, 0},
		{"Gather", []Attr{IntAttr("axis", 1)}, []Tensor{x(2, 5, 3), Int64s("", []int64{1, 4}, make([]int64, 4))}, []int64{2, 1, 4, 3}, 0},
		{"Conv", []Attr{IntsAttr("pads", 1, 1)}, []Tensor{x(2, 3, 10), x(4, 3, 3), x(4)}, []int64{2, 4, 10}, 2*80*9 + 80},
		{"Conv", []Attr{IntAttr("group", 3), IntsAttr("strides", 2, 1), IntsAttr("dilations", 1, 3)}, []Tensor{x(1, 3, 7, 8), x(6, 1, 3, 2)}, []int64{1, 6, 3, 5}, 2 * 90 * 6},
		{"Conv", []Attr{IntsAttr("strides", 2), StringAttr("auto_pad", "SAME_UPPER")}, []Tensor{x(1, 1, 5), x(1, 1, 3)}, []int64{1, 1, 3}, 18},
		{"LSTM", nil, []Tensor{x(7, 2, 3), x(1, 16, 3), x(1, 16, 4), x(1, 32)}, []int64{7, 1, 2, 4}, 14 * 16 * (6 + 8 + 1 + 10)},
		{"GRU", []Attr{IntAttr("layout", 1)}, []Tensor{x(2, 7, 3), x(2, 12, 3), x(2, 12, 4)}, []int64{2, 7, 2, 4}, 28 * 12 * (6 + 8 + 10)},
		{"Transpose", nil, []Tensor{x(2, 3, 4)}, []int64{4, 3, 2}, 0},
		{"Reshape", nil, []Tensor{x(2, 3, 4), ints(0, -1)}, []int64{2, 12}, 0},
		{"Flatten", nil, []Tensor{x(2, 3, 4)}, []int64{2, 12}, 0},
		{"Unsqueeze", nil, []Tensor{x(2, 3), ints(0, -1)}, []int64{1, 2, 3, 1}, 0},
		{"Squeeze", nil, []Tensor{x(1, 3, 1), ints(-1)}, []int64{1, 3}, 0},
		{"Expand", nil, []Tensor{x(3, 1), ints(2, 1, 4)}, []int64{2, 3, 4}, 0},
		{"Tile", nil, []Tensor{x(3, 1), ints(2, 4)}, []int64{6, 4}, 0},
		{"Range", nil, []Tensor{Int64s("", nil, []int64{0}), Int64s("", nil, []int64{7}), Int64s("", nil, []int64{2})}, []int64{4}, 0},
		{"ConstantOfShape", nil, []Tensor{ints(2, 3)}, []int64{2, 3}, 0},
		{"Shape", nil, []Tensor{x(2, 3)}, []int64{2}, 0},
		{"Cast", []Attr{IntAttr("to", 1)}, []Tensor{ints(1)}, []int64{1}, 0},
	} {
		t.Run(c.op, func(t *testing.T) {
			m := &Model{Outputs: []Value{{Name: "out"}}}
			n := Node{Op: c.op, Attrs: c.attrs, Outputs: []string{"out"}}
			for i, in := range c.in {
				in.Name = string(rune('a' + i))
				n.Inputs = append(n.Inputs, in.Name)
				m.Initializers = append(m.Initializers, in)
			}
			m.Nodes = []Node{n}
			r, err := Count(m, nil)
			if err != nil || !r.Exact {
				t.Fatalf("%+v, %v", r, err)
			}
			if r.FLOPs != c.flops {
				t.Errorf("%d FLOPs, want %d", r.FLOPs, c.flops)
			}
			if diff := cmp.Diff(Fixed(c.want...), r.Outputs[0].Shape); diff != "" {
				t.Error(diff)
			}
		})
	}
}
