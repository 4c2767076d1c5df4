package encoder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"uacs/harness/model/encoder/glove"
)

// gloveLayout names the features of this version of package glove; it changes
// when the features of a text do.
const gloveLayout = "glove features 1: mean max counts"

type gloveEncoder struct {
	table  *glove.Table
	digest string
}

// NewGlove returns the encoder named glove over a table. Its features are
// glove.Names; a text is never cut off.
func NewGlove(t *glove.Table) Text {
	sum := sha256.Sum256([]byte(gloveLayout + "\n" + t.Digest()))
	return &gloveEncoder{t, hex.EncodeToString(sum[:])}
}

func (g *gloveEncoder) Name() string   { return Glove }
func (g *gloveEncoder) Dim() int       { return glove.Dim }
func (g *gloveEncoder) Digest() string { return g.digest }

// Encode implements Text.
func (g *gloveEncoder) Encode(ctx context.Context, texts []string) (Matrix, Stats, error) {
	m := NewMatrix(len(texts), glove.Dim)
	s := Stats{Tallies: make([]Tally, len(texts))}
	for i, text := range texts {
		if i%1024 == 0 && ctx.Err() != nil {
			return Matrix{}, Stats{}, fmt.Errorf("encode text %d: %w", i, ctx.Err())
		}
		t := g.table.Features(m.Row(i), text)
		s.Tallies[i] = Tally{Tokens: int32(t.Words), Unknown: int32(t.Words - t.Known), FLOPs: t.FLOPs()}
	}
	return m, s, nil
}

// negatedLayout names the features of this version of glove.Table.Negated.
const negatedLayout = "glove negation 1: mean of the three words after"

type negatedEncoder struct {
	table  *glove.Table
	digest string
}

// NewGloveNegation returns the encoder named glove-negation over a table. Its features
// are glove.NegatedNames; they say nothing by themselves of a text without a negation,
// and stand beside those of the encoder glove.
func NewGloveNegation(t *glove.Table) Text {
	sum := sha256.Sum256([]byte(negatedLayout + "\n" + t.Digest()))
	return &negatedEncoder{t, hex.EncodeToString(sum[:])}
}

func (g *negatedEncoder) Name() string   { return GloveNegation }
func (g *negatedEncoder) Dim() int       { return glove.NegatedDim }
func (g *negatedEncoder) Digest() string { return g.digest }

// Encode implements Text. A tally counts the known words alone: those that are not known
// are told of by the encoder glove.
func (g *negatedEncoder) Encode(ctx context.Context, texts []string) (Matrix, Stats, error) {
	m := NewMatrix(len(texts), glove.NegatedDim)
	s := Stats{Tallies: make([]Tally, len(texts))}
	for i, text := range texts {
		if i%1024 == 0 && ctx.Err() != nil {
			return Matrix{}, Stats{}, fmt.Errorf("encode text %d: %w", i, ctx.Err())
		}
		t := g.table.Negated(m.Row(i), text)
		s.Tallies[i] = Tally{Tokens: int32(t.Known), FLOPs: t.FLOPs()}
	}
	return m, s, nil
}
