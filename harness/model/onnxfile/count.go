package onnxfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"uacs/internal/hint"
)

// Report says what one run of a model costs. FLOPs counts floating-point
// operations by these rules, which depend on shapes alone:
//
//   - a multiplication and the addition of its product count 2, so a matrix
//     product of [m,k] and [k,n] counts 2mkn; a bias adds 1 for each result;
//   - arithmetic counts 1 for each entry of the result, and so does a function
//     of one number, be it Relu, Tanh or Erf;
//   - a sum, mean or maximum over an axis counts 1 for each entry it reads, a
//     mean 1 more for each it makes, a norm or sum of squares 2 for each read;
//   - Softmax counts 5 for each entry (maximum, difference, exponential, sum,
//     quotient), LayerNormalization 7 with the scale and 1 more with a bias;
//   - LSTM, GRU and RNN count 10 for each gate of each step, its function and what
//     follows, beside the products and one bias;
//   - comparisons, logic, look-ups, copies and everything on whole numbers
//     count nothing.
//
// These are the operations that the graph asks for: a runtime that fuses or
// folds some of them may do fewer.
type Report struct {
	// FLOPs is the sum over the nodes that are known.
	FLOPs int64 `json:"flops"`
	// Parameters is the number of entries of all floating-point constants: of
	// initializers and of Constant nodes.
	Parameters int64 `json:"parameters"`
	// Ops has a line for each operator, sorted by name.
	Ops []OpCount `json:"ops"`
	// Unknown are the operators with nodes that could not be counted: the
	// operator has no rule here, or the shapes it works on are not known.
	Unknown []OpCount `json:"unknown,omitempty"`
	// Exact is true if every node was counted.
	Exact bool `json:"exact"`
	// Inputs and Outputs are those of the model with the sizes counted for; an
	// output of unknown shape has a nil Shape.
	Inputs  []Value `json:"-"`
	Outputs []Value `json:"-"`
}

// OpCount is what the nodes of one operator cost. A constant is listed with the
// first operator that reads it.
type OpCount struct {
	Op         string `json:"op"`
	Nodes      int    `json:"nodes"`
	FLOPs      int64  `json:"flops"`
	Parameters int64  `json:"parameters"`
}

// Count follows the shapes through the model for the given sizes of its
// symbolic axes, such as {"batch": 1, "length": 16}; the size of an axis
// without a name is that of "INPUT.AXIS", such as "text.0". It is an error if a
// size is missing or the shapes contradict an operator. Operators it does not
// know make the report inexact, never zero in silence. It works on the numbers
// of shapes, not on data, and takes time in proportion to the nodes.
func Count(m *Model, dims map[string]int64) (Report, error) {
	if err := m.Check(); err != nil {
		return Report{}, err
	}
	inf := &inference{m: m, dims: dims, values: map[string]value{}, owner: map[string]int64{}, lines: map[string]*tally{}}
	if err := inf.start(); err != nil {
		return Report{}, err
	}
	for i := range m.Nodes {
		n := &m.Nodes[i]
		if err := inf.node(n); err != nil {
			return Report{}, fmt.Errorf("%s: %w", n.label(i), err)
		}
	}
	return inf.report(), nil
}

// tally is a line of the report under construction.
type tally struct {
	known, unknown OpCount
}

// inference follows shapes through a graph.
type inference struct {
	m      *Model
	dims   map[string]int64
	values map[string]value
	hidden map[string]Value
	// owner has the parameters that no operator has read yet.
	owner  map[string]int64
	lines  map[string]*tally
	params int64
	inputs []Value
}

// value is what is known of a value in the graph. ints are the entries of a
// small tensor of whole numbers or truths, nil if not known: shapes that a
// model computes are followed through them.
type value struct {
	known bool
	typ   DType
	shape []int64
	ints  []int64
}

// mostInts bounds the tensors whose entries are followed.
const mostInts = 1 << 12

func (v value) size() int64 {
	n := int64(1)
	for _, d := range v.shape {
		n *= d
	}
	return n
}

func (v value) floating() bool {
	return v.typ == Float || v.typ == Double || v.typ == Float16 || v.typ == BFloat16
}

func (inf *inference) start() error {
	for _, t := range inf.m.Initializers {
		v := constant(t)
		inf.values[t.Name] = v
		if v.floating() {
			inf.owner[t.Name] = v.size()
			inf.params += v.size()
		}
	}
	missing := map[string]bool{}
	for _, v := range inf.m.Feeds() {
		shape, lacks := inf.sizes(v)
		for _, l := range lacks {
			missing[l] = true
		}
		if shape == nil && len(lacks) == 0 {
			return fmt.Errorf("input %q: the file does not say how many axes it has", v.Name)
		}
		if _, err := product(shape); err != nil {
			return fmt.Errorf("input %q: %w", v.Name, err)
		}
		inf.values[v.Name] = value{known: true, typ: v.Type, shape: shape}
		inf.inputs = append(inf.inputs, Value{Name: v.Name, Type: v.Type, Shape: Fixed(shape...)})
	}
	if len(missing) > 0 {
		names := slices.Sorted(maps.Keys(missing))
		err := fmt.Errorf("the sizes of the axes %s are needed", strings.Join(names, ", "))
		return hint.Add(err, "give each a size of at least 1")
	}
	inf.hidden = make(map[string]Value, len(inf.m.Hidden))
	for _, v := range slices.Concat(inf.m.Hidden, inf.m.Outputs) {
		inf.hidden[v.Name] = v
	}
	return nil
}

// sizes resolves the symbolic axes of v, and names those without a size.
func (inf *inference) sizes(v Value) (shape []int64, lacks []string) {
	if v.Shape == nil {
		return nil, nil
	}
	shape = make([]int64, len(v.Shape))
	for i, d := range v.Shape {
		name := d.Name
		if name == "" && d.N < 0 {
			name = fmt.Sprintf("%s.%d", v.Name, i)
		}
		if name == "" {
			shape[i] = d.N
			continue
		}
		n, ok := inf.dims[name]
		if !ok || n < 1 {
			lacks = append(lacks, name)
		}
		shape[i] = n
	}
	return shape, lacks
}

// node applies the rule of n's operator, or notes that there is none.
func (inf *inference) node(n *Node) error {
	c := &call{node: n, opset: inf.m.Opset, out: make([]value, len(n.Outputs))}
	if c.opset == 0 {
		c.opset = DefaultOpset
	}
	ready := true
	for _, name := range n.Inputs {
		v := inf.values[name]
		ready = ready && (name == "" || v.known)
		c.in = append(c.in, v)
	}
	line := inf.line(n)
	for _, name := range n.Inputs {
		line.known.Parameters += inf.owner[name]
		delete(inf.owner, name)
	}
	rule, ok := rules[n.Op]
	ok = ok && n.Domain == ""
	if !ok || !ready {
		line.unknown.Nodes++
		return inf.guess(n)
	}
	if err := c.apply(rule); err != nil {
		return err
	}
	if c.unsure {
		line.unknown.Nodes++
		return inf.guess(n)
	}
	line.known.Nodes++
	line.known.FLOPs += c.flops
	line.known.Parameters += c.parameters
	inf.params += c.parameters
	for i, name := range n.Outputs {
		if name != "" {
			inf.values[name] = c.out[i]
		}
	}
	return nil
}

// guess takes the shapes of n's results from the file, where it states them.
func (inf *inference) guess(n *Node) error {
	for _, name := range n.Outputs {
		v, ok := inf.hidden[name]
		if name == "" || !ok || v.Shape == nil {
			continue
		}
		shape, lacks := inf.sizes(v)
		if len(lacks) > 0 {
			continue
		}
		if _, err := product(shape); err != nil {
			return err
		}
		inf.values[name] = value{known: true, typ: v.Type, shape: shape}
	}
	return nil
}

func (inf *inference) line(n *Node) *tally {
	name := n.Op
	if n.Domain != "" {
		name = n.Domain + "." + n.Op
	}
	l := inf.lines[name]
	if l == nil {
		l = &tally{known: OpCount{Op: name}, unknown: OpCount{Op: name}}
		inf.lines[name] = l
	}
	return l
}

func (inf *inference) report() Report {
	r := Report{Parameters: inf.params, Inputs: inf.inputs}
	for _, name := range slices.Sorted(maps.Keys(inf.lines)) {
		l := inf.lines[name]
		if l.unknown.Nodes > 0 {
			r.Unknown = append(r.Unknown, l.unknown)
		}
		if l.known.Nodes > 0 || l.known.Parameters > 0 {
			r.Ops = append(r.Ops, l.known)
		}
		r.FLOPs += l.known.FLOPs
	}
	r.Exact = len(r.Unknown) == 0
	for _, o := range inf.m.Outputs {
		v := inf.values[o.Name]
		out := Value{Name: o.Name, Type: o.Type}
		if v.known {
			out.Shape = Fixed(v.shape...)
		}
		r.Outputs = append(r.Outputs, out)
	}
	return r
}

// constant is what is known of a tensor in the file.
func constant(t Tensor) value {
	v := value{known: true, typ: t.Type, shape: t.Dims}
	if len(t.Raw) > mostInts*8 {
		return v
	}
	switch t.Type {
	case Int64:
		v.ints, _ = t.Int64s()
	case Int32:
		small, _ := t.Int32s()
		v.ints = make([]int64, len(small))
		for i, x := range small {
			v.ints[i] = int64(x)
		}
	case Bool:
		v.ints = make([]int64, len(t.Raw))
		for i, x := range t.Raw {
			v.ints[i] = int64(x)
		}
	}
	return v
}
