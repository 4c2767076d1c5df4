package wordpiece

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// words splits text as BERT's basic tokenizer does: characters without a shape
// are dropped, blanks separate words, and each mark of punctuation and, if asked
// for, each Han character is a word of its own.
func (t *Tokenizer) words(text string) []string {
	text = clean(text, t.config.SplitHan)
	if t.config.Lower {
		text = lower(text)
	}
	if t.config.StripAccents {
		text = norm.NFD.String(text)
	}
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case isBlank(r):
			flush()
		case t.config.StripAccents && unicode.Is(unicode.Mn, r):
		case isPunct(r):
			flush()
			words = append(words, string(r))
		default:
			word.WriteRune(r)
		}
	}
	flush()
	return words
}

// clean drops characters without a shape and sets Han characters apart.
func clean(text string, splitHan bool) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		switch {
		case isBlank(r):
			b.WriteByte(' ')
		case r == 0 || r == unicode.ReplacementChar || unicode.Is(unicode.C, r):
		case splitHan && isHan(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lower lower-cases character by character. The dotted capital I becomes an i
// with a dot above, as Unicode's full mapping has it and Go's does not.
func lower(text string) string {
	return strings.ToLower(strings.ReplaceAll(text, "\u0130", "i\u0307"))
}

func isBlank(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

// isPunct is wider than Unicode's class: BERT counts every ASCII mark that is
// neither letter nor digit.
func isPunct(r rune) bool {
	return r >= 33 && r <= 47 || r >= 58 && r <= 64 || r >= 91 && r <= 96 || r >= 123 && r <= 126 || unicode.IsPunct(r)
}

// isHan holds BERT's ranges, which leave out kana, hangul and Han letters added
// to Unicode later.
func isHan(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF ||
		r >= 0x20000 && r <= 0x2A6DF || r >= 0x2A700 && r <= 0x2CEAF ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0x2F800 && r <= 0x2FA1F
}
