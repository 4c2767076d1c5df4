package main

import (
	"fmt"

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
	// What the roles before the present one took.
	in, out int
	usd     float64
	step    cascade.Step
}

// show takes the next step.
func (l *liveLine) show(s cascade.Step) {
	if s.Role != l.step.Role || s.Split != l.step.Split {
		l.in, l.out, l.usd = l.in+l.step.TokensIn, l.out+l.step.TokensOut, l.usd+l.step.USD
		l.last = -1
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
		fmt.Fprintf(l.a.Stderr, "\r%s\x1b[K", l.text())
	}
	l.last = part
}

// saved is the share of large-only's calls that the run saves; ok is false before the
// clips to escalate are known.
func (l *liveLine) saved() (share float64, ok bool) {
	if l.step.Split != l.split || l.step.Role == "small" || l.clips == 0 {
		return 0, false
	}
	return 1 - float64(l.large+l.second)/float64(l.clips), true
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
		Saved     *float64 `json:"calls_saved,omitempty"`
	}{"step", s.Role, string(s.Split), s.Done, s.All, s.Asked, l.in + s.TokensIn, l.out + s.TokensOut, l.usd + s.USD, nil}
	if share, ok := l.saved(); ok {
		e.Saved = &share
	}
	return l.a.jsonLine(e)
}

func (l *liveLine) text() string {
	s := l.step
	t := fmt.Sprintf("%s: %s, %s model: %d of %d, %d asked", l.name, s.Split, s.Role, s.Done, s.All, s.Asked)
	if in, out := l.in+s.TokensIn, l.out+s.TokensOut; in+out > 0 {
		t += fmt.Sprintf("; tokens %d in, %d out", in, out)
	}
	if usd := l.usd + s.USD; usd > 0 {
		t += fmt.Sprintf(", USD %.4f", usd)
	}
	if share, ok := l.saved(); ok {
		t += fmt.Sprintf("; %.1f%% of the calls saved", 100*share)
	}
	return t
}

// end clears the line.
func (l *liveLine) end() {
	if l.shown {
		fmt.Fprint(l.a.Stderr, "\r\x1b[K")
	}
}
