package soak

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"uacs/harness/cache"
	"uacs/harness/cache/sqlite"
	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
	"uacs/harness/sample"
)

// misbehaviour is what three of ten attempts meet.
var misbehaviour = []chattest.Fault{
	chattest.TooMany, chattest.TooManyWait, chattest.Internal, chattest.HTMLError, chattest.Reset, chattest.Hang, chattest.Drip,
	chattest.Cut, chattest.BadJSON, chattest.HTML, chattest.ErrorBody, chattest.NoChoices, chattest.NoLogprobs,
}

// scored answers by the clip alone; one clip in fifty gets its answer twice in one
// completion.
func scored(c chattest.Call) chattest.Answer {
	h := fnv.New32a()
	h.Write([]byte(c.Clip))
	n := h.Sum32()
	text := fmt.Sprintf(`{"score": %.2f, "confidence": %.2f}`, float64(n%601)/100-3, float64(n/601%101)/100)
	if n%50 != 0 {
		return chattest.Answer{Text: text, Tokens: []chattest.Token{{Text: text, Top: []chattest.Token{{Text: text}}}}, TokensIn: 100, TokensOut: 8}
	}
	choice := fmt.Sprintf(`{"index":%%d,"finish_reason":"stop","message":{"role":"assistant","content":%q}}`, text)
	return chattest.Answer{Raw: fmt.Appendf(nil, `{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[`+choice+","+choice+"]}", 0, 1)}
}

func endpoint(url string) chat.Endpoint {
	e := chat.EndpointDefaults()
	e.Name, e.Title, e.BaseURL, e.Model = "soak", "SYNTHETIC", url, chattest.SyntheticModel
	e.Decoding.MaxTokens, e.Decoding.Logprobs, e.Decoding.TopLogprobs = 16, true, 5
	// A deadline that a stalled machine can miss loses answers, see the watch.
	e.Limits.Concurrency, e.Limits.DeadlineSeconds = 64, 10
	e.Retry.Attempts, e.Breaker.Failures = 4, 1<<30
	return e
}

// watch is a client that counts, by the ID of a call, the attempts that it gave up at
// the deadline: the answers to these may have been made and did not arrive.
type watch struct {
	chat.Client
	mu   sync.Mutex
	late map[string]int
}

func (w *watch) Complete(ctx context.Context, call chat.Call) (chat.Reply, error) {
	r, err := w.Client.Complete(ctx, call)
	if f, ok := errors.AsType[*chat.Fault](err); ok && f.Kind == chat.Deadline {
		w.mu.Lock()
		w.late[call.ID]++
		w.mu.Unlock()
	}
	return r, err
}

// newRunner asks through store. Waits take no time, deadlines do.
func newRunner(t *testing.T, url string, store cache.Store, clock chat.Clock) *chat.Runner {
	t.Helper()
	p, err := chat.LoadPrompt(os.DirFS(filepath.Join(project, "configs")), "prompts/score-en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e := endpoint(url)
	r, err := chat.NewRunner(chat.Options{
		Endpoint: e, Prompt: p, Client: &watch{Client: chat.NewClient(e, ""), late: map[string]int{}}, Clock: clock,
		Lookup: func(ctx context.Context, q *chat.Question) (sample.Prediction, bool, error) {
			e, ok, err := store.Get(ctx, identity(q).Key())
			return e.Prediction, ok, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func identity(q *chat.Question) *cache.Request {
	return &cache.Request{
		DatasetSHA256: cache.Digest(q.Request.Transcript), ID: q.Request.ID, Model: q.Model, Revision: q.Revision,
		PromptSHA256: q.PromptSHA256, Round: q.Request.Round, Modalities: q.Modalities, Params: q.Params,
	}
}

func requests(n int) []chat.Request {
	out := make([]chat.Request, n)
	for i := range out {
		out[i] = chat.Request{Dataset: "synth-mosi", Split: sample.Test, ID: fmt.Sprintf("clip-%05d", i), Round: 1, Transcript: fmt.Sprintf("words %d", i), Min: -3, Max: 3}
	}
	return out
}

// keeper saves answers, and looks at the heap at every tenth of them.
type keeper struct {
	t     *testing.T
	store cache.Store
	n     int
	every int
	heap  []uint64
}

func (k *keeper) save(r chat.Result) error {
	if k.n++; k.n%k.every == 0 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		k.heap = append(k.heap, m.HeapAlloc)
	}
	if l := r.Prediction.LatencyMS; l != nil && *l < 0 {
		k.t.Errorf("clip %s took %v ms", r.Prediction.ID, *l)
	}
	e, err := cache.NewEntry(*identity(r.Question), r.Prediction)
	if err != nil {
		return err
	}
	return k.store.Put(context.Background(), e)
}

// Every clip ends answered or recorded as failed, none is paid twice, and the memory
// in use does not grow with the calls.
func TestMisbehavingServer(t *testing.T) {
	need(t)
	var faults atomic.Int64
	mix := chattest.Mix(1, 0.3, misbehaviour...)
	server := chattest.NewServer(scored, func(c chattest.Call) chattest.Fault {
		f := mix(c)
		if f != chattest.None {
			faults.Add(1)
		}
		return f
	})
	defer server.Close()
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "answers.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	k := &keeper{t: t, store: store, every: *calls / 10}
	begin := time.Now()
	r := newRunner(t, server.URL, store, new(chattest.Clock))
	sum, err := r.Run(t.Context(), requests(*calls), k.save)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d clips, %d calls in %v: %d answered, %d recorded as failed, faults %v", *calls, sum.Calls, time.Since(begin).Round(time.Second), sum.Answered, sum.Failed, sum.Faults)
	tally.calls.Add(int64(server.Calls()))
	tally.faults.Add(faults.Load())
	settled(t, store, server, r.Client.(*watch))
	first, last := k.heap[1], k.heap[len(k.heap)-1]
	t.Logf("heap after a fifth %.1f MB, at the end %.1f MB", float64(first)/1e6, float64(last)/1e6)
	// The server's counts and the clock's list of waits grow: some 300 bytes a call.
	if last > first+uint64(1000**calls)+4e6 {
		t.Errorf("the heap grew: %v", k.heap)
	}
	again, err := newRunner(t, server.URL, store, new(chattest.Clock)).Run(t.Context(), requests(*calls), func(chat.Result) error { return nil })
	if err != nil || again.Calls != 0 {
		t.Errorf("a second run asked %d times: %v", again.Calls, err)
	}
}

// settled counts clips without an entry, and answers that were given once more though
// the one before had arrived. One that is on its way when the deadline passes is lost,
// and its call asked again: those are told apart and logged.
func settled(t *testing.T, store cache.Store, server *chattest.Server, w *watch) {
	t.Helper()
	entries := 0
	if err := store.Scan(t.Context(), func(e cache.Entry) error {
		entries++
		if e.Prediction.Error == "" && e.Prediction.Score == nil {
			t.Errorf("clip %s has neither an answer nor an error", e.Prediction.ID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	tally.lost.Add(int64(*calls - entries))
	if entries != *calls {
		t.Errorf("%d of %d clips have an entry", entries, *calls)
	}
	late := 0
	for id, n := range server.Answered() {
		lost := min(n-1, w.late[id])
		late += lost
		if n > 1+lost {
			tally.twice.Add(int64(n - 1 - lost))
			t.Errorf("%s was answered %d times, %d of them after the deadline", id, n, lost)
		}
	}
	t.Logf("%d answers came after the deadline of their attempt", late)
}

// backwards is a clock that is set back by an hour at every thousandth look.
type backwards struct {
	chattest.Clock
	looks atomic.Int64
}

func (b *backwards) Now() time.Time {
	return b.Clock.Now().Add(-time.Duration(b.looks.Add(1)/1000) * time.Hour)
}

// A clock that is set back delays nothing for ever and makes no negative time.
func TestClockSetBack(t *testing.T) {
	need(t)
	server := chattest.NewServer(scored, chattest.Mix(2, 0.3, chattest.TooManyWait, chattest.Internal))
	defer server.Close()
	k := &keeper{t: t, store: cache.NewMemory(), every: 1 << 30}
	sum, err := newRunner(t, server.URL, k.store, new(backwards)).Run(t.Context(), requests(3000), k.save)
	if err != nil || sum.Answered+sum.Failed != 3000 {
		t.Errorf("%+v, %v", sum, err)
	}
	tally.calls.Add(int64(server.Calls()))
}

// live writes the configs of a cascade whose large model is the server at url.
func live(t *testing.T, dir, url string, concurrency, deadline int) {
	t.Helper()
	text := fmt.Sprintf("name: soak\ntitle: SYNTHETIC\nbase_url: %s\nmodel: SYNTHETIC\ndecoding: {temperature: 0, max_tokens: 16}\n"+
		"limits: {concurrency: %d, deadline_seconds: %d, drain_seconds: 1}\nretry: {attempts: 6, first_seconds: 0.01, max_seconds: 5}\nbreaker: {failures: 100000}\n", url, concurrency, deadline)
	if err := os.WriteFile(filepath.Join(dir, "configs/endpoints/soak.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, "configs/live/synth-mosi-live.yaml", "configs/live/soak.yaml", "synth-mosi-live", "soak",
		"{synth: large, ", "{endpoint: soak, prompt: score-en, ", "{synth: second, decision: score, ", "{variant: uacs-v1, ", "large_measure: entropy", "large_measure: verbal-confidence")
}

// slow answers as scored does, after a while.
func slow(after time.Duration) chattest.Answerer {
	return func(c chattest.Call) chattest.Answer {
		time.Sleep(after)
		return scored(c)
	}
}

// A run that is told to end does so within two seconds, and keeps all it was answered,
// also when the server hangs.
func TestSIGTERM(t *testing.T) {
	need(t)
	for _, tc := range []struct {
		name   string
		script chattest.Script
	}{{"slow server", nil}, {"hanging server", chattest.Mix(3, 0.2, chattest.Hang)}} {
		t.Run(tc.name, func(t *testing.T) {
			dir := workplace(t)
			server := chattest.NewServer(slow(100*time.Millisecond), tc.script)
			defer server.Close()
			live(t, dir, server.URL, 8, 5)
			cmd, out := uacs(dir, "run", "-c", "configs/live/soak.yaml")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for range 600 {
				if server.Calls() >= 40 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			begin := time.Now()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			err := cmd.Wait()
			took := time.Since(begin)
			paid, kept := len(server.Answered()), answers(t, dir)
			t.Logf("ended after %v, %d paid, %d kept", took.Round(time.Millisecond), paid, kept)
			if err == nil || took > 2*time.Second || !strings.Contains(out.String(), "run again to go on") {
				t.Errorf("%v after %v: %s", err, took, out)
			}
			if kept != paid {
				tally.lost.Add(int64(paid - kept))
				t.Errorf("%d answers were paid for, %d kept", paid, kept)
			}
		})
	}
}

// answers counts the answers of the server that the cache of dir has.
func answers(t *testing.T, dir string) int {
	t.Helper()
	return len(stored(t, dir))
}

// stored are the calls whose answers are in the cache of dir, as clip and round.
func stored(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	path := filepath.Join(dir, ".cache/answers.db")
	if _, err := os.Stat(path); err != nil {
		return out
	}
	s, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, wrong, err := s.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Fatalf("the cache is damaged: %v %v", wrong, err)
	}
	if err := s.Scan(t.Context(), func(e cache.Entry) error {
		if e.Prediction.PromptSHA256 != "" {
			out[fmt.Sprintf("%s %d", e.Prediction.ID, e.Prediction.Round)] = true
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}
