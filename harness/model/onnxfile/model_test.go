package onnxfile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"uacs/internal/golden"
)

// perceptron is x[batch,3] -> Gemm -> Relu -> Gemm -> Softmax -> probs[batch,2]
// with 4 hidden units.
func perceptron() *Model {
	return &Model{
		Name: "perceptron", Producer: "test",
		Inputs:  []Value{{Name: "x", Type: Float, Shape: []Dim{{Name: "batch"}, {N: 3}}}},
		Outputs: []Value{{Name: "probs", Type: Float, Shape: []Dim{{Name: "batch"}, {N: 2}}}},
		Initializers: []Tensor{
			Floats("w1", []int64{3, 4}, make([]float32, 12)), Floats("b1", []int64{4}, make([]float32, 4)),
			Floats("w2", []int64{2, 4}, make([]float32, 8)), Floats("b2", []int64{2}, make([]float32, 2)),
		},
		Nodes: []Node{
			{Op: "Gemm", Inputs: []string{"x", "w1", "b1"}, Outputs: []string{"h"}},
			{Op: "Relu", Inputs: []string{"h"}, Outputs: []string{"a"}},
			{Op: "Gemm", Inputs: []string{"a", "w2", "b2"}, Outputs: []string{"logits"}, Attrs: []Attr{IntAttr("transB", 1)}},
			{Op: "Softmax", Inputs: []string{"logits"}, Outputs: []string{"probs"}, Attrs: []Attr{IntAttr("axis", -1)}},
		},
		Metadata: []Meta{{"zeta", "last"}, {"bins", "-1 1"}},
	}
}

func encode(t testing.TB, m *Model) []byte {
	t.Helper()
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEncodeIsTheFormat(t *testing.T) {
	m := &Model{
		Name: "g", Outputs: []Value{{Name: "y", Type: Float, Shape: []Dim{{Name: "b"}, {N: 2}}}},
		Inputs: []Value{{Name: "y", Type: Float, Shape: []Dim{}}},
	}
	// By hand from onnx.proto3: ir_version 1=8; graph 7={name 2="g", input 11={"y",
	// type 2={tensor 1={elem 1=1, shape 2={}}}}, output 12={..., shape={dim 1={param 2="b"},
	// dim 1={value 1=2}}}}; opset 8={version 2=17}.
	graph := "\x12\x01g" +
		"\x5a\x0b\x0a\x01y\x12\x06\x0a\x04\x08\x01\x12\x00" +
		"\x62\x14\x0a\x01y\x12\x0f\x0a\x0d\x08\x01\x12\x09\x0a\x03\x12\x01b\x0a\x02\x08\x02"
	want := "\x08\x08" + "\x3a" + string(rune(len(graph))) + graph + "\x42\x02\x10\x11"
	if got := string(encode(t, m)); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestFiles keeps two models as files, which the tests of the commands read; the
// bytes must never change.
func TestFiles(t *testing.T) {
	golden.Check(t, "testdata/perceptron.onnx", encode(t, perceptron()))
	unknown := perceptron()
	unknown.Nodes[3].Op, unknown.Nodes[3].Attrs = "FancySoftmax", nil
	golden.Check(t, "testdata/unknown_operator.onnx", encode(t, unknown))
}

func TestMetadataIsSortedAndFound(t *testing.T) {
	m, err := Decode("m.onnx", encode(t, perceptron()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Meta{{"bins", "-1 1"}, {"zeta", "last"}}, m.Metadata); diff != "" {
		t.Error(diff)
	}
	if v, ok := m.Meta("bins"); v != "-1 1" || !ok {
		t.Errorf("bins is %q, %v", v, ok)
	}
	if _, ok := m.Meta("none"); ok {
		t.Error("a key that is not there was found")
	}
	if m.IRVersion != DefaultIRVersion || m.Opset != DefaultOpset {
		t.Errorf("versions %d and %d", m.IRVersion, m.Opset)
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Model)
		want  string
	}{
		"output made twice":     {func(m *Model) { m.Nodes[1].Outputs[0] = "h" }, `"h" is defined twice`},
		"input not defined":     {func(m *Model) { m.Nodes[0].Inputs[0] = "later" }, `node 0 (Gemm): its input "later" is not defined before it`},
		"nodes out of order":    {func(m *Model) { m.Nodes[0], m.Nodes[1] = m.Nodes[1], m.Nodes[0] }, `its input "h" is not defined`},
		"output nobody makes":   {func(m *Model) { m.Outputs[0].Name = "p" }, `nothing makes the output "p"`},
		"short tensor":          {func(m *Model) { m.Initializers[0].Raw = m.Initializers[0].Raw[:44] }, "44 bytes of data for the shape [3 4]"},
		"negative size":         {func(m *Model) { m.Initializers[0].Dims[0] = -3 }, "negative size"},
		"size too large":        {func(m *Model) { m.Initializers[0].Dims = []int64{1 << 40, 1 << 40} }, "too large"},
		"metadata twice":        {func(m *Model) { m.Metadata[0].Key = "bins" }, `"bins" is given twice`},
		"attribute twice":       {func(m *Model) { m.Nodes[3].Attrs = append(m.Nodes[3].Attrs, IntAttr("axis", 0)) }, `"axis" is given twice`},
		"node without operator": {func(m *Model) { m.Nodes[0].Op = "" }, "no operator"},
		"input of texts":        {func(m *Model) { m.Inputs[0].Type = String }, "string is not supported"},
		"two initializers":      {func(m *Model) { m.Initializers[1].Name = "w1" }, "by two initializers"},
		"not UTF-8":             {func(m *Model) { m.Producer = "\xff" }, "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			m := perceptron()
			c.spoil(m)
			if _, err := m.Encode(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestTensorsDecodeBack(t *testing.T) {
	f, err := Floats("f", []int64{2}, []float32{1.5, -2}).Floats()
	if diff := cmp.Diff([]float32{1.5, -2}, f); diff != "" || err != nil {
		t.Error(diff, err)
	}
	i, err := Int64s("i", []int64{2}, []int64{1 << 40, -2}).Int64s()
	if diff := cmp.Diff([]int64{1 << 40, -2}, i); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := Int32s("j", []int64{1}, []int32{-7}).Floats(); err == nil || err.Error() != `tensor "j": it holds int32, not float32` {
		t.Error(err)
	}
}

// TestDecodeTypedData reads the other places that a producer may put data in.
func TestDecodeTypedData(t *testing.T) {
	tensor := func(kind int64, fill func(*message)) []byte {
		var out, graph, model message
		out.varint(1, 2)
		out.varint(2, kind)
		out.text(8, "t")
		fill(&out)
		graph.bytes(5, out)
		model.varint(1, 8)
		model.bytes(7, graph)
		model.bytes(8, domainMessage(Domain{Version: 17}))
		return model
	}
	for name, c := range map[string]struct {
		data []byte
		want Tensor
	}{
		"floats":           {tensor(1, func(m *message) { m.float(4, 1); m.float(4, 2) }), Floats("t", []int64{2}, []float32{1, 2})},
		"packed int64":     {tensor(7, func(m *message) { m.bytes(7, []byte{3, 4}) }), Int64s("t", []int64{2}, []int64{3, 4})},
		"int32":            {tensor(6, func(m *message) { m.varint(5, -1); m.varint(5, 4) }), Int32s("t", []int64{2}, []int32{-1, 4})},
		"bool in int32":    {tensor(9, func(m *message) { m.varint(5, 1); m.varint(5, 0) }), Tensor{"t", Bool, []int64{2}, []byte{1, 0}}},
		"float16 in int32": {tensor(10, func(m *message) { m.varint(5, 0x3c00); m.varint(5, 0) }), Tensor{"t", Float16, []int64{2}, []byte{0, 0x3c, 0, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Decode("m", c.data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Tensor{c.want}, m.Initializers); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := encode(t, perceptron())
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":            {nil, "m.onnx: it has 0 graphs instead of 1"},
		"a text":             {[]byte("version https://git-lfs.example/spec/v1\n"), "m.onnx: byte "},
		"cut short":          {good[:len(good)-10], "m.onnx: byte "},
		"data in other file": {append(bytes.Clone(good), "\x3a\x04\x2a\x02\x6a\x00"...), "lies in another file"},
		"own functions":      {append(bytes.Clone(good), "\xca\x01\x00"...), "functions of a model's own"},
		"group":              {append(bytes.Clone(good), "\x0b\x0c"...), "wire type 3"},
		"no version":         {[]byte("\x3a\x00"), "version of its operators"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Decode("m.onnx", c.data); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// anyModel draws a valid model.
func anyModel(t *rapid.T) *Model {
	text := rapid.StringN(0, 8, 20)
	m := &Model{
		Name: text.Draw(t, "name"), Producer: text.Draw(t, "producer"), ProducerVersion: text.Draw(t, "version"), Doc: text.Draw(t, "doc"),
		IRVersion: rapid.Int64Range(1, 10).Draw(t, "ir"), Opset: rapid.Int64Range(1, 21).Draw(t, "opset"),
	}
	dim := rapid.Custom(func(t *rapid.T) Dim {
		if rapid.Bool().Draw(t, "symbolic") {
			return Dim{Name: "n" + text.Draw(t, "dim")}
		}
		return Dim{N: rapid.Int64Range(-1, 9).Draw(t, "size")}
	})
	var names []string
	for i := range rapid.IntRange(1, 3).Draw(t, "inputs") {
		name := "in" + string(rune('a'+i))
		names = append(names, name)
		m.Inputs = append(m.Inputs, Value{name, rapid.SampledFrom([]DType{Float, Int64, Bool}).Draw(t, "type"), rapid.SliceOfN(dim, 1, 3).Draw(t, "shape")})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "constants") {
		v := rapid.SliceOfN(rapid.Float32(), 1, 5).Draw(t, "floats")
		name := "c" + string(rune('a'+i))
		names = append(names, name)
		m.Initializers = append(m.Initializers, Floats(name, []int64{int64(len(v))}, v))
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "nodes") {
		out := "out" + string(rune('a'+i))
		n := Node{Name: text.Draw(t, "node"), Op: rapid.SampledFrom([]string{"Add", "Concat", "Own"}).Draw(t, "op"), Outputs: []string{out}}
		n.Inputs = rapid.SliceOfN(rapid.SampledFrom(append(names, "")), 1, 3).Draw(t, "reads")
		all := []Attr{
			IntAttr("i", rapid.Int64().Draw(t, "i")), FloatAttr("f", 0.5), StringAttr("s", text.Draw(t, "s")), IntsAttr("is", 1, -2),
			FloatsAttr("fs", 1, 2), StringsAttr("ss", "a", ""), TensorAttr("t", Int64s("", []int64{1}, []int64{3})),
		}
		n.Attrs = all[:rapid.IntRange(0, len(all)).Draw(t, "attrs")]
		if len(n.Attrs) == 0 {
			n.Attrs = nil
		}
		names = append(names, out)
		m.Nodes = append(m.Nodes, n)
	}
	m.Outputs = []Value{{Name: names[len(names)-1], Type: Float, Shape: []Dim{}}}
	m.Metadata = []Meta{{"a", text.Draw(t, "a")}, {"b", text.Draw(t, "b")}}
	return m
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyModel(t)
		data, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode("m", data)
		if err != nil {
			t.Fatal(err)
		}
		// Compared as bytes too: an entry that is NaN differs from itself.
		if diff := cmp.Diff(m, back); diff != "" {
			t.Fatal(diff)
		}
		again, err := back.Encode()
		if err != nil || !bytes.Equal(data, again) {
			t.Fatalf("encoded again it differs (%v)", err)
		}
	})
}

// FuzzDecode checks that whatever is decoded can be encoded, reads back the
// same, and can be counted without a panic.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, perceptron()))
	f.Add(encode(f, attention()))
	f.Add([]byte("\x08\x08\x3a\x00\x42\x02\x10\x11"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode("fuzz", data)
		if err != nil {
			return
		}
		first, err := m.Encode()
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		back, err := Decode("again", first)
		if err != nil {
			t.Fatalf("encoded but not decoded: %v", err)
		}
		second, err := back.Encode()
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("encoded again it differs (%v)", err)
		}
		if r, err := Count(m, map[string]int64{"batch": 2, "length": 3}); err == nil && (r.FLOPs < 0 || r.Parameters < 0) {
			t.Fatalf("negative counts: %+v", r)
		}
	})
}
