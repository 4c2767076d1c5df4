package tensor

import "math"

// Counts is what is not a usual number in a Tensor, and what is all the same.
type Counts struct {
	Values         int64 // all numbers
	NaN            int64
	PosInf, NegInf int64
	// Frames counts the rows along the last axis (frames, for N × T × D), and
	// ZeroFrames those that are zero throughout.
	ZeroFrames, Frames int64
	// Constant counts the columns, which are the positions on the last axis, that
	// hold one value in all frames of all samples. NaN is equal to NaN here.
	// Columns is their number, 0 for a Tensor of one axis.
	Constant, Columns int
}

// Counter counts what samples hold, one after the other. [NewCounter] makes one.
type Counter struct {
	counts Counts
	width  int
	first  []float32
	varies []bool
}

// NewCounter returns a Counter for samples of the given shape, a Tensor's with
// the samples' axis first.
func NewCounter(shape []int) *Counter {
	c := &Counter{width: 1}
	if len(shape) > 1 {
		c.width = shape[len(shape)-1]
		c.counts.Columns = c.width
	}
	c.varies = make([]bool, c.width)
	return c
}

// Add counts one sample.
func (c *Counter) Add(row []float32) {
	c.values(row)
	if c.width == 0 {
		return
	}
	for lo := 0; lo+c.width <= len(row); lo += c.width {
		c.frame(row[lo : lo+c.width])
	}
}

// Counts returns what was counted so far.
func (c *Counter) Counts() Counts {
	counts := c.counts
	if c.first == nil || counts.Columns == 0 {
		return counts
	}
	for _, v := range c.varies {
		if !v {
			counts.Constant++
		}
	}
	return counts
}

// Count reads all samples. It uses memory for one of them.
func (t *Tensor) Count() (Counts, error) {
	c := NewCounter(t.Shape())
	row := make([]float32, t.row)
	for i := range t.Len() {
		if err := t.Read(i, row); err != nil {
			return Counts{}, err
		}
		c.Add(row)
	}
	return c.Counts(), nil
}

func (c *Counter) values(row []float32) {
	c.counts.Values += int64(len(row))
	for _, x := range row {
		if x-x == 0 { // neither NaN nor infinite
			continue
		}
		switch {
		case x > 0:
			c.counts.PosInf++
		case x < 0:
			c.counts.NegInf++
		default:
			c.counts.NaN++
		}
	}
}

func (c *Counter) frame(frame []float32) {
	if c.first == nil {
		c.first = append([]float32{}, frame...)
	}
	c.counts.Frames++
	zero := true
	for k, x := range frame {
		zero = zero && x == 0
		if x != c.first[k] && math.Float32bits(x) != math.Float32bits(c.first[k]) {
			c.varies[k] = true
		}
	}
	if zero {
		c.counts.ZeroFrames++
	}
}
