// Package kernel is a Jupyter kernel for Go: it answers every request of the
// protocol and has cells run by an [Engine], in production a process of package
// worker. Most readers want [Run].
package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"uacs/harness/kernel/wire"
	"uacs/harness/kernel/worker"
)

// An Engine runs cells; [worker.Process] is one. Interrupt may be called at any
// time, the others one after another.
type Engine interface {
	Execute(ctx context.Context, c worker.Cell, emit func(worker.Event)) error
	Ask(op, code string, cursor int) (worker.Event, error)
	Interrupt()
	Restart() error
	Close() error
}

// An Asker gets a line from the reader of the notebook.
type Asker func(ctx context.Context, prompt string, password bool) (string, error)

type kernel struct {
	*wire.Sockets
	engine  Engine
	count   int
	history []string      // history[i] is the cell with count i+1
	ran     []worker.Cell // cells that a replay runs again
	fails   map[int]bool  // counts of those that ended with a panic
	stop    context.CancelFunc
	queue   chan queued
	doomed  int // requests that were queued when a cell failed

	mu      sync.Mutex
	current *wire.Message // the cell that runs
	mayAsk  bool
	lines   chan string
}

// queued is a request that waits for the cells before it, and where it came in.
type queued struct {
	on *wire.Channel
	m  *wire.Message
}

// Run serves the kernel that c describes until a client shuts it down or ctx
// ends. Each value from interrupts stops the running cell. start gets what cells
// use to ask for a line.
func Run(ctx context.Context, c wire.Connection, interrupts <-chan struct{}, start func(Asker) (Engine, error)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s, err := wire.Listen(ctx, c)
	if err != nil {
		return err
	}
	k := &kernel{Sockets: s, stop: stop, fails: map[int]bool{}, lines: make(chan string, 1), queue: make(chan queued, 4096)}
	k.engine = startLater(start, k.ask)
	go k.receive(k.Shell, func(m *wire.Message) { k.queue <- queued{k.Shell, m} })
	go k.receive(k.Control, func(m *wire.Message) { k.control(ctx, m) })
	go k.receive(k.Stdin, k.gotLine)
	go func() {
		for range interrupts {
			k.engine.Interrupt()
		}
	}()
	_ = k.Publish("status", nil, content{"execution_state": "starting"})
	for ctx.Err() == nil {
		select {
		case q := <-k.queue:
			if k.handle(ctx, q.on, q.m) {
				k.abort()
			}
		case <-ctx.Done():
		}
	}
	time.Sleep(50 * time.Millisecond) // the sockets send on their own time
	return errors.Join(k.engine.Close(), s.Close())
}

// content is the content of a message.
type content = map[string]any

// receive hands the messages of a channel on until it is closed. Refused ones
// get no answer: their sender is unknown.
func (k *kernel) receive(c *wire.Channel, take func(*wire.Message)) {
	for {
		m, err := c.Receive()
		if bad := (*wire.BadMessage)(nil); errors.As(err, &bad) {
			continue
		}
		if err != nil {
			return
		}
		take(m)
	}
}

// control handles a request on the control channel: at once, or after the
// running cell if it needs the engine.
func (k *kernel) control(ctx context.Context, m *wire.Message) {
	if waits[m.Header.Type] {
		k.queue <- queued{k.Control, m}
		return
	}
	k.handle(ctx, k.Control, m)
}

// abort answers the cells that were queued behind a failed one.
func (k *kernel) abort() {
	for ; k.doomed > 0; k.doomed-- {
		q := <-k.queue
		m := q.m
		if m.Header.Type != "execute_request" {
			k.handle(context.Background(), q.on, m)
			continue
		}
		k.status(m, "busy")
		_ = k.Shell.Send(m, "execute_reply", content{"status": "aborted"}) // no count: it has not run
		k.status(m, "idle")
	}
}

func (k *kernel) status(m *wire.Message, state string) {
	_ = k.Publish("status", m.RawHeader, content{"execution_state": state})
}

// handle answers one request. It reports whether queued cells are to be aborted.
func (k *kernel) handle(ctx context.Context, c *wire.Channel, m *wire.Message) (failed bool) {
	k.status(m, "busy")
	defer k.status(m, "idle")
	var q request
	if err := json.Unmarshal(m.Content, &q); err != nil {
		k.refuse(c, m, fmt.Errorf("content of %s: %w", m.Header.Type, err))
		return false
	}
	if c == k.Control && m.Header.Type == "execute_request" {
		k.refuse(c, m, fmt.Errorf("%s belongs on the shell channel", m.Header.Type))
		return false
	}
	switch m.Header.Type {
	case "execute_request":
		return k.execute(ctx, c, m, q)
	case "comm_open":
		_ = k.Publish("comm_close", m.RawHeader, content{"comm_id": q.CommID, "data": content{}})
	case "comm_msg", "comm_close", "input_reply":
	case "shutdown_request":
		_ = c.Send(m, "shutdown_reply", content{"status": "ok", "restart": q.Restart})
		_ = k.Publish("shutdown_reply", m.RawHeader, content{"status": "ok", "restart": q.Restart})
		k.engine.Interrupt()
		k.stop()
	default:
		kind, reply, err := k.answer(m.Header.Type, q)
		if err != nil {
			k.refuse(c, m, err)
			return false
		}
		reply["status"] = or(reply["status"], "ok")
		_ = c.Send(m, kind, reply)
	}
	return false
}

// waits are the requests that a running cell makes wait, whatever the channel.
var waits = map[string]bool{"complete_request": true, "inspect_request": true, "is_complete_request": true, "history_request": true}

func or(v, otherwise any) any {
	if v == nil {
		return otherwise
	}
	return v
}

// refuse answers a request with an error.
func (k *kernel) refuse(c *wire.Channel, m *wire.Message, err error) {
	_ = c.Send(m, replyTo(m.Header.Type), content{"status": "error", "ename": "request", "evalue": err.Error(), "traceback": []string{err.Error()}})
}
