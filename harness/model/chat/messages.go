package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Messages are a rendered prompt, first message first.
type Messages []Message

// Message is what one side says.
type Message struct {
	// Role is system or user.
	Role  string
	Parts []Part
}

// Part is a piece of a message.
type Part struct {
	// Kind is text, image, audio or video.
	Kind string
	// Text is the text of a text part.
	Text string
	// MIME is the type of a medium, Data its bytes.
	MIME string
	Data []byte
}

// SHA256 returns the hex digest of m: of the text "uacs chat prompt 1" and the
// number of messages, then of each message its role and number of parts, then of
// each part its kind, MIME type and text or, of a medium, the hex digest of its
// bytes. Every text is written as its length in bytes in decimal, a colon and its
// bytes, every number as a text in decimal.
func (m Messages) SHA256() string {
	h := sha256.New()
	write(h, "uacs chat prompt 1", strconv.Itoa(len(m)))
	for _, message := range m {
		write(h, message.Role, strconv.Itoa(len(message.Parts)))
		for _, p := range message.Parts {
			content := p.Text
			if p.Kind != "text" {
				sum := sha256.Sum256(p.Data)
				content = hex.EncodeToString(sum[:])
			}
			write(h, p.Kind, p.MIME, content)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func write(h hash.Hash, texts ...string) {
	for _, t := range texts {
		h.Write([]byte(strconv.Itoa(len(t)) + ":" + t))
	}
}

// The tags between which a transcript stands. What a speaker says is data; the
// templates tell the model so.
const openTag, closeTag = "<transcript>", "</transcript>"

// tag finds those tags, and the ones that package answer reads around an answer: a
// model that quotes a transcript must not seem to have ended its reasoning there.
var tag = regexp.MustCompile(`(?i)<(\s*/?\s*(?:transcript|think|answer)[^<>]*>?|\|)`)

// delimited puts a transcript between its tags. A tag of that name inside it, one of
// reasoning or of an answer, and the beginning of a special token get another angle
// bracket, so that nothing said in a clip can end the quotation; bytes that are no
// UTF-8 and control characters become spaces.
func delimited(transcript string) string {
	if transcript == "" {
		return ""
	}
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(transcript, " "))
	return openTag + "\n" + tag.ReplaceAllString(clean, "‹$1") + "\n" + closeTag
}
