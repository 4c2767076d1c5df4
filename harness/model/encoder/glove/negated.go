package glove

import (
	"fmt"
	"strings"
)

// NegatedReach is the number of known words after a negation that it is taken to reach.
const NegatedReach = 3

// NegatedDim is the number of features of Table.Negated.
const NegatedDim = Width

// NegatedNames returns the names of the features in order: negated_0 to negated_99.
func NegatedNames() []string {
	names := make([]string, NegatedDim)
	for i := range names {
		names[i] = fmt.Sprintf("negated_%d", i)
	}
	return names
}

// NegatedTally counts the words of a text that are known, and those of them that stand
// in the reach of a negation.
type NegatedTally struct{ Known, Negated int }

// FLOPs returns the floating-point operations behind the features: Width additions for
// each negated word, and Width divisions where a word is known.
func (t NegatedTally) FLOPs() int64 {
	if t.Known == 0 {
		return 0
	}
	return int64(Width) * (int64(t.Negated) + 1)
}

// Negated writes to dst, which has NegatedDim entries, the sum of the vectors of the
// words that a negation reaches, divided by the number of all known words; 0 without
// any. With it a linear model of the mean can take back what "good" says in "not good".
//
// A negation ("not", "n't", "never", "hardly", ...) reaches the NegatedReach known words
// after it, but not past . , ; : ! ? or "but", and no further negation counts as reached;
// another negation begins anew. Sums are taken in float64 in the order of the words.
func (t *Table) Negated(dst []float32, text string) NegatedTally {
	if len(dst) != NegatedDim {
		panic(fmt.Sprintf("glove: Negated into %d entries, want %d", len(dst), NegatedDim))
	}
	var tally NegatedTally
	var sum [Width]float64
	left := 0
	for _, token := range Tokens(text) {
		if token == "but" || strings.ContainsAny(token, ".,;:!?") {
			left = 0
		}
		negation := negations[token]
		t.take(new(Tally), token, func(v []float32) {
			tally.Known++
			if left == 0 || negation {
				return
			}
			left--
			tally.Negated++
			for i, x := range v {
				sum[i] += float64(x)
			}
		})
		if negation {
			left = NegatedReach
		}
	}
	for i := range sum {
		dst[i] = float32(sum[i] / float64(max(1, tally.Known)))
	}
	return tally
}
