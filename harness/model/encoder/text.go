package encoder

import (
	"context"
	"fmt"
)

// Text is an encoder of utterances. Implementations are safe for concurrent use.
type Text interface {
	// Name is the name that Open knows the encoder by.
	Name() string
	// Dim is the number of features of a text, at least 1.
	Dim() int
	// Digest identifies all that the features depend on besides the text:
	// weights, vocabulary, settings and the version of the library. It is 64 hexadecimal digits.
	Digest() string
	// Encode returns a row of features for each text, in the order of texts,
	// and as many tallies. A row depends on its text alone, up to the rounding of
	// the library that runs the model. The features that come from tokens are 0
	// for a text without any. Texts may hold any bytes. The error is that of the model or of ctx; there are no
	// partial results.
	Encode(ctx context.Context, texts []string) (Matrix, Stats, error)
}

// Matrix holds features, Cols a row, rows one after the other.
type Matrix struct {
	Rows, Cols int
	Data       []float32
}

// NewMatrix returns a matrix of zeros.
func NewMatrix(rows, cols int) Matrix {
	return Matrix{Rows: rows, Cols: cols, Data: make([]float32, rows*cols)}
}

// Row returns row i, which shares the memory of m.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Cols:][:m.Cols:m.Cols] }

// Tally is what became of one text.
type Tally struct {
	// Tokens is the number of tokens that were read, known or not; the begin and
	// the end that a model wants around a text are not counted.
	Tokens int32 `json:"tokens"`
	// Unknown is the number of those that the vocabulary does not have.
	Unknown int32 `json:"unknown"`
	// Dropped is the number of tokens cut off because the text was too long.
	Dropped int32 `json:"dropped"`
	// FLOPs is the number of floating-point operations of encoding this text
	// alone, 0 for one without tokens and where they cannot be counted.
	FLOPs int64 `json:"flops"`
	// Lowered is true if the text was all in capitals and was therefore read in
	// lower case. An encoder without capitals leaves it false.
	Lowered bool `json:"lowered,omitempty"`
}

// Stats holds a tally for each text, in the order of the texts.
type Stats struct {
	Tallies []Tally
}

// FLOPs returns the sum over the texts.
func (s Stats) FLOPs() int64 {
	var sum int64
	for _, t := range s.Tallies {
		sum += t.FLOPs
	}
	return sum
}

// Truncated returns the number of texts that were cut off and the number of
// tokens they lost.
func (s Stats) Truncated() (texts int, tokens int64) {
	for _, t := range s.Tallies {
		if t.Dropped > 0 {
			texts++
			tokens += int64(t.Dropped)
		}
	}
	return texts, tokens
}

// Empty returns the number of texts without tokens.
func (s Stats) Empty() int {
	n := 0
	for _, t := range s.Tallies {
		if t.Tokens == 0 {
			n++
		}
	}
	return n
}

// unknownShare is the share of unknown tokens from which a warning is due: an
// English encoder that reads Chinese is far above it.
const unknownShare = 0.2

// Warnings returns what a reader of results should know about the texts: how
// many were cut off, how many have no tokens, whether many tokens are unknown,
// how many were brought to lower case, and whether operations were counted. It is empty if there is nothing to say.
func (s Stats) Warnings() []string {
	var out []string
	n := len(s.Tallies)
	if texts, tokens := s.Truncated(); texts > 0 {
		out = append(out, fmt.Sprintf("%d of %d texts are longer than the encoder reads: %d tokens at their ends were not read", texts, n, tokens))
	}
	if empty := s.Empty(); empty > 0 {
		out = append(out, fmt.Sprintf("%d of %d texts have no tokens: what their features say of words is 0", empty, n))
	}
	var unknown, tokens, uncounted, lowered int64
	for _, t := range s.Tallies {
		if t.Lowered {
			lowered++
		}
		if t.Tokens > t.Unknown && t.FLOPs == 0 {
			uncounted++
		}
		unknown += int64(t.Unknown)
		tokens += int64(t.Tokens)
	}
	if float64(unknown) > unknownShare*float64(tokens) {
		out = append(out, fmt.Sprintf("%d of %d tokens are not in the encoder's vocabulary: is it of the texts' language?", unknown, tokens))
	}
	if lowered > 0 {
		out = append(out, fmt.Sprintf("%d of %d texts are all in capitals and were read in lower case", lowered, n))
	}
	if uncounted > 0 {
		out = append(out, fmt.Sprintf("the operations of encoding %d of %d texts could not be counted", uncounted, n))
	}
	return out
}
