package npy

import (
	"fmt"
	"strconv"
	"strings"

	"uacs/harness/pickle"
)

// header is what an .npy file says about its array.
type header struct {
	descr   pickle.DType
	fortran bool
	shape   []int
}

// objects reports whether the elements are Python objects; old writers append
// the size of a pointer.
func (h header) objects() bool { return h.descr == "|O" || h.descr == "|O8" || h.descr == "|O4" }

// parseHeader reads a header, the literal of a Python dict with exactly the keys
// descr, fortran_order and shape, filled up with spaces. base is its offset in
// the file.
func parseHeader(text string, base int) (header, error) {
	l := &literal{text: text, base: base}
	var h header
	seen := map[string]bool{}
	err := l.dict(func(key string) (err error) {
		if seen[key] {
			return l.fail("key %q twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			h.descr, err = l.descr()
		case "fortran_order":
			h.fortran, err = l.bool()
		case "shape":
			h.shape, err = l.shape()
		default:
			err = l.fail("unknown key %.40q", key)
		}
		return err
	})
	if err != nil {
		return header{}, err
	}
	if len(seen) != 3 {
		return header{}, l.fail("a header without all of descr, fortran_order and shape")
	}
	return h, nil
}

// literal reads the few forms of Python literals that numpy writes.
type literal struct {
	text string
	pos  int
	base int
}

func (l *literal) fail(format string, args ...any) error {
	return fmt.Errorf("offset %d: header: %w", l.base+l.pos, fmt.Errorf(format, args...))
}

// space skips spaces; numpy puts a newline at the very end.
func (l *literal) space() {
	rest := strings.TrimLeft(l.text[l.pos:], " \n")
	l.pos = len(l.text) - len(rest)
}

// accept skips spaces and then token, if it is next.
func (l *literal) accept(token string) bool {
	l.space()
	if !strings.HasPrefix(l.text[l.pos:], token) {
		return false
	}
	l.pos += len(token)
	return true
}

func (l *literal) expect(token string) error {
	if !l.accept(token) {
		return l.fail("want %q", token)
	}
	return nil
}

// dict reads a dict that fills the whole text, calling value where the value of
// a key begins.
func (l *literal) dict(value func(key string) error) error {
	if err := l.expect("{"); err != nil {
		return err
	}
	for !l.accept("}") {
		key, err := l.str()
		if err != nil {
			return err
		}
		if err := l.expect(":"); err != nil {
			return err
		}
		if err := value(key); err != nil {
			return err
		}
		if !l.accept(",") {
			if err := l.expect("}"); err != nil {
				return err
			}
			break
		}
	}
	if l.space(); l.pos != len(l.text) {
		return l.fail("text after the dict")
	}
	return nil
}

// str reads a quoted string without escapes.
func (l *literal) str() (string, error) {
	quote := ""
	for _, q := range []string{"'", `"`} {
		if l.accept(q) {
			quote = q
			break
		}
	}
	if quote == "" {
		return "", l.fail("want a quoted string")
	}
	s, _, ok := strings.Cut(l.text[l.pos:], quote)
	if !ok || strings.ContainsAny(s, "\\\n") {
		return "", l.fail("a string that does not end, or with an escape")
	}
	l.pos += len(s) + 1
	return s, nil
}

func (l *literal) descr() (pickle.DType, error) {
	if l.space(); strings.HasPrefix(l.text[l.pos:], "[") {
		return "", l.fail("structured dtypes are not supported")
	}
	s, err := l.str()
	return pickle.DType(s), err
}

func (l *literal) bool() (bool, error) {
	switch {
	case l.accept("True"):
		return true, nil
	case l.accept("False"):
		return false, nil
	}
	return false, l.fail("want True or False")
}

// shape reads a tuple of sizes: (), (3,) or (3, 4).
func (l *literal) shape() ([]int, error) {
	if err := l.expect("("); err != nil {
		return nil, err
	}
	shape := []int{}
	comma := true
	for !l.accept(")") {
		if !comma {
			return nil, l.fail("want a comma or a closing parenthesis")
		}
		n, err := l.size()
		if err != nil {
			return nil, err
		}
		shape = append(shape, n)
		comma = l.accept(",")
	}
	if len(shape) == 1 && !comma {
		return nil, l.fail("want a tuple; (n) without a comma is none")
	}
	return shape, nil
}

// size reads a size; Python 2 may append an L.
func (l *literal) size() (int, error) {
	l.space()
	rest := strings.TrimLeft(l.text[l.pos:], "0123456789")
	digits := l.text[l.pos : len(l.text)-len(rest)]
	n, err := strconv.ParseInt(digits, 10, strconv.IntSize)
	if err != nil {
		return 0, l.fail("want a size of at most %d bits", strconv.IntSize)
	}
	l.pos += len(digits)
	if strings.HasPrefix(rest, "L") {
		l.pos++
	}
	return int(n), nil
}
