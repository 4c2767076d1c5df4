package sequence

import "slices"

// Pass is one forward pass and what the backward pass needs of it. Its buffers are used
// again from batch to batch; it is not safe for concurrent use.
type Pass[T number] struct {
	n       *Network
	streams []streamPass[T]
	fused   matrix[T]
	keep    []T
	head    []layer[T]
	out     layer[T]
}

type streamPass[T number] struct {
	x        matrix[T]
	starts   []int
	there    []bool // which clips have the stream
	convolve convolve[T]
	encoder  transformer[T]
	below    matrix[T] // what the encoder was given
	steps    steps
	ordered  matrix[T]
	lstm     []recurrent[T]
	y        matrix[T] // what is pooled
	frames   matrix[T] // y behind an LSTM, in the order of the frames
	pool     pooled[T]
	v        matrix[T] // what pooling made, after dropout
	keep     []T
	hidden   []layer[T]
	linear   layer[T]
	dy, dv   matrix[T]
}

// NewPass returns a pass of a network.
func NewPass[T number](n *Network) *Pass[T] {
	p := &Pass[T]{n: n, streams: make([]streamPass[T], len(n.Streams)), head: make([]layer[T], len(n.Head))}
	for k := range p.streams {
		p.streams[k].encoder.blocks = make([]block[T], n.Streams[k].Transformer.Layers)
		p.streams[k].lstm = make([]recurrent[T], n.Streams[k].LSTM.Layers)
		p.streams[k].hidden = make([]layer[T], len(n.Streams[k].Hidden))
	}
	return p
}

// Forward returns the outputs of some clips of in, a row for each, with the parameters w.
// The result is overwritten by the next Forward.
func (p *Pass[T]) Forward(w []T, in *Input, clips []int, drops Drops) []T {
	has := p.present(in, clips, drops)
	width := 0
	for k := range p.n.Streams {
		width += p.n.Streams[k].width()
	}
	p.fused = p.fused.sized(len(clips), width)
	column := 0
	for k := range p.streams {
		p.load(k, in, clips, has[k])
		v := p.stream(k, w, drops)
		absent := at(w, p.n.streams[k].absent).data
		for i := range clips {
			row := v.row(i)
			if !p.streams[k].there[i] {
				row = absent
			}
			copy(p.fused.row(i)[column:], row)
		}
		column += v.cols
	}
	p.keep = dropped(p.fused, p.keep, drops, p.n.Dropout)
	z := p.fused
	for k := range p.head {
		z = p.head[k].forward(z, w, p.n.head[k], true, drops, p.n.HeadDropout)
	}
	return p.out.forward(z, w, p.n.out, false, nil, 0).data
}

// present returns for each stream which modalities each clip has, after drops took some.
func (p *Pass[T]) present(in *Input, clips []int, drops Drops) [][]bool {
	out := make([][]bool, len(p.streams))
	var all []bool
	for _, i := range clips {
		all = all[:0]
		for k := range p.streams {
			m := len(p.n.Streams[k].Widths)
			all = append(all, in.Has[k][i*m:(i+1)*m]...)
		}
		if drops != nil {
			drops.Stays(all)
		}
		rest := all
		for k := range p.streams {
			m := len(p.n.Streams[k].Widths)
			out[k] = append(out[k], rest[:m]...)
			rest = rest[m:]
		}
	}
	return out
}

// load copies the frames of a stream.
func (p *Pass[T]) load(k int, in *Input, clips []int, has []bool) {
	s, from := &p.streams[k], &in.Streams[k]
	widths := p.n.Streams[k].Widths
	s.starts, s.there = append(s.starts[:0], 0), s.there[:0]
	rows := 0
	for b, i := range clips {
		there := slices.Contains(has[b*len(widths):(b+1)*len(widths)], true)
		if there {
			rows += from.Len(i)
		}
		s.there, s.starts = append(s.there, there), append(s.starts, rows)
	}
	s.x = s.x.sized(rows, from.Width)
	for b, i := range clips {
		if !s.there[b] {
			continue
		}
		to := s.x.data[s.starts[b]*from.Width : s.starts[b+1]*from.Width]
		for j, v := range from.Clip(i) {
			to[j] = T(v)
		}
		blank(to, widths, has[b*len(widths):(b+1)*len(widths)])
	}
}

// blank sets the columns of the modalities that are not there to 0.
func blank[T number](frames []T, widths []int, has []bool) {
	if !slices.Contains(has, false) {
		return
	}
	for at := 0; at < len(frames); {
		for m, w := range widths {
			if !has[m] {
				clear(frames[at : at+w])
			}
			at += w
		}
	}
}

// stream computes the vectors of a stream.
func (p *Pass[T]) stream(k int, w []T, drops Drops) matrix[T] {
	c, slots, s := &p.n.Streams[k], &p.n.streams[k], &p.streams[k]
	s.y = s.x
	if c.Convolution.Kernel > 0 {
		s.y = s.convolve.forward(s.x, s.starts, c.Convolution.Kernel, w, slots.convolution)
	}
	if c.Transformer.Layers > 0 {
		s.below = s.y
		s.y = s.encoder.forward(s.y, s.starts, c.Transformer, w, slots.transformer, drops)
	}
	if len(s.lstm) > 0 {
		s.steps.set(s.starts)
		s.ordered = gather(&s.steps, s.y, s.ordered)
		y := s.ordered
		for l := range s.lstm {
			drop := c.LSTM.Dropout
			if l == len(s.lstm)-1 {
				drop = 0
			}
			y = s.lstm[l].forward(&s.steps, y, w, slots.lstm[l], drops, drop)
		}
		s.frames = scatter(&s.steps, y, s.frames)
		s.y = s.frames
	}
	s.v = s.pool.forward(s.y, s.starts, c.Pooling, at(w, slots.query).data)
	if drops != nil && c.Dropout > 0 { // what was made stays: its gradient needs it
		s.v = matrix[T]{s.v.rows, s.v.cols, slices.Clone(s.v.data)}
	}
	s.keep = dropped(s.v, s.keep, drops, c.Dropout)
	v := s.v
	for l := range s.hidden {
		v = s.hidden[l].forward(v, w, slots.hidden[l], true, nil, 0)
	}
	if c.Linear > 0 {
		v = s.linear.forward(v, w, slots.linear, false, nil, 0)
	}
	return v
}

// Backward adds the gradient of a loss to g, given dz, that by the outputs of the last
// Forward with the same w; dz is overwritten.
func (p *Pass[T]) Backward(w, g, dz []T) {
	d := matrix[T]{p.fused.rows, p.n.Outputs, dz}
	below := func(k int) matrix[T] {
		if k == 0 {
			return p.fused
		}
		return p.head[k-1].out
	}
	d = p.out.backward(below(len(p.head)), d, w, g, p.n.out, true)
	for k := len(p.head) - 1; k >= 0; k-- {
		d = p.head[k].backward(below(k), d, w, g, p.n.head[k], true)
	}
	scale(d, p.keep)
	column := 0
	for k := range p.streams {
		s := &p.streams[k]
		width := p.n.Streams[k].width()
		s.dv = s.dv.sized(d.rows, width)
		absent := at(g, p.n.streams[k].absent).data
		for i := range d.rows {
			part := d.row(i)[column : column+width]
			if s.there[i] {
				copy(s.dv.row(i), part)
				continue
			}
			clear(s.dv.row(i))
			for j, v := range part {
				absent[j] += v
			}
		}
		column += width
		p.streamBack(k, s.dv, w, g)
	}
}

// streamBack is the backward pass of a stream, given d by its vectors.
func (p *Pass[T]) streamBack(k int, d matrix[T], w, g []T) {
	c, slots, s := &p.n.Streams[k], &p.n.streams[k], &p.streams[k]
	convolves, encodes := c.Convolution.Kernel > 0, c.Transformer.Layers > 0
	learns := convolves || encodes || len(s.lstm) > 0 || slots.query.rows > 0
	below := func(l int) matrix[T] {
		if l == 0 {
			return s.v
		}
		return s.hidden[l-1].out
	}
	if c.Linear > 0 {
		d = s.linear.backward(below(len(s.hidden)), d, w, g, slots.linear, learns || len(s.hidden) > 0)
	}
	for l := len(s.hidden) - 1; l >= 0; l-- {
		d = s.hidden[l].backward(below(l), d, w, g, slots.hidden[l], learns || l > 0)
	}
	if !learns {
		return
	}
	scale(d, s.keep)
	s.dy = s.dy.sized(s.y.rows, s.y.cols)
	s.pool.backward(s.y, s.starts, c.Pooling, at(w, slots.query).data, at(g, slots.query).data, d, s.dy)
	d = s.dy
	if len(s.lstm) > 0 {
		s.ordered = gather(&s.steps, d, matrix[T]{})
		d = s.ordered
		for l := len(s.lstm) - 1; l >= 0; l-- {
			d = s.lstm[l].backward(d, w, g, slots.lstm[l], l > 0 || convolves || encodes)
		}
		if !convolves && !encodes {
			return
		}
		d = scatter(&s.steps, d, matrix[T]{})
	}
	if encodes {
		d = s.encoder.backward(s.below, d, s.starts, w, g, slots.transformer, convolves)
	}
	if convolves {
		s.convolve.backward(d, w, g, slots.convolution)
	}
}
