package chat

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"
)

// pace says when the next attempt may be sent.
type pace struct {
	clock    Clock
	requests *rate.Limiter
	tokens   *rate.Limiter

	mu        sync.Mutex
	notBefore time.Time // what a server asked for holds for all requests
	used      float64   // tokens that the last answers took, a running mean
}

func newPace(l Limits, clock Clock) *pace {
	p := &pace{clock: clock}
	if l.RequestsPerMinute > 0 {
		p.requests = rate.NewLimiter(rate.Limit(l.RequestsPerMinute/60), int(max(1, l.RequestsPerMinute/60)))
	}
	if l.TokensPerMinute > 0 {
		p.tokens = rate.NewLimiter(rate.Limit(l.TokensPerMinute/60), int(max(1, min(l.TokensPerMinute/6, 1e9))))
	}
	return p
}

// wait returns when an attempt may be sent that is guessed to need so many tokens,
// and the number of tokens that were reserved.
func (p *pace) wait(ctx context.Context, guess float64) (float64, error) {
	now := p.clock.Now()
	p.mu.Lock()
	d := p.notBefore.Sub(now)
	guess = max(guess, p.used)
	p.mu.Unlock()
	d = max(d, reserve(p.requests, now, 1), reserve(p.tokens, now, guess))
	return guess, p.clock.Sleep(ctx, d)
}

// reserve takes n from a limiter and returns how long to wait for them. More than
// the limiter holds at once are taken in turns.
func reserve(l *rate.Limiter, now time.Time, n float64) (d time.Duration) {
	if l == nil {
		return 0
	}
	for left := int(math.Ceil(min(n, 1e8))); left > 0; left -= l.Burst() {
		d = max(d, l.ReserveN(now, min(left, l.Burst())).DelayFrom(now))
	}
	return d
}

// hold keeps all requests back for d.
func (p *pace) hold(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.clock.Now().Add(d); until.After(p.notBefore) {
		p.notBefore = until
	}
}

// spent puts right what was reserved too little, and learns from it.
func (p *pace) spent(reserved float64, tokens int) {
	if tokens == 0 {
		return
	}
	p.mu.Lock()
	p.used += (float64(tokens) - p.used) / 8
	p.mu.Unlock()
	reserve(p.tokens, p.clock.Now(), float64(tokens)-reserved)
}

// backoff is full jitter: uniform in [0, min(max, first 2^(attempt-1))]. It depends
// on the seed, the call and the attempt, and not on what other requests do.
func (r Retry) backoff(call string, attempt int) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(call))
	ceiling := min(r.MaxSeconds, r.FirstSeconds*math.Pow(2, float64(attempt-1)))
	return seconds(ceiling * rand.New(rand.NewPCG(r.Seed, h.Sum64()+uint64(attempt))).Float64())
}

// fuse opens when the server is down.
type fuse struct {
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	clock   Clock
	config  Breaker
	failed  atomic.Int64 // probes in a row
}

var errCancelled = errors.New("cancelled")

func newFuse(b Breaker, clock Clock) *fuse {
	f := &fuse{clock: clock, config: b}
	f.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests: 1,
		Timeout:     seconds(b.WaitSeconds),
		ReadyToTrip: func(c gobreaker.Counts) bool { return int(c.ConsecutiveFailures) >= b.Failures },
		IsExcluded:  func(err error) bool { return errors.Is(err, errCancelled) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			switch {
			case to == gobreaker.StateClosed:
				f.failed.Store(0)
			case from == gobreaker.StateHalfOpen && to == gobreaker.StateOpen:
				f.failed.Add(1)
			}
		},
	})
	return f
}

// allow returns when a request may be sent, and the function that takes how it
// went: nil if the server is alive. The error is the context's, or a *Fault when
// too many probes have failed.
func (f *fuse) allow(ctx context.Context) (func(error), error) {
	for {
		if int(f.failed.Load()) >= f.config.Probes {
			return nil, &Fault{Kind: ServerDown, Message: "the server does not answer"}
		}
		done, err := f.breaker.Allow()
		if err == nil {
			return done, nil
		}
		// A probe may be under way, or the time is not up: look again soon.
		if err := f.clock.Sleep(ctx, seconds(f.config.WaitSeconds)/8+time.Millisecond); err != nil {
			return nil, err
		}
	}
}
