package uselite

import (
	"fmt"

	"uacs/harness/model/onnxfile"
)

// builder appends to a model. The first fault is kept; what is built after it
// does not count.
type builder struct {
	model   onnxfile.Model
	weights Weights
	err     error
}

func (b *builder) node(op string, inputs, outputs []string, attrs ...onnxfile.Attr) {
	b.model.Nodes = append(b.model.Nodes, onnxfile.Node{Name: outputs[0], Op: op, Inputs: inputs, Outputs: outputs, Attrs: attrs})
}

// op appends a node with one output, whose name it returns.
func (b *builder) op(out, op string, inputs ...string) string {
	b.node(op, inputs, []string{out})
	return out
}

// with is op for a node with attributes.
func (b *builder) with(attrs []onnxfile.Attr, out, op string, inputs ...string) string {
	b.node(op, inputs, []string{out}, attrs...)
	return out
}

func (b *builder) ints(name string, dims []int64, v ...int64) string {
	b.model.Initializers = append(b.model.Initializers, onnxfile.Int64s(name, dims, v))
	return name
}

func (b *builder) float(name string, v float32) string {
	b.model.Initializers = append(b.model.Initializers, onnxfile.Floats(name, nil, []float32{v}))
	return name
}

// weight takes a tensor of the source under a shorter name and checks its shape.
// Axes of size 1 at the front of the source are dropped to make dims.
func (b *builder) weight(name, source string, dims ...int64) string {
	w, ok := b.weights[source]
	if !ok && b.err == nil {
		b.err = fmt.Errorf("there is no weight %q", source)
	}
	have := w.Dims
	for len(have) > len(dims) && have[0] == 1 {
		have = have[1:]
	}
	same := len(have) == len(dims)
	for i := 0; same && i < len(dims); i++ {
		same = have[i] == dims[i]
	}
	if !same && b.err == nil {
		b.err = fmt.Errorf("weight %q has shape %v, want %v", source, w.Dims, dims)
	}
	b.model.Initializers = append(b.model.Initializers, onnxfile.Floats(name, dims, w.Data))
	return name
}

// dense appends x*kernel + bias over the last axis.
func (b *builder) dense(out, x, kernel, bias string, from, to int64) string {
	w := b.weight(out+"_kernel", kernel, from, to)
	product := b.op(out+"_product", "MatMul", x, w)
	return b.op(out, "Add", product, b.weight(out+"_bias", bias, to))
}

func axis(i int64) []onnxfile.Attr { return []onnxfile.Attr{onnxfile.IntAttr("axis", i)} }

func perm(p ...int64) []onnxfile.Attr { return []onnxfile.Attr{onnxfile.IntsAttr("perm", p...)} }
