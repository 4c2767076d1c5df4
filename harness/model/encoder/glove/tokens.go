package glove

import (
	"strings"
	"unicode"
)

// quotes brings typographic marks to those that the vectors were trained on.
var quotes = strings.NewReplacer("\u2019", "'", "\u2018", "'", "\u201c", `"`, "\u201d", `"`, "\u2026", "...", "\u2013", "-", "\u2014", " -- ")

// endings are split off a word, as they were in the corpus of the vectors.
var endings = []string{"n't", "'s", "'re", "'ve", "'ll", "'d", "'m"}

// bare are contractions that transcripts write without the apostrophe and that
// are no other common word.
var bare = func() map[string][2]string {
	out := map[string][2]string{"im": {"i", "'m"}, "dont": {"do", "n't"}, "cant": {"ca", "n't"}, "wont": {"wo", "n't"}}
	ends := map[string]string{
		"nt": "is was are were did does has have had would could should must need ai",
		"s":  "that there what here he she", "re": "you they", "ve": "i you they we could would should might", "ll": "you they that",
	}
	for end, stems := range ends {
		for _, stem := range strings.Fields(stems) {
			if end == "nt" {
				out[stem+end] = [2]string{stem, "n't"}
			} else {
				out[stem+end] = [2]string{stem, "'" + end}
			}
		}
	}
	return out
}()

// Tokens splits text as the corpus of the vectors was split: in lower case, at
// white space and around punctuation, with "don't" as do, n't and "he's" as he,
// 's; "cannot" is can, not, "didnt" did, n't, and a run of full stops is one token. Marks inside a
// number (3.5, 1,000) and apostrophes and hyphens inside a word stay.
func Tokens(text string) []string {
	text = quotes.Replace(strings.ToLower(strings.ToValidUTF8(text, " ")))
	var tokens []string
	for _, field := range strings.Fields(text) {
		tokens = appendField(tokens, []rune(field))
	}
	return tokens
}

func appendField(tokens []string, field []rune) []string {
	for start := 0; start < len(field); {
		end := start + 1
		switch {
		case isWordRune(field[start]) || field[start] == '\'' && start+1 < len(field) && isWordRune(field[start+1]):
			for end < len(field) && (isWordRune(field[end]) || joins(field, end)) {
				end++
			}
			tokens = appendWord(tokens, string(field[start:end]))
		case field[start] == '.' || field[start] == '-':
			for end < len(field) && field[end] == field[start] {
				end++
			}
			tokens = append(tokens, string(field[start:end]))
		default:
			tokens = append(tokens, string(field[start]))
		}
		start = end
	}
	return tokens
}

func isWordRune(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }

// joins reports whether the mark at i belongs to the word around it.
func joins(field []rune, i int) bool {
	if i+1 >= len(field) || !isWordRune(field[i+1]) {
		return false
	}
	switch field[i] {
	case '\'', '-':
		return true
	case '.', ',':
		return unicode.IsDigit(field[i-1]) && unicode.IsDigit(field[i+1])
	}
	return false
}

func appendWord(tokens []string, word string) []string {
	if word == "cannot" {
		return append(tokens, "can", "not")
	}
	if pair, ok := bare[word]; ok {
		return append(tokens, pair[:]...)
	}
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(word, e); ok && stem != "" {
			return append(appendWord(tokens, stem), e)
		}
	}
	return append(tokens, word)
}
