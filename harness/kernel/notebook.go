package kernel

import (
	"context"
	"errors"

	"uacs/harness/kernel/worker"
	"uacs/harness/notebook"
)

// Notebook makes of e an engine that runs notebooks without Jupyter. What only
// a front end can do, such as clearing output, has no effect.
func Notebook(e Engine) notebook.Engine { return headless{e} }

type headless struct{ Engine }

// Execute implements [notebook.Engine].
func (h headless) Execute(ctx context.Context, code string, emit func(notebook.Event)) error {
	events := make(chan notebook.Event)
	handled := make(chan struct{})
	go func() { // streams come from goroutines of their own
		defer close(handled)
		for e := range events {
			emit(e)
		}
	}()
	err := h.Engine.Execute(ctx, worker.Cell{Code: code}, func(e worker.Event) {
		switch e.Kind {
		case "stdout", "stderr", "display", "update", "result":
			events <- notebook.Event{Kind: e.Kind, Text: e.Text, Data: e.Data, Metadata: e.Metadata, ID: e.ID}
		}
	})
	close(events)
	<-handled
	var f *worker.Failure
	if errors.As(err, &f) {
		return &notebook.Failure{Line: f.Line, Name: f.Name, Message: f.Message, Traceback: f.Traceback}
	}
	return err
}
