package frame

import (
	"encoding/binary"
	"math"
)

// appendKey appends the cells of row i, encoded so that two rows have the same
// bytes if and only if their cells are equal: texts by their bytes behind their
// length, 0 and -0 alike, every NaN alike, a missing Int or Bool unlike any value.
func appendKey(key []byte, cols []column, i int) []byte {
	for k := range cols {
		c := &cols[k]
		switch {
		case c.kind == String:
			key = binary.AppendUvarint(key, uint64(len(c.texts[i])))
			key = append(key, c.texts[i]...)
		case c.kind == Float:
			v := c.floats[i] + 0 // -0 + 0 is 0; gota has only one NaN
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v))
		case c.missing[i]:
			key = append(key, 0)
		default:
			key = append(key, 1)
			key = binary.LittleEndian.AppendUint64(key, uint64(c.ints[i]))
		}
	}
	return key
}

// partition is the rows of a table divided by their key.
type partition struct {
	number map[string]int // of a key, by first appearance
	first  []int          // first row of each part
	rows   []int          // all rows, part after part, ascending within one
	start  []int          // part p is rows[start[p]:start[p+1]]
}

// partitionBy divides rows 0 to n-1 by the cells of cols, in time O(n).
func partitionBy(cols []column, n int) partition {
	p := partition{number: make(map[string]int), rows: make([]int, n)}
	of := make([]int, n)
	var sizes []int
	var key []byte
	for i := range n {
		key = appendKey(key[:0], cols, i)
		k, ok := p.number[string(key)]
		if !ok {
			k = len(p.first)
			p.number[string(key)] = k
			p.first = append(p.first, i)
			sizes = append(sizes, 0)
		}
		of[i] = k
		sizes[k]++
	}
	p.start = make([]int, len(sizes)+1)
	for k, size := range sizes {
		p.start[k+1] = p.start[k] + size
	}
	free := append([]int(nil), p.start...)
	for i, k := range of {
		p.rows[free[k]] = i
		free[k]++
	}
	return p
}

// part returns the rows of part k, ascending.
func (p *partition) part(k int) []int { return p.rows[p.start[k]:p.start[k+1]] }
