package notebook

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// An Engine runs cells one after another and keeps their state.
type Engine interface {
	// Execute runs one cell. It hands each event to emit, in order and before it
	// returns. A cell that fails gives a *Failure; any other error says that the
	// engine itself failed.
	Execute(ctx context.Context, code string, emit func(Event)) error
	Close() error
}

// An Event is something a cell shows.
type Event struct {
	// Kind is stdout, stderr, display, update or result.
	Kind string
	// Text is what a stream got.
	Text string
	// Data and Metadata belong to the other kinds. Byte slices become base64.
	Data, Metadata map[string]any
	// ID names a display for later updates; it is not written to the file.
	ID string
}

// A Failure is the error of a cell.
type Failure struct {
	// Line is the line of the cell, from 1; 0 if unknown.
	Line int
	// Name is the kind of error, such as "compile" or "panic".
	Name, Message string
	Traceback     []string
}

func (f *Failure) Error() string {
	if f.Line > 0 {
		return fmt.Sprintf("line %d: %s", f.Line, f.Message)
	}
	return f.Message
}

// Run executes all code cells in order and replaces their outputs and counts,
// which are then 1, 2, … . It stops at the first cell that fails, leaves the error
// among that cell's outputs and those of later cells empty, and returns an error
// that says which cell it was, counted from 1 among all cells, and wraps the
// *Failure. Cells with the metadata uacs: {skip: reason} and empty ones are not run.
func Run(ctx context.Context, nb *Notebook, e Engine) error {
	nb.Clean()
	rec := &recorder{shown: map[string][]Output{}}
	count := 0
	for i, c := range nb.Cells {
		opts, err := optionsOf(c)
		if err != nil {
			return fmt.Errorf("cell %d: %w", i+1, err)
		}
		if c.Kind != "code" || strings.TrimSpace(c.Source) == "" || opts.Skip != "" {
			continue
		}
		count++
		c.Count = count
		rec.cell = c
		err = e.Execute(ctx, c.Source, rec.add)
		if err == nil {
			err = rec.err
		}
		if err != nil {
			var f *Failure
			if errors.As(err, &f) {
				c.Outputs = append(c.Outputs, f.output())
			}
			return fmt.Errorf("cell %d: %w", i+1, err)
		}
	}
	return nil
}

// Clean removes the outputs and counts of all cells.
func (nb *Notebook) Clean() {
	for _, c := range nb.Cells {
		c.Outputs, c.Count = nil, 0
	}
}

func (f *Failure) output() Output {
	trace := []any{}
	for _, l := range f.Traceback {
		trace = append(trace, l)
	}
	if len(trace) == 0 {
		trace = append(trace, f.Error())
	}
	return Output{"output_type": "error", "ename": f.Name, "evalue": f.Error(), "traceback": trace}
}

// A recorder turns events into outputs of the cell that runs.
type recorder struct {
	cell  *Cell
	shown map[string][]Output
	err   error
}

func (r *recorder) add(e Event) {
	switch e.Kind {
	case "stdout", "stderr":
		r.stream(e.Kind, e.Text)
		return
	}
	data, err := plainJSON(e.Data)
	if err != nil {
		r.err = errors.Join(r.err, err)
		return
	}
	meta, err := plainJSON(e.Metadata)
	if err != nil {
		r.err = errors.Join(r.err, err)
		return
	}
	if e.Kind == "update" {
		for _, o := range r.shown[e.ID] {
			o["data"], o["metadata"] = data, meta
		}
		return
	}
	o := Output{"output_type": "display_data", "data": data, "metadata": meta}
	if e.Kind == "result" {
		o["output_type"], o["execution_count"] = "execute_result", r.cell.Count
	}
	if e.ID != "" {
		r.shown[e.ID] = append(r.shown[e.ID], o)
	}
	r.cell.Outputs = append(r.cell.Outputs, o)
}

// stream joins chunks, so that the outputs do not depend on how they arrived.
func (r *recorder) stream(name, text string) {
	text = strings.ToValidUTF8(text, "\ufffd")
	if n := len(r.cell.Outputs); n > 0 {
		if last := r.cell.Outputs[n-1]; last["output_type"] == "stream" && last["name"] == name {
			last["text"] = last["text"].(string) + text
			return
		}
	}
	if text != "" {
		r.cell.Outputs = append(r.cell.Outputs, Output{"output_type": "stream", "name": name, "text": text})
	}
}

// plainJSON returns m as encoding/json would read it back, numbers as they are
// written; bytes become base64.
func plainJSON(m map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for key, v := range m {
		if b, ok := v.([]byte); ok {
			out[key] = base64.StdEncoding.EncodeToString(b)
			continue
		}
		if s, ok := v.(string); ok {
			out[key] = strings.ToValidUTF8(s, "\ufffd")
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", key, err)
		}
		dec := json.NewDecoder(strings.NewReader(string(raw)))
		dec.UseNumber()
		var x any
		if err := dec.Decode(&x); err != nil {
			return nil, fmt.Errorf("output %s: %w", key, err)
		}
		out[key] = x
	}
	return out, nil
}
