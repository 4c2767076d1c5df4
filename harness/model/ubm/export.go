package ubm

import (
	"fmt"
	"strconv"
	"strings"

	"uacs/harness/model/onnxfile"
)

// ONNX returns the model as an ONNX file of opset 17: the same bytes for the same model.
//
// Its inputs are the features of each modality as the encoder makes them, named as in
// [Modalities], float32 [batch, features]. Its outputs are float32: logits [batch, K]
// and probs [batch, K] as in [Output], score [batch], and for an ensemble member_probs
// [batch, members, K]. Standardisation and temperatures lie in the graph. Monte-Carlo
// passes do not: the file answers without dropout.
//
// A model of frames takes, for each modality, frames padded at their end, float32 [batch,
// frames, features], and their true number, NAME_length, int64 [batch]; 0 says that the clip
// lacks the modality. What is in the padding does not count. Modalities of one stream have
// one number of frames. A regression has score [batch] and, for an ensemble,
// member_scores [batch, members] alone.
//
// The metadata say what the model is and what it was made from: name, title, bins,
// modalities, dataset, datasets, data_digest, encoder, encoder_digest, seeds,
// temperatures, licences, citations, hypotheses, caveats, synthetic and training_digest. Lists
// of texts have one a line, lists of numbers are divided by blanks.
func (m *Model) ONNX() ([]byte, error) {
	g := &graph{model: &onnxfile.Model{Name: m.Config.Name, Producer: "uacs", Doc: m.Config.Title, Metadata: m.metadata()}, m: m}
	say := g.outputs()
	if m.Config.Loss.Kind == AbsoluteError {
		g.scores(say)
	} else {
		g.distributions(say)
	}
	data, err := g.model.Encode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Config.Name, err)
	}
	return data, nil
}

var batch = onnxfile.Dim{Name: "batch"}

// outputs adds the inputs, and returns a function that adds a member, to be called once for
// each, and names what it says.
func (g *graph) outputs() func(member int) string {
	if g.m.Config.OfFrames() {
		z := g.frames()
		return func(j int) string { return z[j] }
	}
	var x []string
	for i, name := range g.m.Config.Modalities {
		g.model.Inputs = append(g.model.Inputs, onnxfile.Value{Name: name, Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, {N: int64(g.m.shape.dims[i])}}})
		x = append(x, g.standard(i))
	}
	return func(j int) string { return g.member(j, x) }
}

// standard adds the standardisation of an input.
func (g *graph) standard(i int) string {
	name, s := g.m.Config.Modalities[i], g.m.scales[i]
	mean, inv := g.vector(name+"_mean", s.Mean), g.vector(name+"_inverse_deviation", s.Inv)
	return g.node("Mul", name+"_standard", []string{g.node("Sub", name+"_centred", []string{name, mean}), inv})
}

// distributions adds what comes of the members' log-probabilities.
func (g *graph) distributions(say func(member int) string) {
	m, k := g.m, int64(len(g.m.Config.Bins))
	var logits, probs []string
	for j := range m.members {
		z := say(j)
		t := g.floats(fmt.Sprintf("m%d_temperature", j), nil, []float32{float32(m.members[j].temperature)})
		tempered := g.node("Div", fmt.Sprintf("m%d_tempered", j), []string{z, t})
		logits = append(logits, z)
		probs = append(probs, g.node("Softmax", fmt.Sprintf("m%d_probs", j), []string{tempered}, onnxfile.IntAttr("axis", 1)))
	}
	g.mean("logits", logits)
	g.mean("probs", probs)
	bins := make([]float32, k)
	for c, b := range m.Config.Bins {
		bins[c] = float32(b)
	}
	column := g.node("MatMul", "score_column", []string{"probs", g.floats("bins", []int64{k, 1}, bins)})
	axis := g.ints("axis_1", 1)
	g.node("Squeeze", "score", []string{column, axis})
	g.model.Outputs = []onnxfile.Value{
		{Name: "logits", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, {N: k}}},
		{Name: "probs", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, {N: k}}},
		{Name: "score", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch}},
	}
	if len(probs) > 1 {
		for j, p := range probs {
			probs[j] = g.node("Unsqueeze", fmt.Sprintf("m%d_row", j), []string{p, axis})
		}
		g.node("Concat", "member_probs", probs, onnxfile.IntAttr("axis", 1))
		g.model.Outputs = append(g.model.Outputs, onnxfile.Value{
			Name: "member_probs", Type: onnxfile.Float,
			Shape: []onnxfile.Dim{batch, {N: int64(len(probs))}, {N: k}},
		})
	}
}

// scores adds what comes of the members' scores, each [batch, 1].
func (g *graph) scores(say func(member int) string) {
	var z []string
	for j := range g.m.members {
		z = append(z, say(j))
	}
	g.mean("score_column", z)
	g.node("Squeeze", "score", []string{"score_column", g.ints("axis_1", 1)})
	g.model.Outputs = []onnxfile.Value{{Name: "score", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch}}}
	if len(z) > 1 {
		g.node("Concat", "member_scores", z, onnxfile.IntAttr("axis", 1))
		g.model.Outputs = append(g.model.Outputs, onnxfile.Value{
			Name: "member_scores", Type: onnxfile.Float, Shape: []onnxfile.Dim{batch, {N: int64(len(z))}},
		})
	}
}

func (m *Model) metadata() []onnxfile.Meta {
	c := &m.Config
	var seeds []string
	for _, s := range c.Seeds {
		seeds = append(seeds, strconv.FormatUint(s, 10))
	}
	return []onnxfile.Meta{
		{Key: "name", Value: c.Name},
		{Key: "title", Value: c.Title},
		{Key: "bins", Value: numbers(c.Bins)},
		{Key: "modalities", Value: strings.Join(c.Modalities, " ")},
		{Key: "dataset", Value: m.Dataset},
		{Key: "datasets", Value: strings.Join(c.Datasets, " ")},
		{Key: "data_digest", Value: m.Provenance.Digest},
		{Key: "encoder", Value: m.Provenance.EncoderName},
		{Key: "encoder_digest", Value: m.Provenance.EncoderDigest},
		{Key: "seeds", Value: strings.Join(seeds, " ")},
		{Key: "temperatures", Value: numbers(m.Temperatures())},
		{Key: "licences", Value: strings.Join(m.Provenance.Licences, "\n")},
		{Key: "citations", Value: strings.Join(m.Provenance.Citations, "\n")},
		{Key: "hypotheses", Value: strings.Join(c.Hypotheses, "\n")},
		{Key: "caveats", Value: strings.Join(m.caveats(), "\n")},
		{Key: "synthetic", Value: strconv.FormatBool(m.Provenance.Synthetic)},
		{Key: "training_digest", Value: m.Digest},
	}
}

func numbers(x []float64) string {
	var s []string
	for _, v := range x {
		s = append(s, strconv.FormatFloat(v, 'g', -1, 64))
	}
	return strings.Join(s, " ")
}

// graph collects nodes and constants.
type graph struct {
	model *onnxfile.Model
	m     *Model
}

// node adds an operation with one output and returns the output's name.
func (g *graph) node(op, out string, in []string, attrs ...onnxfile.Attr) string {
	g.model.Nodes = append(g.model.Nodes, onnxfile.Node{Name: out, Op: op, Inputs: in, Outputs: []string{out}, Attrs: attrs})
	return out
}

// floats adds a constant and returns its name.
func (g *graph) floats(name string, dims []int64, v []float32) string {
	g.model.Initializers = append(g.model.Initializers, onnxfile.Floats(name, dims, v))
	return name
}

func (g *graph) ints(name string, v ...int64) string {
	g.model.Initializers = append(g.model.Initializers, onnxfile.Int64s(name, []int64{int64(len(v))}, v))
	return name
}

func (g *graph) dense(name string, d dense[float32]) string {
	return g.floats(name, []int64{int64(d.rows), int64(d.cols)}, d.data)
}

func (g *graph) vector(name string, v []float32) string {
	return g.floats(name, []int64{int64(len(v))}, v)
}

// mean adds the mean of some values, under a name of its own even if it is of one.
func (g *graph) mean(out string, in []string) {
	if len(in) == 1 {
		g.node("Identity", out, in)
		return
	}
	share := g.floats(out+"_share", nil, []float32{1 / float32(len(in))})
	g.node("Mul", out, []string{g.sum(out, in), share})
}

// sum adds up some values from left to right.
func (g *graph) sum(prefix string, in []string) string {
	total := in[0]
	for i, v := range in[1:] {
		total = g.node("Add", fmt.Sprintf("%s_sum%d", prefix, i+1), []string{total, v})
	}
	return total
}

// member adds one network and returns its logits.
func (g *graph) member(j int, x []string) string {
	w := g.m.view(j)
	prefix := fmt.Sprintf("m%d_", j)
	var h []string
	for i, name := range g.m.Config.Modalities {
		p := prefix + name
		projected := g.node("Gemm", p+"_projected", []string{x[i], g.dense(p+"_weight", w.proj[i]), g.vector(p+"_bias", w.bias[i])})
		h = append(h, g.node("Relu", p+"_hidden", []string{projected}))
	}
	z := g.fuse(prefix, w, h)
	if g.m.Config.Loss.Kind != CORN {
		return z
	}
	return g.ordinal(prefix, z)
}

// fuse adds heads and fusion and returns the outputs.
func (g *graph) fuse(prefix string, w *weights[float32], h []string) string {
	names := g.m.Config.Modalities
	switch g.m.Config.Fusion {
	case Late:
		var z []string
		for i, name := range names {
			p := prefix + name
			z = append(z, g.node("Gemm", p+"_vote", []string{h[i], g.dense(p+"_head", w.head[i]), g.vector(p+"_shift", w.shift[i])}))
		}
		g.mean(prefix+"outputs", z)
		return prefix + "outputs"
	case Gated:
		h = g.gate(prefix, w, h)
		return g.node("Gemm", prefix+"outputs", []string{g.sum(prefix+"gated", h), g.dense(prefix+"head", w.head[0]), g.vector(prefix+"shift", w.shift[0])})
	}
	z := g.vector(prefix+"shift", w.shift[0])
	for i, name := range names {
		z = g.node("Gemm", fmt.Sprintf("%soutputs%d", prefix, i), []string{h[i], g.dense(prefix+name+"_head", w.head[i]), z})
	}
	return z
}

// gate scales each projection by its share.
func (g *graph) gate(prefix string, w *weights[float32], h []string) []string {
	var odds, shares, out []string
	for i, name := range g.m.Config.Modalities {
		p := prefix + name
		odds = append(odds, g.node("Gemm", p+"_odds", []string{h[i], g.dense(p+"_gate", w.gate[i]), g.vector(p+"_lift", w.lift[i])}))
	}
	all := g.node("Softmax", prefix+"shares", []string{g.node("Concat", prefix+"odds", odds, onnxfile.IntAttr("axis", 1))}, onnxfile.IntAttr("axis", 1))
	for i, name := range g.m.Config.Modalities {
		// A product with a unit column picks one share.
		pick := newDense[float32](len(h), 1)
		pick.data[i] = 1
		share := g.node("MatMul", prefix+name+"_share", []string{all, g.dense(prefix+name+"_pick", pick)})
		shares = append(shares, share)
		out = append(out, g.node("Mul", prefix+name+"_gated", []string{h[i], shares[i]}))
	}
	return out
}

// ordinal adds the log-probabilities of the bins, given the log-odds z of lying
// above each: the sum of ln σ(z_i) over i < k, and ln σ(−z_k) where there is a bin above.
func (g *graph) ordinal(prefix, z string) string {
	k := len(g.m.Config.Bins)
	below, own := newDense[float32](k-1, k), newDense[float32](k-1, k)
	for i := range k - 1 {
		own.row(i)[i] = -1
		for c := i + 1; c < k; c++ {
			below.row(i)[c] = -1
		}
	}
	up := g.node("Softplus", prefix+"not_above", []string{g.node("Neg", prefix+"negated", []string{z})})
	here := g.node("Softplus", prefix+"above", []string{z})
	a := g.node("MatMul", prefix+"passed", []string{up, g.dense(prefix+"passed_by", below)})
	b := g.node("MatMul", prefix+"stayed", []string{here, g.dense(prefix+"stayed_at", own)})
	return g.node("Add", prefix+"log_probs", []string{a, b})
}
