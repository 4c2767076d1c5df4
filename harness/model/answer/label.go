package answer

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// class is a class of sentiment: 0 for none, else 1 + index into classes.
type class int

// strength grades a word for a polarity.
type strength int

const (
	plain  strength = iota
	faint           // "slightly": the weak class where there is one
	middle          // "rather": between the weak and the plain class
	strong          // "very": the plain class, being the strongest
)

const (
	negative class = iota + 1
	weaklyNegative
	neutral
	weaklyPositive
	positive
	someNegative // between negative and weakly negative
	somePositive
)

// classes are the words of sample.Prediction.Label, by class.
var classes = map[class]string{
	negative: "negative", weaklyNegative: "weakly negative", neutral: "neutral", weaklyPositive: "weakly positive", positive: "positive",
}

// sign returns the polarity of a class: −1, 0 or 1.
func (c class) sign() int {
	switch c {
	case negative, weaklyNegative, someNegative:
		return -1
	case positive, weaklyPositive, somePositive:
		return 1
	}
	return 0
}

// graded returns the class of a plain word with a word of degree before it.
func (c class) graded(s strength) class {
	switch {
	case c != negative && c != positive:
		return c
	case s == faint && c == negative:
		return weaklyNegative
	case s == faint:
		return weaklyPositive
	case s == middle && c == negative:
		return someNegative
	case s == middle:
		return somePositive
	}
	return c
}

// heads are the words for the polarities, in English and Chinese.
var heads = []struct {
	text  string
	class class
}{
	{"negative", negative},
	{"neutral", neutral},
	{"positive", positive},
	{"消极", negative},
	{"负面", negative},
	{"负向", negative},
	{"消極", negative},
	{"負面", negative},
	{"中性", neutral},
	{"中立", neutral},
	{"积极", positive},
	{"正面", positive},
	{"正向", positive},
	{"積極", positive},
}

type degree struct {
	text     string
	strength strength
}

// degrees are the words of degree that may stand before a head, longest first
// where one begins another.
var degrees = []degree{
	{"weakly", faint},
	{"weak", faint},
	{"slightly", faint},
	{"slight", faint},
	{"somewhat", faint},
	{"mildly", faint},
	{"a little bit", faint},
	{"a little", faint},
	{"a bit", faint},
	{"moderately", middle},
	{"fairly", middle},
	{"rather", middle},
	{"quite", middle},
	{"mostly", middle},
	{"largely", middle},
	{"strongly", strong},
	{"very", strong},
	{"extremely", strong},
	{"highly", strong},
	{"strong", strong},
	{"有些", faint},
	{"略显", faint},
	{"略带", faint},
	{"偏向于", middle},
	{"偏向", middle},
	{"倾向于", middle},
	{"倾向", middle},
	{"轻微", faint},
	{"轻度", faint},
	{"略微", faint},
	{"稍微", faint},
	{"有一点", faint},
	{"有点", faint},
	{"较弱", faint},
	{"偏", faint},
	{"弱", faint},
	{"略", faint},
	{"稍", faint},
	{"微", faint},
	{"比较", middle},
	{"较为", middle},
	{"相对", middle},
	{"较", middle},
	{"非常", strong},
	{"强烈", strong},
	{"十分", strong},
	{"极其", strong},
	{"极度", strong},
	{"很", strong},
	{"强", strong},
}

// ownLabel is a label of the grammar as it is looked for.
type ownLabel struct{ folded, label string }

// ownLabels returns the labels of g that stand for themselves alone, longest
// first; the others are found through their class.
func ownLabels(g Grammar) []ownLabel {
	var out []ownLabel
	for _, l := range g.Labels {
		folded := strings.TrimSpace(fold(l))
		_, isClass := classOf(folded)
		if _, isNumber := labelNumber(l); !isClass && !isNumber && folded != "" {
			out = append(out, ownLabel{folded, l})
		}
	}
	slices.SortStableFunc(out, func(a, b ownLabel) int { return cmp.Compare(len(b.folded), len(a.folded)) })
	return out
}

// matchLabel returns the label at the start of text and its length, 0 for none.
func matchLabel(text string, before []piece, own []ownLabel) (piece, int) {
	if r, _ := utf8.DecodeRuneInString(text); wordRune(r) && len(before) > 0 && runsOn(before[len(before)-1].text) {
		return piece{}, 0 // within a word
	}
	for _, l := range own {
		if n := wholePrefix(text, l.folded); n > 0 {
			return piece{kind: label, own: l.label}, n
		}
	}
	if c, n := gradedHead(text); n > 0 {
		return piece{kind: label, class: c}, n
	}
	return piece{}, 0
}

// runsOn reports whether a word may go on after text without a space.
func runsOn(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return wordRune(r)
}

// gradedHead returns the class that text begins with, and the length of its words.
func gradedHead(text string) (class, int) {
	if c, n := head(text); n > 0 {
		return c, n
	}
	for _, d := range degrees {
		rest, ok := strings.CutPrefix(text, d.text)
		if !ok {
			continue
		}
		trimmed := strings.TrimLeft(rest, " -")
		if runsOn(d.text) && (len(trimmed) == len(rest) || len(rest)-len(trimmed) > 1) {
			continue
		}
		if c, n := head(trimmed); n > 0 {
			return c.graded(d.strength), len(text) - len(trimmed) + n
		}
	}
	return 0, 0
}

func head(text string) (class, int) {
	for _, h := range heads {
		if n := wholePrefix(text, h.text); n > 0 {
			return h.class, n
		}
	}
	return 0, 0
}

// wholePrefix returns the length of prefix if text begins with it and does not go
// on within the word: "positive" does not begin "positively". In Chinese 性 makes
// a noun of another meaning (积极性, initiative).
func wholePrefix(text, prefix string) int {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(rest)
	last, _ := utf8.DecodeLastRuneInString(prefix)
	if wordRune(last) && (wordRune(r) || r == '\'') || unicode.Is(unicode.Han, last) && r == '性' {
		return 0
	}
	return len(prefix)
}

// classOf returns the class that a folded label names.
func classOf(folded string) (class, bool) {
	c, n := gradedHead(folded)
	return c, n > 0 && n == len(folded) && classes[c] != ""
}

// Canonical returns the word that stands for label in sample.Prediction.Label:
// negative, weakly negative, neutral, weakly positive or positive. It knows the
// synonyms that [Parse] knows (偏积极 is "weakly positive"); ok is false for any
// other text.
func Canonical(label string) (word string, ok bool) {
	c, ok := classOf(strings.TrimSpace(fold(label)))
	if !ok {
		return "", false
	}
	return classes[c], true
}

// resolve returns the grammar's label for a label piece: the label itself, the
// label of the class, or, where the grammar has one class for a polarity, that one.
func (g Grammar) resolve(p piece) (string, *Failure) {
	if p.own != "" {
		return p.own, nil
	}
	var same []string
	for _, l := range g.Labels {
		c, ok := classOf(strings.TrimSpace(fold(l)))
		if ok && c == p.class {
			return l, nil
		}
		if ok && c.sign() == p.class.sign() {
			same = append(same, l)
		}
	}
	switch len(same) {
	case 0:
		return "", failf(Unparseable, "%q is none of the labels", p.text)
	case 1:
		return same[0], nil
	}
	return "", failf(Ambiguous, "%q is between %q and %q", p.text, same[0], same[1])
}
