package worker

import (
	"context"
	"time"
)

// Execute runs c and hands each event to emit, in order and before it
// returns. The error is a *[Failure] if the cell failed or its process ended. A
// cancelled ctx interrupts the cell as Interrupt does.
func (p *Process) Execute(ctx context.Context, c Cell, emit func(Event)) error {
	select {
	case <-p.interrupt: // one that came when nothing ran
	default:
	}
	p.mu.Lock()
	p.busy = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.busy = false
		p.mu.Unlock()
	}()
	r, err := p.ready(ctx)
	if err != nil {
		return err
	}
	r.setEmit(emit)
	defer r.setEmit(nil)
	if err := r.send(Request{Op: "execute", Code: c.Code, Count: c.Count, Declare: c.Declare}); err != nil {
		return p.drop(r, "")
	}
	over := make(chan struct{})
	killed := make(chan bool, 1)
	go func() { killed <- p.watch(ctx, r, over) }()
	failure, ended := p.follow(ctx, r, emit)
	close(over)
	why := ""
	if <-killed && !ended {
		why = "the cell did not stop within 2 s, and its process was ended"
	}
	if !ended {
		return p.drop(r, why)
	}
	if failure != nil {
		return failure
	}
	return nil
}

// follow handles events until the cell is done; ended is false if the process
// ended first.
func (p *Process) follow(ctx context.Context, r *running, emit func(Event)) (f *Failure, ended bool) {
	for {
		e, release, ok := r.next()
		if !ok {
			return nil, false
		}
		switch e.Kind {
		case "done":
			release()
			return e.Failure, true
		case "input":
			release()
			go p.input(ctx, r, e)
			continue
		case "reply", "ready":
		default:
			emit(e)
		}
		release()
	}
}

// input asks, and gives the answer to the process.
func (p *Process) input(ctx context.Context, r *running, e Event) {
	answer := Request{Op: "input", Err: "this front end takes no input"}
	if p.o.Ask != nil {
		line, err := p.o.Ask(ctx, e.Text, e.Flag)
		answer.Code, answer.Err = line, ""
		if err != nil {
			answer.Err = err.Error()
		}
	}
	_ = r.send(answer) // a lost process is found by follow
}

// watch passes interrupts on and ends the process when they have no effect. It
// reports whether it did.
func (p *Process) watch(ctx context.Context, r *running, over chan struct{}) bool {
	var deadline <-chan time.Time
	cancelled := ctx.Done()
	for {
		select {
		case <-over:
			return false
		case <-cancelled:
			cancelled = nil
		case <-p.interrupt:
		case <-deadline:
			r.kill()
			<-over
			return true
		}
		if deadline == nil {
			deadline = time.After(Grace)
		}
		_ = r.send(Request{Op: "interrupt"})
	}
}

// Interrupt stops the running cell: loops at once, harness calls as soon as they
// look, all else by ending the process after [Grace].
func (p *Process) Interrupt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		select {
		case p.interrupt <- struct{}{}:
		default:
		}
	}
}

// ready returns the process when it can run cells, a new one if the last ended.
func (p *Process) ready(ctx context.Context) (*running, error) {
	r := p.run
	if r == nil {
		var err error
		if r, err = p.start(); err != nil {
			return nil, err
		}
		p.run = r
	}
	if !r.ready {
		stop := context.AfterFunc(ctx, r.kill)
		e, release, ok := r.next()
		stop()
		if !ok {
			return nil, p.drop(r, "")
		}
		release()
		r.ready = e.Kind == "ready"
	} else {
		select {
		case _, ok := <-r.events:
			if !ok {
				return nil, p.drop(r, "")
			}
		default:
		}
	}
	return r, nil
}

// drop forgets a process that has ended and starts the next at once.
func (p *Process) drop(r *running, why string) *Failure {
	started := r.ready
	f := r.lost(why)
	p.run = nil
	if started {
		if next, err := p.start(); err == nil {
			p.run = next
		}
	}
	return f
}

// Ask puts a question about code to the process: complete, inspect or
// iscomplete.
func (p *Process) Ask(op, code string, cursor int) (Event, error) {
	r, err := p.ready(context.Background())
	if err != nil {
		return Event{}, err
	}
	if err := r.send(Request{Op: op, Code: code, Cursor: cursor}); err != nil {
		return Event{}, errLost
	}
	for {
		e, release, ok := r.next()
		if !ok {
			return Event{}, errLost
		}
		release()
		if e.Kind == "reply" {
			return e, nil
		}
	}
}

// Restart ends the process and starts one without state.
func (p *Process) Restart() error {
	if p.run != nil {
		p.run.kill()
		_ = p.run.lost("")
	}
	var err error
	p.run, err = p.start()
	return err
}

// Close ends the process.
func (p *Process) Close() error {
	defer p.program.Close()
	if r := p.run; r != nil {
		_ = r.inFile.Close() // it then removes its files and leaves
		select {
		case <-r.done:
		case <-time.After(time.Second):
			r.kill()
			<-r.done
		}
		p.run = nil
	}
	return nil
}
