package worker

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Grace is how long an interrupted cell may go on before its process is ended.
const Grace = 2 * time.Second

// Options say how to start a process.
type Options struct {
	// Program is the built package host.
	Program string
	// Dir is the notebook's folder, Root the folder of this module.
	Dir, Root string
	// Cache is a folder where answers of the go command are remembered; "" is nowhere.
	Cache string
	// Preload are import paths to know before the first cell.
	Preload []string
	// Clean takes out of text what readers should not see; nil leaves it.
	Clean func(string) string
	// Ask answers an input; nil refuses it.
	Ask func(ctx context.Context, prompt string, password bool) (string, error)
}

// A Process runs the cells of one notebook. When its process ends, the next
// Execute starts a new one, with no state. One call at a time, except for
// Interrupt.
type Process struct {
	o Options

	mu        sync.Mutex
	run       *running
	busy      bool
	interrupt chan struct{}
	program   *os.File // under a shared lock: nobody may clear it away
}

// running is one process of the operating system.
type running struct {
	cmd     *exec.Cmd
	in      *json.Encoder
	inMu    sync.Mutex
	inFile  *os.File
	events  chan Event
	streams [2]*stream
	quit    chan struct{}
	done    chan struct{} // closed when the process has ended
	ready   bool
	state   string
	build   string // folder of generated files

	mu   sync.Mutex
	emit func(Event)
	last tail
}

// Start starts a process. It does not wait until cells can run: the first
// Execute does, and reports what went wrong.
func Start(o Options) (*Process, error) {
	if o.Clean == nil {
		o.Clean = func(s string) string { return s }
	}
	p := &Process{o: o, interrupt: make(chan struct{}, 1)}
	var err error
	if p.program, err = os.Open(o.Program); err != nil {
		return nil, fmt.Errorf("start the process of the cells: %w", err)
	}
	_ = syscall.Flock(int(p.program.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) // some file systems have no locks
	if p.run, err = p.start(); err != nil {
		return nil, errors.Join(err, p.program.Close())
	}
	return p, nil
}

func (p *Process) start() (*running, error) {
	var ends [8]*os.File
	for i := 0; i < 8; i += 2 {
		var err error
		if ends[i], ends[i+1], err = os.Pipe(); err != nil {
			return nil, err
		}
	}
	build, err := os.MkdirTemp("", "uacs-cells-") // removed here, since the process may not live to do it
	if err != nil {
		return nil, err
	}
	token := rand.Text()
	cmd := exec.Command(p.o.Program)
	cmd.Dir = p.o.Dir
	cmd.Env = append(os.Environ(), "UACS_WORKER_TOKEN="+token, "UACS_WORKER_ROOT="+p.o.Root, "UACS_WORKER_BUILD="+build, "UACS_WORKER_CACHE="+p.o.Cache, "UACS_WORKER_PRELOAD="+strings.Join(p.o.Preload, " "))
	cmd.Stdout, cmd.Stderr = ends[3], ends[5]
	cmd.ExtraFiles = []*os.File{ends[0], ends[7]}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's interrupt is the supervisor's
	err = cmd.Start()
	for _, f := range []*os.File{ends[0], ends[3], ends[5], ends[7]} {
		_ = f.Close()
	}
	if err != nil {
		_ = os.RemoveAll(build)
		return nil, fmt.Errorf("start the process of the cells: %w", err)
	}
	r := &running{cmd: cmd, in: json.NewEncoder(ends[1]), inFile: ends[1], events: make(chan Event), quit: make(chan struct{}), done: make(chan struct{})}
	for i, kind := range []string{"stdout", "stderr"} {
		r.streams[i] = newStream(kind, token, r.hand, p.o.Clean, r.quit)
		go r.streams[i].read(ends[2+2*i])
	}
	go r.receive(ends[6])
	r.build = build
	go r.wait([]*os.File{ends[1], ends[2], ends[4]})
	return r, nil
}

// receive passes events on, and closes the channel at the end.
func (r *running) receive(f *os.File) {
	defer close(r.events)
	defer func() { _ = f.Close() }()
	d := json.NewDecoder(f)
	for {
		var e Event
		if d.Decode(&e) != nil {
			return
		}
		select {
		case r.events <- e:
		case <-r.quit:
			return
		}
	}
}

// wait closes the pipes a while after the end: a child of the process may hold
// them open.
func (r *running) wait(files []*os.File) {
	err := r.cmd.Wait()
	r.state = "exit status 0"
	if err != nil {
		r.state = err.Error()
	}
	_ = os.RemoveAll(r.build)
	close(r.done)
	time.Sleep(time.Second)
	for _, f := range files {
		_ = f.Close()
	}
}

// send gives a request to the process.
func (r *running) send(q Request) error {
	r.inMu.Lock()
	defer r.inMu.Unlock()
	return r.in.Encode(q)
}

func (r *running) hand(e Event) {
	r.mu.Lock()
	emit := r.emit
	if e.Kind == "stderr" {
		r.last.add(e.Text)
	}
	r.mu.Unlock()
	if emit != nil {
		emit(e)
	}
}

func (r *running) setEmit(emit func(Event)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.emit = emit
	r.last = tail{}
}

// next returns the next event once both streams have reached it; ok is false at
// the end of the process. The caller calls release when it has handled it.
func (r *running) next() (e Event, release func(), ok bool) {
	e, ok = <-r.events
	if !ok {
		return e, func() {}, false
	}
	if e.Seq == 0 {
		return e, func() {}, true
	}
	var reached []*stream
	for _, s := range r.streams {
		if _, open := <-s.passed; open {
			reached = append(reached, s)
		}
	}
	return e, func() {
		for _, s := range reached {
			s.resume <- struct{}{}
		}
	}, true
}

// kill ends the process and all it started.
func (r *running) kill() { _ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) }

// lost describes the end of a process, after its last output.
func (r *running) lost(why string) *Failure {
	<-r.done
	for _, s := range r.streams {
		deadline := time.After(500 * time.Millisecond)
	drain:
		for {
			select {
			case _, open := <-s.passed:
				if !open {
					break drain
				}
				s.resume <- struct{}{}
			case <-deadline:
				break drain
			}
		}
	}
	close(r.quit)
	if why == "" {
		why = "the process of the cells has ended: " + r.state
	}
	f := &Failure{Name: "lost", Message: why + "; all state is gone. %replay runs the earlier cells again.", Lost: true}
	f.Traceback = append([]string{f.Message}, r.crash()...)
	return f
}

// crash returns the last lines that a dying process wrote about itself.
func (r *running) crash() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := strings.TrimSpace(string(r.last.b))
	for _, start := range []string{"fatal error:", "panic:", "runtime: goroutine stack exceeds", "SIGSEGV"} {
		if i := strings.Index(text, start); i >= 0 {
			text = text[i:]
			break
		}
	}
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 12 {
		lines = append(lines[:12:12], "…")
	}
	return lines
}

// errLost is the end of a process outside of a cell.
var errLost = errors.New("the process of the cells has ended")
