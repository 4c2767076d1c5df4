package frame

import (
	"fmt"
	"io"
	"strings"

	"uacs/internal/hint"
)

// field is one cell of a CSV file, its quotes removed and every other byte kept.
type field struct {
	text string
	line int // on which the cell begins, from 1
}

// records splits the text of a CSV file by RFC 4180. encoding/csv would do but
// for one thing: it turns CRLF inside quotes into LF, and with that a transcript
// no longer equals its source.
//
// A record ends with LF, CRLF or the end of the file. Lines without any byte are
// skipped. Quotes inside an unquoted cell, bytes after a closing quote and a
// carriage return outside quotes that no line feed follows are errors.
type records struct {
	file string
	rest string
	line int
}

// next appends the cells of the next record to fields, at most limit of them,
// and returns io.EOF after the last record. A further cell is an error, so that
// one line of nothing but commas cannot fill the memory.
func (r *records) next(fields []field, limit int) ([]field, error) {
	r.skipBlank()
	if r.rest == "" {
		return fields, io.EOF
	}
	for first := r.line; ; {
		if len(fields) == limit {
			err := fmt.Errorf("%s:%d: more than %d fields", r.file, first, limit)
			return fields, hint.Add(err, "put cells that hold a comma in double quotes")
		}
		begin := r.line
		text, err := r.cell()
		if err != nil {
			return fields, fmt.Errorf("%s:%d: field %d: %w", r.file, begin, len(fields)+1, err)
		}
		fields = append(fields, field{text, begin})
		switch {
		case strings.HasPrefix(r.rest, ","):
			r.rest = r.rest[1:]
		case r.endLine() || r.rest == "":
			return fields, nil
		default:
			return fields, fmt.Errorf("%s:%d: field %d: %s", r.file, r.line, len(fields), stray(r.rest[0]))
		}
	}
}

func (r *records) skipBlank() {
	for r.endLine() {
	}
}

// endLine consumes one LF or CRLF, if rest begins with it.
func (r *records) endLine() bool {
	n := 0
	switch {
	case strings.HasPrefix(r.rest, "\n"):
		n = 1
	case strings.HasPrefix(r.rest, "\r\n"):
		n = 2
	default:
		return false
	}
	r.rest = r.rest[n:]
	r.line++
	return true
}

// cell consumes one cell, up to but without what ends it.
func (r *records) cell() (string, error) {
	if strings.HasPrefix(r.rest, `"`) {
		return r.quoted()
	}
	n := 0
	for n < len(r.rest) && !special(r.rest[n]) {
		n++
	}
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text, nil
}

// special reports the bytes that may not stand in an unquoted cell.
func special(b byte) bool { return b == ',' || b == '"' || b == '\n' || b == '\r' }

// quoted consumes a cell that begins with a quote; two quotes inside are one.
func (r *records) quoted() (string, error) {
	body := r.rest[1:]
	n, doubled := 0, false
	for {
		i := strings.IndexByte(body[n:], '"')
		if i < 0 {
			return "", fmt.Errorf("the closing quote is missing")
		}
		n += i
		if n+1 == len(body) || body[n+1] != '"' {
			break
		}
		n += 2
		doubled = true
	}
	text := body[:n]
	r.rest = body[n+1:]
	r.line += strings.Count(text, "\n")
	if doubled {
		text = strings.ReplaceAll(text, `""`, `"`)
	}
	return text, nil
}

// stray says what is wrong with a byte that ends no cell.
func stray(b byte) string {
	switch b {
	case '"':
		return "a quote inside a cell that does not begin with one"
	case '\r':
		return "a carriage return without line feed outside quotes"
	}
	return fmt.Sprintf("%q after the closing quote", b)
}
