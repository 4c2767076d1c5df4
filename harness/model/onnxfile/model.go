package onnxfile

import (
	"fmt"
	"slices"
)

// Defaults of a model that leaves the field 0.
const (
	DefaultIRVersion = 8
	DefaultOpset     = 17
)

// Model is an ONNX model with one graph. The zero value of IRVersion and Opset
// stands for the defaults when it is encoded; a decoded model has both set.
type Model struct {
	// Name is the graph's name.
	Name string
	// Producer and ProducerVersion name the program that made the model.
	Producer, ProducerVersion string
	// Doc is a description for people.
	Doc string
	// IRVersion is the version of the file format, Opset that of the operators
	// of the default domain.
	IRVersion, Opset int64
	// Domains are the versions of further operator domains.
	Domains []Domain
	// Inputs and Outputs are the graph's, in the order of the file. Up to IR
	// version 3 initializers are among the inputs; see [Model.Feeds].
	Inputs, Outputs []Value
	// Hidden are the shapes that the file states for values inside the graph.
	Hidden []Value
	// Initializers are the constants by name: mostly the weights.
	Initializers []Tensor
	// Nodes are the operations, each after those whose outputs it takes.
	Nodes []Node
	// Metadata are free texts by key, sorted by key when encoded.
	Metadata []Meta
}

// Domain is the version of the operators of one domain.
type Domain struct {
	Name    string
	Version int64
}

// Meta is one entry of a model's metadata.
type Meta struct{ Key, Value string }

// Value describes a graph's input, output or inner value.
type Value struct {
	Name string
	Type DType
	// Shape is nil if the rank is not known and empty for a scalar.
	Shape []Dim
}

// Dim is one axis of a shape: symbolic if Name is set, of N entries if not, of
// unknown size if N is negative.
type Dim struct {
	N    int64
	Name string
}

// Fixed returns a shape of known sizes.
func Fixed(sizes ...int64) []Dim {
	out := make([]Dim, len(sizes))
	for i, n := range sizes {
		out[i].N = n
	}
	return out
}

// String returns the axis as in a printed shape: 12, batch or ?.
func (d Dim) String() string {
	switch {
	case d.Name != "":
		return d.Name
	case d.N < 0:
		return "?"
	}
	return fmt.Sprint(d.N)
}

// Node is one operation. Domain is "" for the standard operators. An input
// that is "" is an optional input left out, an output that is "" is not wanted.
type Node struct {
	Name, Op, Domain string
	Inputs, Outputs  []string
	Attrs            []Attr
}

// Attr returns the attribute of that name.
func (n *Node) Attr(name string) (Attr, bool) {
	i := slices.IndexFunc(n.Attrs, func(a Attr) bool { return a.Name == name })
	if i < 0 {
		return Attr{}, false
	}
	return n.Attrs[i], true
}

// Meta returns the metadata text of that key.
func (m *Model) Meta(key string) (value string, ok bool) {
	for _, e := range m.Metadata {
		if e.Key == key {
			return e.Value, true
		}
	}
	return "", false
}

// Feeds returns the inputs that a run must be given: those without an
// initializer of the same name.
func (m *Model) Feeds() []Value {
	held := make(map[string]bool, len(m.Initializers))
	for _, t := range m.Initializers {
		held[t.Name] = true
	}
	out := make([]Value, 0, len(m.Inputs))
	for _, v := range m.Inputs {
		if !held[v.Name] {
			out = append(out, v)
		}
	}
	return out
}
