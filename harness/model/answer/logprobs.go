package answer

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"

	"uacs/internal/detsum"
)

// Token is one generated token, with the alternatives that the server reports.
type Token struct {
	// Text is the token's text, with its leading space. Bytes are its bytes
	// where the server gives them, and go before Text: a token may be a part of
	// a character.
	Text  string
	Bytes []byte
	// Logprob is its natural-log probability.
	Logprob float64
	// Top are the likeliest tokens at this place, in any order; the generated
	// one may be among them.
	Top []TopToken
}

// TopToken is an alternative at the place of a generated token.
type TopToken struct {
	Text    string
	Bytes   []byte
	Logprob float64
}

// Probs are the probabilities of labels. Resolved, Unresolved and Outside sum to
// 1, up to the rounding of the log-probabilities.
type Probs struct {
	// Labels are the labels in the order in which they were asked for, P their
	// probabilities renormalised to sum to 1, Mass those before it.
	Labels  []string
	P, Mass []float64
	// Resolved is the sum of Mass.
	Resolved float64
	// Unresolved is the probability of what may or may not be a label: beginnings
	// that several labels share, and tokens that the server did not list.
	Unresolved float64
	// Outside is the probability of what begins no label.
	Outside float64
	// Warnings say what is missing from the log-probabilities.
	Warnings []string
}

// massTolerance is how far the probabilities listed at one place may exceed 1:
// servers round log-probabilities, some to half precision.
const massTolerance = 0.01

// LabelProbs returns the probabilities of the labels, each as a whole string, from
// the log-probabilities of the tokens that were generated.
//
// The label is looked for at the start of the text, after a leading section of
// reasoning; else at its only place within the text, and then all probabilities
// are conditional on the text before it, with a warning. From there, the
// probability of the generated path is the product of its tokens'. A label that
// leaves the path at a place gets the path's probability up to there times that
// of the alternative token, if with it the text is that label or begins that
// label alone. With labels -1, -1.4 and -2, path "-", "1", ".", "4" and the
// alternative "2" at the second place, label -2 gets P("-")·P("2"); an
// alternative "-1" at the first begins two labels and is unresolved.
//
// Spaces, quotes and asterisks before a label and letters' case do not count:
// " Positive" and "positive" are merged. A number may have a plus sign, the
// Unicode minus, and ".0" after a whole number. On the path a number, and a label
// that others begin with, is complete with the next space, punctuation or special
// token, whose probability counts, or at the end of the tokens; where a longer
// label (1.4 after 1) might have followed, that is warned of.
//
// Tokens may be parts of UTF-8 characters if Bytes say so. A token whose bytes
// were replaced by U+FFFD is unresolved; the path ends there, with a warning.
// Fewer tokens than were generated are tolerated: a path that ends within a label
// is unresolved, with a warning.
//
// A log-probability that is NaN, infinite or positive is an error that names the
// place (counted from 0), and so are probabilities at a place that sum to more than 1.01, labels that
// are empty or alike, reasoning that does not end, a label at two places, and no label of any
// probability.
func LabelProbs(tokens []Token, labels []string) (Probs, error) {
	t, err := newTrie(labels)
	if err != nil {
		return Probs{}, err
	}
	if err := checkTokens(tokens); err != nil {
		return Probs{}, err
	}
	w := walk{trie: t, tokens: tokens, mass: make([][]float64, len(labels))}
	start, head, err := w.start()
	if err != nil {
		return Probs{}, err
	}
	w.run(start, head)
	return w.result(labels)
}

// checkTokens reports the first log-probability that is none.
func checkTokens(tokens []Token) error {
	if len(tokens) == 0 {
		return errors.New("label probabilities: no tokens")
	}
	for i, t := range tokens {
		if !isLogprob(t.Logprob) {
			return fmt.Errorf("label probabilities: token %d (%q): log-probability %v", i, t.Text, t.Logprob)
		}
		total := 0.0
		for k, a := range t.Top {
			if !isLogprob(a.Logprob) {
				return fmt.Errorf("label probabilities: token %d, alternative %d (%q): log-probability %v", i, k, a.Text, a.Logprob)
			}
			total += math.Exp(a.Logprob)
		}
		if total > 1+massTolerance {
			return fmt.Errorf("label probabilities: token %d: the alternatives have probability %v, more than 1", i, total)
		}
	}
	return nil
}

// isLogprob reports whether l is finite and at most 0.
func isLogprob(l float64) bool { return l <= 0 && !math.IsInf(l, -1) }

// walk follows the generated path and gathers probabilities, each as a list of
// terms in the order in which they were met.
type walk struct {
	*trie
	tokens              []Token
	mass                [][]float64
	unresolved, outside []float64
	warnings            []string
}

// run walks from token start on; head is the part of a label that the token before
// it already holds.
func (w *walk) run(start int, head []byte) {
	var prefix []byte // text since the start
	p := 1.0          // its probability
	if len(head) > 0 {
		r := w.read(nil, head)
		if r.verdict != open {
			w.credit(r, p)
			return
		}
		prefix = r.text
	}
	for i := start; i < len(w.tokens); i++ {
		listed := math.Exp(w.tokens[i].Logprob)
		for _, a := range alternatives(w.tokens[i]) {
			q := math.Exp(a.Logprob)
			listed += q
			w.credit(w.read(prefix, bytesOf(a.Text, a.Bytes)), p*q)
		}
		if rest := 1 - listed; rest > 0 {
			w.unresolved = append(w.unresolved, p*rest)
		}
		t := w.tokens[i]
		p *= math.Exp(t.Logprob)
		r := w.read(prefix, bytesOf(t.Text, t.Bytes))
		if r.verdict != open {
			if r.verdict == damaged {
				w.warnings = append(w.warnings, fmt.Sprintf("token %d: bytes are missing; give the field bytes", i))
			}
			w.credit(r, p)
			return
		}
		prefix = r.text
	}
	w.end(prefix, p)
}

// end credits a path whose tokens ran out.
func (w *walk) end(prefix []byte, p float64) {
	k, complete := w.exact[string(prefix)]
	if !complete {
		k, complete = w.stopped(prefix)
	}
	if !complete {
		w.warnings = append(w.warnings, "the log-probabilities end before the label does")
		w.unresolved = append(w.unresolved, p)
		return
	}
	if len(w.begun(prefix)) > 1 {
		w.warnings = append(w.warnings, "the end of the answer has no log-probability, and longer labels begin like it")
	}
	w.mass[k] = append(w.mass[k], p)
}

// alternatives returns the tokens of Top but the generated one, which is the first
// with its bytes.
func alternatives(t Token) []TopToken {
	own := bytesOf(t.Text, t.Bytes)
	i := slices.IndexFunc(t.Top, func(a TopToken) bool { return bytes.Equal(bytesOf(a.Text, a.Bytes), own) })
	if i < 0 {
		return t.Top
	}
	return slices.Delete(slices.Clone(t.Top), i, i+1)
}

// credit books the probability p of a reading.
func (w *walk) credit(r reading, p float64) {
	switch r.verdict {
	case done:
		w.mass[r.label] = append(w.mass[r.label], p)
	case open, damaged:
		if k := w.begun(r.text); r.verdict == open && len(r.text) > 0 && len(k) == 1 {
			w.mass[k[0]] = append(w.mass[k[0]], p)
			return
		}
		w.unresolved = append(w.unresolved, p)
	case no:
		w.outside = append(w.outside, p)
	}
}

// result sums up.
func (w *walk) result(labels []string) (Probs, error) {
	out := Probs{
		Labels: slices.Clone(labels), Unresolved: detsum.Sum(w.unresolved), Outside: detsum.Sum(w.outside), Warnings: w.warnings,
	}
	for _, terms := range w.mass {
		out.Mass = append(out.Mass, detsum.Sum(terms))
	}
	out.Resolved = detsum.Sum(out.Mass)
	if out.Resolved == 0 {
		return out, fmt.Errorf("label probabilities: none of the labels %q has any: %.3g is unresolved, %.3g outside", labels, out.Unresolved, out.Outside)
	}
	for _, m := range out.Mass {
		out.P = append(out.P, m/out.Resolved)
	}
	return out, nil
}
