package onnxfile

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// rules are the operators that Count knows.
var rules = map[string]rule{}

func init() {
	for _, op := range []string{
		"Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "Tanh", "Erf", "Gelu", "Exp", "Log", "Sqrt", "Abs", "Neg",
		"Reciprocal", "Floor", "Ceil", "Round", "Sin", "Cos", "Softplus", "Sign",
	} {
		rules[op] = rule{1, 1, each(1)}
	}
	rules["Softmax"], rules["LogSoftmax"] = rule{1, 1, each(5)}, rule{1, 1, each(5)}
	rules["LpNormalization"] = rule{1, 1, each(3)}
	for op, f := range map[string]func(a, b int64) (int64, bool){
		"Add": func(a, b int64) (int64, bool) { return a + b, true },
		"Sub": func(a, b int64) (int64, bool) { return a - b, true },
		"Mul": func(a, b int64) (int64, bool) { return a * b, true },
		"Div": divide,
		"Pow": nil, "Mod": nil, "PRelu": nil,
	} {
		rules[op] = rule{2, 2, pairwise(f)}
	}
	for op, f := range map[string]func(a, b int64) bool{
		"Equal": func(a, b int64) bool { return a == b }, "Less": func(a, b int64) bool { return a < b },
		"Greater": func(a, b int64) bool { return a > b }, "LessOrEqual": func(a, b int64) bool { return a <= b },
		"GreaterOrEqual": func(a, b int64) bool { return a >= b }, "And": func(a, b int64) bool { return a&b != 0 },
		"Or": func(a, b int64) bool { return a|b != 0 }, "Xor": func(a, b int64) bool { return a != b },
	} {
		rules[op] = rule{2, 2, compare(f)}
	}
	rules["Not"] = rule{1, 1, not}
	rules["Where"] = rule{3, 3, where}
	for _, op := range []string{"Max", "Min", "Sum", "Mean"} {
		rules[op] = rule{1, -1, variadic}
	}
	rules["Clip"] = rule{1, 3, clip}
	rules["MatMul"], rules["Gemm"] = rule{2, 2, matMul}, rule{2, 3, gemm}
	for op, perEntry := range map[string]int64{
		"ReduceSum": 1, "ReduceMean": 1, "ReduceMax": 1, "ReduceMin": 1, "ReduceProd": 1, "ReduceL1": 2, "ReduceL2": 2,
		"ReduceSumSquare": 2, "ReduceLogSumExp": 2,
	} {
		rules[op] = rule{1, 2, reduce(perEntry)}
	}
	rules["LayerNormalization"] = rule{2, 3, layerNorm}
	rules["CumSum"] = rule{2, 2, each(1)}
	rules["ArgMax"], rules["ArgMin"] = rule{1, 1, argument}, rule{1, 1, argument}
}

// each is the rule of operators that keep the shape and cost n for each entry.
func each(n int64) func(*call) error {
	return func(c *call) error {
		c.set(c.in[0].typ, c.in[0].shape)
		return c.cost(c.in[0], n, c.in[0].size())
	}
}

func divide(a, b int64) (int64, bool) {
	if b == 0 || a == math.MinInt64 && b == -1 {
		return 0, false
	}
	return a / b, true
}

func pairwise(f func(a, b int64) (int64, bool)) func(*call) error {
	return func(c *call) error {
		a, b := c.in[0], c.in[1]
		shape, err := broadcast(a.shape, b.shape)
		if err != nil {
			return err
		}
		c.set(a.typ, shape)
		if f != nil && !a.floating() {
			c.out[0].ints = fold(shape, func(x []int64) (int64, bool) { return f(x[0], x[1]) }, a, b)
		}
		return c.cost(a, c.out[0].size())
	}
}

func compare(f func(a, b int64) bool) func(*call) error {
	return func(c *call) error {
		shape, err := broadcast(c.in[0].shape, c.in[1].shape)
		if err != nil {
			return err
		}
		c.set(Bool, shape)
		c.out[0].ints = fold(shape, func(x []int64) (int64, bool) { return truth(f(x[0], x[1])), true }, c.in[0], c.in[1])
		return nil
	}
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func not(c *call) error {
	c.set(Bool, c.in[0].shape)
	c.out[0].ints = fold(c.in[0].shape, func(x []int64) (int64, bool) { return 1 - x[0], true }, c.in[0])
	return nil
}

func where(c *call) error {
	shape, err := broadcast(c.in[0].shape, c.in[1].shape, c.in[2].shape)
	if err != nil {
		return err
	}
	c.set(c.in[1].typ, shape)
	c.out[0].ints = fold(shape, func(x []int64) (int64, bool) {
		if x[0] != 0 {
			return x[1], true
		}
		return x[2], true
	}, c.in...)
	return nil
}

func variadic(c *call) error {
	shapes := make([][]int64, len(c.in))
	for i, v := range c.in {
		shapes[i] = v.shape
	}
	shape, err := broadcast(shapes...)
	if err != nil {
		return err
	}
	c.set(c.in[0].typ, shape)
	switch c.node.Op {
	case "Max":
		c.out[0].ints = fold(shape, func(x []int64) (int64, bool) { return slices.Max(x), true }, c.in...)
	case "Min":
		c.out[0].ints = fold(shape, func(x []int64) (int64, bool) { return slices.Min(x), true }, c.in...)
	}
	each := int64(len(c.in) - 1)
	if c.node.Op == "Mean" {
		each++
	}
	return c.cost(c.in[0], each, c.out[0].size())
}

// clip costs 1 for each bound.
func clip(c *call) error {
	bounds := int64(0)
	for i, name := range []string{"min", "max"} {
		_, attr := c.node.Attr(name)
		if _, ok := c.given(i + 1); ok || attr {
			bounds++
		}
	}
	c.set(c.in[0].typ, c.in[0].shape)
	return c.cost(c.in[0], bounds, c.in[0].size())
}

func matMul(c *call) error {
	a, b := c.in[0].shape, c.in[1].shape
	if len(a) == 0 || len(b) == 0 {
		return errors.New("a factor is a scalar")
	}
	// A vector is a row on the left and a column on the right, and its axis of
	// size 1 does not stay.
	row, column := len(a) == 1, len(b) == 1
	if row {
		a = []int64{1, a[0]}
	}
	if column {
		b = []int64{b[0], 1}
	}
	m, k, n := a[len(a)-2], a[len(a)-1], b[len(b)-1]
	if b[len(b)-2] != k {
		return fmt.Errorf("the shapes %v and %v do not go together", c.in[0].shape, c.in[1].shape)
	}
	batch, err := broadcast(a[:len(a)-2], b[:len(b)-2])
	if err != nil {
		return err
	}
	count, err := product(batch)
	if err != nil {
		return err
	}
	if !row {
		batch = append(batch, m)
	}
	if !column {
		batch = append(batch, n)
	}
	c.set(c.in[0].typ, batch)
	return c.cost(c.in[0], 2, count, m, k, n)
}

func gemm(c *call) error {
	a, b := c.in[0].shape, c.in[1].shape
	if len(a) != 2 || len(b) != 2 {
		return fmt.Errorf("factors of shapes %v and %v", a, b)
	}
	m, k, kb, n := a[0], a[1], b[0], b[1]
	if c.int("transA", 0) != 0 {
		m, k = k, m
	}
	if c.int("transB", 0) != 0 {
		kb, n = n, kb
	}
	if k != kb {
		return fmt.Errorf("the shapes %v and %v do not go together", a, b)
	}
	c.set(c.in[0].typ, []int64{m, n})
	more := int64(0)
	if c.float("alpha", 1) != 1 {
		more++
	}
	if bias, ok := c.given(2); ok {
		if all, err := broadcast([]int64{m, n}, bias.shape); err != nil || !slices.Equal(all, []int64{m, n}) {
			return fmt.Errorf("a bias of shape %v for a result of shape [%d %d]", bias.shape, m, n)
		}
		more++
		if c.float("beta", 1) != 1 {
			more++
		}
	}
	if err := c.cost(c.in[0], 2, m, k, n); err != nil {
		return err
	}
	return c.cost(c.in[0], more, m, n)
}

func reduce(perEntry int64) func(*call) error {
	return func(c *call) error {
		x := c.in[0]
		list, _ := c.list(1, "axes")
		if c.unsure {
			return nil
		}
		if len(list) == 0 {
			if c.int("noop_with_empty_axes", 0) != 0 {
				c.set(x.typ, x.shape)
				return nil
			}
			for i := range x.shape {
				list = append(list, int64(i))
			}
		}
		over, err := axes(list, len(x.shape))
		if err != nil {
			return err
		}
		c.set(x.typ, without(x.shape, over, c.int("keepdims", 1) != 0))
		if c.node.Op == "ReduceProd" && len(over) == len(x.shape) && x.ints != nil {
			p, err := product(x.ints)
			if err == nil {
				c.out[0].ints = []int64{p}
			}
		}
		extra := int64(0)
		switch c.node.Op {
		case "ReduceMean", "ReduceL2", "ReduceLogSumExp": // the quotient, the root, the logarithm
			extra = 1
		}
		if err := c.cost(x, perEntry, x.size()); err != nil {
			return err
		}
		return c.cost(x, extra, c.out[0].size())
	}
}

func layerNorm(c *call) error {
	x := c.in[0]
	from, err := axis(c.int("axis", -1), len(x.shape))
	if err != nil {
		return err
	}
	c.set(x.typ, x.shape)
	for i := 1; i < len(c.out); i++ { // mean and inverse deviation
		stats := slices.Clone(x.shape)
		for j := from; j < len(stats); j++ {
			stats[j] = 1
		}
		c.out[i] = value{known: true, typ: Float, shape: stats}
	}
	each := int64(7)
	if _, ok := c.given(2); ok {
		each++
	}
	return c.cost(x, each, x.size())
}

func argument(c *call) error {
	i, err := axis(c.int("axis", 0), len(c.in[0].shape))
	if err != nil {
		return err
	}
	c.set(Int64, without(c.in[0].shape, map[int]bool{i: true}, c.int("keepdims", 1) != 0))
	return nil
}
