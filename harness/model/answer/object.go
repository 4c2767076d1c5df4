package answer

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// node is a value of an object as language models write them.
type node struct {
	kind    nodeKind
	text    string // of a literal or a string, unquoted
	members []member
	items   []node
}

type nodeKind int

const (
	literal nodeKind = iota // a number, null, true, or a bare word
	quoted
	object
	array
)

type member struct {
	key   string
	value node
}

var (
	errEnds  = errors.New("the text ends within an object")
	errShape = errors.New("no object")
)

// maxDepth bounds the nesting of objects, and so the stack.
const maxDepth = 16

// scanner reads JSON and what is nearly JSON: Python's single quotes, full-width
// punctuation, bare keys, numbers with a plus sign, a comma before the end.
type scanner struct {
	text string
	at   int
}

func (s *scanner) peek() rune {
	for s.at < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		if !unicode.IsSpace(r) {
			return foldRune(r)
		}
		s.at += n
	}
	return -1
}

// take steps over the next character if it is r.
func (s *scanner) take(r rune) bool {
	if s.peek() != r {
		return false
	}
	_, n := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += n
	return true
}

func (s *scanner) value(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, errShape
	}
	switch s.peek() {
	case -1:
		return node{}, errEnds
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case '"', '\'':
		text, err := s.quotedText()
		return node{kind: quoted, text: text}, err
	}
	text, err := s.bare()
	return node{kind: literal, text: text}, err
}

func (s *scanner) object(depth int) (node, error) {
	out := node{kind: object}
	s.take('{')
	for !s.take('}') {
		key, err := s.key()
		if err != nil {
			return out, err
		}
		if !s.take(':') {
			return out, s.fault()
		}
		value, err := s.value(depth + 1)
		if err != nil {
			return out, err
		}
		out.members = append(out.members, member{key, value})
		if !s.take(',') && s.peek() != '}' {
			return out, s.fault()
		}
	}
	return out, nil
}

func (s *scanner) array(depth int) (node, error) {
	out := node{kind: array}
	s.take('[')
	for !s.take(']') {
		value, err := s.value(depth + 1)
		if err != nil {
			return out, err
		}
		out.items = append(out.items, value)
		if !s.take(',') && s.peek() != ']' {
			return out, s.fault()
		}
	}
	return out, nil
}

// fault is the end of the text, if that is what was met, or bad shape.
func (s *scanner) fault() error {
	if s.peek() == -1 {
		return errEnds
	}
	return errShape
}

func (s *scanner) key() (string, error) {
	if r := s.peek(); r == '"' || r == '\'' {
		return s.quotedText()
	}
	return s.bare()
}

// bare reads up to the next separator.
func (s *scanner) bare() (string, error) {
	start := s.at
	for s.at < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		if strings.ContainsRune(",:{}[]\"\n", foldRune(r)) && r != '。' {
			break
		}
		s.at += n
	}
	text := strings.TrimSpace(s.text[start:s.at])
	switch {
	case s.at == len(s.text):
		return "", errEnds
	case text == "":
		return "", errShape
	}
	return text, nil
}

// quotedText reads a string. It ends at the mark that matches its first: a text in
// Chinese quotes may hold straight ones, and the other way round.
func (s *scanner) quotedText() (string, error) {
	open, n := utf8.DecodeRuneInString(s.text[s.at:])
	end := map[rune]rune{'“': '”', '”': '”', '‘': '’', '「': '」'}[open]
	if end == 0 {
		end = open
	}
	start := s.at + n
	for i := start; i < len(s.text); {
		r, n := utf8.DecodeRuneInString(s.text[i:])
		switch r {
		case end:
			s.at = i + n
			return unescape(s.text[start:i]), nil
		case '\\':
			i++
			_, n = utf8.DecodeRuneInString(s.text[i:])
		}
		i += n
	}
	s.at = len(s.text)
	return "", errEnds
}

// unescape resolves JSON's escapes; a text that is not well escaped stays as it is.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out string
	if json.Unmarshal([]byte(`"`+text+`"`), &out) != nil {
		return text
	}
	return out
}

// objects returns the outermost objects of text. Braces that hold no members are
// prose. rest is the text outside the objects.
func objects(text string) (found []node, rest string, fail *Failure) {
	var outside strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r != '{' && r != '｛' {
			outside.WriteString(text[i : i+n])
			i += n
			continue
		}
		s := scanner{text: text, at: i}
		value, err := s.value(0)
		switch {
		case errors.Is(err, errEnds):
			return nil, "", failf(Truncated, "the JSON object does not end")
		case err != nil || len(value.members) == 0:
			outside.WriteByte(' ')
			i += n
		default:
			found = append(found, value)
			i = s.at
		}
	}
	return found, outside.String(), nil
}
