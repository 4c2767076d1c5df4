package sequence

// convolve is a temporal convolution at work: the windows around each frame, as rows, go
// through a dense layer with relu.
type convolve[T number] struct {
	windows matrix[T]
	layer   layer[T]
}

// forward takes frames x whose clips begin at starts.
func (c *convolve[T]) forward(x matrix[T], starts []int, kernel int, w []T, s denseSlots) matrix[T] {
	c.windows = c.windows.sized(x.rows, kernel*x.cols)
	c.windows.zero()
	before := (kernel - 1) / 2
	for i := range len(starts) - 1 {
		for t := starts[i]; t < starts[i+1]; t++ {
			row := c.windows.row(t)
			for k := range kernel {
				if from := t + k - before; from >= starts[i] && from < starts[i+1] {
					copy(row[k*x.cols:(k+1)*x.cols], x.row(from))
				}
			}
		}
	}
	return c.layer.forward(c.windows, w, s, true, nil, 0)
}

// backward adds the gradients of the parameters. The frames below are data: nobody asks
// for a gradient by them.
func (c *convolve[T]) backward(d matrix[T], w, g []T, s denseSlots) {
	c.layer.backward(c.windows, d, w, g, s, false)
}
