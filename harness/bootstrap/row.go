package bootstrap

// row holds one number for each of some replicates, or for each of some cells, in
// lanes as wide as a layout says: additions of words add in all lanes at once. The
// first lane is the lowest of the first word.
type row [rowWords]uint64

const rowWords = 4

// maxLanes bounds the lanes of a row.
const maxLanes = 16

// layout is how rows are divided: 16 lanes of 16 bits, or 8 of 32 where numbers are
// larger. The highest bit of a lane, its guard, is no part of a number, but in twice a
// prefix, which is never compared; it catches comparisons.
type layout struct {
	width uint   // of a lane, in bits
	per   int    // lanes of a row
	mask  uint64 // the bits of the lowest lane of a word
	// ones has a 1 in every lane of a word, guards the guard of every lane.
	ones, guards uint64
	// unit is in how many parts a cell's clips are counted, a power of two, at most
	// 64: as finely as 16 bits allow, so that rounding to units hides little from the
	// vector instructions.
	unit int
	// vector says that vector instructions treat rows: what is added lane by lane is
	// carried nowhere.
	vector bool
}

// mostNarrow bounds the numbers in lanes of 16 bits: 15 bits, less what vector
// instructions may be off.
const mostNarrow = 32_000

// newLayout is the narrowest layout for up to most clips, below 2^31-1; their number
// is never the largest that a lane holds.
func newLayout(most int) layout {
	l := layout{width: 16, unit: 1, vector: haveVectors}
	if most > mostNarrow {
		l.width, l.vector = 32, false
	}
	for l.width == 16 && l.unit < 64 && 2*l.unit*most <= mostNarrow {
		l.unit *= 2
	}
	l.per, l.mask = 64/int(l.width)*rowWords, 1<<l.width-1
	for shift := uint(0); shift < 64; shift += l.width {
		l.ones |= 1 << shift
	}
	l.guards = l.ones << (l.width - 1)
	return l
}

// at is where a lane stands: its word, and how far up in it.
func (l *layout) at(lane int) (word int, shift uint) {
	bit := uint(lane) * l.width
	return int(bit/64) & (rowWords - 1), bit % 64
}

// get returns the number in a lane.
func (l *layout) get(r *row, lane int) int {
	word, shift := l.at(lane)
	return int(r[word] >> (shift & 63) & l.mask)
}

// set sets the number in a lane.
func (l *layout) set(r *row, lane, v int) {
	word, shift := l.at(lane)
	r[word] = r[word]&^(l.mask<<(shift&63)) | uint64(v)<<(shift&63)
}

// beyond is larger than any number that stands in a lane.
func (l *layout) beyond() int { return int(l.mask >> 1) }

// add adds a number, which may be negative, to a lane of what is itself to be added.
func (l *layout) add(r *row, lane, v int) {
	word, shift := l.at(lane)
	if l.vector {
		l.set(r, lane, (l.get(r, lane)+v)&int(l.mask))
		return
	}
	r[word] += uint64(v) << (shift & 63)
}

// addTimes adds x to r, n times over.
func (r *row) addTimes(x *row, n uint64) {
	r[0] += x[0] * n
	r[1] += x[1] * n
	r[2] += x[2] * n
	r[3] += x[3] * n
}

// all returns a row with a number in every lane.
func (l *layout) all(v int) row {
	w := uint64(v) * l.ones
	return row{w, w, w, w}
}
