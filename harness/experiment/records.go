package experiment

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// record is one line of a result file.
type record struct {
	Experiment string          `json:"experiment"`
	Record     string          `json:"record"` // setup, system, measure, curve or profile
	Data       json.RawMessage `json:"data"`
}

// WriteRecords writes a result as JSON lines: its setup, then a line for every
// system, measure, curve and profile. Numbers have six decimals.
func WriteRecords(w io.Writer, r *Result) error {
	buf := bufio.NewWriter(w)
	lines := []struct {
		kind string
		data any
	}{{"setup", r.Setup}}
	add := func(kind string, data any) {
		lines = append(lines, struct {
			kind string
			data any
		}{kind, data})
	}
	for _, s := range r.Systems {
		add("system", s)
	}
	for _, m := range r.Measures {
		add("measure", m)
	}
	for _, c := range r.Curves {
		add("curve", c)
	}
	for _, p := range r.Profiles {
		add("profile", p)
	}
	for _, l := range lines {
		data, err := encode(l.data)
		if err != nil {
			return err
		}
		line, err := encode(record{r.Setup.Name, l.kind, data})
		if err != nil {
			return err
		}
		buf.Write(line)
		buf.WriteByte('\n')
	}
	return buf.Flush()
}

// encode is json.Marshal without the escaping that is meant for HTML.
func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// ReadRecords reads what WriteRecords wrote. Unknown keys and unknown kinds of
// record are errors that name file and line.
func ReadRecords(r io.Reader, name string) (*Result, error) {
	lines := bufio.NewReader(r)
	var res Result
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := res.add(line); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return &res, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
}

// add appends the content of one line.
func (res *Result) add(line []byte) error {
	var rec record
	if err := strict(line, &rec); err != nil {
		return err
	}
	switch rec.Record {
	case "setup":
		return strict(rec.Data, &res.Setup)
	case "system":
		return appendTo(&res.Systems, rec.Data)
	case "measure":
		return appendTo(&res.Measures, rec.Data)
	case "curve":
		return appendTo(&res.Curves, rec.Data)
	case "profile":
		return appendTo(&res.Profiles, rec.Data)
	}
	return fmt.Errorf("unknown record %q", rec.Record)
}

func appendTo[E any](dst *[]E, data []byte) error {
	var e E
	if err := strict(data, &e); err != nil {
		return err
	}
	*dst = append(*dst, e)
	return nil
}

func strict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
