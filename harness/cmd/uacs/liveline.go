package main

import (
	"fmt"
	"time"

	"uacs/harness/cascade"
	"uacs/harness/sample"
)

// liveLine shows where a run is, on one line of a terminal; with --json it prints an
// event for each step of a hundredth, elsewhere nothing.
type liveLine struct {
	a     *app
	name  string
	split sample.Split // the answered one
	json  bool
	shown bool
	last  int // hundredths of the role's questions
	// clips are those of the answered split; calls the large model's inferences that
	// they need, as far as is known.
	clips         int
	large, second int
	// planned is the share of clips that the threshold is made to escalate, 0 if unknown;
	// twice says that clips may be asked about a second time.
	planned float64
	twice   bool
	// What the roles before the present one took.
	in, out int
	usd     float64
	step    cascade.Step
	// The present role began at since, with first questions answered.
	since time.Time
	first int
}

// show takes the next step.
func (l *liveLine) show(s cascade.Step) {
	if s.Role != l.step.Role || s.Split != l.step.Split {
		l.in, l.out, l.usd = l.in+l.step.TokensIn, l.out+l.step.TokensOut, l.usd+l.step.USD
		l.last, l.since, l.first = -1, time.Now(), s.Done
	}
	l.step = s
	if s.Split == l.split {
		switch s.Role {
		case "small":
			l.clips = s.All
		case "large":
			l.large = s.All
		case "second":
			l.second = s.All
		}
	}
	part := 100 * s.Done / max(s.All, 1)
	switch {
	case l.json && (part != l.last || s.Done == s.All):
		_ = l.event() // a broken pipe shows at the summary
	case !l.json && isTerminal(l.a.Stderr):
		l.shown = true
		writeLine(l.a.Stderr, l.text(time.Since(l.since)))
	}
	l.last = part
}

// saving is what share of large-only's calls the run saves. It is an estimate until the
// clips of every round are known: first from the share that the threshold is made for, then
// from the escalated clips, as if none were asked twice. ok is false while nothing is known.
func (l *liveLine) saving() (share float64, estimated, ok bool) {
	switch {
	case l.clips == 0 || l.step.Split != l.split || l.step.Role == "small":
		return 1 - l.planned, true, l.planned > 0
	case l.step.Role == "large":
		return 1 - float64(l.large)/float64(l.clips), l.twice, true
	}
	return 1 - float64(l.large+l.second)/float64(l.clips), false, true
}

// escalated is the share of the clips that the large model is asked about, and calls its
// answers so far, in both rounds; ok is false before the clips are known.
func (l *liveLine) escalated() (share float64, calls int, ok bool) {
	if l.clips == 0 || l.step.Split != l.split || l.step.Role == "small" {
		return 0, 0, false
	}
	calls = l.step.Done
	if l.step.Role == "second" {
		calls += l.large
	}
	return float64(l.large) / float64(l.clips), calls, true
}

func (l *liveLine) event() error {
	s := l.step
	e := struct {
		Event     string   `json:"event"`
		Role      string   `json:"role"`
		Split     string   `json:"split"`
		Done      int      `json:"done"`
		All       int      `json:"all"`
		Asked     int      `json:"asked"`
		TokensIn  int      `json:"tokens_in"`
		TokensOut int      `json:"tokens_out"`
		USD       float64  `json:"usd"`
		Escalated *float64 `json:"escalated,omitempty"`
		Calls     int      `json:"calls"`
		// One of the two, the estimate before the clips of every round are known.
		Estimate *float64 `json:"calls_saved_estimate,omitempty"`
		Saved    *float64 `json:"calls_saved,omitempty"`
	}{Event: "step", Role: s.Role, Split: string(s.Split), Done: s.Done, All: s.All, Asked: s.Asked, TokensIn: l.in + s.TokensIn, TokensOut: l.out + s.TokensOut, USD: l.usd + s.USD}
	if share, calls, ok := l.escalated(); ok {
		e.Escalated, e.Calls = &share, calls
	}
	switch share, estimated, ok := l.saving(); {
	case ok && estimated:
		e.Estimate = &share
	case ok:
		e.Saved = &share
	}
	return l.a.jsonLine(e)
}

// text is the line when the present role has run for that long.
func (l *liveLine) text(gone time.Duration) string {
	s := l.step
	t := fmt.Sprintf("%s: %s, %s model: %d of %d, %d asked%s", l.name, s.Split, s.Role, s.Done, s.All, s.Asked, pace(s.Done-l.first, s.All-s.Done, gone))
	if in, out := l.in+s.TokensIn, l.out+s.TokensOut; in+out > 0 {
		t += fmt.Sprintf("; tokens %d in, %d out", in, out)
	}
	if usd := l.usd + s.USD; usd > 0 {
		t += fmt.Sprintf(", USD %.4f", usd)
	}
	if share, calls, ok := l.escalated(); ok {
		t += fmt.Sprintf("; %.1f%% escalated, %d calls", 100*share, calls)
	}
	switch share, estimated, ok := l.saving(); {
	case ok && estimated:
		t += fmt.Sprintf("; about %.1f%% of the calls saved", 100*share)
	case ok:
		t += fmt.Sprintf("; %.1f%% of the calls saved", 100*share)
	}
	return t
}

// pace says how fast done steps went and how long the rest takes at that rate; "" while
// there is nothing to say.
func pace(done, left int, gone time.Duration) string {
	if done <= 0 || left <= 0 || gone <= 0 {
		return ""
	}
	rate := float64(done) / gone.Seconds()
	return fmt.Sprintf(", %.1f/s, %s left", rate, time.Duration(float64(left)/rate*float64(time.Second)).Round(time.Second))
}

// end clears the line.
func (l *liveLine) end() {
	if l.shown {
		fmt.Fprint(l.a.Stderr, "\r\x1b[K")
	}
}
