package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"uacs/harness/kernel/wire"
	"uacs/harness/kernel/worker"
)

const help = `Cells are Go; the value of the last expression is shown.

%help        this text
%time CODE   run CODE, or with nothing after it the cell, and print how long it took
%who         list the names that cells declared
%reset       forget every name and import
%replay      run the earlier cells again, in order, after the state was lost
name?        describe name
`

// execute runs a cell and answers the request. It reports whether queued cells
// are to be aborted.
func (k *kernel) execute(ctx context.Context, c *wire.Channel, m *wire.Message, q request) bool {
	store := !q.Silent && (q.StoreHistory == nil || *q.StoreHistory)
	code := strings.TrimSpace(q.Code)
	if !q.Silent && code != "" {
		if store {
			k.count++
			k.history = append(k.history, q.Code)
		}
		_ = k.Publish("execute_input", m.RawHeader, content{"code": q.Code, "execution_count": k.count})
	}
	k.setCurrent(m, q.AllowStdin)
	payload, err := k.run(ctx, m, q, code)
	k.setCurrent(nil, false)
	if err != nil {
		f := failure(err)
		if !q.Silent {
			_ = k.Publish("error", m.RawHeader, f)
		}
		f["status"], f["execution_count"], f["payload"], f["user_expressions"] = "error", k.count, []any{}, content{}
		time.Sleep(5 * time.Millisecond) // what was sent together with the cell is to be queued by now
		k.doomed = len(k.queue)
		_ = c.Send(m, "execute_reply", f)
		return q.StopOnError == nil || *q.StopOnError
	}
	_ = c.Send(m, "execute_reply", content{"status": "ok", "execution_count": k.count, "payload": payload, "user_expressions": k.expressions(ctx, q)})
	return false
}

func failure(err error) content {
	name, trace := "error", []string{err.Error()}
	message := err.Error()
	var f *worker.Failure
	if errors.As(err, &f) {
		name, message = f.Name, f.Message
		if len(f.Traceback) > 0 {
			trace = f.Traceback
		}
	}
	return content{"ename": name, "evalue": message, "traceback": trace}
}

// run runs a cell, one of the kernel's own commands or Go.
func (k *kernel) run(ctx context.Context, m *wire.Message, q request, code string) (payload []any, err error) {
	emit := func(e worker.Event) { k.show(m, q, e) }
	switch {
	case code == "":
		return []any{}, nil
	case code == "%help" || code == "?":
		return pager(help), nil
	case code == "%replay":
		return []any{}, k.replay(ctx, emit)
	case !strings.Contains(code, "\n") && strings.HasSuffix(code, "?"):
		return k.describe(strings.TrimRight(code, "?"))
	}
	c := worker.Cell{Code: q.Code, Count: k.count}
	err = k.engine.Execute(ctx, c, emit)
	if !q.Silent {
		k.remember(c, err)
	}
	return []any{}, err
}

func pager(text string) []any {
	return []any{content{"source": "page", "start": 0, "data": content{"text/plain": text}}}
}

func (k *kernel) describe(name string) ([]any, error) {
	e, err := k.engine.Ask("inspect", name, len(name))
	if err != nil {
		return nil, err
	}
	if !e.Found {
		return nil, &worker.Failure{Name: "inspect", Message: fmt.Sprintf("nothing is known about %s", name)}
	}
	return []any{content{"source": "page", "start": 0, "data": e.Data}}, nil
}

// remember keeps a cell for a replay. One that did not end is only declared
// then, and one that did not compile is nothing to repeat.
func (k *kernel) remember(c worker.Cell, err error) {
	var f *worker.Failure
	if errors.As(err, &f) {
		switch f.Name {
		case "panic":
			k.fails[c.Count] = true
		case "interrupted", "lost":
			c.Declare = true
		default:
			return
		}
	} else if err != nil {
		return
	}
	k.ran = append(k.ran, c)
}

// replay runs the earlier cells again. A cell that failed the first time may do
// so again; any other failure ends the replay.
func (k *kernel) replay(ctx context.Context, emit func(worker.Event)) error {
	if err := k.engine.Restart(); err != nil {
		return err
	}
	ran := 0
	for _, c := range k.ran {
		err := k.engine.Execute(ctx, c, emit)
		var f *worker.Failure
		panicked := errors.As(err, &f) && f.Name == "panic"
		switch {
		case err != nil && !(panicked && k.fails[c.Count]):
			return fmt.Errorf("replay of In[%d]: %w", c.Count, err)
		case err != nil:
			emit(worker.Event{Kind: "stderr", Text: fmt.Sprintf("In[%d] failed again: %s\n", c.Count, f.Message)})
		case c.Declare:
			emit(worker.Event{Kind: "stderr", Text: fmt.Sprintf("In[%d] did not end: its names are declared, its variables are zero\n", c.Count)})
			continue
		}
		ran++
	}
	emit(worker.Event{Kind: "stdout", Text: fmt.Sprintf("%d cells ran again\n", ran)})
	return nil
}

// show publishes an event of a cell.
func (k *kernel) show(m *wire.Message, q request, e worker.Event) {
	c := content{"data": e.Data, "metadata": e.Metadata}
	if e.Metadata == nil {
		c["metadata"] = content{}
	}
	transient := content{}
	if e.ID != "" {
		transient["display_id"] = e.ID
	}
	kind := ""
	switch e.Kind {
	case "stdout", "stderr":
		kind, c = "stream", content{"name": e.Kind, "text": e.Text}
	case "display":
		kind, c["transient"] = "display_data", transient
	case "update":
		kind, c["transient"] = "update_display_data", transient
	case "result":
		if q.Silent {
			return
		}
		kind, c["execution_count"] = "execute_result", k.count
	case "clear":
		kind, c = "clear_output", content{"wait": e.Flag}
	default:
		return
	}
	_ = k.Publish(kind, m.RawHeader, c)
}

// expressions evaluates the user expressions of a request in the order of their
// names, without output.
func (k *kernel) expressions(ctx context.Context, q request) content {
	out := content{}
	for _, name := range slices.Sorted(maps.Keys(q.UserExpressions)) {
		var result content
		err := k.engine.Execute(ctx, worker.Cell{Code: q.UserExpressions[name], Count: k.count}, func(e worker.Event) {
			if e.Kind == "result" {
				result = content{"status": "ok", "data": e.Data, "metadata": or(e.Metadata, content{})}
			}
		})
		switch {
		case err != nil:
			result = failure(err)
			result["status"] = "error"
		case result == nil:
			result = content{"status": "ok", "data": content{}, "metadata": content{}}
		}
		out[name] = result
	}
	return out
}

func (k *kernel) setCurrent(m *wire.Message, mayAsk bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current, k.mayAsk = m, mayAsk
}

// ask sends an input request to the client whose cell runs.
func (k *kernel) ask(ctx context.Context, prompt string, password bool) (string, error) {
	k.mu.Lock()
	m, may := k.current, k.mayAsk
	k.mu.Unlock()
	if m == nil || !may {
		return "", errors.New("this front end takes no input")
	}
	select {
	case <-k.lines: // for a question that was given up
	default:
	}
	if err := k.Stdin.Send(m, "input_request", content{"prompt": prompt, "password": password}); err != nil {
		return "", err
	}
	select {
	case line := <-k.lines:
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (k *kernel) gotLine(m *wire.Message) {
	var q request
	if m.Header.Type != "input_reply" || json.Unmarshal(m.Content, &q) != nil {
		return
	}
	select {
	case k.lines <- q.Value:
	default:
	}
}
