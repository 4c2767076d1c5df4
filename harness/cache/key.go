package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SchemaVersion is the version of the canonical form of a [Request] and of an
// [Entry]'s line. It is part of every key: a change of either form must raise
// it, and then no old key can be mistaken for a new one.
const SchemaVersion = 1

// Key identifies a request: the SHA-256 of its canonical form.
type Key [sha256.Size]byte

// String returns the key as 64 lower-case hexadecimal digits.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// MarshalText is String, for JSON.
func (k Key) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, k[:]), nil }

// UnmarshalText is [ParseKey], for JSON.
func (k *Key) UnmarshalText(text []byte) (err error) {
	*k, err = ParseKey(string(text))
	return err
}

// ParseKey reads what String returns, and nothing else.
func ParseKey(text string) (Key, error) {
	var k Key
	if !isDigest(text) {
		return k, fmt.Errorf("key %.80q is not 64 lower-case hexadecimal digits", text)
	}
	_, err := hex.Decode(k[:], []byte(text))
	return k, err
}

// Request is all that an answer depends on. Two requests with the same canonical
// form are the same question; what is not in here must not change the answer.
type Request struct {
	// DatasetSHA256 is the hex digest of the file that the clip's content is from.
	DatasetSHA256 string `json:"dataset_sha256"`
	// ID is the clip's id, unique within the dataset.
	ID string `json:"id"`
	// Model and Revision name the model and its exact version.
	Model    string `json:"model"`
	Revision string `json:"revision,omitzero"`
	// WeightsSHA256 is the hex digest of the weights; empty for a hosted model.
	WeightsSHA256 string `json:"weights_sha256,omitzero"`
	// PromptSHA256 is the hex digest of the full prompt, [Digest] of its text;
	// empty without a prompt. The text, which may quote a transcript, is not kept.
	PromptSHA256 string `json:"prompt_sha256,omitzero"`
	// Round is 1 for a first answer, 2 for a second inference.
	Round int `json:"round"`
	// Modalities is the set of what the model saw: text, audio, video. Order does
	// not matter.
	Modalities []string `json:"modalities,omitempty"`
	// Params are the decoding parameters by name (temperature, top_p, max_tokens,
	// seed, k), as [Param] writes them. A parameter left to the model's default is
	// absent, which is a different request from naming the default.
	Params map[string]string `json:"params,omitempty"`
}

// Digest returns the hex SHA-256 of text.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Param writes the value of a decoding parameter in the one form that keys use:
// integers in decimal, floats in the shortest form that reads back to the same
// bits (2.0 is "2"; -0 is "0"), booleans as true or false, text as it is.
func Param[T string | bool | int | int64 | uint64 | float64](value T) string {
	if x, ok := any(value).(float64); ok {
		return strconv.FormatFloat(x+0, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}

// Canonical returns the bytes whose SHA-256 is the key. Each text is written as
// its length in bytes in decimal, a colon, and its bytes. In order: the text
// "uacs cache request", the schema version, DatasetSHA256, ID, Model, Revision,
// WeightsSHA256, PromptSHA256, Round in decimal, the number of modalities and
// the modalities sorted, the number of parameters and each one's name and value
// sorted by name. Sorting is by bytes.
func (r *Request) Canonical() []byte {
	b := make([]byte, 0, 512)
	text := func(s string) {
		b = strconv.AppendInt(b, int64(len(s)), 10)
		b = append(append(b, ':'), s...)
	}
	text("uacs cache request")
	text(strconv.Itoa(SchemaVersion))
	for _, s := range []string{r.DatasetSHA256, r.ID, r.Model, r.Revision, r.WeightsSHA256, r.PromptSHA256, strconv.Itoa(r.Round)} {
		text(s)
	}
	text(strconv.Itoa(len(r.Modalities)))
	for _, s := range sorted(r.Modalities) {
		text(s)
	}
	text(strconv.Itoa(len(r.Params)))
	names := make([]string, 0, len(r.Params))
	for name := range r.Params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text(name)
		text(r.Params[name])
	}
	return b
}

// Key returns the SHA-256 of the canonical form.
func (r *Request) Key() Key { return sha256.Sum256(r.Canonical()) }

// Validate reports the first defect of r, naming the field: no clip or model, a
// digest that is none, a round other than 1 and 2, a modality that is unknown or
// given twice, and text that is not UTF-8, which no JSON line could hold.
func (r *Request) Validate() error {
	switch {
	case !isDigest(r.DatasetSHA256):
		return fmt.Errorf("dataset_sha256 %.80q is not a hex SHA-256", r.DatasetSHA256)
	case r.ID == "":
		return fmt.Errorf("id is empty")
	case r.Model == "":
		return fmt.Errorf("model is empty")
	case r.WeightsSHA256 != "" && !isDigest(r.WeightsSHA256):
		return fmt.Errorf("weights_sha256 %.80q is not a hex SHA-256", r.WeightsSHA256)
	case r.PromptSHA256 != "" && !isDigest(r.PromptSHA256):
		return fmt.Errorf("prompt_sha256 %.80q is not a hex SHA-256", r.PromptSHA256)
	case r.Round != 1 && r.Round != 2:
		return fmt.Errorf("round is %d, not 1 or 2", r.Round)
	case !utf8.ValidString(r.ID + r.Model + r.Revision):
		return fmt.Errorf("id, model or revision is not UTF-8")
	}
	seen := map[string]bool{}
	for _, m := range r.Modalities {
		if m != "text" && m != "audio" && m != "video" {
			return fmt.Errorf("modality %.80q is not text, audio or video", m)
		}
		if seen[m] {
			return fmt.Errorf("modality %s is given twice", m)
		}
		seen[m] = true
	}
	for name, value := range r.Params {
		if name == "" || !utf8.ValidString(name) || !utf8.ValidString(value) {
			return fmt.Errorf("a parameter's name is empty, or its name or value is not UTF-8")
		}
	}
	return nil
}

// isDigest reports whether s is a SHA-256 in lower-case hexadecimal.
func isDigest(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

func sorted(s []string) []string {
	if slices.IsSorted(s) {
		return s
	}
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}
