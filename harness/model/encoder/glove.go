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

// negatedLayout names the features of this version of glove.Table.Negated.
const negatedLayout = "glove negation 1: mean of the three words after"

// gloveEncoder makes features of a table's words.
type gloveEncoder struct {
	table        *glove.Table
	name, digest string
	dim          int
	features     func(t *glove.Table, dst []float32, text string) Tally
}

// NewGlove returns the encoder named glove over a table. Its features are
// glove.Names; a text is never cut off.
func NewGlove(t *glove.Table) Text {
	return &gloveEncoder{t, Glove, gloveDigest(gloveLayout, t), glove.Dim, gloveFeatures}
}

func gloveFeatures(t *glove.Table, dst []float32, text string) Tally {
	n := t.Features(dst, text)
	return Tally{Tokens: int32(n.Words), Unknown: int32(n.Words - n.Known), FLOPs: n.FLOPs()}
}

// NewGloveNegation returns the encoder named glove-negation over a table. Its features
// are glove.NegatedNames; they say nothing by themselves of a text without a negation,
// and stand beside those of the encoder glove.
func NewGloveNegation(t *glove.Table) Text {
	return &gloveEncoder{t, GloveNegation, gloveDigest(negatedLayout, t), glove.NegatedDim, negatedFeatures}
}

// negatedFeatures tallies the known words alone: those that are not known are told of
// by the encoder glove.
func negatedFeatures(t *glove.Table, dst []float32, text string) Tally {
	n := t.Negated(dst, text)
	return Tally{Tokens: int32(n.Known), FLOPs: n.FLOPs()}
}

func gloveDigest(layout string, t *glove.Table) string {
	sum := sha256.Sum256([]byte(layout + "\n" + t.Digest()))
	return hex.EncodeToString(sum[:])
}

func (g *gloveEncoder) Name() string   { return g.name }
func (g *gloveEncoder) Dim() int       { return g.dim }
func (g *gloveEncoder) Digest() string { return g.digest }

// Encode implements Text.
func (g *gloveEncoder) Encode(ctx context.Context, texts []string) (Matrix, Stats, error) {
	m := NewMatrix(len(texts), g.dim)
	s := Stats{Tallies: make([]Tally, len(texts))}
	for i, text := range texts {
		if i%1024 == 0 && ctx.Err() != nil {
			return Matrix{}, Stats{}, fmt.Errorf("encode text %d: %w", i, ctx.Err())
		}
		s.Tallies[i] = g.features(g.table, m.Row(i), text)
	}
	return m, s, nil
}
