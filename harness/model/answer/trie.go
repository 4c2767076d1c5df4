package answer

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// trie holds the spellings of the labels: their bytes, ASCII letters small.
type trie struct {
	spellings []spelling
	exact     map[string]int // spelling to label
}

type spelling struct {
	text  string
	label int
}

// newTrie refuses labels that cannot be told apart.
func newTrie(labels []string) (*trie, error) {
	if len(labels) == 0 {
		return nil, errors.New("label probabilities: no labels")
	}
	t := &trie{exact: map[string]int{}}
	for k, l := range labels {
		for _, text := range spell(l) {
			if text == "" {
				return nil, fmt.Errorf("label probabilities: label %d (%q) is empty", k, l)
			}
			if first, twice := t.exact[text]; twice && first != k {
				return nil, fmt.Errorf("label probabilities: labels %q and %q are alike", labels[first], l)
			}
			t.exact[text] = k
			t.spellings = append(t.spellings, spelling{text, k})
		}
	}
	return t, nil
}

// spell returns the spellings of a label: itself, and for a number those with a
// plus sign, the Unicode minus, and ".0".
func spell(l string) []string {
	base := string(small([]byte(strings.TrimSpace(l))))
	if _, ok := labelNumber(base); !ok {
		return []string{base}
	}
	digits := strings.TrimLeft(base, "+-\u2212")
	signs := []string{"", "+"}
	if strings.HasPrefix(base, "-") || strings.HasPrefix(base, "\u2212") {
		signs = []string{"-", "\u2212"}
	}
	out := []string{base}
	for _, s := range signs {
		out = append(out, s+digits)
		if !strings.ContainsAny(digits, ".e") {
			out = append(out, s+digits+".0")
		}
	}
	slices.Sort(out[1:])
	return slices.Compact(out)
}

// small returns b with small ASCII letters; other bytes may be parts of characters
// and stay.
func small(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// begun returns the labels that have a spelling that begins with text, in order.
func (t *trie) begun(text []byte) []int {
	var out []int
	for _, s := range t.spellings {
		if strings.HasPrefix(s.text, string(text)) && !slices.Contains(out, s.label) {
			out = append(out, s.label)
		}
	}
	slices.Sort(out)
	return out
}

// verdict says what a text is to the labels.
type verdict int

const (
	open    verdict = iota // it begins a label
	done                   // it is a label
	no                     // it begins none
	damaged                // bytes are missing
)

type reading struct {
	verdict verdict
	label   int
	text    []byte
}

// lead are the characters that do not count before a label, and stop those that
// end one; a point does if no label goes on with it.
const (
	lead = " \t\r\n\"'*`\u2581\u0120"
	stop = " \t\r\n\"'*`,;:!)}].\u3002\uff0c\uff01"
)

// read judges prefix with one more token.
func (t *trie) read(prefix, token []byte) reading {
	if bytes.Contains(token, []byte("\ufffd")) {
		return reading{verdict: damaged}
	}
	ends := isSpecial(token)
	text := prefix
	if !ends {
		text = slices.Concat(prefix, small(token))
	}
	if len(prefix) == 0 {
		text = bytes.TrimLeft(text, lead)
	}
	if k, ok := t.exact[string(text)]; ok && (ends || !t.longer(text)) {
		return reading{done, k, text}
	}
	if !ends && len(t.begun(text)) > 0 {
		return reading{open, 0, text}
	}
	if k, ok := t.stopped(text); ok {
		return reading{done, k, text}
	}
	return reading{verdict: no}
}

// longer reports whether text may go on to be something else: another spelling, or,
// after a digit, another number.
func (t *trie) longer(text []byte) bool {
	if last := text[len(text)-1]; '0' <= last && last <= '9' {
		return true
	}
	return slices.ContainsFunc(t.spellings, func(s spelling) bool { return len(s.text) > len(text) && strings.HasPrefix(s.text, string(text)) })
}

// stopped returns the label that text begins with and a character that ends it
// follows. No label goes on with text, so the longest that fits is the only one.
func (t *trie) stopped(text []byte) (label int, ok bool) {
	best := -1
	for _, s := range t.spellings {
		rest, found := bytes.CutPrefix(text, []byte(s.text))
		if !found || len(s.text) <= best || len(rest) == 0 {
			continue
		}
		r, n := utf8.DecodeRune(rest)
		if !strings.ContainsRune(stop, r) || r == '.' && n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
			continue
		}
		label, best = s.label, len(s.text)
	}
	return label, best >= 0
}

// isSpecial reports whether a token ends the text instead of going on with it:
// <|im_end|>, </s>, or nothing at all.
func isSpecial(token []byte) bool {
	return len(token) == 0 || special.Match(token)
}

func bytesOf(text string, b []byte) []byte {
	if b != nil {
		return b
	}
	return []byte(text)
}

// smallest is the smallest float64 that has all its digits; logarithms of smaller
// ones are not exact on all machines.
const smallest = 0x1p-1022

// Logprobs returns the natural logarithms of P, for the field LabelLogprobs of a
// prediction. JSON has no infinity: a label of probability 0 gets -708.4, the
// logarithm of the smallest normal float64, for the number of labels to stay what
// it is.
func (p Probs) Logprobs() map[string]float64 {
	out := map[string]float64{}
	for k, l := range p.Labels {
		out[l] = math.Log(max(p.P[k], smallest))
	}
	return out
}

// Bins returns the labels as numbers in ascending order and their probabilities,
// for the fields Bins and Probs of a prediction. A label that is no number, or two
// that are the same number, are an error.
func (p Probs) Bins() (bins, probs []float64, err error) {
	type bin struct{ at, p float64 }
	var all []bin
	for k, l := range p.Labels {
		at, ok := labelNumber(l)
		if !ok {
			return nil, nil, fmt.Errorf("bins: label %q is no number", l)
		}
		all = append(all, bin{at, p.P[k]})
	}
	slices.SortStableFunc(all, func(a, b bin) int { return int(sign(a.at - b.at)) })
	for i, b := range all {
		if i > 0 && all[i-1].at == b.at {
			return nil, nil, fmt.Errorf("bins: two labels are %v", b.at)
		}
		bins, probs = append(bins, b.at), append(probs, b.p)
	}
	return bins, probs, nil
}

func sign(x float64) float64 {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}
