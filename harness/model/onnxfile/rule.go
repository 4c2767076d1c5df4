package onnxfile

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// call is one node whose inputs' shapes are known.
type call struct {
	node  *Node
	opset int64
	in    []value
	out   []value
	// flops and parameters are what the rule counted.
	flops, parameters int64
	// unsure is set by a rule that needs entries which are not known.
	unsure bool
}

// rule is the meaning of an operator for shapes: it sets out and flops.
type rule struct {
	least, most int // inputs; most < 0 for any number
	apply       func(c *call) error
}

func (c *call) apply(r rule) error {
	n := len(c.in)
	if n < r.least || r.most >= 0 && n > r.most {
		return fmt.Errorf("it has %d inputs", n)
	}
	for i := range r.least {
		if c.node.Inputs[i] == "" {
			return fmt.Errorf("its input %d is left out", i)
		}
	}
	if len(c.out) == 0 {
		return errors.New("it has no outputs")
	}
	if err := r.apply(c); err != nil || c.unsure {
		return err
	}
	for i, v := range c.out {
		if c.node.Outputs[i] == "" {
			continue
		}
		if !v.known {
			c.unsure = true // an output that the rule has no shape for
		}
		if _, err := product(v.shape); err != nil {
			return err
		}
		if v.ints != nil && (int64(len(v.ints)) != v.size() || len(v.ints) > mostInts) {
			c.out[i].ints = nil
		}
	}
	return nil
}

// given returns the optional input i.
func (c *call) given(i int) (value, bool) {
	if i >= len(c.in) || c.node.Inputs[i] == "" {
		return value{}, false
	}
	return c.in[i], true
}

// set makes the first output.
func (c *call) set(typ DType, shape []int64) { c.out[0] = value{known: true, typ: typ, shape: shape} }

// cost adds the product of factors to the count, if the numbers are floating.
func (c *call) cost(v value, factors ...int64) error {
	if !v.floating() {
		return nil
	}
	n := int64(1)
	for _, f := range factors {
		if f > 0 && n > math.MaxInt64/4096/f {
			return errors.New("the number of operations is too large")
		}
		n *= f
	}
	c.flops += n
	return nil
}

func (c *call) int(name string, otherwise int64) int64 {
	if a, ok := c.node.Attr(name); ok && a.Type == IntAttrType {
		return a.Int
	}
	return otherwise
}

func (c *call) float(name string, otherwise float32) float32 {
	if a, ok := c.node.Attr(name); ok && a.Type == FloatAttrType {
		return a.Float
	}
	return otherwise
}

// list returns whole numbers that newer operators take as input i and older
// ones as an attribute. given is false if there are none; they are not known
// when unsure is set.
func (c *call) list(i int, name string) (v []int64, given bool) {
	if in, ok := c.given(i); ok {
		c.unsure = c.unsure || in.ints == nil && in.size() > 0
		return in.ints, true
	}
	if a, ok := c.node.Attr(name); ok {
		return a.Ints, true
	}
	return nil, false
}

// axis checks an axis of a tensor of that rank; negative ones count from the end.
func axis(a int64, rank int) (int, error) {
	if a < int64(-rank) || a >= int64(rank) {
		return 0, fmt.Errorf("axis %d of a tensor with %d axes", a, rank)
	}
	if a < 0 {
		a += int64(rank)
	}
	return int(a), nil
}

// axes checks several axes, which must differ.
func axes(list []int64, rank int) (map[int]bool, error) {
	out := map[int]bool{}
	for _, a := range list {
		i, err := axis(a, rank)
		if err != nil {
			return nil, err
		}
		if out[i] {
			return nil, fmt.Errorf("axis %d is given twice", a)
		}
		out[i] = true
	}
	return out, nil
}

// broadcast returns the common shape of several by ONNX's (NumPy's) rule.
func broadcast(shapes ...[]int64) ([]int64, error) {
	rank := 0
	for _, s := range shapes {
		rank = max(rank, len(s))
	}
	out := make([]int64, rank)
	for i := range out {
		out[i] = 1
	}
	for _, s := range shapes {
		for i, d := range s {
			at := rank - len(s) + i
			switch {
			case d == 1 || d == out[at]:
			case out[at] == 1:
				out[at] = d
			default:
				return nil, fmt.Errorf("the shapes %v do not go together", shapes)
			}
		}
	}
	_, err := product(out)
	return out, err
}

// mostFolded bounds the number of tensors whose entries are followed at once.
const mostFolded = 16

// fold applies f to the entries of small tensors of whole numbers, broadcast to
// shape; nil if any are not known.
func fold(shape []int64, f func(x []int64) (int64, bool), in ...value) []int64 {
	n, err := product(shape)
	if err != nil || n > mostInts || len(in) > mostFolded {
		return nil
	}
	for _, v := range in {
		if v.ints == nil {
			return nil
		}
	}
	out := make([]int64, n)
	x := make([]int64, len(in))
	for i := range out {
		for j, v := range in {
			x[j] = v.ints[source(i, shape, v.shape)]
		}
		r, ok := f(x)
		if !ok {
			return nil
		}
		out[i] = r
	}
	return out
}

// source is the place in a tensor of shape from that goes to place i when it is
// broadcast to shape.
func source(i int, shape, from []int64) int {
	at, stride := 0, 1
	for k := 1; k <= len(shape); k++ {
		d := int(shape[len(shape)-k])
		if k <= len(from) {
			own := int(from[len(from)-k])
			if own > 1 {
				at += i % d * stride
			}
			stride *= own
		}
		i /= d
	}
	return at
}

// without returns shape less the axes in drop, or with 1 in their place.
func without(shape []int64, drop map[int]bool, keep bool) []int64 {
	out := []int64{}
	for i, d := range shape {
		switch {
		case !drop[i]:
			out = append(out, d)
		case keep:
			out = append(out, 1)
		}
	}
	return out
}

// with returns a copy of shape whose axis i has size n.
func with(shape []int64, i int, n int64) []int64 {
	out := slices.Clone(shape)
	out[i] = n
	return out
}
