package unigram

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Unknown is the number of the piece that stands for characters no piece has.
const Unknown = 0

// separator takes the place of a blank, and stands before the first character.
const separator = "\u2581"

// Tokenizer splits texts by one vocabulary. It is safe for concurrent use.
type Tokenizer struct {
	trie   *trie
	length []int32 // characters of each piece
}

// New returns the tokenizer of a vocabulary, which ReadVocab has checked or
// which satisfies the same conditions.
func New(pieces []Piece) (*Tokenizer, error) {
	if err := check(pieces); err != nil {
		return nil, fmt.Errorf("unigram vocabulary: %w", err)
	}
	t := &Tokenizer{trie: newTrie(pieces), length: make([]int32, len(pieces))}
	for i, p := range pieces {
		t.length[i] = int32(max(1, len([]rune(p.Text))))
	}
	t.length[Unknown] = 1
	return t, nil
}

// Size returns the number of pieces, reserved ones included.
func (t *Tokenizer) Size() int { return len(t.length) }

// Encode returns the numbers of the pieces of text, in [0, Size). The text is
// brought to NFKC, a separator is put before it and in place of each blank, and
// of all ways to write the result as pieces the one with the largest sum of
// scores is taken; of equal ones, the one whose last piece is shorter. A run of
// characters that no piece begins with becomes one Unknown. Bytes that are not
// UTF-8 read as U+FFFD. The empty text has no pieces.
//
// Where the TensorFlow.js tokenizer departs from that rule, so does Encode: the
// models were trained behind it. A best sum of exactly 0 counts as not reached
// yet, which matters for pieces without a score.
func (t *Tokenizer) Encode(text string) []int32 {
	text = norm.NFKC.String(strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" {
		return nil
	}
	chars := []rune(separator + strings.ReplaceAll(text, " ", separator))
	return t.back(t.forward(chars))
}

// forward returns, for each place in chars, the piece that ends there on the
// best way to it.
func (t *Tokenizer) forward(chars []rune) []int32 {
	best := make([]float64, len(chars)+1)
	last := make([]int32, len(chars)+1)
	reach := func(end int, score float64, piece int32) {
		if best[end] == 0 || score >= best[end] {
			best[end], last[end] = score, piece
		}
	}
	for start := range chars {
		found := false
		at := int32(0)
		for end := start; end < len(chars); end++ {
			if at = t.trie.step(at, chars[end]); at < 0 {
				break
			}
			if n := &t.trie.nodes[at]; n.piece >= 0 {
				found = true
				reach(end+1, best[start]+n.score, n.piece)
			}
		}
		if !found {
			reach(start+1, best[start], Unknown)
		}
	}
	return last
}

// back follows the best way from its end and merges runs of Unknown.
func (t *Tokenizer) back(last []int32) []int32 {
	var ids []int32
	for end := len(last) - 1; end > 0; {
		id := last[end]
		if id != Unknown || len(ids) == 0 || ids[len(ids)-1] != Unknown {
			ids = append(ids, id)
		}
		end -= int(t.length[id])
	}
	slices.Reverse(ids)
	return ids
}
