package kernel

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/kernel/worker"
)

// recorder is an engine that records what it is to run; the first word of a cell
// is the kind of its failure.
type recorder struct {
	fake
	ran []worker.Cell
}

func (r *recorder) Execute(_ context.Context, c worker.Cell, _ func(worker.Event)) error {
	r.ran = append(r.ran, c)
	kind, _, _ := strings.Cut(c.Code, " ")
	if kind == "ok" || c.Declare {
		return nil
	}
	return &worker.Failure{Name: kind, Message: "no"}
}

// A replay runs what ran, lets a cell that panicked panic again, and declares
// the names of one that did not end.
func TestReplay(t *testing.T) {
	e := &recorder{}
	k := &kernel{engine: e, fails: map[int]bool{}}
	ctx := context.Background()
	for i, code := range []string{"ok 1", "panic 2", "type 3", "interrupted 4", "lost 5", "ok 6"} {
		c := worker.Cell{Code: code, Count: i + 1}
		k.remember(c, e.Execute(ctx, c, nil))
	}
	e.ran = nil
	var said []string
	if err := k.replay(ctx, func(v worker.Event) { said = append(said, v.Kind+": "+v.Text) }); err != nil {
		t.Fatal(err)
	}
	want := []worker.Cell{{Code: "ok 1", Count: 1}, {Code: "panic 2", Count: 2}, {Code: "interrupted 4", Count: 4, Declare: true}, {Code: "lost 5", Count: 5, Declare: true}, {Code: "ok 6", Count: 6}}
	if diff := cmp.Diff(want, e.ran); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"stderr: In[2] failed again: no\n",
		"stderr: In[4] did not end: its names are declared, its variables are zero\n",
		"stderr: In[5] did not end: its names are declared, its variables are zero\n",
		"stdout: 3 cells ran again\n",
	}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	// One that ran the first time and does not now ends the replay.
	k.ran[0].Code = "panic 1"
	if err := k.replay(ctx, func(worker.Event) {}); err == nil || !strings.Contains(err.Error(), "replay of In[1]: panic: no") {
		t.Errorf("error %v", err)
	}
}

// What needs the engine is answered on control too, after the running cell.
func TestControlRequestsWait(t *testing.T) {
	client := serve(t)
	for _, kind := range []string{"complete_request", "inspect_request", "is_complete_request", "history_request", "kernel_info_request"} {
		if err := client.Control.Request(kind, content{"code": "x"}); err != nil {
			t.Fatal(err)
		}
		reply, c := receive(t, client.Control)
		if reply != replyTo(kind) || c["status"] == "error" {
			t.Errorf("%s: %s %v", kind, reply, c)
		}
	}
	if err := client.Control.Request("execute_request", content{"code": "print"}); err != nil {
		t.Fatal(err)
	}
	if _, c := receive(t, client.Control); c["status"] != "error" {
		t.Errorf("a cell on control: %v", c)
	}
}
