package chat_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
	"uacs/internal/hint"
)

// client is a chat.Client without a network.
type client func(ctx context.Context, call chat.Call) (chat.Reply, error)

func (c client) Complete(ctx context.Context, call chat.Call) (chat.Reply, error) {
	return c(ctx, call)
}

func yes() chat.Reply {
	n := 10
	return chat.Reply{Text: "positive", FinishReason: "stop", TokensIn: &n, TokensOut: &n}
}

func runner(t *testing.T, c client, change func(*chat.Endpoint)) *chat.Runner {
	t.Helper()
	e := endpoint("http://127.0.0.1:1/v1")
	e.Decoding.Logprobs, e.Decoding.TopLogprobs = false, 0
	if change != nil {
		change(&e)
	}
	r, err := chat.NewRunner(chat.Options{Endpoint: e, Prompt: loadPrompt(t, "label-en"), Client: c})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The server is down for ten minutes: while it is, only probes are sent, and then
// the run goes on to its end.
func TestBreakerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := time.Now().Add(10 * time.Minute)
		var refused atomic.Int64
		r := runner(t, func(context.Context, chat.Call) (chat.Reply, error) {
			if time.Now().Before(back) {
				refused.Add(1)
				return chat.Reply{}, &chat.Fault{Kind: chat.Connection, Message: "refused"}
			}
			return yes(), nil
		}, func(e *chat.Endpoint) {
			e.Retry.Attempts = 50
			e.Breaker = chat.Breaker{Failures: 4, WaitSeconds: 60, Probes: 20}
		})
		s, err := r.Run(t.Context(), requests(20), func(chat.Result) error { return nil })
		if err != nil || s.Answered != 20 {
			t.Fatalf("%v, %+v", err, s)
		}
		// By hand: four workers fail before it opens (some once more), then a probe a minute.
		if n := refused.Load(); n < 12 || n > 20 {
			t.Errorf("%d requests were sent to a server that is down", n)
		}
	})
}

func TestBreakerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runner(t, func(context.Context, chat.Call) (chat.Reply, error) {
			return chat.Reply{}, &chat.Fault{Kind: chat.Connection, Message: "refused"}
		}, func(e *chat.Endpoint) { e.Retry.Attempts = 100 })
		s, err := r.Run(t.Context(), requests(50), func(chat.Result) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "server-down") || hint.Of(err) == "" || s.Unasked != 50 {
			t.Errorf("%v, %+v", err, s)
		}
	})
}

// What is under way when a run is cancelled is delivered; what takes longer than the
// drain is not waited for.
func TestCancelDelivers(t *testing.T) {
	for _, tc := range []struct {
		name      string
		drain     float64
		delivered int
	}{{"in time", 60, 4}, {"too slow", 2, 0}} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				r := runner(t, func(ctx context.Context, _ chat.Call) (chat.Reply, error) {
					select {
					case <-time.After(5 * time.Second):
						return yes(), nil
					case <-ctx.Done():
						return chat.Reply{}, ctx.Err()
					}
				}, func(e *chat.Endpoint) { e.Limits.DrainSeconds, e.Limits.DeadlineSeconds = tc.drain, 100 })
				time.AfterFunc(time.Second, cancel)
				saved := 0
				s, err := r.Run(ctx, requests(20), func(chat.Result) error { saved++; return nil })
				if !errors.Is(err, context.Canceled) || saved != tc.delivered || s.Answered != tc.delivered || s.Unasked != 20-tc.delivered {
					t.Errorf("%v, %d saved, %+v", err, saved, s)
				}
			})
		})
	}
}

// 120 requests a minute, the first of them two at once: 11 take 4.5 s or more.
func TestRates(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*chat.Limits)
	}{
		{"requests", func(l *chat.Limits) { l.RequestsPerMinute = 120 }},
		{"tokens", func(l *chat.Limits) { l.TokensPerMinute = 6000 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runner(t, func(context.Context, chat.Call) (chat.Reply, error) { return yes(), nil }, func(e *chat.Endpoint) { tc.change(&e.Limits) })
				begin := time.Now()
				if _, err := r.Run(t.Context(), requests(11), func(chat.Result) error { return nil }); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begin); took < 4500*time.Millisecond || took > time.Minute {
					t.Errorf("11 requests took %v", took)
				}
			})
		})
	}
}

// A server's Retry-After holds for all requests, not for the one that was refused.
func TestRetryAfterHoldsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first sync.Once
		begin := time.Now()
		r := runner(t, func(context.Context, chat.Call) (chat.Reply, error) {
			refuse := false
			first.Do(func() { refuse = true })
			if refuse {
				return chat.Reply{}, &chat.Fault{Kind: chat.RateLimited, Status: 429, HasRetryAfter: true, RetryAfter: 30 * time.Second}
			}
			if since := time.Since(begin); since > 0 && since < 30*time.Second {
				t.Errorf("a request was sent %v after the refusal", since)
			}
			time.Sleep(time.Second)
			return yes(), nil
		}, nil)
		s, err := r.Run(t.Context(), requests(12), func(chat.Result) error { return nil })
		if err != nil || s.Answered != 12 || time.Since(begin) < 30*time.Second {
			t.Errorf("%v, %+v", err, s)
		}
	})
}

// Waits depend on seed and call alone: a second run waits the same.
func TestJitterIsSeeded(t *testing.T) {
	waits := func() string {
		clock := new(chattest.Clock)
		e := endpoint("http://127.0.0.1:1/v1")
		r, err := chat.NewRunner(chat.Options{Endpoint: e, Prompt: loadPrompt(t, "label-en"), Clock: clock, Client: client(func(context.Context, chat.Call) (chat.Reply, error) {
			return chat.Reply{}, &chat.Fault{Kind: chat.ServerError, Status: 500}
		})})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Ask(t.Context(), request("a")); err != nil {
			t.Fatal(err)
		}
		slept := clock.Slept()
		if len(slept) != 2 || slept[0] > time.Second || slept[1] > 2*time.Second {
			t.Errorf("slept %v", slept)
		}
		return fmt.Sprint(slept)
	}
	if a, b := waits(), waits(); a != b {
		t.Errorf("%s, then %s", a, b)
	}
}

func TestSaveFails(t *testing.T) {
	full := errors.New("disk full")
	r := runner(t, func(context.Context, chat.Call) (chat.Reply, error) { return yes(), nil }, nil)
	s, err := r.Run(t.Context(), requests(50), func(r chat.Result) error { return full })
	if !errors.Is(err, full) || s.Answered != 0 || len(s.Warnings) == 0 || s.TokensIn == 0 {
		t.Errorf("%v, %+v", err, s)
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		r := runner(t, func(context.Context, chat.Call) (chat.Reply, error) {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second)
			now.Add(-1)
			return yes(), nil
		}, func(e *chat.Endpoint) { e.Limits.Concurrency = 3 })
		if _, err := r.Run(t.Context(), requests(30), func(chat.Result) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if most.Load() != 3 {
			t.Errorf("%d at once, want 3", most.Load())
		}
	})
}
