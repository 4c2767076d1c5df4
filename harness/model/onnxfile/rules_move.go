package onnxfile

import (
	"errors"
	"fmt"
	"slices"
)

func init() {
	for op, r := range map[string]rule{
		"Identity": {1, 1, identity}, "Dropout": {1, 3, identity}, "Cast": {1, 1, cast},
		"Constant": {0, 0, constantNode}, "ConstantOfShape": {1, 1, constantOfShape}, "Shape": {1, 1, shapeOf}, "Size": {1, 1, sizeOf},
		"Reshape": {1, 2, reshape}, "Flatten": {1, 1, flatten}, "Transpose": {1, 1, transpose},
		"Unsqueeze": {1, 2, unsqueeze}, "Squeeze": {1, 2, squeeze}, "Expand": {2, 2, expand}, "Tile": {2, 2, tile},
		"Concat": {1, -1, concat}, "Split": {1, 2, split}, "Slice": {1, 5, slice}, "Gather": {2, 2, gather},
		"GatherElements": {2, 2, gatherElements}, "Range": {3, 3, numbers}, "Trilu": {1, 2, each(0)},
	} {
		rules[op] = r
	}
}

// identity also makes the mask of a Dropout, which does nothing at inference.
func identity(c *call) error {
	c.out[0] = c.in[0]
	if len(c.out) > 1 {
		c.out[1] = value{known: true, typ: Bool, shape: c.in[0].shape}
	}
	return nil
}

func cast(c *call) error {
	to := DType(c.int("to", 0))
	if to.Size() == 0 {
		return fmt.Errorf("a cast to %v", to)
	}
	c.set(to, c.in[0].shape)
	if !c.out[0].floating() {
		c.out[0].ints = c.in[0].ints
	}
	return nil
}

func constantNode(c *call) error {
	for _, a := range c.node.Attrs {
		switch a.Name {
		case "value":
			if a.Tensor == nil {
				return errors.New("its value is no tensor")
			}
			c.out[0] = constant(*a.Tensor)
		case "value_int":
			c.out[0] = value{true, Int64, nil, []int64{a.Int}}
		case "value_ints":
			c.out[0] = value{true, Int64, []int64{int64(len(a.Ints))}, a.Ints}
		case "value_float":
			c.set(Float, nil)
		case "value_floats":
			c.set(Float, []int64{int64(len(a.Floats))})
		}
	}
	if c.out[0].floating() {
		c.parameters = c.out[0].size()
	}
	return nil
}

func constantOfShape(c *call) error {
	if c.in[0].ints == nil && c.in[0].size() > 0 {
		c.unsure = true
		return nil
	}
	fill := Floats("", []int64{1}, []float32{0})
	if a, ok := c.node.Attr("value"); ok && a.Tensor != nil {
		fill = *a.Tensor
	}
	c.set(fill.Type, c.in[0].ints)
	if one := constant(fill); len(one.ints) == 1 {
		c.out[0].ints = fold(c.in[0].ints, func(x []int64) (int64, bool) { return x[0], true }, one)
	}
	return nil
}

func shapeOf(c *call) error {
	rank := int64(len(c.in[0].shape))
	clamp := func(i int64) int64 {
		if i < 0 {
			i += rank
		}
		return min(max(i, 0), rank)
	}
	from, to := clamp(c.int("start", 0)), clamp(c.int("end", rank))
	part := append([]int64{}, c.in[0].shape[from:max(from, to)]...)
	c.out[0] = value{true, Int64, []int64{int64(len(part))}, part}
	return nil
}

func sizeOf(c *call) error {
	c.out[0] = value{true, Int64, nil, []int64{c.in[0].size()}}
	return nil
}

func reshape(c *call) error {
	want, ok := c.list(1, "shape")
	if !ok {
		return errors.New("no shape is given")
	}
	if c.unsure {
		return nil
	}
	x := c.in[0]
	shape, open, rest := slices.Clone(want), -1, int64(1)
	for i, d := range shape {
		switch {
		case d == -1 && open < 0:
			open = i
			continue
		case d == 0 && c.int("allowzero", 0) == 0:
			if i >= len(x.shape) {
				return fmt.Errorf("the shape %v keeps axis %d of %v", want, i, x.shape)
			}
			shape[i] = x.shape[i]
		case d < 0:
			return fmt.Errorf("the shape %v", want)
		}
		if shape[i] > 0 && rest > largest/shape[i] {
			return fmt.Errorf("the shape %v is too large", want)
		}
		rest *= shape[i]
	}
	if open >= 0 {
		if rest == 0 || x.size()%rest != 0 {
			return fmt.Errorf("%v cannot be seen as %v", x.shape, want)
		}
		shape[open] = x.size() / rest
		rest *= shape[open]
	}
	if rest != x.size() {
		return fmt.Errorf("%v cannot be seen as %v", x.shape, want)
	}
	c.out[0] = value{true, x.typ, shape, x.ints}
	return nil
}

func flatten(c *call) error {
	x := c.in[0]
	at := c.int("axis", 1)
	if at < 0 {
		at += int64(len(x.shape))
	}
	if at < 0 || at > int64(len(x.shape)) {
		return fmt.Errorf("axis %d of a tensor with %d axes", at, len(x.shape))
	}
	head := value{shape: x.shape[:at]}.size()
	tail := value{shape: x.shape[at:]}.size()
	c.out[0] = value{true, x.typ, []int64{head, tail}, x.ints}
	return nil
}

func transpose(c *call) error {
	x := c.in[0]
	order, ok := c.list(len(c.in), "perm")
	if !ok {
		for i := range x.shape {
			order = append(order, int64(len(x.shape)-1-i))
		}
	}
	if seen, err := axes(order, len(x.shape)); err != nil || len(seen) != len(x.shape) {
		return fmt.Errorf("the order %v for a tensor with %d axes", order, len(x.shape))
	}
	shape := make([]int64, len(order))
	for i, a := range order {
		from, _ := axis(a, len(order)) // checked above
		shape[i] = x.shape[from]
	}
	c.set(x.typ, shape)
	if len(shape) < 2 {
		c.out[0].ints = x.ints
	}
	return nil
}

func unsqueeze(c *call) error {
	list, _ := c.list(1, "axes")
	if c.unsure {
		return nil
	}
	x := c.in[0]
	rank := len(x.shape) + len(list)
	fresh, err := axes(list, rank)
	if err != nil {
		return err
	}
	shape, next := make([]int64, rank), 0
	for i := range shape {
		if fresh[i] {
			shape[i] = 1
			continue
		}
		shape[i] = x.shape[next]
		next++
	}
	c.out[0] = value{true, x.typ, shape, x.ints}
	return nil
}

func squeeze(c *call) error {
	x := c.in[0]
	list, ok := c.list(1, "axes")
	if c.unsure {
		return nil
	}
	if !ok {
		for i, d := range x.shape {
			if d == 1 {
				list = append(list, int64(i))
			}
		}
	}
	gone, err := axes(list, len(x.shape))
	if err != nil {
		return err
	}
	for i := range gone {
		if x.shape[i] != 1 {
			return fmt.Errorf("axis %d of %v is not 1", i, x.shape)
		}
	}
	c.out[0] = value{true, x.typ, without(x.shape, gone, false), x.ints}
	return nil
}

func expand(c *call) error {
	want, _ := c.list(1, "")
	if c.unsure {
		return nil
	}
	if _, err := product(want); err != nil {
		return err
	}
	shape, err := broadcast(c.in[0].shape, want)
	if err != nil {
		return err
	}
	c.set(c.in[0].typ, shape)
	c.out[0].ints = fold(shape, func(x []int64) (int64, bool) { return x[0], true }, c.in[0])
	return nil
}

func tile(c *call) error {
	times, _ := c.list(1, "")
	if c.unsure {
		return nil
	}
	x := c.in[0]
	if len(times) != len(x.shape) {
		return fmt.Errorf("%d repetitions for %d axes", len(times), len(x.shape))
	}
	shape := make([]int64, len(times))
	for i, n := range times {
		both, err := product([]int64{n, x.shape[i]})
		if err != nil {
			return err
		}
		shape[i] = both
	}
	c.set(x.typ, shape)
	return nil
}

func concat(c *call) error {
	first := c.in[0]
	at, err := axis(c.int("axis", 0), len(first.shape))
	if err != nil {
		return err
	}
	total, ints := int64(0), []int64{}
	for _, v := range c.in {
		if len(v.shape) != len(first.shape) || !slices.Equal(with(v.shape, at, 0), with(first.shape, at, 0)) {
			return fmt.Errorf("the shapes %v and %v do not join at axis %d", first.shape, v.shape, at)
		}
		total += v.shape[at]
		if v.ints == nil || ints == nil || len(ints) > mostInts {
			ints = nil
		} else {
			ints = append(ints, v.ints...)
		}
	}
	c.set(first.typ, with(first.shape, at, total))
	if len(first.shape) == 1 {
		c.out[0].ints = ints
	}
	return nil
}

func split(c *call) error {
	x := c.in[0]
	at, err := axis(c.int("axis", 0), len(x.shape))
	if err != nil {
		return err
	}
	sizes, ok := c.list(1, "split")
	if c.unsure {
		return nil
	}
	n := int64(len(c.out))
	if !ok {
		chunk := (x.shape[at] + n - 1) / n
		for left := x.shape[at]; int64(len(sizes)) < n; left -= chunk {
			sizes = append(sizes, max(0, min(chunk, left)))
		}
	}
	total := int64(0)
	for _, s := range sizes {
		if s < 0 {
			return fmt.Errorf("parts of sizes %v", sizes)
		}
		total += s
	}
	if int64(len(sizes)) != n || total != x.shape[at] {
		return fmt.Errorf("parts of sizes %v for %d outputs and an axis of %d", sizes, n, x.shape[at])
	}
	offset := int64(0)
	for i, s := range sizes {
		c.out[i] = value{known: true, typ: x.typ, shape: with(x.shape, at, s)}
		if x.ints != nil && len(x.shape) == 1 {
			c.out[i].ints = append([]int64{}, x.ints[offset:offset+s]...)
		}
		offset += s
	}
	return nil
}

func slice(c *call) error {
	x := c.in[0]
	starts, _ := c.list(1, "starts")
	ends, _ := c.list(2, "ends")
	list, ok := c.list(3, "axes")
	steps, stepped := c.list(4, "steps")
	if c.unsure {
		return nil
	}
	if !ok {
		for i := range starts {
			list = append(list, int64(i))
		}
	}
	if len(starts) != len(ends) || len(starts) != len(list) || stepped && len(steps) != len(list) {
		return errors.New("its starts, ends, axes and steps differ in number")
	}
	if _, err := axes(list, len(x.shape)); err != nil {
		return err
	}
	c.set(x.typ, slices.Clone(x.shape))
	for i, a := range list {
		at, _ := axis(a, len(x.shape)) // checked above
		step := int64(1)
		if stepped {
			step = steps[i]
		}
		if step == 0 {
			return errors.New("a step of 0")
		}
		from, n := span(starts[i], ends[i], step, x.shape[at])
		c.out[0].shape[at] = n
		if len(x.shape) == 1 && x.ints != nil {
			c.out[0].ints = make([]int64, n)
			for j := range n {
				c.out[0].ints[j] = x.ints[from+j*step]
			}
		}
	}
	if len(list) == 0 {
		c.out[0].ints = x.ints
	}
	return nil
}

// span returns where a slice of an axis of size d begins, and its length.
func span(start, end, step, d int64) (from, n int64) {
	if start < 0 {
		start = max(start+d, -1)
	}
	if end < 0 {
		end = max(end+d, -1)
	}
	if step > 0 {
		start, end = min(max(start, 0), d), min(max(end, 0), d)
		if end <= start {
			return start, 0
		}
		return start, (end-start-1)/step + 1
	}
	start, end = min(max(start, 0), d-1), min(end, d-1)
	if start <= end {
		return start, 0
	}
	if step < -d {
		return start, 1
	}
	return start, (start-end-1)/(-step) + 1
}

func gather(c *call) error {
	x, index := c.in[0], c.in[1]
	at, err := axis(c.int("axis", 0), len(x.shape))
	if err != nil {
		return err
	}
	c.set(x.typ, slices.Concat(x.shape[:at], index.shape, x.shape[at+1:]))
	if len(x.shape) != 1 || x.ints == nil {
		return nil
	}
	c.out[0].ints = fold(index.shape, func(i []int64) (int64, bool) {
		place, err := axis(i[0], len(x.ints))
		if err != nil {
			return 0, false
		}
		return x.ints[place], true
	}, index)
	return nil
}

func gatherElements(c *call) error {
	if len(c.in[0].shape) != len(c.in[1].shape) {
		return fmt.Errorf("the shapes %v and %v differ in rank", c.in[0].shape, c.in[1].shape)
	}
	c.set(c.in[0].typ, c.in[1].shape)
	return nil
}

// numbers is Range, of whole numbers only: those of others are not followed.
func numbers(c *call) error {
	for _, v := range c.in {
		if len(v.ints) != 1 {
			c.unsure = true
			return nil
		}
	}
	from, to, step := c.in[0].ints[0], c.in[1].ints[0], c.in[2].ints[0]
	if step == 0 || from > largest || from < -largest || to > largest || to < -largest {
		return fmt.Errorf("the range from %d to %d by %d", from, to, step)
	}
	n := int64(0)
	if step > 0 && to > from {
		n = (to-from-1)/step + 1
	} else if step < 0 && from > to {
		n = (from-to-1)/(-step) + 1
	}
	c.set(c.in[0].typ, []int64{n})
	if n <= mostInts {
		c.out[0].ints = make([]int64, n)
		for i := range n {
			c.out[0].ints[i] = from + i*step
		}
	}
	return nil
}
