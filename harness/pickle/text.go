package pickle

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// text is a str as it lies in the file. It becomes a Go string only where one
// is wanted, so that array data which protocol 2 writes as text is copied once.
type text struct {
	raw     []byte // UTF-8 if checked, or any bytes if python2
	python2 bool
	checked bool // raw was found to be UTF-8
	at      int  // the offset it was read at

	str     any // raw as a string, once asked for
	encoded any // the bytes that raw spells in Latin-1, once asked for
}

// text returns the string that t is, which all places that share t share.
func (e *exporter) text(t *text) (any, error) {
	if t.str != nil {
		return t.str, nil
	}
	if !t.python2 && !t.checked && !utf8.Valid(t.raw) {
		return nil, fmt.Errorf("offset %d: a str is not valid UTF-8", t.at)
	}
	if err := e.charge(t.at, len(t.raw)); err != nil {
		return nil, err
	}
	t.str = string(t.raw)
	return t.str, nil
}

// isText reports whether v is a str that reads want.
func isText(v any, want string) bool {
	t, ok := v.(*text)
	return ok && string(t.raw) == want
}

func (m *machine) pushText(raw []byte, python2, checked bool) error {
	if err := m.charge(textBytes); err != nil {
		return err
	}
	return m.push(&text{raw: raw, python2: python2, checked: checked, at: m.at})
}

// pushUnicode pushes raw, which must be UTF-8. A long one is checked when it is
// used.
func (m *machine) pushUnicode(raw []byte) error {
	short := len(raw) < lazySize
	if short && !utf8.Valid(raw) {
		return m.fail("a str is not valid UTF-8")
	}
	return m.pushText(raw, false, short)
}

func rawBytes(width int) func(*machine) error {
	return func(m *machine) error {
		b, err := m.counted(width, "bytes")
		if err != nil {
			return err
		}
		return m.push(b)
	}
}

func python2Text(width int) func(*machine) error {
	return func(m *machine) error {
		b, err := m.counted(width, "a str")
		if err != nil {
			return err
		}
		return m.pushText(b, true, false)
	}
}

func unicodeText(width int) func(*machine) error {
	return func(m *machine) error {
		b, err := m.counted(width, "a str")
		if err != nil {
			return err
		}
		return m.pushUnicode(b)
	}
}

// quoted reads a Python 2 string literal in its quotes.
func (m *machine) quoted() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	if len(b) < 2 || b[0] != b[len(b)-1] || b[0] != '\'' && b[0] != '"' {
		return m.fail("a string literal without its quotes")
	}
	raw, ok := unescape(b[1 : len(b)-1])
	if !ok {
		return m.fail("a string literal with a broken escape")
	}
	return m.pushText(raw, true, false)
}

// unescape resolves the escapes that Python 2's repr writes. The result is
// never longer than b; it is b itself where nothing is escaped.
func unescape(b []byte) ([]byte, bool) {
	if bytes.IndexByte(b, '\\') < 0 {
		return b, true
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		if b[0] != '\\' {
			out = append(out, b[0])
			b = b[1:]
			continue
		}
		c, used := escape(b)
		if used == 0 {
			return nil, false
		}
		out = append(out, c)
		b = b[used:]
	}
	return out, true
}

// escape decodes the escape sequence b begins with and returns its length, 0 if
// it is none that repr writes.
func escape(b []byte) (c byte, used int) {
	if len(b) < 2 {
		return 0, 0
	}
	switch b[1] {
	case '\\', '\'', '"':
		return b[1], 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'x':
		if len(b) < 4 {
			return 0, 0
		}
		v, err := strconv.ParseUint(string(b[2:4]), 16, 8)
		if err != nil {
			return 0, 0
		}
		return byte(v), 4
	}
	return 0, 0
}

// rawUnicode reads a line in Python's raw-unicode-escape: Latin-1, with \uXXXX
// and \UXXXXXXXX for the rest.
func (m *machine) rawUnicode() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	// One input byte grows to at most two: \u and \U only shrink.
	if err := m.charge(2 * int64(len(b))); err != nil {
		return err
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, used := rawRune(b)
		if used == 0 {
			return m.fail("a str with a broken escape")
		}
		out = utf8.AppendRune(out, r)
		b = b[used:]
	}
	return m.pushUnicode(out)
}

func rawRune(b []byte) (r rune, used int) {
	digits := 0
	if len(b) > 1 && b[0] == '\\' {
		switch b[1] {
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		}
	}
	if digits == 0 {
		return rune(b[0]), 1
	}
	if len(b) < 2+digits {
		return 0, 0
	}
	v, err := strconv.ParseUint(string(b[2:2+digits]), 16, 32)
	if err != nil || v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
		return 0, 0
	}
	return rune(v), 2 + digits
}

// textInt reads a decimal line; 00 and 01 are how old protocols write bools.
func (m *machine) textInt() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	switch string(b) {
	case "00":
		return m.push(false)
	case "01":
		return m.push(true)
	}
	return m.pushDecimal(b)
}

func (m *machine) textLong() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	return m.pushDecimal(bytes.TrimSuffix(b, []byte("L")))
}

func (m *machine) pushDecimal(b []byte) error {
	v, err := m.decimal(b)
	if err != nil {
		return err
	}
	return m.push(v)
}

// decimal parses b, at most 20 bytes, as an int64.
func (m *machine) decimal(b []byte) (int64, error) {
	if len(b) > 20 {
		return 0, m.fail("an int of %d digits is beyond 64 bits", len(b))
	}
	v, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return 0, m.fail("%q is not a 64-bit int", b)
	}
	return v, nil
}

func (m *machine) textFloat() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	if len(b) > 400 {
		return m.fail("a float of %d digits", len(b))
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return m.fail("%q is not a float", b)
	}
	return m.push(v)
}

func (m *machine) textGet() error {
	index, err := m.lineIndex()
	if err != nil {
		return err
	}
	return m.recall(index)
}

func (m *machine) textPut() error {
	index, err := m.lineIndex()
	if err != nil {
		return err
	}
	return m.remember(index)
}

func (m *machine) lineIndex() (uint64, error) {
	b, err := m.line()
	if err != nil {
		return 0, err
	}
	v, err := m.decimal(b)
	if err != nil {
		return 0, err
	}
	if v < 0 {
		return 0, m.fail("memo index %d is negative", v)
	}
	return uint64(v), nil
}
