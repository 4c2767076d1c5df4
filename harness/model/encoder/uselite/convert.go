package uselite

import (
	"fmt"
	"slices"

	"uacs/harness/model/onnxfile"
)

// Version is that of the converter: it changes when the bytes of a converted
// model do.
const Version = "1"

// Dimensions of the model.
const (
	// Width is the number of entries of each output.
	Width = 512
	// MaxTokens is the number of pieces that the encoder was made for. It cuts
	// longer texts off there.
	MaxTokens = 128

	embedWidth = 256
	innerWidth = 1536
	heads      = 4
	layers     = 2
	pieces     = 8002
)

// Names of the model's inputs and outputs. The inputs are int64 of shape [batch,
// seq]: piece numbers, and 1 for a piece and 0 for padding past the end. The
// outputs are float32 of shape [batch, Width]: the sentence embedding, of length
// 1, and the mean of the last layer's states over the pieces.
const (
	InputIDs  = "input_ids"
	InputMask = "attention_mask"
	Embedding = "embedding"
	Mean      = "mean"
)

// prefixes in the names of the source's weights.
const (
	folded = "module_apply_default/Encoder_en/KonaTransformer/Encode/"
	plain  = "module/Encoder_en/KonaTransformer/Encode/"
	joined = "/ConcatPartitions/concat"
)

// Convert returns the ONNX model of the weights. metadata is written into it,
// beside the converter's version. A weight that is missing or of another shape
// is an error. It uses no operator that sums more than the softmax and the norms
// need, so that other runtimes can load it.
func Convert(w Weights, metadata []onnxfile.Meta) (*onnxfile.Model, error) {
	b := &builder{weights: w}
	b.model = onnxfile.Model{
		Name: "use_lite", Producer: "uacs uselite", ProducerVersion: Version,
		Metadata: append(slices.Clone(metadata), onnxfile.Meta{Key: "converter", Value: "uacs uselite " + Version}),
	}
	free := []onnxfile.Dim{{Name: "batch"}, {Name: "seq"}}
	out := []onnxfile.Dim{{Name: "batch"}, {N: Width}}
	b.model.Inputs = []onnxfile.Value{
		{Name: InputIDs, Type: onnxfile.Int64, Shape: free},
		{Name: InputMask, Type: onnxfile.Int64, Shape: free},
	}
	b.model.Outputs = []onnxfile.Value{
		{Name: Embedding, Type: onnxfile.Float, Shape: out},
		{Name: Mean, Type: onnxfile.Float, Shape: out},
	}
	b.constants()
	state := b.embed()
	bias := b.padding()
	for layer := range layers {
		state = b.layer(layer, state, bias)
	}
	b.pool(state)
	if b.err != nil {
		return nil, fmt.Errorf("convert USE-Lite: %w", b.err)
	}
	if err := b.model.Check(); err != nil {
		return nil, fmt.Errorf("convert USE-Lite: %w", err)
	}
	return &b.model, nil
}

func (b *builder) constants() {
	b.ints("zero", nil, 0)
	b.ints("one", nil, 1)
	b.ints("axis_1", []int64{1}, 1)
	b.ints("axes_1_2", []int64{2}, 1, 2)
	b.float("minus_1e9", -1e9)
	b.float("one_f", 1)
	b.float("two_f", 2)
	b.float("width_f", Width)
}

// embed looks the pieces up, doubles them and adds the waves that tell places
// apart.
func (b *builder) embed() string {
	table := b.weight("pieces", "module/Embeddings_en", pieces, embedWidth)
	looked := b.op("looked_up", "Gather", table, InputIDs)
	shape := b.op("shape", "Shape", InputIDs)
	length := b.with(axis(0), "length", "Gather", shape, "one")
	places := b.op("places", "Range", "zero", length, "one")
	float := b.with([]onnxfile.Attr{onnxfile.IntAttr("to", int64(onnxfile.Float))}, "places_f", "Cast", places)
	column := b.op("places_column", "Unsqueeze", float, "axis_1")
	scales := b.weight("scales", folded+"TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", 1, embedWidth/2)
	angle := b.op("angle", "Mul", column, scales)
	waves := b.with(axis(1), "waves", "Concat", b.op("sines", "Sin", angle), b.op("cosines", "Cos", angle))
	return b.op("state_0", "Add", b.op("doubled", "Mul", looked, "two_f"), waves)
}

// padding returns what is added to the attention's logits: a large negative
// number where there is no piece.
func (b *builder) padding() string {
	mask := b.with([]onnxfile.Attr{onnxfile.IntAttr("to", int64(onnxfile.Float))}, "mask_f", "Cast", InputMask)
	absent := b.op("absent", "Sub", "one_f", mask)
	return b.op("padding", "Unsqueeze", b.op("padding_rows", "Mul", absent, "minus_1e9"), "axes_1_2")
}

// layer appends one transformer layer: attention, then two dense layers, each
// behind a normalisation and around a residual.
func (b *builder) layer(i int, state, padding string) string {
	p := fmt.Sprintf("layer_%d_", i)
	source := fmt.Sprintf("%sLayer_%d/TransformerLayer/", folded, i)
	stack := fmt.Sprintf("%sTransformerStack/Layer_%d/TransformerLayer/", folded, i)
	width, residual := int64(Width), state
	if i == 0 {
		width = embedWidth
		residual = b.dense(p+"widened", state, source+"dense/kernel"+joined, source+"dense/bias"+joined, embedWidth, Width)
	}
	normed := b.norm(p+"norm_1", state, source, width)
	mixed := b.op(p+"residual_1", "Add", b.attend(p, i, normed, padding, width), residual)
	second := b.norm(p+"norm_2", mixed, source+"FFN/", Width)
	wide := b.dense(p+"wide", second, stack+"FFN/conv1/Tensordot/Reshape_1", source+"FFN/conv1/bias"+joined, Width, innerWidth)
	narrow := b.dense(p+"narrow", b.op(p+"relu", "Relu", wide), stack+"FFN/conv2/Tensordot/Reshape_1", source+"FFN/conv2/bias"+joined, innerWidth, Width)
	return b.op(p+"out", "Add", narrow, mixed)
}

func (b *builder) norm(out, x, source string, width int64) string {
	scale := b.weight(out+"_scale", source+"layer_prepostprocess/layer_norm/layer_norm_scale"+joined, width)
	bias := b.weight(out+"_bias", source+"layer_prepostprocess/layer_norm/layer_norm_bias"+joined, width)
	attrs := []onnxfile.Attr{onnxfile.IntAttr("axis", -1), onnxfile.FloatAttr("epsilon", 1e-6)}
	return b.with(attrs, out, "LayerNormalization", x, scale, bias)
}

// attend appends the attention of a layer, with one product for queries, keys
// and values.
func (b *builder) attend(p string, i int, x, padding string, width int64) string {
	kernels := fmt.Sprintf("%sLayer_%d/TransformerLayer/MultiheadAttention/", plain, i)
	biases := fmt.Sprintf("%sLayer_%d/TransformerLayer/MultiheadAttention/", folded, i)
	all := b.dense(p+"qkv", x, kernels+"qkv_transform_single/kernel/part_0", biases+"qkv_transform_single/bias"+joined, width, 3*width)
	parts := []string{p + "query", p + "key", p + "value"}
	b.node("Split", []string{all, b.ints(p+"thirds", []int64{3}, width, width, width)}, parts, axis(-1)...)
	byHead := b.ints(p+"by_head", []int64{4}, 0, 0, heads, width/heads)
	head := func(part string, order ...int64) string {
		return b.with(perm(order...), part+"_heads", "Transpose", b.op(part+"_split", "Reshape", part, byHead))
	}
	query, key, value := head(parts[0], 0, 2, 1, 3), head(parts[1], 0, 2, 3, 1), head(parts[2], 0, 2, 1, 3)
	scale := b.weight(p+"scale", fmt.Sprintf("%sTransformerStack/Layer_%d/TransformerLayer/MultiheadAttention/mul/y", folded, i))
	scores := b.op(p+"scores", "MatMul", b.op(p+"scaled", "Mul", query, scale), key)
	shares := b.with(axis(-1), p+"shares", "Softmax", b.op(p+"logits", "Add", scores, padding))
	taken := b.with(perm(0, 2, 1, 3), p+"taken", "Transpose", b.op(p+"taken_heads", "MatMul", shares, value))
	rows := b.op(p+"joined", "Reshape", taken, b.ints(p+"rows", []int64{3}, 0, 0, width))
	return b.dense(p+"attended", rows, kernels+"output_transform_single/kernel/part_0", biases+"output_transform_single/bias"+joined, width, Width)
}

// pool appends the mean over the pieces and the embedding, a dense layer with
// tanh brought to length 1.
func (b *builder) pool(state string) {
	keep := func(out, x string) string {
		return b.with([]onnxfile.Attr{onnxfile.IntsAttr("axes", 1), onnxfile.IntAttr("keepdims", 1)}, out, "ReduceMean", x)
	}
	row := b.op("mask_row", "Unsqueeze", "mask_f", "axis_1")
	total := b.op("total", "Squeeze", b.op("total_row", "MatMul", row, state), "axis_1")
	length := b.with([]onnxfile.Attr{onnxfile.IntAttr("to", int64(onnxfile.Float))}, "length_f", "Cast", "length")
	count := b.op("count", "Max", b.op("count_0", "Mul", keep("mask_mean", "mask_f"), length), "one_f")
	mean := b.op(Mean, "Div", total, count)
	hidden := b.dense("hidden", mean, "module/Encoder_en/hidden_layers/tanh_layer_0/weights", "module/Encoder_en/hidden_layers/tanh_layer_0/bias", Width, Width)
	bent := b.op("bent", "Tanh", hidden)
	square := b.op("square", "Mul", keep("square_mean", b.op("squares", "Mul", bent, bent)), "width_f")
	b.op(Embedding, "Div", bent, b.op("norm", "Sqrt", square))
}
