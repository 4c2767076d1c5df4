package unigram

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

// Reserved is the number of pieces at the head of the vocabulary that no text
// is split into: the unknown piece, the ends of a sentence and three spare ones.
const Reserved = 6

// MaxPieces bounds a vocabulary; a longer one is an error.
const MaxPieces = 1 << 20

const maxVocabBytes = 64 << 20

// Piece is one entry of a vocabulary. Its place in the list is its number.
type Piece struct {
	Text  string
	Score float64 // log probability in nats, 0 where the file has null
}

// UnmarshalJSON reads a piece from the array [text, score].
func (p *Piece) UnmarshalJSON(data []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("a piece has %d fields, want text and score", len(pair))
	}
	if err := json.Unmarshal(pair[0], &p.Text); err != nil {
		return err
	}
	return json.Unmarshal(pair[1], &p.Score)
}

// ReadVocab reads a vocabulary, a JSON array of [text, score] pairs in the order
// of their numbers. name is used in errors. A piece past the first Reserved that
// is empty or that has a score that is not finite is an error, and so is a
// vocabulary that has fewer than Reserved+1 or more than MaxPieces pieces.
func ReadVocab(r io.Reader, name string) ([]Piece, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxVocabBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read vocabulary %s: %w", name, err)
	}
	if len(data) > maxVocabBytes {
		return nil, fmt.Errorf("read vocabulary %s: more than %d bytes", name, maxVocabBytes)
	}
	var pieces []Piece
	if err := json.Unmarshal(data, &pieces); err != nil {
		return nil, fmt.Errorf("read vocabulary %s: %w", name, err)
	}
	if err := check(pieces); err != nil {
		return nil, fmt.Errorf("read vocabulary %s: %w", name, err)
	}
	return pieces, nil
}

func check(pieces []Piece) error {
	if len(pieces) <= Reserved || len(pieces) > MaxPieces {
		return fmt.Errorf("%d pieces, want %d to %d", len(pieces), Reserved+1, MaxPieces)
	}
	for i, p := range pieces[Reserved:] {
		switch {
		case p.Text == "":
			return fmt.Errorf("piece %d is empty", Reserved+i)
		case !utf8.ValidString(p.Text):
			return fmt.Errorf("piece %d is not UTF-8", Reserved+i)
		case math.IsNaN(p.Score) || math.IsInf(p.Score, 0):
			return fmt.Errorf("piece %d (%q) has score %v", Reserved+i, p.Text, p.Score)
		}
	}
	return nil
}
