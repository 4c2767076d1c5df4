package glove

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// The layout of a text's features: the mean of its words' vectors, their maximum
// component by component, and counts.
const (
	MeanAt   = 0
	MaxAt    = Width
	CountsAt = 2 * Width
	Dim      = 2*Width + 6
)

// countNames name the features from CountsAt on.
var countNames = [Dim - CountsAt]string{"log_words", "log_known", "unknown_share", "log_exclamations", "log_questions", "log_negations"}

// negations are the words and endings that reverse what follows.
var negations = map[string]bool{
	"no": true, "not": true, "n't": true, "never": true, "none": true, "nothing": true, "nobody": true, "nor": true,
	"neither": true, "nowhere": true, "without": true, "hardly": true, "barely": true, "scarcely": true, "lack": true, "lacks": true, "lacking": true,
}

// standIns are looked up in the place of words that the table does not have: the
// npm package leaves out what begins with an apostrophe.
var standIns = map[string]string{"n't": "not", "ca": "can", "wo": "will", "'re": "are", "'ve": "have", "'ll": "will", "'m": "am"}

// Names returns the names of the features in order: mean_0 to mean_99, max_0 to
// max_99, log_words, log_known, unknown_share, log_exclamations, log_questions,
// log_negations.
func Names() []string {
	names := make([]string, 0, Dim)
	for _, kind := range []string{"mean", "max"} {
		for i := range Width {
			names = append(names, fmt.Sprintf("%s_%d", kind, i))
		}
	}
	return append(names, countNames[:]...)
}

// Tally counts what a text is made of. Words are tokens with a letter or a
// digit; the other tokens are marks. A word is known if it or its stand-in has a
// vector; one with hyphens that has none counts as its parts. A single letter or
// digit and the endings 's and 'd count only if they are known: the npm package
// has no vector of any.
type Tally struct {
	Words, Known                       int
	Exclamations, Questions, Negations int
}

// FLOPs returns the floating-point operations behind the features: for each
// known word Width additions and Width comparisons, and Width divisions for the
// mean. Look-ups and the counts are left out.
func (t Tally) FLOPs() int64 {
	if t.Known == 0 {
		return 0
	}
	return int64(Width) * (2*int64(t.Known) + 1)
}

// Features writes the features of text to dst, which has Dim entries. The mean
// and the maximum run over the known words; they are 0 without any. The logs
// are ln(1+n) of the counts in Tally, and unknown_share is the share of words
// that are not known, 0 without words. Sums are taken in float64 in the order of
// the words, so that the result has the same bits on every machine.
func (t *Table) Features(dst []float32, text string) Tally {
	if len(dst) != Dim {
		panic(fmt.Sprintf("glove: Features into %d entries, want %d", len(dst), Dim))
	}
	clear(dst)
	var tally Tally
	var sum [Width]float64
	largest := dst[MaxAt:][:Width]
	add := func(v []float32) {
		for i, x := range v {
			sum[i] += float64(x)
			if tally.Known == 0 || x > largest[i] {
				largest[i] = x
			}
		}
		tally.Known++
	}
	for _, token := range Tokens(text) {
		t.take(&tally, token, add)
	}
	for i := range sum {
		dst[MeanAt+i] = float32(sum[i] / float64(max(1, tally.Known)))
	}
	tally.counts(dst[CountsAt:])
	return tally
}

// take counts a token and hands its vectors to add.
func (t *Table) take(tally *Tally, token string, add func([]float32)) {
	switch {
	case token == "!":
		tally.Exclamations++
	case token == "?":
		tally.Questions++
	}
	if negations[token] {
		tally.Negations++
	}
	if !strings.ContainsFunc(token, isWordRune) {
		return
	}
	if _, ok := t.rank[token]; ok || !strings.Contains(token, "-") {
		t.word(tally, token, add)
		return
	}
	for part := range strings.SplitSeq(token, "-") {
		t.word(tally, part, add)
	}
}

func (t *Table) word(tally *Tally, word string, add func([]float32)) {
	v, _, ok := t.Vector(word)
	if !ok || word == "ca" || word == "wo" {
		// These two are abbreviations elsewhere, but a text has them from can't and won't.
		if instead, known := standIns[word]; known {
			v, _, ok = t.Vector(instead)
		}
	}
	switch {
	case ok:
		tally.Words++
		add(v)
	case utf8.RuneCountInString(word) > 1 && word != "'s" && word != "'d":
		tally.Words++
	}
}

func (t Tally) counts(dst []float32) {
	log := func(n int) float32 { return float32(math.Log1p(float64(n))) }
	unknown := float64(t.Words-t.Known) / float64(max(1, t.Words))
	copy(dst, []float32{log(t.Words), log(t.Known), float32(unknown), log(t.Exclamations), log(t.Questions), log(t.Negations)})
}
