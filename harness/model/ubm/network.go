package ubm

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"

	"uacs/harness/model/ubm/sequence"
)

// shape is the size of a network.
type shape struct {
	dims            []int // features of each modality
	hidden, outputs int
	fusion          Fusion
	// lends says that some train clips are lent: they have an offset of their own.
	lends bool
	// frames is the network of a model of frames; then only outputs counts of the above.
	frames *sequence.Network
}

// weights are views into one vector of all parameters: weights, gradients and the
// moments of the optimiser have the same layout.
type weights[T number] struct {
	flat []T
	// proj and bias are W_m and b_m, head and shift V_m and c_m. Early fusion has one
	// shift, gated fusion one head and one shift; gate and lift are g_m and d_m.
	proj, head, gate  []dense[T]
	bias, shift, lift [][]T
	// offset is added to the outputs of lent clips, and is of no use after training.
	offset []T
	// decays marks the elements of flat that weight decay shrinks: no bias is.
	decays []bool
	// frames is the network of a model of frames, whose parameters flat holds.
	frames *sequence.Network
}

// newWeights lays out the parameters of a network, all 0.
func newWeights[T number](s shape) *weights[T] {
	w := &weights[T]{frames: s.frames}
	size := s.layout(nil)
	w.flat, w.decays = make([]T, size), make([]bool, size)
	if s.frames != nil {
		s.frames.Decays(w.decays)
		return w
	}
	at := 0
	take := func(rows, cols int, decays bool) dense[T] {
		d := dense[T]{rows, cols, w.flat[at : at+rows*cols : at+rows*cols]}
		for k := range d.data {
			w.decays[at+k] = decays
		}
		at += rows * cols
		return d
	}
	s.layout(func(part string, rows, cols int) {
		switch part {
		case "proj":
			w.proj = append(w.proj, take(rows, cols, true))
		case "bias":
			w.bias = append(w.bias, take(rows, cols, false).data)
		case "head":
			w.head = append(w.head, take(rows, cols, true))
		case "shift":
			w.shift = append(w.shift, take(rows, cols, false).data)
		case "gate":
			w.gate = append(w.gate, take(rows, cols, true))
		case "lift":
			w.lift = append(w.lift, take(rows, cols, false).data)
		case "offset":
			w.offset = take(rows, cols, false).data
		}
	})
	return w
}

// layout visits the parts of a network in the order of the vector and returns how
// many parameters there are.
func (s shape) layout(visit func(part string, rows, cols int)) int {
	if s.frames != nil {
		return s.frames.Size()
	}
	size := 0
	add := func(part string, rows, cols int) {
		size += rows * cols
		if visit != nil {
			visit(part, rows, cols)
		}
	}
	if s.lends {
		add("offset", 1, s.outputs)
	}
	for _, d := range s.dims {
		add("proj", d, s.hidden)
		add("bias", 1, s.hidden)
	}
	if s.fusion == Gated {
		add("head", s.hidden, s.outputs)
		add("shift", 1, s.outputs)
		for range s.dims {
			add("gate", s.hidden, 1)
			add("lift", 1, 1)
		}
		return size
	}
	for range s.dims {
		add("head", s.hidden, s.outputs)
	}
	add("shift", 1, s.outputs)
	if s.fusion == Late {
		for range s.dims[1:] {
			add("shift", 1, s.outputs)
		}
	}
	return size
}

// start draws the weights: normal with variance 2/(inputs) before a relu, 1/(inputs)
// elsewhere (He et al., Delving Deep into Rectifiers, 2015); biases are 0.
func (w *weights[T]) start(r *rand.Rand) {
	if w.frames != nil {
		sequence.Start(w.frames, w.flat, r)
		return
	}
	draw := func(d dense[T], gain float64) {
		for k := range d.data {
			d.data[k] = T(r.NormFloat64() * math.Sqrt(gain/float64(d.rows)))
		}
	}
	for _, d := range w.proj {
		draw(d, 2)
	}
	for _, d := range w.head {
		draw(d, 1)
	}
	for _, d := range w.gate {
		draw(d, 1)
	}
}

// headOf returns the head of modality m, which gated fusion shares.
func (w *weights[T]) headOf(m int) dense[T] { return w.head[min(m, len(w.head)-1)] }

// FLOPs counts the floating-point operations of one forward pass for one clip: two for
// each weight of a matrix product, one for each element of a bias, a relu, a scaling
// and a standardisation (two), and five for each bin of the probabilities.
func (s shape) flops(bins int) float64 {
	total := 0
	for _, d := range s.dims {
		total += 2*d + 2*d*s.hidden + 2*s.hidden // standardise, project, bias and relu
	}
	n := len(s.dims)
	switch s.fusion {
	case Gated:
		total += n*(2*s.hidden+1) + 4*n + 2*n*s.hidden + 2*s.hidden*s.outputs + s.outputs
	case Late:
		total += n*(2*s.hidden*s.outputs+2*s.outputs) + s.outputs
	default:
		total += n*2*s.hidden*s.outputs + s.outputs
	}
	return float64(total + 5*bins + 2*bins)
}

// pass is one forward pass and what the backward pass needs of it. Its buffers are
// used again from batch to batch.
type pass[T number] struct {
	shape
	x     []dense[T] // standardised features, after dropout
	h     []dense[T] // projections after relu and dropout
	keep  []dense[T] // the factor of each element of h: 0, or 1/(1−dropout)
	share [][]T      // a_m by row
	u     []dense[T] // h times share
	z     dense[T]   // outputs
	score dense[T]   // gate's log-odds, a column for each modality
	dh    dense[T]
	du    dense[T]
	dgate dense[T]

	// A model of frames has these and z alone.
	sequence *sequence.Pass[T]
	in       *sequence.Input
	clips    []int
}

func newPass[T number](s shape, rows int) *pass[T] {
	if s.frames != nil {
		return &pass[T]{shape: s, z: newDense[T](rows, s.outputs), sequence: sequence.NewPass[T](s.frames)}
	}
	p := &pass[T]{shape: s, z: newDense[T](rows, s.outputs), dh: newDense[T](rows, s.hidden), du: newDense[T](rows, s.hidden)}
	for _, d := range s.dims {
		p.x = append(p.x, newDense[T](rows, d))
		p.h = append(p.h, newDense[T](rows, s.hidden))
		p.keep = append(p.keep, newDense[T](rows, s.hidden))
		p.u = append(p.u, newDense[T](rows, s.hidden))
		p.share = append(p.share, make([]T, rows))
	}
	p.score, p.dgate = newDense[T](rows, len(s.dims)), newDense[T](rows, len(s.dims))
	return p
}

// rows returns the pass cut to its first rows.
func (p *pass[T]) rows(n int) *pass[T] {
	if n == p.z.rows {
		return p
	}
	if p.sequence != nil {
		return &pass[T]{shape: p.shape, z: p.z.top(n), sequence: p.sequence}
	}
	q := &pass[T]{shape: p.shape, z: p.z.top(n), dh: p.dh.top(n), du: p.du.top(n), score: p.score.top(n), dgate: p.dgate.top(n)}
	for m := range p.dims {
		q.x = append(q.x, p.x[m].top(n))
		q.h = append(q.h, p.h[m].top(n))
		q.keep = append(q.keep, p.keep[m].top(n))
		q.u = append(q.u, p.u[m].top(n))
		q.share = append(q.share, p.share[m][:n])
	}
	return q
}

// forward computes z from x. The noise, nil for none, drops elements and modalities.
func (p *pass[T]) forward(w *weights[T], noise *noise) {
	if p.sequence != nil {
		var drops sequence.Drops
		if noise != nil {
			drops = noise
		}
		copy(p.z.data, p.sequence.Forward(w.flat, p.in, p.clips, drops))
		return
	}
	for m := range p.dims {
		noise.dropInputs(asFloat32(p.x[m].data))
		multiply(blas.NoTrans, blas.NoTrans, p.x[m], w.proj[m], 0, p.h[m])
		p.h[m].addRow(w.bias[m])
		keep := p.keep[m].data
		for k, v := range p.h[m].data {
			factor := T(noise.keep())
			if v <= 0 {
				factor = 0
			}
			keep[k] = factor
			p.h[m].data[k] = v * factor
		}
	}
	p.weigh(w, noise)
	for m := range p.dims {
		for i, a := range p.share[m] {
			from, to := p.h[m].row(i), p.u[m].row(i)
			for j, v := range from {
				to[j] = a * v
			}
		}
		beta := T(1)
		if m == 0 {
			beta = 0
		}
		multiply(blas.NoTrans, blas.NoTrans, p.u[m], w.headOf(m), beta, p.z)
	}
	if p.fusion != Late {
		p.z.addRow(w.shift[0])
		return
	}
	for m := range p.dims {
		for i, a := range p.share[m] {
			row := p.z.row(i)
			for j, c := range w.shift[m] {
				row[j] += a * c
			}
		}
	}
}

// weigh sets the share of each modality in each row.
func (p *pass[T]) weigh(w *weights[T], noise *noise) {
	n := len(p.dims)
	if p.fusion == Gated {
		for m := range n {
			for i := range p.z.rows {
				s := w.lift[m][0]
				for j, v := range p.h[m].row(i) {
					s += v * w.gate[m].data[j]
				}
				p.score.row(i)[m] = s
			}
		}
	}
	present := make([]bool, n)
	for i := range p.z.rows {
		left := noise.present(present)
		if p.fusion == Gated {
			softmaxOf(p.score.row(i), present)
		}
		for m := range n {
			switch {
			case !present[m]:
				p.share[m][i] = 0
			case p.fusion == Gated:
				p.share[m][i] = p.score.row(i)[m]
			case p.fusion == Late:
				p.share[m][i] = 1 / T(left)
			default:
				p.share[m][i] = T(n) / T(left)
			}
		}
	}
}

// softmaxOf replaces the log-odds of what is present by its shares.
func softmaxOf[T number](s []T, present []bool) {
	top := math.Inf(-1)
	for m, v := range s {
		if present[m] {
			top = max(top, float64(v))
		}
	}
	total := 0.0
	for m, v := range s {
		if present[m] {
			e := math.Exp(float64(v) - top)
			s[m], total = T(e), total+e
		}
	}
	for m := range s {
		s[m] /= T(total)
	}
}

// backward adds the gradient of the loss to g, given dz, its gradient by z.
func (p *pass[T]) backward(w, g *weights[T], dz dense[T]) {
	if p.sequence != nil {
		p.sequence.Backward(w.flat, g.flat, dz.data)
		return
	}
	for m := range p.dims {
		multiply(blas.Trans, blas.NoTrans, p.u[m], dz, 1, g.headOf(m))
		if p.fusion == Late {
			dz.sumRows(p.share[m], g.shift[m])
		}
	}
	if p.fusion != Late {
		dz.sumRows(nil, g.shift[0])
	}
	if p.fusion == Gated {
		p.backwardGate(w, dz)
	}
	for m := range p.dims {
		multiply(blas.NoTrans, blas.Trans, dz, w.headOf(m), 0, p.dh)
		for i, a := range p.share[m] {
			row := p.dh.row(i)
			for j := range row {
				row[j] *= a
			}
			if p.fusion == Gated {
				d := p.dgate.row(i)[m]
				g.lift[m][0] += d
				for j, v := range p.h[m].row(i) {
					g.gate[m].data[j] += d * v
					row[j] += d * w.gate[m].data[j]
				}
			}
		}
		for k, f := range p.keep[m].data {
			p.dh.data[k] *= f
		}
		multiply(blas.Trans, blas.NoTrans, p.x[m], p.dh, 1, g.proj[m])
		p.dh.sumRows(nil, g.bias[m])
	}
}

// backwardGate sets dgate, the gradient by the gates' log-odds.
func (p *pass[T]) backwardGate(w *weights[T], dz dense[T]) {
	multiply(blas.NoTrans, blas.Trans, dz, w.head[0], 0, p.du)
	for i := range dz.rows {
		row := p.dgate.row(i)
		mean := T(0)
		for m := range p.dims {
			row[m] = 0
			for j, v := range p.h[m].row(i) {
				row[m] += v * p.du.row(i)[j]
			}
			mean += p.share[m][i] * row[m]
		}
		for m := range p.dims {
			row[m] = p.share[m][i] * (row[m] - mean)
		}
	}
}
