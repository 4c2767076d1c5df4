package answer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// start finds the token at which the label begins. head is what the token before
// it already holds of the label, if the label begins within a token that the
// reasoning ends in.
func (w *walk) start() (at int, head []byte, err error) {
	from, err := w.afterThinking()
	if err != nil {
		return 0, nil, err
	}
	at, head = w.locate(from)
	if at == len(w.tokens) && len(head) == 0 {
		return 0, nil, errors.New("label probabilities: no tokens after the reasoning")
	}
	text := slices.Concat(head, w.textFrom(at))
	trimmed := bytes.TrimLeft(text, lead)
	if _, ok := w.occurs(trimmed, 0); ok || len(trimmed) == 0 {
		return at, head, nil
	}
	return w.within(at, head, text)
}

// textFrom returns the text of the tokens from at on, ASCII letters small, without
// what damaged or special tokens would add.
func (w *walk) textFrom(at int) []byte {
	var out []byte
	for _, t := range w.tokens[at:] {
		out = append(out, small(bytesOf(t.Text, t.Bytes))...)
	}
	return out
}

// afterThinking returns the offset in bytes after the reasoning, 0 without any.
func (w *walk) afterThinking() (int, error) {
	text := w.textFrom(0)
	depth, from := 0, 0
	for _, m := range thinkTag.FindAllSubmatchIndex(text, -1) {
		if m[2] < m[3] {
			depth = max(0, depth-1)
			from = m[1]
		} else {
			depth++
		}
	}
	if depth > 0 {
		return 0, errors.New("label probabilities: the section of reasoning does not end")
	}
	return from, nil
}

// locate returns the token that begins at offset or after it, and the bytes
// between: the end of a token that straddles offset. Spaces there are dropped.
func (w *walk) locate(offset int) (at int, head []byte) {
	end := 0
	for i, t := range w.tokens {
		if end >= offset {
			return i, nil
		}
		b := small(bytesOf(t.Text, t.Bytes))
		end += len(b)
		if end > offset {
			return i + 1, bytes.TrimLeft(b[len(b)-(end-offset):], lead)
		}
	}
	return len(w.tokens), nil
}

// occurs returns the length of the longest spelling at offset of text that ends
// there as a word.
func (w *walk) occurs(text []byte, offset int) (n int, ok bool) {
	for _, s := range w.spellings {
		rest, found := bytes.CutPrefix(text[offset:], []byte(s.text))
		r, _ := utf8.DecodeRune(rest)
		last, _ := utf8.DecodeLastRuneInString(s.text)
		runs := wordRune(last) && (wordRune(r) || r == '.' && len(rest) > 1 && '0' <= rest[1] && rest[1] <= '9')
		if found && !runs {
			n, ok = max(n, len(s.text)), true
		}
	}
	return n, ok
}

// within finds the only place of a label in a text that does not begin with one.
// If there is none, the walk begins at the start: an alternative there may be a label.
func (w *walk) within(at int, head, text []byte) (int, []byte, error) {
	place := -1
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRune(text[i:])
		n, ok := w.occurs(text, i)
		before, _ := utf8.DecodeLastRune(text[:i])
		first, _ := utf8.DecodeRune(text[i:])
		if !ok || i > 0 && (wordRune(first) && wordRune(before) || before == '-' || before == '.') {
			i += size
			continue
		}
		if place >= 0 {
			return 0, nil, errors.New("label probabilities: labels stand at two places of the answer")
		}
		place = i
		i += n
	}
	if place < 0 {
		return at, head, nil
	}
	return w.split(at, len(head), place)
}

// split returns the token in which byte place of the text begins, the text being
// skip bytes and then the tokens from at on.
func (w *walk) split(at, skip, place int) (int, []byte, error) {
	end := skip
	if place < skip {
		return at, nil, errors.New("label probabilities: the reasoning and text before the label end in one token")
	}
	for i := at; i < len(w.tokens); i++ {
		b := small(bytesOf(w.tokens[i].Text, w.tokens[i].Bytes))
		if place < end+len(b) {
			before := bytes.TrimLeft(b[:max(0, place-end)], lead)
			if len(before) > 0 { // the label begins within the token: its alternatives do too
				w.warnings = append(w.warnings, fmt.Sprintf("token %d holds the start of the label and text before it; its probability is not counted", i))
				return i + 1, b[place-end:], nil
			}
			w.warnings = append(w.warnings, fmt.Sprintf("the label begins at token %d; its probabilities are conditional on the text before it", i))
			return i, nil, nil
		}
		end += len(b)
	}
	return at, nil, nil
}
