package ubm

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"

	"uacs/harness/calibrate"
	"uacs/harness/model/ubm/sequence"
)

// Epoch is what one epoch of one member did.
type Epoch struct {
	// Member is the index of the member, Epoch counts from 1.
	Member, Epoch int
	Seed          uint64
	// Rate is the learning rate at the end of the epoch.
	Rate float64
	// TrainLoss is the mean loss of the batches, as they came, with dropout. ValidLoss,
	// ValidNLL (nats, of the nearest bin) and ValidMAE (label units) are without.
	TrainLoss, ValidLoss, ValidNLL, ValidMAE float64
	// Best says that no earlier epoch of this member was as good.
	Best bool
}

// History has the epochs of all members, members in order.
type History struct {
	Epochs []Epoch
	// Kept is the epoch, from 1, whose weights each member has.
	Kept []int
}

// Progress is told of each epoch as it ends. Members train side by side, and calls
// may come from several goroutines at once.
type Progress func(Epoch)

type progressKey struct{}

// WithProgress returns a context with which [Train] reports epochs.
func WithProgress(ctx context.Context, p Progress) context.Context {
	return context.WithValue(ctx, progressKey{}, p)
}

// Train fits the members of a model, each from its own seed, to the train split, and their
// temperatures to the valid split; the test split is not looked at. Members train side by
// side. Data that does not fit the config, a number that is not finite, a cancelled
// context and a training that diverges are errors.
func Train(ctx context.Context, c Config, d Data) (*Model, *History, error) {
	if err := c.Validate(); err != nil {
		return nil, nil, fmt.Errorf("train: %w", err)
	}
	if err := d.check(&c); err != nil {
		return nil, nil, fmt.Errorf("train %s: %w", c.Name, err)
	}
	digest, err := c.Digest(d.Provenance.Digest, d.Provenance.EncoderDigest)
	if err != nil {
		return nil, nil, fmt.Errorf("train %s: %w", c.Name, err)
	}
	m := &Model{Config: c, Dataset: d.Dataset, Provenance: d.Provenance, Digest: digest, members: make([]member, len(c.Seeds))}
	if err := m.fit(&d); err != nil {
		return nil, nil, fmt.Errorf("train %s: %w", c.Name, err)
	}
	train, err := m.prepare(&d.Train)
	if err != nil {
		return nil, nil, fmt.Errorf("train %s: %w", c.Name, err)
	}
	valid, err := m.prepare(&d.Valid)
	if err != nil {
		return nil, nil, fmt.Errorf("train %s: %w", c.Name, err)
	}
	h := &History{Kept: make([]int, len(c.Seeds))}
	epochs := make([][]Epoch, len(c.Seeds))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, seed := range c.Seeds {
		group.Go(func() error {
			t := newTrainer(m, i, seed, train, valid)
			if err := t.run(ctx); err != nil {
				return fmt.Errorf("train %s: seed %d: %w", c.Name, seed, err)
			}
			m.members[i], epochs[i], h.Kept[i] = member{seed: seed, weights: t.best, temperature: 1}, t.epochs, t.kept
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for _, e := range epochs {
		h.Epochs = append(h.Epochs, e...)
	}
	if err := m.fitTemperatures(&d.Valid); err != nil {
		return nil, nil, fmt.Errorf("train %s: %w", c.Name, err)
	}
	return m, h, nil
}

// fit sets what the train split settles: the network's sizes and the standardisation.
func (m *Model) fit(d *Data) error {
	c := &m.Config
	m.shape = shape{dims: d.dims(), hidden: c.Hidden, outputs: c.objective().outputs(), fusion: c.Fusion}
	if c.OfFrames() {
		var err error
		m.shape.frames, err = sequence.New(c.shapeOf(m.shape.dims))
		for _, f := range d.Train.Frames {
			m.scales = append(m.scales, FitScale(Matrix{len(f.Data) / f.Width, f.Width, f.Data}))
		}
		m.frames = meanFrames(c, d.Train.Frames)
		return err
	}
	lent, _ := d.Train.lent(d.Dataset)
	m.shape.lends = lent > 0
	for _, x := range d.Train.Features {
		m.scales = append(m.scales, FitScale(x))
	}
	return nil
}

// prepared is a split as the network takes it: standardised features, and targets.
type prepared struct {
	in     *input
	labels []float64
	target dense[float64]
	weight []float64 // of each clip in the loss
	lent   []bool
}

func (m *Model) prepare(p *Part) (*prepared, error) {
	out := &prepared{labels: p.Labels, target: newDense[float64](p.N(), len(m.Config.Bins)), weight: make([]float64, p.N()), lent: make([]bool, p.N())}
	var err error
	if out.in, err = m.input(p); err != nil {
		return nil, err
	}
	for i, y := range p.Labels {
		if m.Config.Loss.Kind != AbsoluteError {
			m.Config.Target.set(m.Config.Bins, y, out.target.row(i))
		}
		out.weight[i] = 1
		if p.Datasets != nil && p.Datasets[i] != m.Dataset {
			out.weight[i], out.lent[i] = m.Config.Lent, true
		}
	}
	return out, nil
}

// trainer fits one member.
type trainer struct {
	config       *Config
	objective    objective
	index        int
	seed         uint64
	train, valid *prepared
	w, g         *weights[float32]
	best         []float32
	least        float64
	kept         int
	optimiser    *adamW
	pass, judge  *pass[float32]
	noise        *noise
	order        []int
	epochs       []Epoch
	report       Progress
	step         int
}

// judgeRows is how many clips the valid split is judged by at a time.
const judgeRows = 256

func newTrainer(m *Model, index int, seed uint64, train, valid *prepared) *trainer {
	c := &m.Config
	t := &trainer{config: c, objective: c.objective(), index: index, seed: seed, train: train, valid: valid, least: math.Inf(1)}
	r := rand.New(rand.NewPCG(seed, 0x75626d)) // "ubm"
	t.w, t.g = newWeights[float32](m.shape), newWeights[float32](m.shape)
	t.w.start(r)
	t.optimiser = newAdamW(len(t.w.flat), c.Optimiser.Decay)
	t.optimiser.coupled = c.Optimiser.Coupled
	n := len(train.labels)
	t.pass = newPass[float32](m.shape, min(c.Optimiser.Batch, n))
	t.judge = newPass[float32](m.shape, min(judgeRows, len(valid.labels)))
	t.noise = &noise{r: r, hidden: c.Dropout.Hidden, inputs: c.Dropout.Inputs, modality: c.Dropout.Modality}
	t.order = make([]int, n)
	for i := range t.order {
		t.order[i] = i
	}
	return t
}

func (t *trainer) run(ctx context.Context) error {
	t.report, _ = ctx.Value(progressKey{}).(Progress)
	for e := 1; e <= t.config.Optimiser.Epochs; e++ {
		record := Epoch{Member: t.index, Epoch: e, Seed: t.seed}
		var err error
		if record.TrainLoss, err = t.epoch(ctx); err != nil {
			return err
		}
		record.Rate = t.rate()
		t.judgeValid(&record)
		value := map[string]float64{"loss": record.ValidLoss, "mae": record.ValidMAE, "nll": record.ValidNLL}[t.config.Stop.Metric]
		if math.IsNaN(record.TrainLoss) || math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("epoch %d: the loss is not finite: a lower rate may help", e)
		}
		if value < t.least {
			t.least, t.kept, record.Best = value, e, true
			t.best = append(t.best[:0], t.w.flat...)
		}
		t.epochs = append(t.epochs, record)
		if t.report != nil {
			t.report(record)
		}
		if p := t.config.Stop.Patience; p > 0 && e-t.kept >= p {
			return nil
		}
	}
	return nil
}

// epoch goes over the train split once, in a new order, and returns the mean loss.
func (t *trainer) epoch(ctx context.Context) (float64, error) {
	t.noise.r.Shuffle(len(t.order), func(a, b int) { t.order[a], t.order[b] = t.order[b], t.order[a] })
	k := len(t.objective.bins)
	logp, by := make([]float64, k), make([]float64, k)
	dz := newDense[float32](t.pass.z.rows, t.objective.outputs())
	total := 0.0
	for at := 0; at < len(t.order); at += t.pass.z.rows {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		batch := t.order[at:min(at+t.pass.z.rows, len(t.order))]
		p := t.pass.rows(len(batch))
		p.load(t.train.in, batch)
		p.forward(t.w, t.noise)
		d := dz.top(len(batch))
		for i, row := range batch {
			if t.train.lent[row] {
				addTo(p.z.row(i), t.w.offset)
			}
			w := t.train.weight[row]
			total += w * rowLoss(t.objective, p.z.row(i), t.train.target.row(row), t.train.labels[row], w/float64(len(batch)), d.row(i), logp, by)
		}
		clear(t.g.flat)
		p.backward(t.w, t.g, d)
		for i, row := range batch {
			if t.train.lent[row] {
				addTo(t.g.offset, d.row(i))
			}
		}
		clip(t.g.flat, t.config.Optimiser.Clip)
		t.step++
		t.optimiser.step(t.w.flat, t.g.flat, t.w.decays, t.rate())
	}
	return total / float64(len(t.order)), nil
}

func addTo(sum, x []float32) {
	for k, v := range x {
		sum[k] += v
	}
}

// rate is the learning rate of the current step.
func (t *trainer) rate() float64 {
	o := t.config.Optimiser
	perEpoch := float64((len(t.order) + t.pass.z.rows - 1) / t.pass.z.rows)
	done, warm := float64(t.step)/perEpoch, o.Warmup
	switch {
	case done < warm:
		return o.Rate * done / warm
	case o.Schedule == "cosine":
		return o.Rate * 0.5 * (1 + math.Cos(math.Pi*min((done-warm)/(float64(o.Epochs)-warm), 1)))
	}
	return o.Rate
}

// judgeValid fills in the numbers of the valid split.
func (t *trainer) judgeValid(e *Epoch) {
	n, k := len(t.valid.labels), len(t.objective.bins)
	logp := make([]float64, k)
	eachBatch(t.judge, t.w, t.valid.in, nil, func(row int, z []float32) {
		y := t.valid.labels[row]
		e.ValidLoss += rowLoss(t.objective, z, t.valid.target.row(row), y, 0, nil, logp, nil)
		if t.objective.loss == AbsoluteError {
			e.ValidMAE += math.Abs(float64(z[0]) - y)
			return
		}
		score := 0.0
		for j, l := range logp {
			score += math.Exp(l) * t.objective.bins[j]
		}
		e.ValidMAE += math.Abs(score - y)
		e.ValidNLL -= logp[calibrate.NearestBin(t.objective.bins, y)]
	})
	e.ValidLoss /= float64(n)
	e.ValidMAE /= float64(n)
	e.ValidNLL /= float64(n)
}

// eachBatch runs the network over standardised features and visits the outputs row by row.
func eachBatch(p *pass[float32], w *weights[float32], x *input, noise *noise, visit func(row int, z []float32)) {
	clips := make([]int, x.clips)
	for i := range clips {
		clips[i] = i
	}
	for at := 0; at < x.clips; at += p.z.rows {
		b := p.rows(min(p.z.rows, x.clips-at))
		b.load(x, clips[at:at+b.z.rows])
		b.forward(w, noise)
		for i := range b.z.rows {
			visit(at+i, b.z.row(i))
		}
	}
}
