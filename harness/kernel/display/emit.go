package display

import (
	"errors"
	"sync"
)

// An Emitter takes outputs while a cell runs.
type Emitter interface {
	// Display adds an output. An id under "display_id" in d.Transient names it for
	// later updates.
	Display(d Data) error
	// Update replaces the output with the id in d.Transient, wherever it stands.
	Update(d Data) error
}

var hook struct {
	sync.Mutex
	Emitter
}

// SetEmitter makes e take all outputs, none if nil, and returns what puts the
// former one back. The process that runs cells calls it once.
func SetEmitter(e Emitter) (restore func()) {
	hook.Lock()
	defer hook.Unlock()
	former := hook.Emitter
	hook.Emitter = e
	return func() {
		hook.Lock()
		defer hook.Unlock()
		hook.Emitter = former
	}
}

func emitter() (Emitter, error) {
	hook.Lock()
	defer hook.Unlock()
	if hook.Emitter == nil {
		return nil, errors.New("display: no notebook is listening")
	}
	return hook.Emitter, nil
}

// Display shows v by the rules of [Render] at once, before the cell ends. A nil v
// is shown as "<nil>". Several goroutines may call it. Outside a notebook it is
// an error.
func Display(v any) error {
	e, err := emitter()
	if err != nil {
		return err
	}
	d, ok := Render(v)
	if !ok {
		d = Text("<nil>")
	}
	return e.Display(d)
}
