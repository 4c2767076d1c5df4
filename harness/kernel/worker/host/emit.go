package main

import (
	"errors"
	"syscall"

	"uacs/harness/kernel/display"
	"uacs/harness/kernel/engine"
	"uacs/harness/kernel/worker"
)

// send puts the event's mark into both streams, then sends it.
func (h *host) send(e worker.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Kind != "reply" {
		h.seq++
		e.Seq = h.seq
		for _, fd := range h.marks {
			if err := writeAll(fd, worker.Mark(h.token, e.Seq)); err != nil {
				return err
			}
		}
	}
	return h.out.Encode(e)
}

func writeAll(fd int, text string) error {
	for len(text) > 0 {
		n, err := syscall.Write(fd, []byte(text))
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

// event makes an event of an output. The mark of lower-case names goes from the
// forms that may show them.
func event(kind string, d display.Data) worker.Event {
	e := worker.Event{Kind: kind, Data: map[string]any{}, Metadata: map[string]any{}}
	for form, content := range d.Data {
		if s, ok := content.(string); ok && (form == display.MIMETypeText || form == display.MIMETypeHTML) {
			content = engine.Plain(s)
		}
		e.Data[form] = content
	}
	for form, content := range d.Metadata {
		e.Metadata[form] = content
	}
	e.ID, _ = d.Transient["display_id"].(string)
	return e
}

// Display shows d in the notebook.
func (h *host) Display(d display.Data) error { return h.send(event("display", d)) }

// Update replaces the output with the id of d.
func (h *host) Update(d display.Data) error { return h.send(event("update", d)) }

// Clear removes the outputs of the running cell.
func (h *host) Clear(wait bool) error { return h.send(worker.Event{Kind: "clear", Flag: wait}) }

// Ask asks the reader of the notebook for a line.
func (h *host) Ask(prompt string, password bool) (string, error) {
	if err := h.send(worker.Event{Kind: "input", Text: prompt, Flag: password}); err != nil {
		return "", err
	}
	r := <-h.input
	if r.Err != "" {
		return "", errors.New(r.Err)
	}
	return r.Code, nil
}
