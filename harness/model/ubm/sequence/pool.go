package sequence

import "math"

// softened keeps the std of equal frames, whose gradient would be infinite, from 0.
const softened = 1e-6

// pooled are the poolings of a stream at work.
type pooled[T number] struct {
	out    matrix[T]
	best   []int // the row of the greatest of each column of each clip
	shares []T   // of attention, by frame
	by     []T   // scratch: the gradient by the shares
}

// forward pools frames x whose clips begin at starts. A clip without frames gives zeros.
func (p *pooled[T]) forward(x matrix[T], starts []int, pools []Pool, query []T) matrix[T] {
	clips := len(starts) - 1
	p.out = p.out.sized(clips, len(pools)*x.cols)
	p.out.zero()
	for k, kind := range pools {
		for i := range clips {
			if clip := x.part(starts[i], starts[i+1]-starts[i]); clip.rows > 0 {
				p.one(kind, i, starts[i], clip, query, p.out.row(i)[k*x.cols:(k+1)*x.cols])
			}
		}
	}
	return p.out
}

// one pools one clip, whose frames begin at row first, one way.
func (p *pooled[T]) one(kind Pool, clip, first int, x matrix[T], query, out []T) {
	switch kind {
	case Mean:
		mean(x, out)
	case Max:
		p.best = sized(p.best, (clip+1)*x.cols)
		best := p.best[clip*x.cols:]
		copy(out, x.row(0))
		clear(best)
		for t := 1; t < x.rows; t++ {
			for j, v := range x.row(t) {
				if v > out[j] {
					out[j], best[j] = v, t
				}
			}
		}
	case Std:
		m := make([]T, x.cols)
		mean(x, m)
		for t := range x.rows {
			for j, v := range x.row(t) {
				out[j] += (v - m[j]) * (v - m[j])
			}
		}
		for j, v := range out {
			out[j] = T(math.Sqrt(float64(v)/float64(x.rows) + softened))
		}
	case Last:
		copy(out, x.row(x.rows-1))
	case Attention:
		p.shares = sized(p.shares, first+x.rows)
		shares := p.shares[first:]
		attend(x, query, shares)
		for t, a := range shares {
			for j, v := range x.row(t) {
				out[j] += a * v
			}
		}
	}
}

func sized[E any](s []E, n int) []E {
	if cap(s) < n {
		grown := make([]E, n, 2*n)
		copy(grown, s)
		return grown
	}
	return s[:n]
}

func mean[T number](x matrix[T], out []T) {
	for t := range x.rows {
		for j, v := range x.row(t) {
			out[j] += v
		}
	}
	for j := range out {
		out[j] /= T(x.rows)
	}
}

// attend sets shares to the softmax of the frames' products with the query.
func attend[T number](x matrix[T], query, shares []T) {
	top := math.Inf(-1)
	for t := range x.rows {
		s := T(0)
		for j, v := range x.row(t) {
			s += v * query[j]
		}
		shares[t], top = s, max(top, float64(s))
	}
	total := 0.0
	for t, s := range shares {
		e := math.Exp(float64(s) - top)
		shares[t], total = T(e), total+e
	}
	for t := range shares {
		shares[t] /= T(total)
	}
}

// backward adds the gradient by the query to dq and sets dx to the one by the frames, given
// d by what forward made.
func (p *pooled[T]) backward(x matrix[T], starts []int, pools []Pool, query, dq []T, d, dx matrix[T]) {
	dx.zero()
	for k, kind := range pools {
		for i := range len(starts) - 1 {
			n := starts[i+1] - starts[i]
			if n == 0 {
				continue
			}
			part := d.row(i)[k*x.cols : (k+1)*x.cols]
			made := p.out.row(i)[k*x.cols : (k+1)*x.cols]
			p.oneBack(kind, i, starts[i], x.part(starts[i], n), made, part, query, dq, dx.part(starts[i], n))
		}
	}
}

func (p *pooled[T]) oneBack(kind Pool, clip, first int, x matrix[T], made, d, query, dq []T, dx matrix[T]) {
	n := T(x.rows)
	switch kind {
	case Mean:
		for t := range x.rows {
			for j, v := range d {
				dx.row(t)[j] += v / n
			}
		}
	case Max:
		for j, t := range p.best[clip*x.cols : (clip+1)*x.cols] {
			dx.row(t)[j] += d[j]
		}
	case Std:
		m := make([]T, x.cols)
		mean(x, m)
		for t := range x.rows {
			for j, v := range x.row(t) {
				dx.row(t)[j] += d[j] * (v - m[j]) / (n * made[j])
			}
		}
	case Last:
		for j, v := range d {
			dx.row(x.rows - 1)[j] += v
		}
	case Attention:
		p.attendBack(p.shares[first:first+x.rows], x, d, query, dq, dx)
	}
}

func (p *pooled[T]) attendBack(shares []T, x matrix[T], d, query, dq []T, dx matrix[T]) {
	p.by = sized(p.by, x.rows)
	mean := T(0)
	for t := range x.rows {
		p.by[t] = 0
		for j, v := range x.row(t) {
			p.by[t] += d[j] * v
		}
		mean += shares[t] * p.by[t]
	}
	for t, a := range shares {
		s := a * (p.by[t] - mean) // the gradient by the product with the query
		row := dx.row(t)
		for j, v := range x.row(t) {
			row[j] += a*d[j] + s*query[j]
			dq[j] += s * v
		}
	}
}
