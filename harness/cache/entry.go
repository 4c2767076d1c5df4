package cache

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"reflect"
	"slices"
	"strings"

	"uacs/harness/sample"
)

// Entry is an answer with the request it answers. Request is kept so that the
// key can be recomputed, and that the answer can be traced to its inputs.
type Entry struct {
	Key        Key               `json:"key"`
	Request    Request           `json:"request"`
	Prediction sample.Prediction `json:"prediction"`
}

// NewEntry returns the entry of an answer to r, or why there can be none, as
// Validate says.
func NewEntry(r Request, p sample.Prediction) (Entry, error) {
	e := Entry{Key: r.Key(), Request: r, Prediction: p}
	return e, e.Validate()
}

// Validate reports a key that is not the request's, an invalid request or
// prediction, and a prediction about another clip, model, revision, round,
// prompt or set of modalities than was asked for.
func (e *Entry) Validate() error {
	err := e.Request.Validate()
	if err == nil {
		err = e.Prediction.Validate()
	}
	if err == nil {
		err = e.agree()
	}
	if err != nil {
		return fmt.Errorf("cache entry %s (%s, clip %s): %w", e.Key, e.Request.Model, e.Request.ID, err)
	}
	return nil
}

func (e *Entry) agree() error {
	r, p := &e.Request, &e.Prediction
	if k := r.Key(); k != e.Key {
		return fmt.Errorf("the request's key is %s", k)
	}
	for _, f := range []struct{ name, asked, got string }{
		{"id", r.ID, p.ID},
		{"model", r.Model, p.Model},
		{"revision", r.Revision, p.Revision},
		{"prompt_sha256", r.PromptSHA256, p.PromptSHA256},
	} {
		if f.asked != f.got {
			return fmt.Errorf("asked for %s %q, got an answer with %q", f.name, f.asked, f.got)
		}
	}
	if r.Round != p.Round {
		return fmt.Errorf("asked for round %d, got an answer of round %d", r.Round, p.Round)
	}
	if a, b := sorted(r.Modalities), sorted(p.Modalities); !slices.Equal(a, b) {
		return fmt.Errorf("asked with modalities %q, got an answer with %q", a, b)
	}
	return nil
}

// Encoded is an entry in its canonical form, as stores keep it.
type Encoded struct {
	Key                 Key
	Request, Prediction []byte
}

// Encode validates e and returns its canonical form: JSON objects on one line
// each, keys in the order of the types' fields, map keys and modalities of the
// request sorted, floats in the shortest form that reads back to the same bits.
// The prediction is the line of [sample.WritePredictions], after Params went
// through JSON once and bytes that are no UTF-8 became U+FFFD: encoding what
// [Encoded.Decode] returns gives the same bytes.
func (e *Entry) Encode() (Encoded, error) {
	if err := e.Validate(); err != nil {
		return Encoded{}, err
	}
	r, p := e.Request, e.Prediction
	r.Modalities = sorted(r.Modalities)
	var err error
	if len(p.Params) > 0 {
		if p.Params, err = throughJSON(p.Params); err != nil {
			return Encoded{}, fmt.Errorf("cache entry %s: params: %w", e.Key, err)
		}
	}
	line, err := compact(&p)
	if err == nil && bytes.Contains(line, []byte(`\ufffd`)) { // what was no UTF-8
		if p, err = decodePrediction(line); err == nil {
			line, err = compact(&p)
		}
	}
	if err != nil {
		return Encoded{}, fmt.Errorf("cache entry %s: %w", e.Key, err)
	}
	request, err := compact(&r)
	return Encoded{e.Key, request, line}, err
}

// Decode returns the entry that c holds. Anything but the bytes that Encode
// returns is an error: an unknown field, a field given twice, another order, a
// key that is not the request's, an invalid prediction.
func (c Encoded) Decode() (Entry, error) {
	e := Entry{Key: c.Key}
	if err := strict(c.Request, &e.Request); err != nil {
		return Entry{}, fmt.Errorf("cache entry %s: request: %w", c.Key, err)
	}
	p, err := decodePrediction(c.Prediction)
	if err != nil {
		return Entry{}, fmt.Errorf("cache entry %s: prediction: %w", c.Key, err)
	}
	e.Prediction = p
	again, err := e.Encode()
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again.Request, c.Request) || !bytes.Equal(again.Prediction, c.Prediction) {
		return Entry{}, fmt.Errorf("cache entry %s: not in canonical form", c.Key)
	}
	return e, nil
}

// DecodeTrusted is Decode of bytes whose Sum has been checked: their form is
// known, and only the JSON is read.
func (c Encoded) DecodeTrusted() (Entry, error) {
	e := Entry{Key: c.Key}
	if err := json.Unmarshal(c.Request, &e.Request); err != nil {
		return Entry{}, fmt.Errorf("cache entry %s: request: %w", c.Key, err)
	}
	if err := json.Unmarshal(c.Prediction, &e.Prediction); err != nil {
		return Entry{}, fmt.Errorf("cache entry %s: prediction: %w", c.Key, err)
	}
	return e, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sum returns the CRC-32C of key, request and prediction, which finds any
// flipped bit that the digest of the key does not cover.
func (c Encoded) Sum() uint32 {
	sum := crc32.Update(0, castagnoli, c.Key[:])
	sum = crc32.Update(sum, castagnoli, c.Request)
	return crc32.Update(sum, castagnoli, c.Prediction)
}

// Conflict is the error of two different answers to one request.
type Conflict struct {
	Key         Key
	Model, Clip string
	// Fields are the JSON names of the prediction's fields that differ.
	Fields []string
}

// Error names the key, the model, the clip and the fields.
func (c *Conflict) Error() string {
	return fmt.Sprintf("cache: two different answers of %s about clip %s (key %s): %s differ",
		c.Model, c.Clip, c.Key, strings.Join(c.Fields, ", "))
}

// Resolve settles two encoded entries of one key. It returns whether b replaces
// a, by the rule in the package comment, or a [*Conflict]. Which of the two came
// first does not matter to what stays.
func Resolve(a, b Encoded) (replace bool, err error) {
	if bytes.Equal(a.Prediction, b.Prediction) {
		return false, nil
	}
	first, err := a.DecodeTrusted()
	if err != nil {
		return false, err
	}
	second, err := b.DecodeTrusted()
	if err != nil {
		return false, err
	}
	switch oldFailed, newFailed := first.Prediction.Error != "", second.Prediction.Error != ""; {
	case oldFailed && newFailed:
		return bytes.Compare(b.Prediction, a.Prediction) < 0, nil
	case oldFailed || newFailed:
		return oldFailed, nil
	}
	return false, &Conflict{a.Key, first.Request.Model, first.Request.ID, differing(first.Prediction, second.Prediction)}
}

// differing lists the JSON names of the fields in which a and b differ.
func differing(a, b sample.Prediction) (names []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			name, _, _ := strings.Cut(x.Type().Field(i).Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}

func compact(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

func throughJSON(params map[string]any) (again map[string]any, err error) {
	line, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	return again, json.Unmarshal(line, &again)
}

func decodePrediction(line []byte) (p sample.Prediction, err error) {
	return p, strict(line, &p)
}

// strict reads one JSON value without unknown fields into v.
func strict(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("more than one JSON value")
	}
	return nil
}
