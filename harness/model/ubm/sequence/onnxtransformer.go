package sequence

import (
	"fmt"
	"math"

	"uacs/harness/model/onnxfile"
)

// transformer adds the encoder: [B, T, columns] to [B, T, width].
func (e *exporter) transformer(p, x string, m masks, c Transformer, s transformerSlots, w []float32) string {
	g, width := e.g, int64(c.Width)
	frequency, phase := positions(c.Width)
	row := func(name string, v []float64) string {
		to := make([]float32, len(v))
		for i, x := range v {
			to[i] = float32(x)
		}
		return g.Floats(p+name, []int64{1, width}, to)
	}
	time := g.Node("Cast", p+"time", []string{g.Node("Unsqueeze", p+"column", []string{m.Range, e.axis1})}, onnxfile.IntAttr("to", int64(onnxfile.Float)))
	turns := g.Node("Mul", p+"turns", []string{time, row("frequency", frequency)})
	wave := g.Node("Sin", p+"wave", []string{g.Node("Add", p+"angle", []string{turns, row("phase", phase)})})
	b := blockExporter{exporter: e, c: c, w: w}
	y := g.Node("Add", p+"placed", []string{b.dense(p+"project", x, s.project), wave})
	b.apart = g.Ints(p+"apart", 0, 0, int64(c.Heads), width/int64(c.Heads))
	b.together = g.Ints(p+"together", 0, 0, width)
	b.least = g.Floats(p+"least", nil, []float32{-1e30})
	b.by = g.Floats(p+"by", nil, []float32{float32(1 / math.Sqrt(float64(width/int64(c.Heads))))})
	b.mask = e.turn(p+"mask", g.Node("Unsqueeze", p+"frames", []string{m.frame, e.axis1}), 0, 1, 3, 2)
	for l, block := range s.blocks {
		y = b.block(fmt.Sprintf("%s%d_", p, l+1), y, block)
	}
	return y
}

type blockExporter struct {
	*exporter
	c                     Transformer
	w                     []float32
	apart, together, mask string // shapes with the heads apart and together; bool [B, 1, 1, T]
	least, by             string
}

// dense adds a dense layer without relu on the last axis.
func (e *blockExporter) dense(p, x string, s denseSlots) string {
	weight := e.g.Floats(p+"_weight", []int64{int64(s.weight.rows), int64(s.weight.cols)}, floats(e.w, s.weight))
	bias := e.g.Floats(p+"_bias", []int64{int64(s.bias.cols)}, floats(e.w, s.bias))
	return e.g.Node("Add", p, []string{e.g.Node("MatMul", p+"_product", []string{x, weight}), bias})
}

func (e *blockExporter) norm(p, x, y string, s denseSlots) string {
	gain := e.g.Floats(p+"_gain", []int64{int64(s.weight.cols)}, floats(e.w, s.weight))
	bias := e.g.Floats(p+"_bias", []int64{int64(s.bias.cols)}, floats(e.w, s.bias))
	sum := e.g.Node("Add", p+"_sum", []string{x, y})
	return e.g.Node("LayerNormalization", p, []string{sum, gain, bias}, onnxfile.IntAttr("axis", -1), onnxfile.FloatAttr("epsilon", normSoftened))
}

func (e *blockExporter) block(p, x string, s blockSlots) string {
	// Queries, keys and values as [B, heads, T, columns], keys turned.
	part := func(name string, of int, order ...int64) string {
		own := denseSlots{weight: slot{rows: s.qkv.weight.rows, cols: e.c.Width}, bias: slot{rows: 1, cols: e.c.Width}}
		columns := func(from []float32) []float32 {
			var to []float32
			for ; len(from) > 0; from = from[3*e.c.Width:] {
				to = append(to, from[of*e.c.Width:(of+1)*e.c.Width]...)
			}
			return to
		}
		b := blockExporter{exporter: e.exporter, w: append(columns(floats(e.w, s.qkv.weight)), columns(floats(e.w, s.qkv.bias))...)}
		own.bias.at = own.weight.rows * own.weight.cols
		y := b.dense(p+name, x, own)
		return e.turn(p+name+"_turned", e.g.Node("Reshape", p+name+"_heads", []string{y, e.apart}), order...)
	}
	q, k, v := part("queries", queries, 0, 2, 1, 3), part("keys", keys, 0, 2, 3, 1), part("values", values, 0, 2, 1, 3)
	products := e.g.Node("Mul", p+"products", []string{e.g.Node("MatMul", p+"all_products", []string{q, k}), e.by})
	shares := e.g.Node("Softmax", p+"shares", []string{e.g.Node("Where", p+"odds", []string{e.mask, products, e.least})}, onnxfile.IntAttr("axis", -1))
	mixed := e.turn(p+"mixed", e.g.Node("MatMul", p+"weighed", []string{shares, v}), 0, 2, 1, 3)
	out := e.dense(p+"out", e.g.Node("Reshape", p+"together", []string{mixed, e.together}), s.out)
	y := e.norm(p+"first", x, out, s.first)
	z := e.dense(p+"narrow", e.g.Node("Relu", p+"wide_relu", []string{e.dense(p+"wide", y, s.wide)}), s.narrow)
	return e.norm(p+"second", y, z, s.second)
}
