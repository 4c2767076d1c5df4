package onnxfile

import (
	"errors"
	"fmt"
	"slices"
)

// The operators over sequences of frames.
func init() {
	rules["Conv"] = rule{2, 3, conv}
	rules["LSTM"], rules["GRU"], rules["RNN"] = rule{3, 8, recurrent(4)}, rule{3, 6, recurrent(3)}, rule{3, 6, recurrent(1)}
}

// conv costs 2 for each weight and place, and 1 for each result of a bias.
func conv(c *call) error {
	x, w := c.in[0].shape, c.in[1].shape
	group := c.int("group", 1)
	if len(x) < 3 || len(w) != len(x) || group < 1 || w[1] > largest/group || x[1] != w[1]*group || w[0]%group != 0 {
		return fmt.Errorf("the shapes %v and %v do not go together", x, w)
	}
	if slices.Min(w) < 1 {
		return fmt.Errorf("a kernel of shape %v", w)
	}
	spatial := len(x) - 2
	strides, pads, dilations, err := c.window(spatial)
	if err != nil {
		return err
	}
	shape := []int64{x[0], w[0]}
	places := int64(1)
	for i := range spatial {
		if w[2+i] > largest/dilations[i] {
			return fmt.Errorf("a kernel of shape %v, dilated by %v", w, dilations)
		}
		span := (w[2+i]-1)*dilations[i] + 1
		room := x[2+i] + pads[i] + pads[spatial+i] - span
		n := (x[2+i] + strides[i] - 1) / strides[i] // as auto_pad SAME makes it
		if a, ok := c.node.Attr("auto_pad"); !ok || a.Str == "NOTSET" || a.Str == "VALID" || a.Str == "" {
			if room < 0 {
				return fmt.Errorf("a kernel of shape %v for %v", w, x)
			}
			n = room/strides[i] + 1
		}
		shape = append(shape, n)
		places *= w[2+i]
	}
	size, err := product(shape)
	if err != nil {
		return err
	}
	c.set(c.in[0].typ, shape)
	if bias, ok := c.given(2); ok {
		if bias.size() != w[0] {
			return fmt.Errorf("a bias of shape %v for %d channels", bias.shape, w[0])
		}
		if err := c.cost(c.in[0], size); err != nil {
			return err
		}
	}
	return c.cost(c.in[0], 2, size, w[1], places)
}

// window returns strides, pads and dilations of a convolution over that many axes.
func (c *call) window(spatial int) (strides, pads, dilations []int64, err error) {
	list := func(name string, n int, otherwise, least int64) []int64 {
		v := make([]int64, n)
		for i := range v {
			v[i] = otherwise
		}
		if a, ok := c.node.Attr(name); ok && len(a.Ints) > 0 {
			if len(a.Ints) != n {
				err = fmt.Errorf("%s %v for %d axes", name, a.Ints, spatial)
				return v
			}
			v = a.Ints
		}
		for _, x := range v {
			if x < least || x > largest {
				err = fmt.Errorf("%s %v", name, v)
			}
		}
		return v
	}
	strides, pads, dilations = list("strides", spatial, 1, 1), list("pads", 2*spatial, 0, 0), list("dilations", spatial, 1, 1)
	return strides, pads, dilations, err
}

// recurrent costs, for each step, 2 for each weight, 1 for each gate's bias (of the two
// that ONNX has, which can be added beforehand) and 10 for each gate's function and
// what follows.
func recurrent(gates int64) func(*call) error {
	return func(c *call) error {
		x, w, r := c.in[0].shape, c.in[1].shape, c.in[2].shape
		if len(x) != 3 || len(w) != 3 || len(r) != 3 || w[0] != r[0] || w[0] > 2 || x[2] != w[2] || w[1] != r[1] || r[1] != gates*r[2] {
			return fmt.Errorf("the shapes %v, %v and %v do not go together", x, w, r)
		}
		directions, width := w[0], r[2]
		steps, batch := x[0], x[1]
		out, last := []int64{steps, directions, batch, width}, []int64{directions, batch, width}
		if c.int("layout", 0) != 0 {
			steps, batch = batch, steps
			out, last = []int64{batch, steps, directions, width}, []int64{batch, directions, width}
		}
		for i := range c.out {
			c.out[i] = value{known: true, typ: c.in[0].typ, shape: last}
			if i == 0 {
				c.out[i].shape = out
			}
		}
		if len(c.out) > 3 {
			return errors.New("more outputs than it has")
		}
		each := 2*w[2] + 2*width + 10
		if _, ok := c.given(3); ok {
			each++
		}
		return c.cost(c.in[0], steps, directions, batch, gates*width, each)
	}
}
