package chattest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"uacs/harness/sample"
)

// SyntheticModel is what the server calls itself when it answers by [Synthetic]. An
// endpoint that asks it should use the same name.
const SyntheticModel = "SYNTHETIC"

// Synthetic answers as predict says, which it asks for the clip and the round: a
// label as one token of its word, a score as one token of a JSON object with the
// score and, if it is there, the confidence. A label's alternatives are those of
// LabelLogprobs. A prediction with neither is answered by no text. The usage is
// made up: a prompt token for every four bytes of the request.
func Synthetic(predict func(clip string, round int) sample.Prediction) Answerer {
	return func(c Call) Answer {
		p := predict(c.Clip, c.Round)
		text := p.Label
		if p.Score != nil {
			text = `{"score": ` + strconv.FormatFloat(*p.Score, 'g', -1, 64)
			if p.VerbalConfidence != nil {
				text += `, "confidence": ` + strconv.FormatFloat(*p.VerbalConfidence, 'g', -1, 64)
			}
			text += "}"
		}
		token := Token{Text: text}
		for _, label := range slices.Sorted(maps.Keys(p.LabelLogprobs)) {
			token.Top = append(token.Top, Token{Text: label, Logprob: p.LabelLogprobs[label]})
		}
		if lp, ok := p.LabelLogprobs[p.Label]; ok && p.Score == nil {
			token.Logprob = min(0, lp)
		} else {
			token.Top = []Token{{Text: text}}
		}
		if math.IsInf(token.Logprob, 0) || math.IsNaN(token.Logprob) {
			panic(fmt.Sprintf("chattest: clip %s has log-probability %v", c.Clip, token.Logprob))
		}
		return Answer{Text: text, Tokens: []Token{token}, Model: SyntheticModel, TokensIn: 1 + len(c.Body)/4, TokensOut: 1}
	}
}

// Recorded answers every call with body as it is.
func Recorded(body []byte) Answerer {
	return func(Call) Answer { return Answer{Raw: body} }
}

// Clock is a chat.Clock whose time passes only by sleeping. Its zero value begins
// at the first of January 2000.
type Clock struct {
	mu    sync.Mutex
	slept []time.Duration
	now   time.Duration
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(c.now)
}

// Sleep moves the time on by d and returns at once.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += d
	c.slept = append(c.slept, d)
	return nil
}

// Slept lists the waits so far, in order.
func (c *Clock) Slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.slept)
}
