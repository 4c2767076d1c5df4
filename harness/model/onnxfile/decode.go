package onnxfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Decode reads the file of a model. The bytes may come from anywhere: whatever
// they are, Decode returns a model that passes [Model.Check] or an error that
// begins with name and the offset of the fault, in time and memory in proportion
// to len(data). Unknown fields are skipped, as the format asks. The model may
// share memory with data.
func Decode(name string, data []byte) (*Model, error) {
	m := &Model{}
	d := decoder{m: m}
	err := reader{data: data}.each(d.model)
	if err == nil && d.graphs != 1 {
		err = fmt.Errorf("it has %d graphs instead of 1: is it an ONNX file?", d.graphs)
	}
	if err == nil && m.Opset == 0 {
		err = errors.New("it does not say the version of its operators")
	}
	if err == nil && m.IRVersion == 0 {
		err = errors.New("it does not say the version of its format")
	}
	if err == nil {
		err = m.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// decoder fills m from the fields of the messages of a file.
type decoder struct {
	m      *Model
	graphs int
}

func (d *decoder) model(f field) error {
	switch f.number {
	case 1:
		return f.int(&d.m.IRVersion)
	case 2:
		return f.text(&d.m.Producer)
	case 3:
		return f.text(&d.m.ProducerVersion)
	case 6:
		return f.text(&d.m.Doc)
	case 7:
		d.graphs++
		return f.message(d.graph)
	case 8:
		return d.opset(f)
	case 14:
		var e Meta
		err := f.message(func(f field) error {
			switch f.number {
			case 1:
				return f.text(&e.Key)
			case 2:
				return f.text(&e.Value)
			}
			return nil
		})
		d.m.Metadata = append(d.m.Metadata, e)
		return err
	case 25:
		return errors.New("functions of a model's own are not supported")
	}
	return nil
}

// opset keeps the default domain apart; "ai.onnx" is its other name.
func (d *decoder) opset(f field) error {
	var v Domain
	err := f.message(func(f field) error {
		switch f.number {
		case 1:
			return f.text(&v.Name)
		case 2:
			return f.int(&v.Version)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case v.Version < 1:
		return fmt.Errorf("version %d of the operators of domain %q", v.Version, v.Name)
	case v.Name != "" && v.Name != "ai.onnx":
		d.m.Domains = append(d.m.Domains, v)
		return nil
	}
	d.m.Opset = v.Version
	return nil
}

func (d *decoder) graph(f field) error {
	switch f.number {
	case 1:
		var n Node
		err := f.message(n.read)
		d.m.Nodes = append(d.m.Nodes, n)
		return err
	case 2:
		return f.text(&d.m.Name)
	case 5:
		t, err := readTensor(f)
		d.m.Initializers = append(d.m.Initializers, t)
		return err
	case 11:
		return readValue(f, &d.m.Inputs)
	case 12:
		return readValue(f, &d.m.Outputs)
	case 13:
		return readValue(f, &d.m.Hidden)
	case 15:
		return errors.New("sparse tensors are not supported")
	}
	return nil
}

func (n *Node) read(f field) error {
	switch f.number {
	case 1:
		return f.texts(&n.Inputs)
	case 2:
		return f.texts(&n.Outputs)
	case 3:
		return f.text(&n.Name)
	case 4:
		return f.text(&n.Op)
	case 5:
		var a Attr
		err := f.message(a.read)
		// A producer may leave the type out: then it is kept as bytes.
		if a.opaque() {
			a = Attr{Name: a.Name, Type: a.Type, Raw: f.body.data}
		}
		n.Attrs = append(n.Attrs, a)
		return err
	case 7:
		err := f.text(&n.Domain)
		if n.Domain == "ai.onnx" {
			n.Domain = ""
		}
		return err
	}
	return nil
}

// opaque reports whether the value is one that Attr has no field for.
func (a Attr) opaque() bool {
	switch a.Type {
	case FloatAttrType, IntAttrType, StringAttrType, TensorAttrType, FloatsAttrType, IntsAttrType, StringsAttrType:
		return false
	}
	return true
}

func (a *Attr) read(f field) error {
	switch f.number {
	case 1:
		return f.text(&a.Name)
	case 2:
		return f.float(&a.Float)
	case 3:
		return f.int(&a.Int)
	case 4:
		return f.text(&a.Str)
	case 5:
		t, err := readTensor(f)
		a.Tensor = &t
		return err
	case 7:
		return f.floats(&a.Floats)
	case 8:
		return f.ints(&a.Ints)
	case 9:
		return f.texts(&a.Strings)
	case 20:
		var t int64
		err := f.int(&t)
		a.Type = AttrType(t)
		return err
	case 21:
		return errors.New("attributes that refer to a function's are not supported")
	}
	return nil
}

// readValue appends a value. Values that are no tensors have type 0, which
// Check refuses for inputs.
func readValue(f field, to *[]Value) error {
	var v Value
	err := f.message(func(f field) error {
		switch f.number {
		case 1:
			return f.text(&v.Name)
		case 2:
			return f.message(v.readType)
		}
		return nil
	})
	*to = append(*to, v)
	return err
}

func (v *Value) readType(f field) error {
	if f.number != 1 {
		return nil
	}
	return f.message(func(f field) error {
		switch f.number {
		case 1:
			var t int64
			err := f.int(&t)
			v.Type = DType(t)
			return err
		case 2:
			v.Shape = []Dim{}
			return f.message(v.readShape)
		}
		return nil
	})
}

func (v *Value) readShape(f field) error {
	if f.number != 1 {
		return nil
	}
	d := Dim{N: -1}
	err := f.message(func(f field) error {
		switch f.number {
		case 1:
			return f.int(&d.N)
		case 2:
			return f.text(&d.Name)
		}
		return nil
	})
	if d.N < 0 {
		d.N = -1
	}
	if d.Name != "" {
		d.N = 0
	}
	v.Shape = append(v.Shape, d)
	return err
}

// parts are the places where a tensor's data may be.
type parts struct {
	raw     []byte
	floats  []float32
	ints    []int64
	doubles []byte
}

func readTensor(f field) (t Tensor, err error) {
	var p parts
	err = f.message(func(f field) error {
		switch f.number {
		case 1:
			return f.ints(&t.Dims)
		case 2:
			var v int64
			err := f.int(&v)
			t.Type = DType(v)
			return err
		case 4:
			return f.floats(&p.floats)
		case 5, 7, 11:
			return f.ints(&p.ints)
		case 8:
			return f.text(&t.Name)
		case 9:
			p.raw = f.body.data
			return nil
		case 10:
			return f.doubles(&p.doubles)
		case 3, 6, 13:
			return fmt.Errorf("tensor %q: it is in segments, holds texts or lies in another file, which is not supported", t.Name)
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	t.Raw = p.bytes(t.Type)
	return t, t.check()
}

// bytes returns the data as little-endian bytes of type t.
func (p parts) bytes(t DType) []byte {
	switch {
	case len(p.floats) > 0:
		return Floats("", nil, p.floats).Raw
	case len(p.doubles) > 0:
		return p.doubles
	case len(p.ints) == 0:
		return p.raw
	}
	out := make([]byte, 0, len(p.ints)*t.Size())
	for _, v := range p.ints {
		switch t.Size() {
		case 1:
			out = append(out, byte(v))
		case 2:
			out = binary.LittleEndian.AppendUint16(out, uint16(v))
		case 4:
			out = binary.LittleEndian.AppendUint32(out, uint32(v&math.MaxUint32))
		case 8:
			out = binary.LittleEndian.AppendUint64(out, uint64(v))
		}
	}
	return out
}
