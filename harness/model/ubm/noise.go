package ubm

import (
	"math"
	"math/rand/v2"
)

// noise is what training, and Monte-Carlo dropout, do to a pass. A nil noise does
// nothing.
type noise struct {
	r *rand.Rand
	// hidden, inputs and modality are the probabilities of dropping an element of a
	// projection, a feature, and a whole modality.
	hidden, inputs, modality float64
	// bits are those of the last draw that are left, fresh how many pieces of 16.
	bits  uint64
	fresh int
}

// drops reports an event of probability p, to 16 bits: a draw serves four.
func (n *noise) drops(p float64) bool {
	if n.fresh == 0 {
		n.bits, n.fresh = n.r.Uint64(), 4
	}
	piece := n.bits & 0xffff
	n.bits >>= 16
	n.fresh--
	return piece < threshold(p)
}

// threshold is the number of the 2¹⁶ pieces that stand for an event of probability p.
func threshold(p float64) uint64 { return uint64(math.RoundToEven(p * (1 << 16))) }

// keep returns the factor of an element of a projection.
func (n *noise) keep() float32 {
	switch {
	case n == nil || n.hidden == 0:
		return 1
	case n.drops(n.hidden):
		return 0
	}
	return float32(1 / (1 - n.hidden))
}

// dropInputs drops features of x in place, by the draws of drops. Which way a draw falls
// cannot be foreseen, so the factor is looked up and not branched to.
func (n *noise) dropInputs(x []float32) {
	if n == nil || n.inputs == 0 {
		return
	}
	factor := [2]float32{float32(1 / (1 - n.inputs)), 0}
	below := threshold(n.inputs)
	bits, fresh := n.bits, n.fresh
	for k := range x {
		if fresh == 0 {
			bits, fresh = n.r.Uint64(), 4
		}
		x[k] *= factor[(bits&0xffff-below)>>63]
		bits >>= 16
		fresh--
	}
	n.bits, n.fresh = bits, fresh
}

// present says which modalities stay, at least one, and returns how many. If the
// draw leaves none, one of them, drawn too, stays.
func (n *noise) present(stays []bool) int {
	left := 0
	for m := range stays {
		stays[m] = n == nil || n.modality == 0 || len(stays) == 1 || !n.drops(n.modality)
		if stays[m] {
			left++
		}
	}
	if left == 0 {
		stays[n.r.IntN(len(stays))], left = true, 1
	}
	return left
}

// Keep returns the factor of an element that is dropped with probability p, for a network
// of frames.
func (n *noise) Keep(p float64) float32 {
	if n.drops(p) {
		return 0
	}
	return float32(1 / (1 - p))
}

// Stays takes modalities away from those that a clip has. If the draws leave none, one of
// them, drawn too, stays.
func (n *noise) Stays(has []bool) {
	var there []int
	for m, h := range has {
		if h {
			there = append(there, m)
		}
	}
	if n.modality == 0 || len(there) < 2 {
		return
	}
	left := 0
	for _, m := range there {
		if has[m] = !n.drops(n.modality); has[m] {
			left++
		}
	}
	if left == 0 {
		has[there[n.r.IntN(len(there))]] = true
	}
}

// asFloat32 returns x if it is a []float32, else nil: inputs are dropped in training
// alone, which is in float32.
func asFloat32[T number](x []T) []float32 {
	f, _ := any(x).([]float32)
	return f
}
