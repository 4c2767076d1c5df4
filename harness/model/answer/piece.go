package answer

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a piece of a text is.
type kind int

const (
	space    kind = iota // a run of spaces and line ends
	quiet                // punctuation that may stand round an answer: quotes, emphasis
	punct                // any other character that is no letter and no digit
	word                 // a word in letters, digits among them
	han                  // one Chinese character
	number               // a number that stands for itself
	weak                 // a number word that may be an article or a pronoun: "one", 一
	percent              // a number with a percent sign
	fraction             // a quotient
	broken               // a number with a fault: "1.2.3", "--1", "- 1"
	label                // a word for a class of sentiment, or a label of the grammar
)

// piece is a part of a folded text.
type piece struct {
	kind  kind
	text  string
	value float64 // of number, weak and percent (80 for "80%"); the numerator of a fraction
	over  float64 // the denominator of a fraction
	class class   // of a label
	own   string  // of a label: the grammar's spelling, if it is that literally
}

// numeral matches an unsigned number at the start of a text.
var numeral = regexp.MustCompile(`^(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?`)

// pieces cuts a folded text.
func pieces(text string, g Grammar) []piece {
	var out []piece
	own := ownLabels(g)
	for text != "" {
		p, n := next(text, out, own)
		p.text, text = text[:n], text[n:]
		out = append(out, p)
	}
	return group(out, g)
}

// next returns the piece at the start of text and its length in bytes.
func next(text string, before []piece, own []ownLabel) (piece, int) {
	if p, n := matchLabel(text, before, own); n > 0 {
		return p, n
	}
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case unicode.IsSpace(r):
		return piece{kind: space}, len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	case numeral.MatchString(text):
		return digits(text)
	case unicode.Is(unicode.Han, r):
		if value, n, sure, ok := hanNumber(text); ok {
			return numberPiece(value, sure), n
		}
		return piece{kind: han}, n
	case wordRune(r):
		n = wordLength(text)
		if value, ok := numberWords[text[:n]]; ok {
			return piece{kind: weak, value: value}, n
		}
		return piece{kind: word}, n
	case strings.ContainsRune("\"'`*_.。", r):
		return piece{kind: quiet}, n
	}
	return piece{kind: punct}, n
}

func numberPiece(value float64, sure bool) piece {
	if sure {
		return piece{kind: number, value: value}
	}
	return piece{kind: weak, value: value}
}

// wordRune reports whether r belongs to a word written with spaces around it.
func wordRune(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !unicode.Is(unicode.Han, r)
}

// wordLength returns the length of the word at the start of text: "gpt4.1",
// "3d" and "don't" are one word each.
func wordLength(text string) int {
	for i, r := range text {
		if wordRune(r) {
			continue
		}
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(max(r, 0)):])
		if r == '\'' && unicode.IsLetter(next) || r == '.' && unicode.IsDigit(next) {
			continue
		}
		return i
	}
	return len(text)
}

// digits returns the number at the start of text; what runs on in letters is a
// word, what runs on in dots and digits is broken.
func digits(text string) (piece, int) {
	n := len(numeral.FindString(text))
	r, _ := utf8.DecodeRuneInString(text[n:])
	if wordRune(r) && !unicode.IsDigit(r) {
		return piece{kind: word}, wordLength(text)
	}
	if unicode.Is(unicode.No, r) { // 1², 1½
		return piece{kind: broken}, n + utf8.RuneLen(r)
	}
	if len(text) > n+1 && r == '.' && '0' <= text[n+1] && text[n+1] <= '9' || unicode.IsDigit(r) {
		return piece{kind: broken}, max(wordLength(text), n)
	}
	value, err := strconv.ParseFloat(text[:n], 64)
	if err != nil { // beyond the range of a float64
		return piece{kind: broken}, n
	}
	return piece{kind: number, value: value}, n
}
