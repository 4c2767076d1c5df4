package glove

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
)

// Width is the number of components of a word's vector.
const Width = 100

// DefaultWords is the number of words that a converted table keeps.
const DefaultWords = 50_000

// MaxWords bounds a table.
const MaxWords = 1 << 21

// Table holds the vectors of words in the order of their frequency, the most
// frequent first. It is safe for concurrent use.
type Table struct {
	words   []string
	rank    map[string]int32
	vectors []float32 // Width a word
	digest  [sha256.Size]byte
}

// The file is, little endian:
//
//	magic "uacsGLV1"  8 bytes
//	SHA-256           32 bytes, of all that follows
//	words n           uint32
//	width             uint32
//	length of text    uint32
//	text              the words, each ended by a line feed
//	padding           zeros up to a multiple of 4
//	vectors           n*width float32
const (
	magic      = "uacsGLV1"
	headerSize = len(magic) + sha256.Size + 12
)

// NewTable returns the table of words and their vectors, Width a word. An empty
// word, one with a line feed, one that stands twice, and a component that is not
// finite are errors.
func NewTable(words []string, vectors []float32) (*Table, error) {
	if len(words) == 0 || len(words) > MaxWords {
		return nil, fmt.Errorf("GloVe table: %d words, want 1 to %d", len(words), MaxWords)
	}
	if len(vectors) != len(words)*Width {
		return nil, fmt.Errorf("GloVe table: %d components for %d words, want %d each", len(vectors), len(words), Width)
	}
	for i, w := range words {
		if strings.Contains(w, "\n") {
			return nil, fmt.Errorf("GloVe table: word %d is %q", i, w)
		}
	}
	t, err := fromParts(words, vectors)
	if err != nil {
		return nil, fmt.Errorf("GloVe table: %w", err)
	}
	t.digest = sha256.Sum256(t.body())
	return t, nil
}

// Len returns the number of words.
func (t *Table) Len() int { return len(t.words) }

// Digest returns the SHA-256 of the table's contents, in hexadecimal.
func (t *Table) Digest() string { return hex.EncodeToString(t.digest[:]) }

// Vector returns a word's vector and rank, counted from 0; ok is false if the
// table does not have it. Words are in lower case. The vector is not to be
// changed.
func (t *Table) Vector(word string) (v []float32, rank int, ok bool) {
	r, ok := t.rank[word]
	if !ok {
		return nil, 0, false
	}
	return t.vectors[int(r)*Width:][:Width:Width], int(r), true
}

// Encode returns the table's file, the same bytes for the same table.
func (t *Table) Encode() []byte {
	body := t.body()
	out := make([]byte, 0, headerSize+len(body))
	out = append(out, magic...)
	out = append(out, t.digest[:]...)
	return append(out, body...)
}

func (t *Table) body() []byte {
	size := 0
	for _, w := range t.words {
		size += len(w) + 1
	}
	out := make([]byte, 0, 16+size+4*len(t.vectors))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(t.words)))
	out = binary.LittleEndian.AppendUint32(out, Width)
	out = binary.LittleEndian.AppendUint32(out, uint32(size))
	for _, w := range t.words {
		out = append(append(out, w...), '\n')
	}
	out = append(out, make([]byte, -len(out)&3)...)
	for _, v := range t.vectors {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
	}
	return out
}

// Decode reads the file that Encode wrote. name is used in errors. Bytes that do
// not have the digest in their header are an error.
func Decode(name string, data []byte) (*Table, error) {
	t, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("GloVe table %s: %w", name, err)
	}
	return t, nil
}

func decode(data []byte) (*Table, error) {
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return nil, fmt.Errorf("does not begin with %q and a header", magic)
	}
	body := data[len(magic)+sha256.Size:]
	sum := sha256.Sum256(body)
	if !bytes.Equal(sum[:], data[len(magic):][:sha256.Size]) {
		return nil, fmt.Errorf("the checksum in the header is not that of the contents")
	}
	n := int64(binary.LittleEndian.Uint32(body))
	width := binary.LittleEndian.Uint32(body[4:])
	size := int64(binary.LittleEndian.Uint32(body[8:]))
	start := (12 + size + 3) &^ 3
	if n == 0 || n > MaxWords || width != Width || start+4*Width*n != int64(len(body)) {
		return nil, fmt.Errorf("%d words of width %d and %d bytes of text do not make %d bytes", n, width, size, len(body))
	}
	words := strings.Split(string(body[12:12+size]), "\n")
	if int64(len(words)) != n+1 || words[n] != "" {
		return nil, fmt.Errorf("the text does not have %d lines", n)
	}
	vectors := make([]float32, n*Width)
	for i := range vectors {
		vectors[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[start+4*int64(i):]))
	}
	t, err := fromParts(words[:n], vectors)
	if err != nil {
		return nil, err
	}
	t.digest = sum
	return t, nil
}

// fromParts returns a table without its digest.
func fromParts(words []string, vectors []float32) (*Table, error) {
	t := &Table{words: words, vectors: vectors, rank: make(map[string]int32, len(words))}
	for i, w := range words {
		t.rank[w] = int32(i)
		if len(t.rank) != i+1 || w == "" {
			return nil, fmt.Errorf("word %d, %q, is empty or stands twice", i, w)
		}
	}
	for i, v := range vectors {
		if v-v != 0 { // NaN or infinite
			return nil, fmt.Errorf("component %d of %q is %v", i%Width, words[i/Width], v)
		}
	}
	return t, nil
}
