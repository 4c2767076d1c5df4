package encoder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Features of a list of texts are kept in one file, little endian:
//
//	magic "uacsFEA1"  8 bytes
//	SHA-256           32 bytes, of all that follows
//	key               32 bytes, see cacheKey
//	rows, cols        uint32 each
//	tallies           tokens, unknown, dropped, lowered uint32 and flops uint64 each
//	features          rows*cols float32
const (
	cacheMagic  = "uacsFEA1"
	cacheHead   = len(cacheMagic) + sha256.Size
	cacheFixed  = sha256.Size + 8
	tallyLength = 24
)

type cached struct {
	Text
	dir string
}

// Cached returns t with its features kept in the folder dir, one file for each
// list of texts that Encode is called with, found again by the digests of the
// encoder and of the list. A file that is damaged is made again. Files appear
// whole or not at all; any number of processes may share the folder.
func Cached(t Text, dir string) Text { return &cached{t, dir} }

// Encode implements Text.
func (c *cached) Encode(ctx context.Context, texts []string) (Matrix, Stats, error) {
	if err := ctx.Err(); err != nil {
		return Matrix{}, Stats{}, fmt.Errorf("encode %d texts: %w", len(texts), err)
	}
	key := cacheKey(c.Text, texts)
	path := filepath.Join(c.dir, c.Name()+"-"+hex.EncodeToString(key[:16])+".features")
	if data, err := os.ReadFile(path); err == nil {
		if m, s, err := decodeFeatures(data, key); err == nil && m.Rows == len(texts) && m.Cols == c.Dim() {
			return m, s, nil
		}
	}
	m, s, err := c.Text.Encode(ctx, texts)
	if err != nil {
		return Matrix{}, Stats{}, err
	}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return Matrix{}, Stats{}, fmt.Errorf("keep features: %w", err)
	}
	if err := renameio.WriteFile(path, encodeFeatures(m, s, key), 0o644); err != nil {
		return Matrix{}, Stats{}, fmt.Errorf("keep features: %w", err)
	}
	return m, s, nil
}

// cacheKey is the SHA-256 over the encoder's digest and the texts, each after
// its length.
func cacheKey(t Text, texts []string) (key [sha256.Size]byte) {
	h := sha256.New()
	write := func(s string) {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(s)))
		h.Write([]byte(s))
	}
	write(t.Digest())
	for _, text := range texts {
		write(text)
	}
	h.Sum(key[:0])
	return key
}

func encodeFeatures(m Matrix, s Stats, key [sha256.Size]byte) []byte {
	le := binary.LittleEndian
	out := make([]byte, cacheHead, cacheHead+cacheFixed+tallyLength*m.Rows+4*len(m.Data))
	out = append(out, key[:]...)
	out = le.AppendUint32(out, uint32(m.Rows))
	out = le.AppendUint32(out, uint32(m.Cols))
	for _, t := range s.Tallies {
		for _, n := range []int32{t.Tokens, t.Unknown, t.Dropped} {
			out = le.AppendUint32(out, uint32(n))
		}
		lowered := uint32(0)
		if t.Lowered {
			lowered = 1
		}
		out = le.AppendUint32(out, lowered)
		out = le.AppendUint64(out, uint64(t.FLOPs))
	}
	for _, x := range m.Data {
		out = le.AppendUint32(out, math.Float32bits(x))
	}
	sum := sha256.Sum256(out[cacheHead:])
	copy(out, cacheMagic)
	copy(out[len(cacheMagic):], sum[:])
	return out
}

func decodeFeatures(data []byte, key [sha256.Size]byte) (Matrix, Stats, error) {
	le := binary.LittleEndian
	if len(data) < cacheHead+cacheFixed || string(data[:len(cacheMagic)]) != cacheMagic {
		return Matrix{}, Stats{}, fmt.Errorf("not a file of features")
	}
	body := data[cacheHead:]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[len(cacheMagic):cacheHead]) {
		return Matrix{}, Stats{}, fmt.Errorf("the checksum is not that of the contents")
	}
	if !bytes.Equal(body[:sha256.Size], key[:]) {
		return Matrix{}, Stats{}, fmt.Errorf("features of other texts or of another encoder")
	}
	rows, cols := uint64(le.Uint32(body[sha256.Size:])), uint64(le.Uint32(body[sha256.Size+4:]))
	body = body[cacheFixed:]
	// rows and cols are below 1<<32; the product is compared in parts, for it may not fit.
	if rest := uint64(len(body)); rows > 0 && (rest%rows != 0 || rest/rows != tallyLength+4*cols) || rows == 0 && rest != 0 {
		return Matrix{}, Stats{}, fmt.Errorf("%d bytes for %d rows of %d features", len(body), rows, cols)
	}
	m, s := Matrix{Rows: int(rows), Cols: int(cols)}, Stats{Tallies: make([]Tally, rows)}
	for i := range s.Tallies {
		at := body[tallyLength*i:]
		if le.Uint32(at[12:]) > 1 {
			return Matrix{}, Stats{}, fmt.Errorf("row %d has a flag of %d", i, le.Uint32(at[12:]))
		}
		s.Tallies[i] = Tally{
			Tokens: int32(le.Uint32(at)), Unknown: int32(le.Uint32(at[4:])), Dropped: int32(le.Uint32(at[8:])),
			Lowered: at[12] == 1, FLOPs: int64(le.Uint64(at[16:])),
		}
	}
	body = body[tallyLength*int(rows):]
	m.Data = make([]float32, len(body)/4)
	for i := range m.Data {
		m.Data[i] = math.Float32frombits(le.Uint32(body[4*i:]))
	}
	return m, s, nil
}
