package kernel

import (
	"context"
	"encoding/json"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/kernel/wire"
	"uacs/harness/kernel/worker"
)

// fake is an engine whose cells are the names of what they do.
type fake struct{ stop chan struct{} }

func (f *fake) Execute(_ context.Context, c worker.Cell, emit func(worker.Event)) error {
	switch c.Code {
	case "print":
		emit(worker.Event{Kind: "stdout", Text: "hello"})
	case "value":
		emit(worker.Event{Kind: "result", Data: map[string]any{"text/plain": "7"}})
	case "fail":
		return &worker.Failure{Name: "panic", Message: "no", Traceback: []string{"panic: no"}}
	case "wait":
		<-f.stop
		return &worker.Failure{Name: "interrupted", Message: "interrupted"}
	}
	return nil
}

func (f *fake) Ask(op, code string, cursor int) (worker.Event, error) {
	return worker.Event{Start: 0, End: cursor, Matches: []worker.Match{{Text: "é.Name", Kind: "var"}}, Status: "complete"}, nil
}
func (f *fake) Interrupt()     { f.stop <- struct{}{} }
func (f *fake) Restart() error { return nil }
func (f *fake) Close() error   { return nil }

// serve starts a kernel with a fake engine and returns a client of it.
func serve(t *testing.T) *wire.Client {
	t.Helper()
	c := wire.Connection{Transport: "tcp", IP: "127.0.0.1", Scheme: "hmac-sha256", Key: "key"}
	for _, port := range []*int{&c.Shell, &c.IOPub, &c.Stdin, &c.Control, &c.Heartbeat} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		*port = l.Addr().(*net.TCPAddr).Port
		defer l.Close()
		_ = l.Close()
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, c, nil, func(Asker) (Engine, error) { return &fake{stop: make(chan struct{}, 9)}, nil })
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Error("the kernel does not end")
		}
	})
	time.Sleep(50 * time.Millisecond)
	client, err := wire.Dial(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func receive(t *testing.T, c *wire.Channel) (string, map[string]any) {
	t.Helper()
	m, err := c.Receive()
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(m.Content, &v); err != nil {
		t.Fatal(err)
	}
	return m.Header.Type, v
}

func TestEveryRequestIsAnswered(t *testing.T) {
	client := serve(t)
	for _, c := range []struct {
		request string
		content any
		reply   string
		part    map[string]any // by hand, from the protocol's description
	}{
		{"kernel_info_request", content{}, "kernel_info_reply", content{"status": "ok", "protocol_version": "5.3"}},
		{"execute_request", content{"code": ""}, "execute_reply", content{"status": "ok", "execution_count": 0.0}},
		{"execute_request", content{"code": "print"}, "execute_reply", content{"status": "ok", "execution_count": 1.0}},
		{"execute_request", content{"code": "value", "silent": true}, "execute_reply", content{"status": "ok", "execution_count": 1.0}},
		{"execute_request", content{"code": "fail"}, "execute_reply", content{"status": "error", "ename": "panic", "execution_count": 2.0}},
		{"execute_request", content{"code": "%help"}, "execute_reply", content{"status": "ok"}},
		{"complete_request", content{"code": "é.N", "cursor_pos": 3}, "complete_reply", content{"status": "ok", "cursor_start": 0.0, "cursor_end": 3.0}},
		{"is_complete_request", content{"code": "1"}, "is_complete_reply", content{"status": "complete"}},
		{"inspect_request", content{"code": "x", "cursor_pos": 1}, "inspect_reply", content{"status": "ok", "found": false}},
		{"history_request", content{"hist_access_type": "tail", "n": 1}, "history_reply", content{"history": []any{[]any{0.0, 3.0, "%help"}}}},
		{"history_request", content{"hist_access_type": "search", "pattern": "pr*"}, "history_reply", content{"history": []any{[]any{0.0, 1.0, "print"}}}},
		{"comm_info_request", content{}, "comm_info_reply", content{"status": "ok"}},
		{"connect_request", content{}, "connect_reply", content{"status": "ok"}},
		{"debug_request", content{"command": "initialize", "seq": 4}, "debug_reply", content{"success": false, "request_seq": 4.0}},
		{"strange_request", content{}, "strange_reply", content{"status": "error"}},
		{"execute_request", []int{1}, "execute_reply", content{"status": "error"}},
		{"interrupt_request", content{}, "interrupt_reply", content{"status": "ok"}},
	} {
		t.Run(c.request, func(t *testing.T) {
			if err := client.Shell.Request(c.request, c.content); err != nil {
				t.Fatal(err)
			}
			kind, got := receive(t, client.Shell)
			if kind != c.reply {
				t.Fatalf("reply %s, want %s", kind, c.reply)
			}
			for key, want := range c.part {
				if diff := cmp.Diff(want, got[key]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", key, diff)
				}
			}
		})
	}
}

func TestCellsBehindAFailedOneAreAborted(t *testing.T) {
	client := serve(t)
	var got []any
	for _, code := range []string{"wait", "print", "print"} {
		if err := client.Shell.Request("execute_request", content{"code": code}); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(100 * time.Millisecond)
	if err := client.Control.Request("interrupt_request", content{}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, c := receive(t, client.Shell)
		got = append(got, c["status"])
	}
	if diff := cmp.Diff([]any{"error", "aborted", "aborted"}, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}
