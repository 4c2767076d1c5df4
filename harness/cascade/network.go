package cascade

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"uacs/harness/cache"
	"uacs/harness/model/encoder"
	"uacs/harness/model/onnx"
	"uacs/harness/model/onnxfile"
	"uacs/harness/model/ubm/trained"
	"uacs/harness/sample"
	"uacs/internal/detsum"
	"uacs/internal/hint"
)

// Tools are what a trained network needs to run.
type Tools struct {
	// Encoder opens a text encoder by name.
	Encoder func(ctx context.Context, name string) (encoder.Text, error)
	// Library returns the path of the ONNX Runtime library.
	Library func() (string, error)
	// Workers is the number of clips under way at once, at least 1.
	Workers int
	// Latency opens the network for one run at a time, for its time to be its own.
	Latency bool
}

// Network is a text model that this project trained, with its encoders. It is opened
// at the first question that must be asked.
type Network struct {
	tools  Tools
	name   string
	digest string // of the training
	bins   []float64
	seeds  []string
	names  []string // encoders
	// encoded is the digest of the encoders that the model was trained on.
	encoded string
	caveats []string
	sha     string // of the file
	file    string
	data    []byte
	flops   float64

	mu       sync.Mutex
	encoders []encoder.Text
	model    *onnx.Model
}

// NewNetwork reads the model that is called name from dir, its folder as package
// trained writes it. A model that is not there, and one that sees more than text, are
// errors with a hint.
func NewNetwork(dir, name string, tools Tools) (*Network, error) {
	n := &Network{tools: tools, name: name, file: filepath.Join(dir, trained.ModelFile)}
	var err error
	if n.data, err = os.ReadFile(n.file); errors.Is(err, fs.ErrNotExist) {
		return nil, hint.Add(fmt.Errorf("model %s is not trained: %w", name, fs.ErrNotExist), "uacs train -c configs/models/%s.yaml", name)
	} else if err != nil {
		return nil, err
	}
	n.sha = cache.Digest(string(n.data))
	graph, err := onnxfile.Decode(n.file, n.data)
	if err != nil {
		return nil, err
	}
	if modalities, _ := graph.Meta("modalities"); modalities != "text" {
		return nil, hint.Add(fmt.Errorf("model %s sees %s: live runs have text alone", name, modalities),
			"replay its predictions as a predictor")
	}
	return n, n.describe(graph)
}

// describe reads what the file says of the model.
func (n *Network) describe(graph *onnxfile.Model) error {
	n.digest, _ = graph.Meta("training_digest")
	bins, _ := graph.Meta("bins")
	for _, field := range strings.Fields(bins) {
		x, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return fmt.Errorf("%s: metadata bins: %w", n.file, err)
		}
		n.bins = append(n.bins, x)
	}
	seeds, _ := graph.Meta("seeds")
	n.seeds = strings.Fields(seeds)
	names, _ := graph.Meta("encoder")
	n.names = strings.Split(names, " + ")
	n.encoded, _ = graph.Meta("encoder_digest")
	if caveats, _ := graph.Meta("caveats"); caveats != "" {
		n.caveats = strings.Split(caveats, "\n")
	}
	if len(n.bins) < 2 || names == "" || n.digest == "" {
		return fmt.Errorf("%s: metadata: bins, encoder or training_digest is missing: no model of uacs train", n.file)
	}
	count, err := onnxfile.Count(graph, map[string]int64{"batch": 1})
	if err != nil {
		return fmt.Errorf("%s: %w", n.file, err)
	}
	n.flops = float64(count.FLOPs)
	return nil
}

// Request implements [Model].
func (n *Network) Request(q *Question) (cache.Request, error) {
	if q.Round != 1 {
		return cache.Request{}, fmt.Errorf("model %s reads no earlier answers: it cannot be asked a second time", n.name)
	}
	return cache.Request{
		DatasetSHA256: q.Source, ID: q.Clip.ID, Model: n.name, Revision: n.digest, WeightsSHA256: n.sha,
		Round: 1, Modalities: []string{"text"},
	}, nil
}

// Ask implements [Model]. FLOPs are those of the graph and of encoding the text.
func (n *Network) Ask(ctx context.Context, questions []Question, save func(int, sample.Prediction) error) error {
	if err := n.open(ctx); err != nil {
		return err
	}
	return each(ctx, questions, n.tools.Workers, n.one, save)
}

func (n *Network) open(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.model != nil {
		return nil
	}
	n.encoders = nil
	var digests []string
	for _, name := range n.names {
		e, err := n.tools.Encoder(ctx, name)
		if err != nil {
			return fmt.Errorf("model %s: encoder %s: %w", n.name, name, err)
		}
		n.encoders, digests = append(n.encoders, e), append(digests, e.Digest())
	}
	if strings.Join(digests, " + ") != n.encoded {
		return hint.Add(fmt.Errorf("model %s was trained on other features: the encoder %s has changed since", n.name, strings.Join(n.names, " + ")),
			"uacs train -c configs/models/%s.yaml", n.name)
	}
	library, err := n.tools.Library()
	if err != nil {
		return hintLibrary(err)
	}
	if err := onnx.Init(library); err != nil {
		return hintLibrary(err)
	}
	o := onnx.Options{Threads: 1, Mode: onnx.Throughput}
	if n.tools.Latency {
		o.Mode = onnx.Latency
	}
	n.model, err = onnx.OpenBytes(n.file, n.data, o)
	return err
}

func hintLibrary(err error) error {
	if hint.Of(err) != "" {
		return err
	}
	return hint.Add(err, "uacs model fetch onnxruntime")
}

// Caveats implements [Cautious]: they are those of the model's config.
func (n *Network) Caveats() []string { return n.caveats }

// Close lets go of the network; it may be asked again, and is then opened again.
func (n *Network) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.model == nil {
		return nil
	}
	m := n.model
	n.model = nil
	return m.Close()
}

// one answers one clip.
func (n *Network) one(ctx context.Context, q *Question) (sample.Prediction, error) {
	p := sample.Prediction{
		Dataset: q.Clip.Dataset, Split: q.Clip.Split, ID: q.Clip.ID, Model: n.name, Revision: n.digest,
		Round: 1, Modalities: []string{"text"},
	}
	if blank(&q.Clip) {
		p.Error = errText.Error()
		return p, nil
	}
	var row []float32
	flops := n.flops
	for _, e := range n.encoders {
		x, stats, err := e.Encode(ctx, []string{q.Clip.TextEN})
		if err != nil {
			return p, fmt.Errorf("%s: %w", e.Name(), err)
		}
		row = append(row, x.Row(0)...)
		flops += float64(stats.FLOPs())
	}
	out, err := n.model.Run(ctx, map[string]onnx.Tensor{"text": onnx.Float32(row, 1, int64(len(row)))})
	if err != nil {
		return p, err
	}
	p.FLOPs = &flops
	return p, n.read(&p, out)
}

// read fills in the answer. The file's numbers are float32: their sums are put
// right in float64.
func (n *Network) read(p *sample.Prediction, out map[string]onnx.Tensor) error {
	k := len(n.bins)
	probs := out["probs"].Floats()
	if len(probs) != k {
		return fmt.Errorf("%s: probs has %d entries, not %d", n.file, len(probs), k)
	}
	p.Bins, p.Probs = n.bins, normalised(probs)
	score := detsum.Dot(p.Probs, n.bins)
	p.Score = &score
	members := out["member_probs"].Floats()
	if len(members) != k*len(n.seeds) || len(members) == 0 {
		return nil
	}
	var names []any
	for i, seed := range n.seeds {
		member := normalised(members[i*k : (i+1)*k])
		p.MemberProbs = append(p.MemberProbs, member)
		p.MemberScores = append(p.MemberScores, detsum.Dot(member, n.bins))
		names = append(names, "seed "+seed)
	}
	p.Params = map[string]any{"members": names, "kind": "ensemble"}
	return nil
}

func normalised(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	sum := detsum.Sum(out)
	for i := range out {
		out[i] /= sum
	}
	return out
}
