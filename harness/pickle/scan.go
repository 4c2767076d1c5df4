package pickle

import (
	"bytes"
	"encoding/binary"
	"math"
)

// take returns the next n bytes as a slice of the input. what names them in the
// error that a length beyond the input's end causes.
func (m *machine) take(n uint64, what string) ([]byte, error) {
	if rest := uint64(len(m.data) - m.pos); n > rest {
		return nil, m.fail("%s of %d bytes, but %d remain", what, n, rest)
	}
	end := m.pos + int(n)
	b := m.data[m.pos:end:end]
	m.pos = end
	return b, nil
}

// uint reads an unsigned little-endian number of 1, 2, 4 or 8 bytes.
func (m *machine) uint(width int) (uint64, error) {
	b, err := m.take(uint64(width), "an argument")
	if err != nil {
		return 0, err
	}
	var v uint64
	for i := width - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v, nil
}

// counted reads a length of the given width and then as many bytes.
func (m *machine) counted(width int, what string) ([]byte, error) {
	n, err := m.uint(width)
	if err != nil {
		return nil, err
	}
	return m.take(n, what)
}

// longestLine is more than any name or number takes, so that a newline is not looked
// for in gigabytes.
const longestLine = 1 << 20

// line returns the bytes up to the next newline and skips it.
func (m *machine) line() ([]byte, error) {
	rest := m.data[m.pos:]
	n := bytes.IndexByte(rest[:min(len(rest), longestLine)], '\n')
	switch {
	case n < 0 && len(rest) > longestLine:
		return nil, m.fail("opcode %s with a line of more than %d bytes", m.name, longestLine)
	case n < 0:
		return nil, m.fail("opcode %s needs a line, but no newline follows", m.name)
	}
	b := m.data[m.pos : m.pos+n]
	m.pos += n + 1
	return b, nil
}

func unsigned(width int) func(*machine) error {
	return func(m *machine) error {
		v, err := m.uint(width)
		if err != nil {
			return err
		}
		return m.push(int64(v))
	}
}

func (m *machine) binInt() error {
	v, err := m.uint(4)
	if err != nil {
		return err
	}
	return m.push(int64(int32(v)))
}

func (m *machine) binFloat() error {
	b, err := m.take(8, "a float")
	if err != nil {
		return err
	}
	return m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
}

// longInt reads a two's complement number with a length of the given width.
func longInt(width int) func(*machine) error {
	return func(m *machine) error {
		b, err := m.counted(width, "an int")
		if err != nil {
			return err
		}
		v, ok := twosComplement(b)
		if !ok {
			return m.fail("an int of %d bytes is beyond 64 bits", len(b))
		}
		return m.push(v)
	}
}

// twosComplement decodes a little-endian signed number of any length; false if
// its value does not fit an int64.
func twosComplement(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, true
	}
	var sign byte
	if b[len(b)-1] >= 0x80 {
		sign = 0xff
	}
	var word [8]byte
	for i := range word {
		word[i] = sign
	}
	copy(word[:], b)
	for _, extra := range b[min(8, len(b)):] {
		if extra != sign {
			return 0, false
		}
	}
	v := int64(binary.LittleEndian.Uint64(word[:]))
	return v, (v < 0) == (sign != 0)
}
