package chat

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"uacs/harness/sample"
)

// run is one call of Run.
type run struct {
	*Runner
	requests []Request
	save     func(Result) error
	tally    tally
	// waits ends when the run is to stop, calls when what is under way may take no
	// longer.
	waits, calls context.Context
	stop         context.CancelCauseFunc

	saving sync.Mutex
}

// Run asks all requests and hands every answer to save as it comes, one at a time;
// save places it by Result.Index. Nothing is asked if [Runner.Check] finds a
// defect. Run returns when all are answered, when ctx is cancelled, when save
// fails, or at a fault that all further requests would meet too; in the last three
// cases err says why and Summary.Unasked how many are left. Every answer that
// arrived has been handed to save by then, also those that arrived after the run
// began to stop: requests under way get Limits.DrainSeconds to end.
func (r *Runner) Run(ctx context.Context, requests []Request, save func(Result) error) (Summary, error) {
	if err := r.Check(requests); err != nil {
		return Summary{Requests: len(requests), Unasked: len(requests)}, err
	}
	n := &run{Runner: r, requests: requests, save: save}
	n.waits, n.stop = context.WithCancelCause(ctx)
	calls, abort := context.WithCancel(context.WithoutCancel(ctx))
	n.calls = calls
	drained := make(chan struct{})
	release := context.AfterFunc(n.waits, func() {
		defer close(drained)
		if r.Clock.Sleep(calls, seconds(r.Endpoint.Limits.DrainSeconds)) == nil {
			abort()
		}
	})
	n.workers()
	err := context.Cause(n.waits)
	stopping := !release()
	n.stop(nil)
	abort()
	if stopping {
		<-drained
	}
	if err != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("run stopped: %w", err)
	}
	return n.tally.summary(&r.Endpoint, len(requests)), err
}

// workers answers requests, Limits.Concurrency at once, and returns when none is
// under way any more.
func (n *run) workers() {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n.Endpoint.Limits.Concurrency, len(n.requests)) {
		group.Go(func() {
			for n.waits.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(n.requests) {
					return
				}
				n.one(i)
			}
		})
	}
	group.Wait()
}

// one answers request i and hands the answer over, or stops the run.
func (n *run) one(i int) {
	q, err := n.Question(&n.requests[i])
	if err != nil {
		n.stop(fmt.Errorf("%s: %w", n.requests[i].name(), err))
		return
	}
	if n.Lookup != nil {
		p, ok, err := n.Lookup(n.waits, q)
		switch {
		case err != nil:
			n.stop(fmt.Errorf("look up %s: %w", n.requests[i].name(), err))
			return
		case ok:
			n.deliver(Result{Index: i, Question: q, Prediction: p, Cached: true})
			return
		}
	}
	p, err := n.answer(q)
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		n.stop(stopError(q, fault))
	case err != nil: // the run is stopping, and there is nothing to keep
		return
	}
	if p.ID != "" {
		n.deliver(Result{Index: i, Question: q, Prediction: p})
	}
}

func (n *run) deliver(result Result) {
	result.Question.messages = nil // media, which the caller is not to keep alive
	n.saving.Lock()
	defer n.saving.Unlock()
	if err := n.save(result); err != nil {
		n.stop(fmt.Errorf("save the answer to %s: %w", result.Question.Request.name(), err))
		n.tally.warn("an answer that arrived could not be saved")
		return
	}
	n.tally.result(&result)
}

// answer asks all samples of q. An error without a record (an empty ID) means that
// nothing was paid for.
func (n *run) answer(q *Question) (sample.Prediction, error) {
	var replies []timedReply
	asked := false
	defer func() {
		if asked {
			n.tally.asked.Add(1)
		}
	}()
	waits := n.waits
	for k := range n.Endpoint.Decoding.Samples {
		before := n.tally.calls.Load()
		reply, ms, attempts, err := n.complete(waits, n.calls, q, k, &n.tally)
		asked = asked || n.tally.calls.Load() > before
		var fault *Fault
		switch {
		case err == nil:
			replies = append(replies, timedReply{Reply: reply, ms: ms})
			waits = n.calls // what is begun is ended: a vote of fewer would be another answer
			continue
		case errors.As(err, &fault) && fault.Kind.Rule().Class != Fatal:
			replies = append(replies, timedReply{failure: fault.record(attempts)})
			continue
		case len(replies) == 0:
			return sample.Prediction{}, err
		}
		p := n.record(q, replies)
		p.Error = fmt.Sprintf("missing: the run stopped after %d of %d samples", len(replies), n.Endpoint.Decoding.Samples)
		return p, err
	}
	return n.record(q, replies), nil
}
