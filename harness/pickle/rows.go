package pickle

import "fmt"

// Row returns the part of a whose first index is i, an array of one axis less.
// It shares a's data, except where a is in Fortran order and has several axes:
// then it is a copy. An index outside the first axis is an error.
func (a *Array) Row(i int) (*Array, error) {
	if len(a.Shape) == 0 || i < 0 || i >= a.Shape[0] {
		return nil, fmt.Errorf("an array of shape %v has no row %d", a.Shape, i)
	}
	n := a.Len() / a.Shape[0]
	row := *a
	row.Shape = a.Shape[1:]
	from, to := i*n*a.dt.size, (i+1)*n*a.dt.size
	switch {
	case a.dt.kind == 'O':
		row.objects = a.objects[i*n : (i+1)*n : (i+1)*n]
	case a.Fortran && len(a.Shape) > 1:
		return &row, a.gather(&row, i, n)
	case a.spelt != nil:
		part := a.spelt.part(from, to)
		row.spelt = &part
	default:
		row.Data = a.Data[from:to:to]
	}
	return &row, nil
}

// gather copies the n elements of row i of an array in Fortran order, which lie
// a column apart; they stay in Fortran order.
func (a *Array) gather(row *Array, i, n int) error {
	data, err := a.Bytes()
	if err != nil {
		return err
	}
	rows, size := a.Shape[0], a.dt.size
	row.Data, row.spelt = make([]byte, 0, n*size), nil
	for k := range n {
		cell := (k*rows + i) * size
		row.Data = append(row.Data, data[cell:cell+size]...)
	}
	return nil
}

// cOrder returns the bytes of the elements in C order: the bytes themselves,
// unless they are in Fortran order.
func (a *Array) cOrder() ([]byte, error) {
	data, err := a.Bytes()
	if err != nil {
		return nil, err
	}
	if !a.Fortran || len(a.Shape) < 2 || len(data) == 0 {
		return data, nil
	}
	strides := make([]int, len(a.Shape))
	stride := a.dt.size
	for axis, n := range a.Shape {
		strides[axis] = stride
		stride *= n
	}
	// Count up the index vector, last axis fastest, and follow its offset.
	out := make([]byte, 0, len(data))
	index := make([]int, len(a.Shape))
	at := 0
	for len(out) < len(data) {
		out = append(out, data[at:at+a.dt.size]...)
		for axis := len(index) - 1; axis >= 0; axis-- {
			index[axis]++
			at += strides[axis]
			if index[axis] < a.Shape[axis] {
				break
			}
			at -= index[axis] * strides[axis]
			index[axis] = 0
		}
	}
	return out, nil
}
