// Package jsonl keeps cache entries as JSON lines: in the form in which caches
// are published and compared, and in shards that processes of a cluster append to.
//
// A file is a header line, an entry a line, and for shards closing lines:
//
//	{"format":"uacs-cache","schema":1,"count":2,"sha256":"…"}
//	{"key":"…","request":{…},"prediction":{…},"crc32c":"…"}
//
// An export (format uacs-cache) is sorted by key, each key once; its header has
// the number of lines that follow and the SHA-256 of their bytes, so that a file
// cut short is noticed. Equal entries make equal bytes. [Write] makes it.
//
// A shard (format uacs-cache-shard) is in the order of writing; its header has no
// count. Of two lines with one key [cache.Resolve] tells which holds. A clean
// close appends {"closed":true,"count":…,"sha256":"…"} about all bytes before it;
// a shard that is opened again goes on behind that line. [Open] makes it.
//
// crc32c is [cache.Encoded.Sum] in hexadecimal. Readers accept only the bytes
// that the writers make: every entry's key is recomputed, its sum checked, and
// its form compared. Names that end in .zst are compressed with Zstandard.
package jsonl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"uacs/harness/cache"
)

// maxLine bounds a line, so that a file without newlines cannot exhaust memory.
const maxLine = 16 << 20

// Names of the two formats.
const (
	exportFormat = "uacs-cache"
	shardFormat  = "uacs-cache-shard"
)

// header is the first line.
type header struct {
	Format string `json:"format"`
	Schema int    `json:"schema"`
	Count  *int   `json:"count,omitzero"`
	SHA256 string `json:"sha256,omitzero"`
}

// closing is a shard's line of a clean close.
type closing struct {
	Closed bool   `json:"closed"`
	Count  int    `json:"count"`
	SHA256 string `json:"sha256"`
}

// marshal returns v, one of the two, as a line.
func marshal(v any) []byte {
	line, err := json.Marshal(v)
	if err != nil {
		panic("jsonl: " + err.Error()) // plain structs always encode
	}
	return append(line, '\n')
}

// unmarshal reads into v, and accepts only what marshal would write.
func unmarshal(line []byte, v any) error {
	if err := json.Unmarshal(line, v); err != nil {
		return err
	}
	if again := marshal(v); !bytes.Equal(again[:len(again)-1], line) {
		return fmt.Errorf("not as written by this program")
	}
	return nil
}

// The pieces around an entry's parts.
const (
	beforeKey        = `{"key":"`
	beforeRequest    = `","request":`
	beforePrediction = `,"prediction":`
	beforeSum        = `,"crc32c":"`
	closeClosed      = `{"closed":`
)

// appendLine appends the line of an entry.
func appendLine(b []byte, c cache.Encoded) []byte {
	b = append(append(b, beforeKey...), c.Key.String()...)
	b = append(append(b, beforeRequest...), c.Request...)
	b = append(append(b, beforePrediction...), c.Prediction...)
	return fmt.Appendf(append(b, beforeSum...), "%08x\"}\n", c.Sum())
}

// parsed is an entry's line, taken apart as far as JSON can be wrong about.
type parsed struct {
	Key        cache.Key       `json:"key"`
	Request    json.RawMessage `json:"request"`
	Prediction json.RawMessage `json:"prediction"`
	CRC32C     string          `json:"crc32c"`
}

// parseLine reads an entry's line without its newline.
func parseLine(line []byte) (cache.Encoded, cache.Entry, error) {
	var p parsed
	if err := json.Unmarshal(line, &p); err != nil {
		return cache.Encoded{}, cache.Entry{}, err
	}
	c := cache.Encoded{Key: p.Key, Request: p.Request, Prediction: p.Prediction}
	if sum := fmt.Sprintf("%08x", c.Sum()); sum != p.CRC32C {
		return cache.Encoded{}, cache.Entry{}, fmt.Errorf("crc32c is %.20q, the line's is %q", p.CRC32C, sum)
	}
	e, err := c.Decode()
	if err != nil {
		return cache.Encoded{}, cache.Entry{}, err
	}
	if again := appendLine(nil, c); !bytes.Equal(again[:len(again)-1], line) {
		return cache.Encoded{}, cache.Entry{}, fmt.Errorf("not as written by this program")
	}
	return c, e, nil
}

// compressed tells by its name whether a file is compressed.
func compressed(path string) bool { return strings.HasSuffix(path, ".zst") }

// counter counts bytes on their way.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
