package experiment

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"uacs/internal/version"
)

// record is one line of a result file.
type record struct {
	Experiment string          `json:"experiment"`
	Record     string          `json:"record"` // setup, system, measure, curve, profile, surface, diagnosis or exact
	Data       json.RawMessage `json:"data"`
}

// RecordVersion is the version of result files. A line of a later one says so under the
// key schema; those of version 1 have no such key.
const RecordVersion = 1

// WriteRecords writes a result as JSON lines: its setup, then a line for every
// system, measure, curve and profile, and one each for the surface, the diagnosis
// and the exact values if it has any. Numbers have six decimals.
func WriteRecords(w io.Writer, r *Result) error {
	buf := bufio.NewWriter(w)
	write := func(kind string, data any) error {
		raw, err := encode(data)
		if err != nil {
			return err
		}
		line, err := encode(record{r.Setup.Name, kind, raw})
		if err != nil {
			return err
		}
		_, err = buf.Write(append(line, '\n'))
		return err
	}
	err := errors.Join(
		write("setup", r.Setup),
		writeAll(write, "system", r.Systems),
		writeAll(write, "measure", r.Measures),
		writeAll(write, "curve", r.Curves),
		writeAll(write, "profile", r.Profiles),
	)
	if r.Surface != nil {
		err = errors.Join(err, write("surface", r.Surface))
	}
	if r.Diagnosis != nil {
		err = errors.Join(err, write("diagnosis", r.Diagnosis))
	}
	if r.Exact != nil {
		err = errors.Join(err, write("exact", r.Exact))
	}
	return errors.Join(err, buf.Flush())
}

func writeAll[E any](write func(kind string, data any) error, kind string, all []E) error {
	for _, e := range all {
		if err := write(kind, e); err != nil {
			return err
		}
	}
	return nil
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

// ReadRecords reads what WriteRecords wrote: a setup, then the records of the same
// experiment. Unknown keys, unknown kinds of record and anything else after a
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
			if res.Setup.Name == "" {
				return nil, fmt.Errorf("%s: no setup", name)
			}
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
		return cmp.Or(version.LaterLine(line, RecordVersion), err)
	}
	if rec.Record == "setup" {
		if res.Setup.Name != "" {
			return fmt.Errorf("a second setup")
		}
		if err := strict(rec.Data, &res.Setup); err != nil {
			return err
		}
	}
	if rec.Experiment != res.Setup.Name || rec.Experiment == "" {
		return fmt.Errorf("a record of experiment %q after the setup of %q", rec.Experiment, res.Setup.Name)
	}
	switch rec.Record {
	case "setup":
		return nil
	case "system":
		return appendTo(&res.Systems, rec.Data)
	case "measure":
		return appendTo(&res.Measures, rec.Data)
	case "curve":
		return appendTo(&res.Curves, rec.Data)
	case "profile":
		return appendTo(&res.Profiles, rec.Data)
	case "surface":
		res.Surface = new(Surface)
		return strict(rec.Data, res.Surface)
	case "diagnosis":
		res.Diagnosis = new(Diagnosis)
		return strict(rec.Data, res.Diagnosis)
	case "exact":
		res.Exact = rec.Data
		return nil
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

// strict decodes one JSON value, without unknown keys and with nothing after it.
func strict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("more than one JSON value")
	}
	return nil
}
