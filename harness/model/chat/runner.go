package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

// Options are what a Runner is made of. Endpoint, Prompt and Client are required.
type Options struct {
	Endpoint Endpoint
	Prompt   *Prompt
	Client   Client
	// Lookup finds answers that are already there; nil looks nowhere.
	Lookup Lookup
	// Clock tells the time and waits; nil is the machine's. Deadlines and the breaker's
	// wait go by the machine's clock whatever this one says: test those within a
	// bubble of testing/synctest.
	Clock Clock
	// Log gets a line for every fault; nil logs nothing.
	Log *slog.Logger
}

// Runner asks requests of one endpoint with one prompt. Its methods may be called
// at the same time; rates, waits and the state of the breaker are shared.
type Runner struct {
	Options
	pace *pace
	fuse *fuse
}

var _ Asker = (*Runner)(nil)

// NewRunner checks o and returns a Runner of it.
func NewRunner(o Options) (*Runner, error) {
	if err := o.Endpoint.Validate(); err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	if o.Prompt == nil || o.Prompt.first == nil || o.Client == nil {
		return nil, errors.New("chat: a runner needs a prompt that was loaded and a client")
	}
	if o.Clock == nil {
		o.Clock = machineClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{Options: o, pace: newPace(o.Endpoint.Limits, o.Clock), fuse: newFuse(o.Endpoint.Breaker, o.Clock)}, nil
}

// Ask answers one request, from the Lookup or the server, as [Runner.Run] does.
func (r *Runner) Ask(ctx context.Context, request Request) (sample.Prediction, error) {
	var p sample.Prediction
	_, err := r.Run(ctx, []Request{request}, func(result Result) error {
		p = result.Prediction
		return nil
	})
	if p.ID != "" {
		return p, nil
	}
	return p, err
}

// Check reports the first request that cannot be asked, without asking: an
// incomplete one, a wording that lacks what it quotes, files that are not there
// or that the endpoint does not take.
func (r *Runner) Check(requests []Request) error {
	for i := range requests {
		q := &requests[i]
		if err := q.Validate(); err != nil {
			return fmt.Errorf("request %d %s: %w", i, q.name(), err)
		}
		if _, _, err := r.Prompt.words(q); err != nil {
			return fmt.Errorf("request %d %s: %w", i, q.name(), err)
		}
		if err := q.Media.check(&r.Endpoint); err != nil {
			return fmt.Errorf("request %d %s: %w", i, q.name(), err)
		}
	}
	return nil
}

// Question puts request into words. It reads the media, whose bytes the digest of
// the prompt depends on.
func (r *Runner) Question(request *Request) (*Question, error) {
	system, question, err := r.Prompt.words(request)
	if err != nil {
		return nil, err
	}
	parts, err := request.Media.load(int64(r.Endpoint.Limits.MediaMB * 1e6))
	if err != nil {
		return nil, err
	}
	messages := Messages{
		{Role: "system", Parts: []Part{{Kind: "text", Text: system}}},
		{Role: "user", Parts: append(parts, Part{Kind: "text", Text: question})},
	}
	e := &r.Endpoint
	return &Question{
		Request: request, Model: e.Model, Revision: e.Revision, WeightsSHA256: e.WeightsSHA256, PromptSHA256: messages.SHA256(),
		Modalities: request.modalities(), Params: e.params(), messages: messages,
	}, nil
}

func (r *Request) modalities() []string {
	var out []string
	for _, m := range []struct {
		name string
		seen bool
	}{{"text", r.Transcript != ""}, {"audio", r.Media.Audio != ""}, {"video", r.Media.pictures()}} {
		if m.seen {
			out = append(out, m.name)
		}
	}
	return out
}

// callID names one call to the server.
func (q *Question) callID(n int) string {
	r := q.Request
	fields := []string{r.Dataset, string(r.Split), r.ID, strconv.Itoa(r.Round), strconv.Itoa(n)}
	for i, f := range fields {
		fields[i] = url.PathEscape(f)
	}
	return strings.Join(fields, "/")
}

// guess is what a call may need in tokens: a token for 3 bytes of text, 1000 for
// each medium, and the longest answer.
func (q *Question) guess(maxTokens int) float64 {
	n := float64(maxTokens)
	for _, m := range q.messages {
		for _, p := range m.Parts {
			if p.Kind != "text" {
				n += 1000
				continue
			}
			n += float64(min(len(p.Text), 3*utf8.RuneCountInString(p.Text))) / 3
		}
	}
	return n
}

// complete asks for sample n of q until there is a reply, attempts run out, or the
// run ends. The end of waits ends waiting, that of calls the attempt under way.
func (r *Runner) complete(waits, calls context.Context, q *Question, n int, t *tally) (Reply, float64, int, error) {
	call := Call{ID: q.callID(n), Messages: q.messages}
	if seed := r.Endpoint.Decoding.Seed; seed != nil {
		s := *seed + int64(n)
		call.Seed = &s
	}
	for attempt := 1; ; attempt++ {
		reply, ms, err := r.attempt(waits, calls, q, call, attempt, t)
		var fault *Fault
		if err == nil || !errors.As(err, &fault) {
			return reply, ms, attempt, err
		}
		t.fault(fault)
		r.Log.Warn("fault", "call", call.ID, "attempt", attempt, "kind", string(fault.Kind), "status", fault.Status, "message", fault.Message)
		wait := r.Endpoint.Retry.backoff(call.ID, attempt)
		if fault.HasRetryAfter && fault.Kind.Rule().Class == Transient {
			if fault.RetryAfter > seconds(r.Endpoint.Retry.MaxSeconds) {
				fault = &Fault{Kind: WaitTooLong, Status: fault.Status, Message: "the server asks to wait " + fault.RetryAfter.String()}
				t.fault(fault)
			} else {
				r.pace.hold(fault.RetryAfter)
				wait = fault.RetryAfter
			}
		}
		if fault.Kind.Rule().Class != Transient || attempt >= r.Endpoint.Retry.Attempts {
			return Reply{}, 0, attempt, fault
		}
		if fault.Kind.Rule().Lost {
			t.warn("asked again where an answer may have been lost on its way, which a server may charge for too")
		}
		if err := r.Clock.Sleep(waits, wait); err != nil {
			return Reply{}, 0, attempt, err
		}
	}
}

// attempt asks once, when breaker and rates allow it. Milliseconds are those of
// the attempt alone, without waits.
func (r *Runner) attempt(waits, calls context.Context, q *Question, call Call, attempt int, t *tally) (Reply, float64, error) {
	reserved, err := r.pace.wait(waits, q.guess(r.Endpoint.Decoding.MaxTokens))
	if err != nil {
		return Reply{}, 0, err
	}
	done, err := r.fuse.allow(waits)
	if err != nil {
		return Reply{}, 0, err
	}
	t.call(attempt)
	ctx, cancel := context.WithTimeout(calls, seconds(r.Endpoint.Limits.DeadlineSeconds))
	defer cancel()
	begin := r.Clock.Now()
	reply, err := r.Client.Complete(ctx, call)
	ms := float64(max(0, r.Clock.Now().Sub(begin)).Microseconds()) / 1000 // a clock may be set back
	var fault *Fault
	switch {
	case err == nil:
		done(nil)
		t.reply(reply)
		r.pace.spent(reserved, deref(reply.TokensIn)+deref(reply.TokensOut))
	case calls.Err() != nil:
		done(errCancelled)
		return Reply{}, 0, calls.Err()
	case errors.As(err, &fault) && !fault.Kind.Rule().Down:
		done(nil)
	default:
		if fault == nil {
			err = &Fault{Kind: Connection, Message: oneLine(err.Error())}
		}
		done(err)
	}
	return reply, ms, err
}

func deref(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// stopError is a fatal fault as a run reports it.
func stopError(q *Question, f *Fault) error {
	err := fmt.Errorf("run stopped at %s: %w", q.Request.name(), f)
	if h := f.Kind.Rule().Hint; h != "" {
		return hint.Add(err, "%s", h)
	}
	return err
}
