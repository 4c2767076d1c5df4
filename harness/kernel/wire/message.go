package wire

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Version is the version of the protocol that messages claim.
const Version = "5.3"

const (
	delimiter = "<IDS|MSG>"
	maxSeen   = 1 << 16 // signatures remembered against replay
)

// A Header names a message.
type Header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// A Message is one message as received. Raw header bytes are kept, since a reply
// carries the header of its request whole.
type Message struct {
	IDs       [][]byte
	Header    Header
	RawHeader json.RawMessage
	Parent    Header
	Content   json.RawMessage
	Buffers   [][]byte
}

// A Codec signs and checks the messages of one session. It may be used by
// several goroutines.
type Codec struct {
	key     []byte
	session string

	mu    sync.Mutex
	seen  map[string]bool
	order []string
}

// NewCodec returns a codec with that key and a new session.
func NewCodec(key string) *Codec {
	return &Codec{key: []byte(key), session: NewID(), seen: map[string]bool{}}
}

// NewID returns a random identifier of 32 hexadecimal digits.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (c *Codec) sign(parts [][]byte) []byte {
	h := hmac.New(sha256.New, c.key)
	for _, p := range parts {
		h.Write(p)
	}
	return hex.AppendEncode(nil, h.Sum(nil))
}

// Encode returns the frames of a message of that type to ids, in answer to the
// message with the raw header parent; an empty parent answers none.
func (c *Codec) Encode(ids [][]byte, kind string, parent json.RawMessage, content any) ([][]byte, error) {
	header, err := json.Marshal(Header{
		ID: NewID(), Session: c.session, Username: "kernel", Type: kind, Version: Version,
		Date: time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"),
	})
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	if len(parent) == 0 {
		parent = json.RawMessage("{}")
	}
	parts := [][]byte{header, parent, []byte("{}"), body}
	frames := append([][]byte{}, ids...)
	frames = append(frames, []byte(delimiter), c.sign(parts))
	return append(frames, parts...), nil
}

// Decode checks and reads the frames of a message. A message that is cut, not
// signed with the key or a repetition of one of the last 65536 is an error.
func (c *Codec) Decode(frames [][]byte) (*Message, error) {
	at := -1
	for i, f := range frames {
		if string(f) == delimiter {
			at = i
			break
		}
	}
	if at < 0 || len(frames) < at+6 {
		return nil, fmt.Errorf("message of %d frames is cut", len(frames))
	}
	signature, parts := frames[at+1], frames[at+2:at+6]
	if !hmac.Equal(signature, c.sign(parts)) {
		return nil, errors.New("signature is not valid")
	}
	if c.replayed(string(signature)) {
		return nil, errors.New("signature was used before")
	}
	m := &Message{IDs: frames[:at], RawHeader: parts[0], Content: parts[3], Buffers: frames[at+6:]}
	if err := json.Unmarshal(parts[0], &m.Header); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if m.Header.Type == "" {
		return nil, errors.New("header: no msg_type")
	}
	if err := json.Unmarshal(parts[1], &m.Parent); err != nil {
		return nil, fmt.Errorf("parent header: %w", err)
	}
	if !json.Valid(parts[2]) || !json.Valid(parts[3]) {
		return nil, fmt.Errorf("%s: metadata or content is not JSON", m.Header.Type)
	}
	return m, nil
}

func (c *Codec) replayed(signature string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[signature] {
		return true
	}
	c.seen[signature] = true
	c.order = append(c.order, signature)
	if len(c.order) > maxSeen {
		delete(c.seen, c.order[0])
		c.order = c.order[1:]
	}
	return false
}
