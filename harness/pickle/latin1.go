package pickle

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"sort"
	"sync"
)

// lazySize is the length from which a str is not looked at before somebody uses
// it. Python 3 writes the bytes of an array under protocol 2 as one such str,
// most of the file, in which a byte from 0x80 takes two.
const lazySize = 256

// latin1 is bytes spelt as UTF-8 text, a character for each byte. Nothing is
// decoded until it is read; the first reading counts the characters, for later
// ones to find theirs. It is safe for concurrent use.
type latin1 struct {
	raw     []byte
	at      int          // the offset it was made at, for errors
	release func([]byte) // told what has been read; may be nil
	whole   []byte       // all of it, where the result holds it as bytes

	once  sync.Once
	count int   // characters
	marks []int // characters that begin before each block of raw
}

// blockBytes is the distance of two marks, a multiple of 8.
const blockBytes = 1 << 14

// releaseBytes is how much is read before release hears of it.
const releaseBytes = 1 << 20

// length returns the number of bytes that l spells.
func (l *latin1) length() int {
	l.once.Do(func() {
		l.marks = make([]int, 0, len(l.raw)/blockBytes+1)
		told := 0
		for lo := 0; lo < len(l.raw); lo += blockBytes {
			l.marks = append(l.marks, l.count)
			hi := min(lo+blockBytes, len(l.raw))
			l.count += characters(l.raw[lo:hi])
			if hi-told >= releaseBytes || hi == len(l.raw) {
				l.tell(told, hi)
				told = hi
			}
		}
	})
	return l.count
}

func (l *latin1) tell(lo, hi int) {
	if l.release != nil {
		l.release(l.raw[lo:hi])
	}
}

// characters counts the characters of UTF-8 by their first bytes, of which each
// has one: those that are not 10xxxxxx.
func characters(raw []byte) int {
	const ones = 0x0101010101010101
	n := len(raw)
	for len(raw) >= 8 {
		w := binary.LittleEndian.Uint64(raw)
		n -= bits.OnesCount64(w >> 7 &^ (w >> 6) & ones)
		raw = raw[8:]
	}
	for _, c := range raw {
		if c&0xc0 == 0x80 {
			n--
		}
	}
	return n
}

// locate returns where character i begins, len(raw) for the one after the last.
func (l *latin1) locate(i int) int {
	if i >= l.length() {
		return len(l.raw)
	}
	// The last block before which at most i characters begin.
	block := sort.Search(len(l.marks), func(k int) bool { return l.marks[k] > i }) - 1
	at, n := block*blockBytes, l.marks[block]
	for ; ; at++ {
		if l.raw[at]&0xc0 == 0x80 {
			continue
		}
		if n == i {
			return at
		}
		n++
	}
}

// decode returns the bytes lo to hi that l spells.
func (l *latin1) decode(lo, hi int) ([]byte, error) {
	from, to := l.locate(lo), l.locate(hi)
	out, ok := toLatin1(l.raw[from:to], hi-lo)
	l.tell(from/blockBytes*blockBytes, to) // locate reads from there
	if !ok {
		return nil, fmt.Errorf("offset %d: _codecs.encode: a str that is not valid UTF-8 or holds a character beyond Latin-1", l.at)
	}
	return out, nil
}

// toLatin1 encodes n characters of UTF-8, false if raw does not hold exactly
// n characters up to U+00FF.
func toLatin1(raw []byte, n int) ([]byte, bool) {
	out := make([]byte, n)
	at := 0
	for i := range out {
		if at >= len(raw) {
			return nil, false
		}
		c := raw[at]
		at++
		if c >= 0x80 {
			// Two bytes, U+0080 to U+00FF.
			if c != 0xc2 && c != 0xc3 || at == len(raw) || raw[at]&0xc0 != 0x80 {
				return nil, false
			}
			c = c<<6 | raw[at]&0x3f
			at++
		}
		out[i] = c
	}
	return out, at == len(raw)
}

// window is the part of l from byte lo to hi.
type window struct {
	*latin1
	lo, hi int
}

// bytes decodes the window.
func (w window) bytes() ([]byte, error) {
	if n := w.length(); w.hi > n {
		return nil, fmt.Errorf("offset %d: an array of %d bytes is spelt by a str of %d characters", w.at, w.hi, n)
	}
	return w.decode(w.lo, w.hi)
}

// part returns the part of w from byte lo to hi, counted from its beginning.
func (w window) part(lo, hi int) window { return window{w.latin1, w.lo + lo, w.lo + hi} }
