package wordpiece

import (
	"fmt"
	"unicode/utf8"
)

// Config says how a vocabulary is to be used. Uncased and Cased return those of
// BERT's own models.
type Config struct {
	Lower        bool   // letters are made lower-case
	StripAccents bool   // texts are decomposed and marks without width dropped
	SplitHan     bool   // each Han character is a word
	Prefix       string // before a token that continues a word
	MaxChars     int    // a longer word is unknown; > 0
	Unknown      string // token for a word that cannot be spelled
	Begin, End   string // tokens around a text, "" for none
}

// Uncased returns the configuration of bert-base-uncased and its relatives.
func Uncased() Config {
	return Config{
		Lower: true, StripAccents: true, SplitHan: true, Prefix: "##", MaxChars: 100,
		Unknown: "[UNK]", Begin: "[CLS]", End: "[SEP]",
	}
}

// Cased returns the configuration of bert-base-cased and its relatives.
func Cased() Config {
	c := Uncased()
	c.Lower, c.StripAccents = false, false
	return c
}

// Tokenizer splits texts by one vocabulary. It is safe for concurrent use.
type Tokenizer struct {
	vocab   Vocab
	config  Config
	unknown int32
	ends    [2][]int32 // numbers of Begin and End, none or one each
	longest int        // bytes of the longest token
}

// New returns the tokenizer of a vocabulary and a configuration. A special token
// of c that the vocabulary does not have is an error, and so is a MaxChars below
// 1.
func New(v Vocab, c Config) (*Tokenizer, error) {
	t := &Tokenizer{vocab: v, config: c}
	var ok bool
	if t.unknown, ok = v.Number(c.Unknown); !ok {
		return nil, fmt.Errorf("WordPiece: the vocabulary has no token %q for unknown words", c.Unknown)
	}
	for i, token := range []string{c.Begin, c.End} {
		if token == "" {
			continue
		}
		id, ok := v.Number(token)
		if !ok {
			return nil, fmt.Errorf("WordPiece: the vocabulary has no token %q", token)
		}
		t.ends[i] = []int32{id}
	}
	if c.MaxChars < 1 {
		return nil, fmt.Errorf("WordPiece: MaxChars is %d, want at least 1", c.MaxChars)
	}
	for token := range v.ids {
		t.longest = max(t.longest, len(token))
	}
	return t, nil
}

// Size returns the largest number of a token plus one.
func (t *Tokenizer) Size() int { return t.vocab.Size() }

// Unknown returns the number of the token for words that cannot be spelled.
func (t *Tokenizer) Unknown() int32 { return t.unknown }

// Ends returns how many tokens stand around a text: 0, 1 or 2.
func (t *Tokenizer) Ends() int { return len(t.ends[0]) + len(t.ends[1]) }

// Encode returns the numbers of the tokens of text, each in [0, Size), with the
// begin and the end token around them. At most limit tokens are returned, those
// two included; dropped is the number of tokens that were cut off the end of the
// text. A limit of 0 or less sets no bound. Bytes that are not UTF-8 are dropped
// like U+FFFD; a text without tokens has the begin and the end token only.
func (t *Tokenizer) Encode(text string, limit int) (ids []int32, dropped int) {
	ids = append(ids, t.ends[0]...)
	for _, word := range t.words(text) {
		ids = t.spell(ids, word)
	}
	if room := max(len(t.ends[0]), limit-len(t.ends[1])); limit > 0 && len(ids) > room {
		ids, dropped = ids[:room], len(ids)-room
	}
	return append(ids, t.ends[1]...), dropped
}

// spell appends the tokens of a word, each the longest that fits; a word with a
// rest that no token begins is one unknown token.
func (t *Tokenizer) spell(ids []int32, word string) []int32 {
	if utf8.RuneCountInString(word) > t.config.MaxChars {
		return append(ids, t.unknown)
	}
	before := len(ids)
	key := make([]byte, 0, len(t.config.Prefix)+len(word))
	for rest := word; rest != ""; {
		key = key[:0]
		if len(rest) < len(word) {
			key = append(key, t.config.Prefix...)
		}
		id, n := t.longestToken(append(key, rest...), len(key))
		if n == 0 {
			return append(ids[:before], t.unknown)
		}
		ids, rest = append(ids, id), rest[n:]
	}
	return ids
}

// longestToken returns the longest token that key begins with, and its bytes
// past the first skip; n is 0 if there is none.
func (t *Tokenizer) longestToken(key []byte, skip int) (id int32, n int) {
	for end := len(key); end > skip; {
		if end <= t.longest {
			if id, ok := t.vocab.ids[string(key[:end])]; ok {
				return id, end - skip
			}
		}
		_, size := utf8.DecodeLastRune(key[:end])
		end -= size
	}
	return 0, 0
}
