package kernel

import (
	"fmt"
	"path"
	"runtime"
	"strings"

	"uacs/harness/kernel/wire"
)

// request is the content of any request.
type request struct {
	Code            string
	Silent          bool
	StoreHistory    *bool             `json:"store_history"`
	AllowStdin      bool              `json:"allow_stdin"`
	StopOnError     *bool             `json:"stop_on_error"`
	UserExpressions map[string]string `json:"user_expressions"`
	CursorPos       *int              `json:"cursor_pos"`
	Restart         bool
	CommID          string `json:"comm_id"`
	Command         string
	Seq             int
	Value           string

	Output      bool
	Access      string `json:"hist_access_type"`
	Start, Stop int
	N           int
	Pattern     string
	Unique      bool
}

// cursor returns the cursor as a byte offset in the code; the protocol counts
// code points.
func (q request) cursor() int {
	if q.CursorPos == nil {
		return len(q.Code)
	}
	return byteOffset(q.Code, *q.CursorPos)
}

func byteOffset(text string, points int) int {
	if points <= 0 {
		return 0
	}
	for i := range text {
		if points == 0 {
			return i
		}
		points--
	}
	return len(text)
}

func points(text string, offset int) int { return len([]rune(text[:min(max(offset, 0), len(text))])) }

func replyTo(kind string) string { return strings.TrimSuffix(kind, "_request") + "_reply" }

// answer returns the answer to a request that does not run a cell.
func (k *kernel) answer(kind string, q request) (reply string, c content, err error) {
	reply = replyTo(kind)
	switch kind {
	case "kernel_info_request":
		c = info()
	case "complete_request":
		c, err = k.complete(q)
	case "inspect_request":
		c, err = k.inspect(q)
	case "is_complete_request":
		c, err = k.isComplete(q)
	case "history_request":
		c = content{"history": k.past(q)}
	case "comm_info_request":
		c = content{"comms": content{}}
	case "connect_request":
		c = content{}
	case "interrupt_request":
		k.engine.Interrupt()
		c = content{}
	case "debug_request":
		c = content{"type": "response", "request_seq": q.Seq, "seq": q.Seq, "success": false, "command": q.Command, "message": "this kernel has no debugger", "body": content{}}
	default:
		err = fmt.Errorf("unknown request %s", kind)
	}
	return reply, c, err
}

func info() content {
	version := strings.TrimPrefix(runtime.Version(), "go")
	return content{
		"protocol_version": wire.Version, "implementation": "uacs", "implementation_version": "1.0", "banner": "Go " + version + " with the uacs harness; %help lists the commands",
		"debugger": false, "help_links": []any{content{"text": "Go", "url": "https://go.dev/doc/"}, content{"text": "Go packages", "url": "https://pkg.go.dev"}},
		"language_info": content{
			"name": "go", "version": version, "mimetype": "text/x-go", "file_extension": ".go",
			"pygments_lexer": "go", "codemirror_mode": "go", "nbconvert_exporter": "script",
		},
	}
}

func (k *kernel) complete(q request) (content, error) {
	e, err := k.engine.Ask("complete", q.Code, q.cursor())
	if err != nil {
		return nil, err
	}
	matches, kinds := []string{}, []any{}
	start, end := points(q.Code, e.Start), points(q.Code, e.End)
	for _, m := range e.Matches {
		matches = append(matches, m.Text)
		kinds = append(kinds, content{"text": m.Text, "type": m.Kind, "start": start, "end": end})
	}
	return content{"matches": matches, "cursor_start": start, "cursor_end": end, "metadata": content{"_jupyter_types_experimental": kinds}}, nil
}

func (k *kernel) inspect(q request) (content, error) {
	e, err := k.engine.Ask("inspect", q.Code, q.cursor())
	if err != nil {
		return nil, err
	}
	data := e.Data
	if data == nil {
		data = content{}
	}
	return content{"found": e.Found, "data": data, "metadata": content{}}, nil
}

func (k *kernel) isComplete(q request) (content, error) {
	e, err := k.engine.Ask("iscomplete", q.Code, 0)
	if err != nil {
		return content{"status": "unknown"}, nil // the front end then decides by itself
	}
	c := content{"status": e.Status}
	if e.Status == "incomplete" {
		c["indent"] = e.Text
	}
	return c, nil
}

// past returns the cells that a history request asks for, the session always 0.
func (k *kernel) past(q request) []any {
	var which []int
	from, to := 0, len(k.history)
	if q.Access == "range" {
		from = max(q.Start-1, 0)
		if q.Stop > 0 {
			to = min(q.Stop-1, to)
		}
	}
	last := map[string]int{}
	for i, code := range k.history {
		last[code] = i
	}
	for i := from; i < to; i++ {
		code := k.history[i]
		if q.Access == "search" {
			if ok, err := path.Match(strings.ReplaceAll(q.Pattern, "/", " "), strings.ReplaceAll(code, "/", " ")); err != nil || !ok || q.Unique && last[code] != i {
				continue
			}
		}
		which = append(which, i)
	}
	if q.Access != "range" && q.N > 0 && len(which) > q.N {
		which = which[len(which)-q.N:]
	}
	out := []any{}
	for _, i := range which {
		if q.Output {
			out = append(out, []any{0, i + 1, []any{k.history[i], nil}})
		} else {
			out = append(out, []any{0, i + 1, k.history[i]})
		}
	}
	return out
}
