package chat_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
	"uacs/harness/sample"
)

// unconnected is a client of a server within the process, which answers with what reply
// points to: connections of the machine take longer than reading what came over them.
func unconnected(f *testing.F, e chat.Endpoint, reply *[]byte) chat.Client {
	transport := http.DefaultTransport.(*http.Transport)
	dial := transport.DialContext
	defer func() { transport.DialContext = dial }()
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			requests := bufio.NewReader(theirs)
			for {
				r, err := http.ReadRequest(requests)
				if err != nil {
					return
				}
				io.Copy(io.Discard, r.Body)
				fmt.Fprintf(theirs, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(*reply), *reply)
			}
		}()
		return ours, nil
	}
	return chat.NewClient(e, "") // which takes the dialler over
}

// FuzzReply holds that no body makes anything but an answer, a record or an error,
// and that every record is valid.
func FuzzReply(f *testing.F) {
	files, err := filepath.Glob("chattest/testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"choices":[{"logprobs":{"content":[{"token":"positive","logprob":1e300,"bytes":[-1,999],"top_logprobs":[{"logprob":5}]}]},"message":{"content":"positive"}}],"usage":{"prompt_tokens":-5}}`))
	f.Add([]byte(`{"error":"text"}`))
	f.Add([]byte(`{"error":{"code":429,"message":7}}`))
	var reply []byte
	e := endpoint("http://model.invalid/v1")
	e.Retry.Attempts, e.Breaker.Failures = 1, 1<<30
	r, err := chat.NewRunner(chat.Options{Endpoint: e, Prompt: loadPrompt(f, "label-en"), Client: unconnected(f, e, &reply), Clock: new(chattest.Clock)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		reply = body
		var got *sample.Prediction
		s, err := r.Run(t.Context(), requests(1), func(result chat.Result) error {
			got = &result.Prediction
			return got.Validate()
		})
		if (got == nil) == (err == nil) || s.Answered+s.Failed+s.Unasked != 1 {
			t.Errorf("%v, %+v, %+v", err, got, s)
		}
		if got != nil && !utf8.ValidString(got.Error+got.Raw) {
			t.Errorf("not UTF-8: %+v", got)
		}
	})
}
