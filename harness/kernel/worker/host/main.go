// Command host is the process in which the cells of one notebook run. It is
// started by package worker, which says what is on its descriptors.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	_ "uacs/harness/frame"
	"uacs/harness/kernel/display"
	"uacs/harness/kernel/engine"
	"uacs/harness/kernel/worker"
)

// prelude declares what every notebook starts with.
const prelude = "import \"uacs/harness/kernel/display\"\nvar Display = display.Display"

type host struct {
	engine *engine.Engine
	token  string
	out    *json.Encoder
	marks  [2]int // copies of descriptors 1 and 2, which a cell may close
	input  chan worker.Request

	mu     sync.Mutex
	seq    int
	cancel context.CancelFunc
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	signal.Ignore(os.Interrupt) // the supervisor says when to stop
	h := &host{token: os.Getenv("UACS_WORKER_TOKEN"), out: json.NewEncoder(os.NewFile(4, "events")), input: make(chan worker.Request, 1)}
	for i, fd := range []int{1, 2} {
		copied, err := syscall.Dup(fd)
		if err != nil {
			return err
		}
		syscall.CloseOnExec(copied)
		h.marks[i] = copied
	}
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
	e, err := engine.New(context.Background(), engine.Options{
		Dir: ".", BuildDir: os.Getenv("UACS_WORKER_BUILD"), CacheDir: os.Getenv("UACS_WORKER_CACHE"), ModuleRoot: os.Getenv("UACS_WORKER_ROOT"),
		Preload: strings.Fields(os.Getenv("UACS_WORKER_PRELOAD")),
	})
	if err != nil {
		return err
	}
	h.engine = e
	if _, err := e.ExecuteCell(context.Background(), engine.Cell{Code: prelude, Count: -1}); err != nil {
		return errors.Join(fmt.Errorf("first cell: %w", err), e.Close())
	}
	display.SetEmitter(h)
	err = h.send(worker.Event{Kind: "ready"})
	if err == nil {
		go e.Warm(context.Background())
		h.serve()
	}
	return errors.Join(err, e.Close())
}

// serve reads requests until the supervisor is gone; cells run beside it.
func (h *host) serve() {
	in := json.NewDecoder(os.NewFile(3, "requests"))
	for {
		var r worker.Request
		if in.Decode(&r) != nil {
			return
		}
		switch r.Op {
		case "interrupt":
			h.interrupt()
		case "input":
			h.input <- r
		case "execute":
			ctx, cancel := context.WithCancel(context.Background())
			h.mu.Lock()
			h.cancel = cancel
			h.mu.Unlock()
			go h.execute(ctx, r)
		default:
			go func() { _ = h.send(h.answer(r)) }() // an interrupt must not wait for it
		}
	}
}

func (h *host) interrupt() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cancel != nil {
		h.cancel()
	}
	h.engine.Interrupt()
	select {
	case h.input <- worker.Request{Err: "interrupted"}:
	default:
	}
}

func (h *host) execute(ctx context.Context, r worker.Request) {
	select {
	case <-h.input: // left by an interrupt that came after the answer
	default:
	}
	res, err := h.engine.ExecuteCell(ctx, engine.Cell{Code: r.Code, Count: r.Count, Declare: r.Declare})
	for _, w := range res.Warnings {
		fmt.Fprintln(os.Stderr, "warning:", w)
	}
	done := worker.Event{Kind: "done"}
	switch {
	case err != nil:
		done.Failure = failure(err)
	case res.HasValue:
		if d, ok := display.Render(res.Value); ok {
			if err := h.send(event("result", d)); err != nil {
				done.Failure = failure(err)
			}
		}
	}
	h.mu.Lock()
	h.cancel = nil
	h.mu.Unlock()
	_ = h.send(done)
}

func failure(err error) *worker.Failure {
	var c *engine.CellError
	if !errors.As(err, &c) {
		return &worker.Failure{Name: "error", Message: err.Error()}
	}
	f := &worker.Failure{Name: c.Phase, Message: engine.Plain(c.Msg), Line: c.Line}
	if c.Line > 0 {
		head := fmt.Sprintf("%s error, line %d", c.Phase, c.Line)
		if strings.Contains(c.Msg, "\n") || c.Phase == "panic" {
			head = c.Phase
		}
		f.Traceback = append(f.Traceback, head+": "+f.Message)
		if c.Source != "" {
			f.Traceback = append(f.Traceback, "    "+strings.TrimSpace(c.Source))
		}
	} else {
		f.Traceback = append(f.Traceback, c.Phase+": "+f.Message)
	}
	for _, l := range c.Traceback {
		f.Traceback = append(f.Traceback, engine.Plain(l))
	}
	if c.Hint != "" {
		f.Traceback = append(f.Traceback, "hint: "+c.Hint)
	}
	return f
}

func (h *host) answer(r worker.Request) worker.Event {
	e := worker.Event{Kind: "reply"}
	switch r.Op {
	case "complete":
		c := h.engine.Complete(r.Code, r.Cursor)
		e.Start, e.End = c.Start, c.End
		for _, m := range c.Matches {
			e.Matches = append(e.Matches, worker.Match{Text: m.Text, Kind: m.Kind})
		}
	case "inspect":
		i := h.engine.Inspect(r.Code, r.Cursor)
		e.Found = i.Found
		if i.Found {
			e.Data = map[string]any{"text/plain": engine.Plain(i.Text)}
			if i.Markdown != "" {
				e.Data["text/markdown"] = engine.Plain(i.Markdown)
			}
		}
	case "iscomplete":
		e.Status, e.Text = h.engine.IsComplete(r.Code)
	}
	return e
}
