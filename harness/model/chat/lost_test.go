package chat_test

import (
	"strings"
	"testing"

	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
)

// What may be paid twice is said: a server that had begun to answer may charge for it.
func TestLostAnswersAreCounted(t *testing.T) {
	for _, tc := range []struct {
		fault chattest.Fault
		said  bool
	}{{chattest.Hang, true}, {chattest.Cut, true}, {chattest.BadJSON, true}, {chattest.TooMany, false}, {chattest.Internal, false}} {
		t.Run(string(tc.fault), func(t *testing.T) {
			server := chattest.NewServer(positive, chattest.Sequence(tc.fault))
			defer server.Close()
			_, s, _, err := ask(t, server, setup{change: func(e *chat.Endpoint) { e.Limits.DeadlineSeconds = 0.1 }}, requests(1))
			if said := strings.Contains(strings.Join(s.Warnings, "\n"), "lost on its way"); err != nil || s.Answered != 1 || said != tc.said {
				t.Errorf("%v, %+v", err, s)
			}
		})
	}
}
