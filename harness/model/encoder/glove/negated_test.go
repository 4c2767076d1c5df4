package glove_test

import (
	"testing"

	"uacs/harness/model/encoder/glove"
)

// By hand: the sum of the reached words' first components over the number of known words.
func TestNegated(t *testing.T) {
	tab := table(t, map[string]float32{"good": 8, "bad": -4, "film": 2, "not": 16, "it": 1, "but": 32}, "good", "not", "bad", "film", "it", "but")
	for _, c := range []struct {
		name, text string
		want       float32
		tally      glove.NegatedTally
	}{
		{"empty", "", 0, glove.NegatedTally{}},
		{"nothing is negated", "good film", 0, glove.NegatedTally{Known: 2}},
		{"one word", "not good", 4, glove.NegatedTally{Known: 2, Negated: 1}},
		{"what stands before is not reached", "good film not bad", -1, glove.NegatedTally{Known: 4, Negated: 1}},
		{"three words", "not it it it good", 0.6, glove.NegatedTally{Known: 5, Negated: 3}},
		{"unknown words do not count", "not zzz qqq rrr good", 4, glove.NegatedTally{Known: 2, Negated: 1}},
		{"a comma ends it", "not it, good", 1.0 / 3, glove.NegatedTally{Known: 3, Negated: 1}},
		{"but ends it", "not it but good", 0.25, glove.NegatedTally{Known: 4, Negated: 1}},
		{"another begins anew", "not it not it it it", 4.0 / 6, glove.NegatedTally{Known: 6, Negated: 4}},
		{"a negation without a vector", "never good", 8, glove.NegatedTally{Known: 1, Negated: 1}},
		{"the ending n't", "isn't good", 4, glove.NegatedTally{Known: 2, Negated: 1}},
		{"in capitals", "NOT GOOD", 4, glove.NegatedTally{Known: 2, Negated: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make([]float32, glove.NegatedDim)
			got[glove.NegatedDim-1] = 9 // must be overwritten
			tally := tab.Negated(got, c.text)
			if got[0] != c.want || got[1] != -c.want || got[glove.NegatedDim-1] != 0 || tally != c.tally {
				t.Errorf("%v, %v, %v and %+v; want %v, its negative, 0 and %+v", got[0], got[1], got[glove.NegatedDim-1], tally, c.want, c.tally)
			}
		})
	}
	if n := len(glove.NegatedNames()); n != glove.NegatedDim {
		t.Errorf("%d names for %d features", n, glove.NegatedDim)
	}
	if got := (glove.NegatedTally{Known: 9, Negated: 3}).FLOPs(); got != 400 { // 3*100 sums, 100 divisions
		t.Errorf("FLOPs = %d, want 400", got)
	}
}
