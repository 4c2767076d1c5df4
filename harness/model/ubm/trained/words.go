package trained

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"math"
	"strings"
	"unicode"

	"uacs/harness/model/encoder"
)

// HashedWords is the name of an encoder that needs no file: the words and the pairs of
// adjacent words of a text, each counted in one of 384 places that its hash chooses, the
// count as ln(1+n). It serves generated clips, whose words are few.
const HashedWords = "hashed-words"

// hashedWidth is the number of places; hashedVersion names all that the features depend on.
const (
	hashedWidth   = 384
	hashedVersion = "hashed-words 1: lower case, words of letters and digits, pairs, FNV-1a, 384 places, ln(1+n)"
)

// NewHashedWords returns the encoder named [HashedWords]. Words are runs of letters,
// digits and apostrophes in lower case.
func NewHashedWords() encoder.Text { return hashedWords{} }

type hashedWords struct{}

func (hashedWords) Name() string { return HashedWords }
func (hashedWords) Dim() int     { return hashedWidth }

func (hashedWords) Digest() string {
	sum := sha256.Sum256([]byte(hashedVersion))
	return hex.EncodeToString(sum[:])
}

// Encode counts one operation for each word and pair.
func (hashedWords) Encode(ctx context.Context, texts []string) (encoder.Matrix, encoder.Stats, error) {
	x := encoder.NewMatrix(len(texts), hashedWidth)
	stats := encoder.Stats{Tallies: make([]encoder.Tally, len(texts))}
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return encoder.Matrix{}, encoder.Stats{}, err
		}
		words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
		})
		row := x.Row(i)
		for k, w := range words {
			row[place(w)]++
			if k > 0 {
				row[place(words[k-1]+" "+w)]++
			}
		}
		for k, n := range row {
			row[k] = float32(math.Log1p(float64(n)))
		}
		stats.Tallies[i] = encoder.Tally{Tokens: int32(len(words)), FLOPs: int64(max(0, 2*len(words)-1))}
	}
	return x, stats, nil
}

func place(term string) int {
	h := fnv.New32a()
	h.Write([]byte(term))
	return int(h.Sum32() % hashedWidth)
}
