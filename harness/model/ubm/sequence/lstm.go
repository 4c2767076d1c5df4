package sequence

import (
	"math"
	"slices"
)

// steps is the order in which an LSTM reads the frames of a batch: step by step, in each
// step the clips that still have a frame, the longest clips first. So the clips of a step
// are the first ones of the step before.
type steps struct {
	// starts is the first row of each step, and behind them the number of rows.
	starts []int
	// from[r] is the row of the frames that row r of the steps stands for.
	from []int
}

// set lays out the clips that begin at starts.
func (s *steps) set(starts []int) {
	n := len(starts) - 1
	order := make([]int, n)
	long := func(i int) int { return starts[i+1] - starts[i] }
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return long(b) - long(a) })
	s.starts, s.from = append(s.starts[:0], 0), s.from[:0]
	for t := 0; n > 0 && t < long(order[0]); t++ {
		for _, i := range order {
			if long(i) <= t {
				break
			}
			s.from = append(s.from, starts[i]+t)
		}
		s.starts = append(s.starts, len(s.from))
	}
}

// gather copies frames into the order of the steps, scatter copies them back.
func gather[T number](s *steps, x, to matrix[T]) matrix[T] {
	to = to.sized(len(s.from), x.cols)
	for r, from := range s.from {
		copy(to.row(r), x.row(from))
	}
	return to
}

func scatter[T number](s *steps, x, to matrix[T]) matrix[T] {
	to = to.sized(len(s.from), x.cols)
	for r, from := range s.from {
		copy(to.row(from), x.row(r))
	}
	return to
}

// recurrent is one layer of an LSTM at work. With the gates side by side as i, f, g, o:
//
//	a_t = x_t W + h_{t−1} R + b
//	c_t = σ(f)·c_{t−1} + σ(i)·tanh(g),  h_t = σ(o)·tanh(c_t)
type recurrent[T number] struct {
	steps *steps
	x     matrix[T]
	gates matrix[T] // after σ and tanh
	c, tc matrix[T] // c_t and tanh(c_t)
	h     matrix[T] // before dropout
	out   matrix[T] // behind it
	keep  []T
	dx    matrix[T]
	dc    matrix[T]
	da    matrix[T]
}

func sigmoid[T number](x T) T { return T(1 / (1 + math.Exp(-float64(x)))) }
func tanh[T number](x T) T    { return T(math.Tanh(float64(x))) }

func (l *recurrent[T]) forward(s *steps, x matrix[T], w []T, p lstmSlots, drops Drops, drop float64) matrix[T] {
	h := p.recurrent.rows
	l.steps, l.x = s, x
	l.gates, l.c, l.tc, l.h = l.gates.sized(x.rows, 4*h), l.c.sized(x.rows, h), l.tc.sized(x.rows, h), l.h.sized(x.rows, h)
	multiply(plain, plain, x, at(w, p.input), 0, l.gates)
	l.gates.addRow(at(w, p.bias).data)
	for t := range len(s.starts) - 1 {
		first, n := s.starts[t], s.starts[t+1]-s.starts[t]
		if t > 0 {
			multiply(plain, plain, l.h.part(s.starts[t-1], n), at(w, p.recurrent), 1, l.gates.part(first, n))
		}
		for i := range n {
			var before []T
			if t > 0 {
				before = l.c.row(s.starts[t-1] + i)
			}
			l.cell(first+i, before)
		}
	}
	l.out = l.h
	if drops != nil && drop > 0 {
		l.out = matrix[T]{x.rows, h, slices.Clone(l.h.data)}
	}
	l.keep = dropped(l.out, l.keep, drops, drop)
	return l.out
}

// cell computes one clip's step from its sums.
func (l *recurrent[T]) cell(r int, before []T) {
	h := l.h.cols
	a, c, tc, out := l.gates.row(r), l.c.row(r), l.tc.row(r), l.h.row(r)
	for j := range h {
		a[j], a[h+j], a[2*h+j], a[3*h+j] = sigmoid(a[j]), sigmoid(a[h+j]), tanh(a[2*h+j]), sigmoid(a[3*h+j])
		c[j] = a[j] * a[2*h+j]
		if before != nil {
			c[j] += a[h+j] * before[j]
		}
		tc[j] = tanh(c[j])
		out[j] = a[3*h+j] * tc[j]
	}
}

// backward adds the gradients of the layer's parameters to g and returns the gradient by
// x if there is something further below. d, that by the output, is overwritten.
func (l *recurrent[T]) backward(d matrix[T], w, g []T, p lstmSlots, further bool) matrix[T] {
	s, h := l.steps, l.h.cols
	scale(d, l.keep)
	l.da, l.dc = l.da.sized(d.rows, 4*h), l.dc.sized(d.rows, h)
	l.dc.zero()
	for t := len(s.starts) - 2; t >= 0; t-- {
		first, n := s.starts[t], s.starts[t+1]-s.starts[t]
		for i := range n {
			var before, dBefore []T
			if t > 0 {
				before, dBefore = l.c.row(s.starts[t-1]+i), l.dc.row(s.starts[t-1]+i)
			}
			l.cellBack(first+i, d.row(first+i), before, dBefore)
		}
		if t == 0 {
			break
		}
		da, prior := l.da.part(first, n), s.starts[t-1]
		multiply(plain, turned, da, at(w, p.recurrent), 1, d.part(prior, n))
		multiply(turned, plain, l.h.part(prior, n), da, 1, at(g, p.recurrent))
	}
	multiply(turned, plain, l.x, l.da, 1, at(g, p.input))
	l.da.sumRows(at(g, p.bias).data)
	if !further {
		return matrix[T]{}
	}
	l.dx = l.dx.sized(l.x.rows, l.x.cols)
	multiply(plain, turned, l.da, at(w, p.input), 0, l.dx)
	return l.dx
}

// cellBack sets da of one clip's step, given the gradients dh and dc of what it made, and
// adds to that of the c before.
func (l *recurrent[T]) cellBack(r int, dh, before, dBefore []T) {
	h := l.h.cols
	a, tc, da, dc := l.gates.row(r), l.tc.row(r), l.da.row(r), l.dc.row(r)
	for j := range h {
		i, f, c, o := a[j], a[h+j], a[2*h+j], a[3*h+j]
		d := dc[j] + dh[j]*o*(1-tc[j]*tc[j])
		da[j] = d * c * i * (1 - i)
		da[h+j] = 0
		if before != nil {
			da[h+j] = d * before[j] * f * (1 - f)
			dBefore[j] += d * f
		}
		da[2*h+j] = d * i * (1 - c*c)
		da[3*h+j] = dh[j] * tc[j] * o * (1 - o)
	}
}
