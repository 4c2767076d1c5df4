package onnxfile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Encode returns the bytes of the model's file: the same bytes for the same
// model, whatever the machine. Metadata are sorted by key. The error is that of
// [Model.Check].
func (m *Model) Encode() ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("encode the model %q: %w", m.Name, err)
	}
	var out message
	out.varint(1, or(m.IRVersion, DefaultIRVersion))
	out.text(2, m.Producer)
	out.text(3, m.ProducerVersion)
	out.text(6, m.Doc)
	out.bytes(7, m.graph())
	out.bytes(8, domainMessage(Domain{Version: or(m.Opset, DefaultOpset)}))
	for _, d := range m.Domains {
		out.bytes(8, domainMessage(d))
	}
	sorted := slices.Clone(m.Metadata)
	slices.SortFunc(sorted, func(a, b Meta) int { return strings.Compare(a.Key, b.Key) })
	for _, e := range sorted {
		var entry message
		entry.text(1, e.Key)
		entry.text(2, e.Value)
		out.bytes(14, entry)
	}
	return out, nil
}

func or(v, otherwise int64) int64 {
	if v == 0 {
		return otherwise
	}
	return v
}

func (m *Model) graph() message {
	var out message
	for i := range m.Nodes {
		out.bytes(1, m.Nodes[i].encode())
	}
	out.text(2, m.Name)
	for _, t := range m.Initializers {
		out.bytes(5, t.encode())
	}
	for _, list := range []struct {
		field  protowire.Number
		values []Value
	}{{11, m.Inputs}, {12, m.Outputs}, {13, m.Hidden}} {
		for _, v := range list.values {
			out.bytes(list.field, v.encode())
		}
	}
	return out
}

func domainMessage(d Domain) (out message) {
	// The default domain is written out: "" and absent are the same.
	out.text(1, d.Name)
	out.varint(2, d.Version)
	return out
}

func (n *Node) encode() (out message) {
	// Empty names keep the place of an optional input or output.
	for _, s := range n.Inputs {
		out.bytes(1, []byte(s))
	}
	for _, s := range n.Outputs {
		out.bytes(2, []byte(s))
	}
	out.text(3, n.Name)
	out.text(4, n.Op)
	for _, a := range n.Attrs {
		out.bytes(5, a.encode())
	}
	out.text(7, n.Domain)
	return out
}

func (a Attr) encode() (out message) {
	if len(a.Raw) > 0 {
		return a.Raw
	}
	out.text(1, a.Name)
	switch a.Type {
	case FloatAttrType:
		out.float(2, a.Float)
	case IntAttrType:
		out.varint(3, a.Int)
	case StringAttrType:
		out.bytes(4, []byte(a.Str))
	case TensorAttrType:
		out.bytes(5, a.Tensor.encode())
	case FloatsAttrType:
		for _, v := range a.Floats {
			out.float(7, v)
		}
	case IntsAttrType:
		for _, v := range a.Ints {
			out.varint(8, v)
		}
	case StringsAttrType:
		for _, v := range a.Strings {
			out.bytes(9, []byte(v))
		}
	}
	out.varint(20, int64(a.Type))
	return out
}

func (t Tensor) encode() (out message) {
	for _, d := range t.Dims {
		out.varint(1, d)
	}
	out.varint(2, int64(t.Type))
	out.text(8, t.Name)
	out.bytes(9, t.Raw)
	return out
}

func (v Value) encode() (out message) {
	var tensor message
	tensor.varint(1, int64(v.Type))
	if v.Shape != nil {
		var shape message
		for _, d := range v.Shape {
			var dim message
			switch {
			case d.Name != "":
				dim.text(2, d.Name)
			case d.N >= 0:
				dim.varint(1, d.N)
			}
			shape.bytes(1, dim)
		}
		tensor.bytes(2, shape)
	}
	var kind message
	kind.bytes(1, tensor)
	out.text(1, v.Name)
	out.bytes(2, kind)
	return out
}

// message is a protocol buffer message under construction.
type message []byte

func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, b)
}

// text leaves an empty text out, which reads as the same.
func (m *message) text(field protowire.Number, s string) {
	if s != "" {
		m.bytes(field, []byte(s))
	}
}

func (m *message) varint(field protowire.Number, v int64) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, uint64(v))
}

func (m *message) float(field protowire.Number, v float32) {
	*m = protowire.AppendTag(*m, field, protowire.Fixed32Type)
	*m = protowire.AppendFixed32(*m, math.Float32bits(v))
}
