package sequence

import (
	"math"
	"slices"
)

// normSoftened is added to the variance that a normalisation divides by.
const normSoftened = 1e-5

// positions returns, for each column, frequency and phase of the wave that tells frames
// apart: column 2j is sin(t/10000^(2j/width)), column 2j+1 the cosine, which is the sine a
// quarter turn later.
func positions(width int) (frequency, phase []float64) {
	for j := range width {
		frequency = append(frequency, math.Pow(10000, -float64(j/2*2)/float64(width)))
		phase = append(phase, float64(j%2)*math.Pi/2)
	}
	return frequency, phase
}

// transformer is the encoder of a stream at work.
type transformer[T number] struct {
	project layer[T]
	blocks  []block[T]
}

// forward takes frames x whose clips begin at starts.
func (e *transformer[T]) forward(x matrix[T], starts []int, c Transformer, w []T, s transformerSlots, drops Drops) matrix[T] {
	y := e.project.forward(x, w, s.project, false, nil, 0)
	frequency, phase := positions(c.Width)
	for i := range len(starts) - 1 {
		for t := starts[i]; t < starts[i+1]; t++ {
			for j, row := 0, y.row(t); j < c.Width; j++ {
				row[j] += T(math.Sin(float64(t-starts[i])*frequency[j] + phase[j]))
			}
		}
	}
	for l := range e.blocks {
		y = e.blocks[l].forward(y, starts, c, w, s.blocks[l], drops)
	}
	return y
}

// backward adds the gradients of the parameters to g and returns the gradient by x, which
// forward was given, if there is something further below. d is overwritten.
func (e *transformer[T]) backward(x, d matrix[T], starts []int, w, g []T, s transformerSlots, further bool) matrix[T] {
	for l := len(e.blocks) - 1; l >= 0; l-- {
		d = e.blocks[l].backward(d, starts, w, g, s.blocks[l])
	}
	return e.project.backward(x, d, w, g, s.project, further)
}

// block is one layer: attention of all frames of a clip to each other, then two dense
// layers for each frame; what goes in is added to what comes out, and the sum normalised.
type block[T number] struct {
	heads             int
	x                 matrix[T]
	qkv               layer[T] // queries, keys and values of all heads, side by side
	shares            []T      // of attention: clip by clip, head by head, row by row
	mixed             matrix[T]
	out, wide, narrow layer[T]
	first, second     norm[T]
	parts             [7]matrix[T] // scratch of one head of one clip
	dmixed, dqkv, dx  matrix[T]
}

func (b *block[T]) forward(x matrix[T], starts []int, c Transformer, w []T, s blockSlots, drops Drops) matrix[T] {
	b.heads, b.x = c.Heads, x
	b.qkv.forward(x, w, s.qkv, false, nil, 0)
	b.mixed = b.mixed.sized(x.rows, x.cols)
	b.eachHead(starts, func(first, rows, head int, shares matrix[T]) { b.attend(first, rows, head, shares) })
	y := b.out.forward(b.mixed, w, s.out, false, drops, c.Dropout)
	y = b.first.forward(x, y, at(w, s.first.weight).data, at(w, s.first.bias).data)
	z := b.wide.forward(y, w, s.wide, true, drops, c.Dropout)
	z = b.narrow.forward(z, w, s.narrow, false, drops, c.Dropout)
	return b.second.forward(y, z, at(w, s.second.weight).data, at(w, s.second.bias).data)
}

// eachHead calls f for each head of each clip, with the place of its shares.
func (b *block[T]) eachHead(starts []int, f func(first, rows, head int, shares matrix[T])) {
	at := 0
	for i := range len(starts) - 1 {
		rows := starts[i+1] - starts[i]
		for head := range b.heads {
			b.shares = sized(b.shares, at+rows*rows)
			f(starts[i], rows, head, matrix[T]{rows, rows, b.shares[at : at+rows*rows]})
			at += rows * rows
		}
	}
}

// The columns of queries, keys and values in what b.qkv makes.
const (
	queries = iota
	keys
	values
)

// take copies one head's columns of one clip's rows into a scratch matrix.
func (b *block[T]) take(scratch int, from matrix[T], first, rows, column int) matrix[T] {
	width := b.x.cols / b.heads
	m := b.parts[scratch].sized(rows, width)
	for t := range rows {
		copy(m.row(t), from.row(first + t)[column:column+width])
	}
	b.parts[scratch] = m
	return m
}

// put copies back.
func (b *block[T]) put(m, to matrix[T], first, column int) {
	for t := range m.rows {
		copy(to.row(first + t)[column:column+m.cols], m.row(t))
	}
}

// column is where the columns of a head begin among queries, keys or values.
func (b *block[T]) column(of, head int) int { return of*b.x.cols + head*(b.x.cols/b.heads) }

// attend sets shares to the softmax of the frames' products, row by row, and b.mixed to
// the values they weigh.
func (b *block[T]) attend(first, rows, head int, shares matrix[T]) {
	q := b.take(0, b.qkv.out, first, rows, b.column(queries, head))
	k := b.take(1, b.qkv.out, first, rows, b.column(keys, head))
	v := b.take(2, b.qkv.out, first, rows, b.column(values, head))
	multiply(plain, turned, q, k, 0, shares)
	for t := range rows {
		softmax(shares.row(t), 1/math.Sqrt(float64(q.cols)))
	}
	b.parts[3] = b.parts[3].sized(rows, v.cols)
	multiply(plain, plain, shares, v, 0, b.parts[3])
	b.put(b.parts[3], b.mixed, first, b.column(0, head))
}

// softmax replaces s by the softmax of s times by.
func softmax[T number](s []T, by float64) {
	top := by * float64(slices.Max(s))
	total := 0.0
	for i, v := range s {
		e := math.Exp(by*float64(v) - top)
		s[i], total = T(e), total+e
	}
	for i := range s {
		s[i] /= T(total)
	}
}

func (b *block[T]) backward(d matrix[T], starts []int, w, g []T, s blockSlots) matrix[T] {
	d = b.second.backward(d, at(w, s.second.weight).data, at(g, s.second.weight).data, at(g, s.second.bias).data)
	b.dx = b.dx.copied(d)
	d = b.narrow.backward(b.wide.out, d, w, g, s.narrow, true)
	b.dx.add(b.wide.backward(b.first.out, d, w, g, s.wide, true))
	d = b.first.backward(b.dx, at(w, s.first.weight).data, at(g, s.first.weight).data, at(g, s.first.bias).data)
	b.dx = b.dx.copied(d)
	b.dmixed = b.out.backward(b.mixed, d, w, g, s.out, true)
	b.dqkv = b.dqkv.sized(b.x.rows, 3*b.x.cols)
	b.eachHead(starts, func(first, rows, head int, shares matrix[T]) { b.attendBack(first, rows, head, shares) })
	b.dx.add(b.qkv.backward(b.x, b.dqkv, w, g, s.qkv, true))
	return b.dx
}

// attendBack sets b.dqkv where attend read, given b.dmixed where it wrote.
func (b *block[T]) attendBack(first, rows, head int, shares matrix[T]) {
	q := b.take(0, b.qkv.out, first, rows, b.column(queries, head))
	k := b.take(1, b.qkv.out, first, rows, b.column(keys, head))
	v := b.take(2, b.qkv.out, first, rows, b.column(values, head))
	d := b.take(3, b.dmixed, first, rows, b.column(0, head))
	made := b.parts[4].sized(rows, q.cols)
	multiply(turned, plain, shares, d, 0, made)
	b.put(made, b.dqkv, first, b.column(values, head))
	ds := b.parts[5].sized(rows, rows)
	multiply(plain, turned, d, v, 0, ds)
	by := T(1 / math.Sqrt(float64(q.cols)))
	for t := range rows {
		mean := T(0)
		row, a := ds.row(t), shares.row(t)
		for i, x := range row {
			mean += a[i] * x
		}
		for i, x := range row {
			row[i] = by * a[i] * (x - mean)
		}
	}
	multiply(plain, plain, ds, k, 0, made)
	b.put(made, b.dqkv, first, b.column(queries, head))
	multiply(turned, plain, ds, q, 0, made)
	b.put(made, b.dqkv, first, b.column(keys, head))
	b.parts[4], b.parts[5] = made, ds
}

// norm is the normalisation of a sum at work (Ba et al., Layer Normalization, 2016).
type norm[T number] struct {
	out, unit, dx matrix[T] // unit: mean 0, variance 1
	by            []T       // one over the standard deviation of each row
}

// forward returns gain·(x + y − mean)/std + bias, row by row.
func (n *norm[T]) forward(x, y matrix[T], gain, bias []T) matrix[T] {
	n.out, n.unit, n.by = n.out.sized(x.rows, x.cols), n.unit.sized(x.rows, x.cols), sized(n.by, x.rows)
	for t := range x.rows {
		row, out, add := n.unit.row(t), n.out.row(t), y.row(t)
		mean, variance := 0.0, 0.0
		for j, v := range x.row(t) {
			row[j] = v + add[j]
			mean += float64(row[j])
		}
		mean /= float64(x.cols)
		for _, v := range row {
			variance += (float64(v) - mean) * (float64(v) - mean)
		}
		by := 1 / math.Sqrt(variance/float64(x.cols)+normSoftened)
		n.by[t] = T(by)
		for j, v := range row {
			row[j] = T((float64(v) - mean) * by)
			out[j] = gain[j]*row[j] + bias[j]
		}
	}
	return n.out
}

// backward returns the gradient by the sum; that by x and that by y are equal to it.
func (n *norm[T]) backward(d matrix[T], gain, dgain, dbias []T) matrix[T] {
	n.dx = n.dx.sized(d.rows, d.cols)
	for t := range d.rows {
		row, unit, dx := d.row(t), n.unit.row(t), n.dx.row(t)
		mean, along := T(0), T(0)
		for j, v := range row {
			dgain[j] += v * unit[j]
			dbias[j] += v
			dx[j] = v * gain[j]
			mean += dx[j]
			along += dx[j] * unit[j]
		}
		mean, along = mean/T(d.cols), along/T(d.cols)
		for j := range dx {
			dx[j] = n.by[t] * (dx[j] - mean - unit[j]*along)
		}
	}
	return n.dx
}

// copied returns a copy of x in the memory of m.
func (m matrix[T]) copied(x matrix[T]) matrix[T] {
	m = m.sized(x.rows, x.cols)
	copy(m.data, x.data)
	return m
}

// add adds x to m.
func (m matrix[T]) add(x matrix[T]) {
	for k, v := range x.data {
		m.data[k] += v
	}
}
