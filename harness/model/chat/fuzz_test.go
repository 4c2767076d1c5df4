package chat_test

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
)

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
	f.Fuzz(func(t *testing.T, body []byte) {
		server := chattest.NewServer(chattest.Recorded(body), nil)
		defer server.Close()
		got, s, _, err := ask(t, server, setup{change: func(e *chat.Endpoint) { e.Retry.Attempts = 1 }}, requests(1))
		if (got[0] == nil) == (err == nil) || s.Answered+s.Failed+s.Unasked != 1 {
			t.Errorf("%v, %+v, %+v", err, got[0], s)
		}
		if got[0] != nil && !utf8.ValidString(got[0].Error+got[0].Raw) {
			t.Errorf("not UTF-8: %+v", got[0])
		}
	})
}
