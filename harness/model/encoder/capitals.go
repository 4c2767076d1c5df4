package encoder

import (
	"strings"
	"unicode"
)

// lowerCapitals returns text in lower case if it has capitals only, at least two
// of them, and whether it did. Transcripts come that way (those of CMU-MOSI do),
// and an encoder that was trained on ordinary writing falls back to spelling
// them letter by letter.
func lowerCapitals(text string) (string, bool) {
	upper := 0
	for _, r := range text {
		if unicode.IsLower(r) {
			return text, false
		}
		if unicode.IsUpper(r) {
			upper++
		}
	}
	if upper < 2 {
		return text, false
	}
	return strings.ToLower(text), true
}
