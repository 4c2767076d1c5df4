package chat

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Summary counts a run. Tokens and money are this run's own: answers from the
// Lookup add nothing.
type Summary struct {
	// Requests is Answered + Failed + Unasked.
	Requests int
	// Answered have a usable answer, Failed a record that says why not. Both count
	// answers from the Lookup.
	Answered, Failed int
	// Unasked have no record: the run ended first.
	Unasked int
	// Cached came from the Lookup, Asked were sent to the server at least once.
	Cached, Asked int
	// Calls are the attempts sent, Retried those of them that followed a fault.
	Calls, Retried int
	// TokensIn and TokensOut are what the server counted, of answers that arrived;
	// Uncounted is the number of answers whose tokens it did not count.
	TokensIn, TokensOut, Uncounted int
	// USD is the price of those tokens; nil if the endpoint has no price.
	USD *float64
	// Faults count faults by their kind, in the order of the table [Faults].
	Faults []FaultCount
	// Warnings are what a reader of the answers must know, sorted.
	Warnings []string
}

// FaultCount is how often a kind of fault was met.
type FaultCount struct {
	Kind  FaultKind
	Count int
}

// tally counts while a run is under way.
type tally struct {
	asked, calls atomic.Int64

	mu       sync.Mutex
	s        Summary
	faults   map[FaultKind]int
	warnings map[string]int
}

func (t *tally) call(attempt int) {
	t.calls.Add(1)
	if attempt > 1 {
		t.mu.Lock()
		t.s.Retried++
		t.mu.Unlock()
	}
}

func (t *tally) reply(r Reply) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.TokensIn += deref(r.TokensIn)
	t.s.TokensOut += deref(r.TokensOut)
	if r.TokensIn == nil || r.TokensOut == nil {
		t.s.Uncounted++
	}
}

func (t *tally) fault(f *Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.faults == nil {
		t.faults = map[FaultKind]int{}
	}
	t.faults[f.Kind]++
}

func (t *tally) warn(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.warnings == nil {
		t.warnings = map[string]int{}
	}
	t.warnings[text]++
}

func (t *tally) result(r *Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.Prediction.OK() {
		t.s.Answered++
	} else {
		t.s.Failed++
	}
	if r.Cached {
		t.s.Cached++
	}
}

func (t *tally) summary(e *Endpoint, requests int) Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.s
	s.Requests, s.Unasked = requests, requests-s.Answered-s.Failed
	s.Asked, s.Calls = int(t.asked.Load()), int(t.calls.Load())
	s.USD = e.Price.of(s.TokensIn, s.TokensOut)
	for _, f := range Faults {
		if n := t.faults[f.Kind]; n > 0 {
			s.Faults = append(s.Faults, FaultCount{f.Kind, n})
		}
	}
	for _, w := range slices.Sorted(maps.Keys(t.warnings)) {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%s (%d)", w, t.warnings[w]))
	}
	return s
}

// of is the price of tokens in US dollars, nil without a price.
func (p *Price) of(in, out int) *float64 {
	if p == nil {
		return nil
	}
	usd := (float64(float64(in)*p.In) + float64(float64(out)*p.Out)) / 1e6
	return &usd
}
