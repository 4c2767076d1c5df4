package wordpiece

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"strings"
	"unicode/utf8"
)

// MaxTokens bounds a vocabulary: a token number lies below it.
const MaxTokens = 1 << 22

const (
	maxTokenBytes = 4 << 10
	maxVocabBytes = 256 << 20
)

// Vocab gives each token its number. The zero Vocab is empty.
type Vocab struct {
	ids  map[string]int32
	size int
}

// Size returns the largest number of a token plus one.
func (v Vocab) Size() int { return v.size }

// Number returns the number of a token; ok is false if it has none.
func (v Vocab) Number(token string) (id int32, ok bool) {
	id, ok = v.ids[token]
	return id, ok
}

// NewVocab returns the vocabulary of a map from tokens to their numbers. Two
// tokens with one number, a number outside [0, MaxTokens), an empty map and a
// token that is not UTF-8 are errors.
func NewVocab(ids map[string]int32) (Vocab, error) {
	if len(ids) == 0 {
		return Vocab{}, fmt.Errorf("the vocabulary is empty")
	}
	v := Vocab{ids: maps.Clone(ids)}
	taken := make(map[int32]bool, len(ids))
	for token, id := range ids {
		switch {
		case id < 0 || id >= MaxTokens:
			return Vocab{}, fmt.Errorf("token %q has number %d, outside [0,%d)", token, id, MaxTokens)
		case taken[id]:
			return Vocab{}, fmt.Errorf("number %d stands for two tokens", id)
		case !utf8.ValidString(token):
			return Vocab{}, fmt.Errorf("token %d is not UTF-8", id)
		}
		taken[id] = true
		v.size = max(v.size, int(id)+1)
	}
	return v, nil
}

// ReadVocab reads a vocab.txt: one token a line, numbered from 0. White space at
// the ends of a line is not part of the token. name is used in errors. A token
// that stands twice, which would leave one number without a token, is an error,
// and so is an empty line before the last.
func ReadVocab(r io.Reader, name string) (Vocab, error) {
	ids := map[string]int32{}
	lines := bufio.NewScanner(io.LimitReader(r, maxVocabBytes))
	lines.Buffer(nil, maxTokenBytes)
	line, empty := 0, 0
	for lines.Scan() {
		line++
		token := strings.TrimSpace(lines.Text())
		if token == "" {
			empty = line
			continue
		}
		if empty > 0 {
			return Vocab{}, fmt.Errorf("%s:%d: empty line", name, empty)
		}
		if before, ok := ids[token]; ok {
			return Vocab{}, fmt.Errorf("%s:%d: token %q stands in line %d too", name, line, token, before+1)
		}
		if line > MaxTokens {
			return Vocab{}, fmt.Errorf("%s:%d: more than %d tokens", name, line, MaxTokens)
		}
		ids[token] = int32(line - 1)
	}
	if err := lines.Err(); err != nil {
		return Vocab{}, fmt.Errorf("%s:%d: %w", name, line+1, err)
	}
	v, err := NewVocab(ids)
	if err != nil {
		return Vocab{}, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}
