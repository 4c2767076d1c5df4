package leak

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"uacs/harness/sample"
)

// What counts as nearly the same text.
const (
	// fewTokens is the length below which texts are alike by chance ("I love
	// it"); such texts are left out.
	fewTokens = 6
	// shingle is how many neighbouring tokens are compared at a time.
	shingle = 3
	// alike is the share of shingles, of those in either text, that two texts have
	// in common at least (Jaccard's index).
	alike = 0.8
)

// Texts counts, for each pair of splits, the clips of the second whose text
// equals or nearly equals one of the first. Case and punctuation are ignored; a
// token is a word, or one character of Chinese, Japanese or Korean; texts of
// fewer than 6 tokens are left out, and N counts those that are not. Texts are
// nearly equal if they share 80 % of their runs of three tokens. Every pair of
// texts is compared that can be so alike. A pair is flagged if there is one such
// clip, and the note names the first.
func Texts(clips []sample.Sample) []Row {
	sets := make([][]uint64, len(clips))
	for i := range clips {
		sets[i] = shingles(clips[i].Text)
	}
	rare := byRarity(sets)
	var rows []Row
	for _, p := range pairs {
		index := map[uint64][]int{}
		for i := range clips {
			if clips[i].Split == p.a {
				for _, h := range prefix(rare[i]) {
					index[h] = append(index[h], i)
				}
			}
		}
		r := Row{Check: "texts", Where: fmt.Sprintf("%s-%s", p.a, p.b)}
		twins := 0
		for i := range clips {
			if clips[i].Split != p.b || len(rare[i]) == 0 {
				continue
			}
			r.N++
			twin := twinOf(i, rare, sets, index)
			if twin < 0 {
				continue
			}
			if twins++; twins == 1 {
				r.Note = fmt.Sprintf("first: %s is like %s", clips[i].ID, clips[twin].ID)
			}
		}
		if r.N > 0 && len(index) > 0 {
			r.Value, r.Flag = fmt.Sprintf("%d alike", twins), twins > 0
			rows = append(rows, r)
		}
	}
	return rows
}

// twinOf returns the first clip of the index that is like clip i, or -1.
func twinOf(i int, rare, sets [][]uint64, index map[uint64][]int) int {
	best := -1
	for _, h := range prefix(rare[i]) {
		for _, k := range index[h] {
			if (best < 0 || k < best) && jaccard(sets[i], sets[k]) >= alike {
				best = k
			}
		}
	}
	return best
}

// tokens splits a text into lower-case words and single ideographs.
func tokens(text string) []string {
	var out []string
	word := strings.Builder{}
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			flush()
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word.WriteRune(unicode.ToLower(r))
		case r == '\'' || r == '’': // within a word: "don't" is "dont"
		default:
			flush()
		}
	}
	flush()
	return out
}

// shingles returns the hashes of a text's runs of tokens, sorted, each once; nil
// for a short text.
func shingles(text string) []uint64 {
	words := tokens(text)
	if len(words) < fewTokens {
		return nil
	}
	var out []uint64
	for i := 0; i+shingle <= len(words); i++ {
		h := fnv.New64a()
		for _, w := range words[i : i+shingle] {
			h.Write([]byte(w))
			h.Write([]byte{0})
		}
		out = append(out, h.Sum64())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// byRarity returns the sets with their rarest members first.
func byRarity(sets [][]uint64) [][]uint64 {
	count := map[uint64]int{}
	for _, set := range sets {
		for _, h := range set {
			count[h]++
		}
	}
	out := make([][]uint64, len(sets))
	for i, set := range sets {
		out[i] = slices.Clone(set)
		slices.SortFunc(out[i], func(a, b uint64) int {
			if c := count[a] - count[b]; c != 0 {
				return c
			}
			if a < b {
				return -1
			}
			return 1
		})
	}
	return out
}

// prefix returns as many of the rarest members as two sets that are alike must
// share one of: if they shared none, more than a fifth would differ (Bayardo et
// al., Scaling up all pairs similarity search, 2007).
func prefix(rare []uint64) []uint64 {
	n := len(rare)
	need := (n*8 + 9) / 10 // the members a twin must have: 0.8 n, rounded up
	return rare[:min(n, n-need+1)]
}

// jaccard returns the share of members that two sorted sets have in common.
func jaccard(a, b []uint64) float64 {
	both := 0
	for i, k := 0, 0; i < len(a) && k < len(b); {
		switch {
		case a[i] < b[k]:
			i++
		case a[i] > b[k]:
			k++
		default:
			both, i, k = both+1, i+1, k+1
		}
	}
	if all := len(a) + len(b) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}
