package kernel

import (
	"context"

	"uacs/harness/kernel/worker"
)

// pending is an engine that is being started: front ends are answered at once,
// and the first cell waits.
type pending struct {
	started chan struct{}
	engine  Engine // set, as err, when started is closed
	err     error
}

func startLater(start func(Asker) (Engine, error), ask Asker) *pending {
	p := &pending{started: make(chan struct{})}
	go func() {
		defer close(p.started)
		p.engine, p.err = start(ask)
	}()
	return p
}

func (p *pending) wait() (Engine, error) {
	<-p.started
	return p.engine, p.err
}

// Execute implements [Engine].
func (p *pending) Execute(ctx context.Context, c worker.Cell, emit func(worker.Event)) error {
	e, err := p.wait()
	if err != nil {
		return err
	}
	return e.Execute(ctx, c, emit)
}

// Ask implements [Engine].
func (p *pending) Ask(op, code string, cursor int) (worker.Event, error) {
	e, err := p.wait()
	if err != nil {
		return worker.Event{}, err
	}
	return e.Ask(op, code, cursor)
}

// Interrupt implements [Engine]; before the start is over nothing runs.
func (p *pending) Interrupt() {
	select {
	case <-p.started:
		if p.err == nil {
			p.engine.Interrupt()
		}
	default:
	}
}

// Restart implements [Engine].
func (p *pending) Restart() error {
	e, err := p.wait()
	if err != nil {
		return err
	}
	return e.Restart()
}

// Close implements [Engine].
func (p *pending) Close() error {
	e, err := p.wait()
	if err != nil {
		return nil // the cells have said so
	}
	return e.Close()
}
