package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DType is the type of an array's elements as numpy prints it: byte order (<
// little, > big, | none), kind and size, such as "<f4", ">i8", "|b1", "|u1",
// "|S10" (10 bytes), "<U14" (14 characters) or "|O" (Python objects).
type DType string

// dtype is a DType taken apart.
type dtype struct {
	kind byte // one of f i u b S U O
	size int  // bytes of one element; 0 for O
	big  bool // big-endian
}

// String returns the form that numpy prints, with the byte order.
func (d dtype) String() string {
	order := "<"
	if d.big {
		order = ">"
	}
	switch {
	case d.kind == 'O':
		return "|O"
	case d.kind == 'U':
		return order + "U" + strconv.Itoa(d.size/4)
	case d.kind == 'S' || d.size == 1:
		order = "|"
	}
	return order + string(d.kind) + strconv.Itoa(d.size)
}

// hasOrder reports whether elements differ between the byte orders.
func (d dtype) hasOrder() bool { return d.kind == 'U' || d.kind != 'S' && d.size > 1 }

// parseDType takes a DType apart. ordered says whether s named a byte order
// or needs none.
func parseDType(s string) (d dtype, ordered bool, err error) {
	unknown := fmt.Errorf("dtype %.40q is not supported (this reader knows f2 f4 f8, i1 to i8, u1 to u8, b1, S, U and O)", s)
	rest := strings.TrimLeft(s, "<>|")
	if len(s)-len(rest) > 1 || rest == "" {
		return dtype{}, false, unknown
	}
	d.kind = rest[0]
	if d.size, err = elementSize(d.kind, rest[1:]); err != nil {
		return dtype{}, false, unknown
	}
	if !d.hasOrder() {
		return d, true, nil
	}
	d.big = s[0] == '>'
	return d, s[0] == '<' || s[0] == '>', nil
}

// elementSize returns the bytes of an element of a kind with the digits that
// follow it.
func elementSize(kind byte, digits string) (int, error) {
	switch name := string(kind) + digits; name {
	case "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1":
		return int(digits[0] - '0'), nil
	case "O", "O4", "O8": // old writers append the size of their pointers
		return 0, nil
	}
	if kind != 'S' && kind != 'U' {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseUint(digits, 10, 28)
	if kind == 'U' {
		n *= 4
	}
	return int(n), err
}

// load returns the bits of the number that b begins with.
func (d dtype) load(b []byte) uint64 {
	switch {
	case d.size == 1:
		return uint64(b[0])
	case d.size == 2 && d.big:
		return uint64(binary.BigEndian.Uint16(b))
	case d.size == 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case d.size == 4 && d.big:
		return uint64(binary.BigEndian.Uint32(b))
	case d.size == 4:
		return uint64(binary.LittleEndian.Uint32(b))
	case d.big:
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// float returns the value of an element of kind f, widened exactly.
func (d dtype) float(b []byte) float64 {
	v := d.load(b)
	switch d.size {
	case 2:
		return half(uint16(v))
	case 4:
		return float64(math.Float32frombits(uint32(v)))
	}
	return math.Float64frombits(v)
}

// half decodes an IEEE 754 binary16 number.
func half(v uint16) float64 {
	sign, exponent, fraction := 1.0, int(v>>10&0x1f), float64(v&0x3ff)
	if v >= 0x8000 {
		sign = -1
	}
	switch exponent {
	case 0x1f:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	case 0:
		return math.Copysign(math.Ldexp(fraction, -24), sign)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// int returns the value of an element of kind i, u or b, false if it exceeds
// an int64.
func (d dtype) int(b []byte) (int64, bool) {
	v := d.load(b)
	switch {
	case d.kind == 'i':
		shift := 64 - 8*d.size
		return int64(v<<shift) >> shift, true
	case d.kind == 'b' && v != 0:
		return 1, true
	}
	return int64(v), v <= math.MaxInt64
}

// str returns the text of an element of kind S or U without the zeros that fill
// it up, false if a character is none of Unicode's.
func (d dtype) str(b []byte) (string, bool) {
	if d.kind == 'S' {
		return strings.TrimRight(string(b), "\x00"), true
	}
	char := dtype{kind: 'u', size: 4, big: d.big}
	end := len(b)
	for end > 0 && char.load(b[end-4:]) == 0 {
		end -= 4
	}
	var s strings.Builder
	s.Grow(end / 4)
	for i := 0; i < end; i += 4 {
		v := char.load(b[i:])
		if v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
			return "", false
		}
		s.WriteRune(rune(v))
	}
	return s.String(), true
}

// item returns the value of the element b as a Go value.
func (d dtype) item(b []byte) (any, error) {
	switch d.kind {
	case 'f':
		return d.float(b), nil
	case 'b':
		return b[0] != 0, nil
	case 'i', 'u':
		v, ok := d.int(b)
		if !ok {
			return nil, fmt.Errorf("%d is beyond a signed 64-bit int", d.load(b))
		}
		return v, nil
	case 'S', 'U':
		s, ok := d.str(b)
		if !ok {
			return nil, fmt.Errorf("a string holds a character beyond Unicode")
		}
		return s, nil
	}
	return nil, fmt.Errorf("dtype %v holds no plain value", d)
}

// emptyLoop bounds the sizes of an array without elements, so that a loop over
// any of its axes ends soon.
const emptyLoop = 1 << 26

// elements returns the number of elements of an array of the given shape.
func elements(shape []int) (int, error) {
	const mostAxes = 64 // numpy 2; numpy 1 allows 32
	if len(shape) > mostAxes {
		return 0, fmt.Errorf("an array of %d axes; numpy allows %d", len(shape), mostAxes)
	}
	product, empty := uint64(1), false
	for _, n := range shape {
		if n < 0 {
			return 0, fmt.Errorf("shape %v has a negative size", shape)
		}
		if n == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(product, uint64(n))
		if hi != 0 || lo > math.MaxInt {
			return 0, fmt.Errorf("shape %v is beyond any memory", shape)
		}
		product = lo
	}
	if !empty {
		return int(product), nil
	}
	if product > emptyLoop {
		return 0, fmt.Errorf("shape %v is too large for an array without elements", shape)
	}
	return 0, nil
}
