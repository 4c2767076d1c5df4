package synth

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// The index of a class is its place, and every class has a text in both
// languages from which it can be read, whatever words are drawn.
func TestEveryClassCanBeRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range textClasses {
		class := textClass(i)
		if class.index() != i {
			t.Fatalf("class %d (%v) has index %d", i, class, class.index())
		}
		for range 300 {
			s := newSentence(rng, class)
			for l, text := range map[Language]string{English: s.english(), Chinese: s.chinese()} {
				if got, err := ReadText(text, l); err != nil || got != class {
					t.Fatalf("%q: class %v, %v; want %v", text, got, err, class)
				}
			}
		}
	}
}

// Hand-made texts: the grammar as one reads it.
func TestReadText(t *testing.T) {
	for _, c := range []struct {
		text string
		l    Language
		want TextClass
	}{
		{"The plot was dull but the ending was brilliant.", English, TextClass{Contrast, 3, false}},
		{"Honestly, the acting was not bad at all.", English, TextClass{Negated, 3, false}},
		{"The acting is not brilliant.", English, TextClass{Negated, -1, false}},
		{"The script was kind of good.", English, TextClass{Plain, 1, false}},
		{"The script was really clumsy.", English, TextClass{Plain, -2, false}},
		{"Yeah right, the script was superb.", English, TextClass{Plain, 3, true}},
		{"The pacing was neither good nor bad.", English, TextClass{Negated, 0, false}},
		{"Well, some of it was good and some of it was bad.", English, TextClass{Contrast, 0, false}},
		{"The movie starts in a small town.", English, TextClass{Plain, 0, false}},
		{"剧情很沉闷，但是结局很绝妙。", Chinese, TextClass{Contrast, 3, false}},
		{"表演一点都不差劲。", Chinese, TextClass{Negated, 3, false}},
		{"得了吧，剧本很出色。", Chinese, TextClass{Plain, 3, true}},
		{"节奏既不好看也不差劲。", Chinese, TextClass{Negated, 0, false}},
	} {
		if got, err := ReadText(c.text, c.l); err != nil || got != c.want {
			t.Errorf("%q: class %v, %v; want %v", c.text, got, err, c.want)
		}
	}
	for _, text := range []string{
		"It was not there.", "The plot was very brilliant.", "The plot was kind of slow.", "Yeah right, the movie is the third one.",
	} {
		if class, err := ReadText(text, English); err == nil {
			t.Errorf("%q, which the grammar cannot make, is read as %v", text, class)
		}
	}
}

// No phrase that tells a class stands inside another phrase of the lexicon.
func TestLexiconIsUnambiguous(t *testing.T) {
	telling := [][]phrase{stronger, weaker, markers, {neither, someOfIt}}
	for _, list := range adjectives {
		telling = append(telling, list)
	}
	all := append([][]phrase{copulas, openers, aspects, tails, subjects, predicates}, telling...)
	for _, l := range []Language{English, Chinese} {
		seen := map[string]bool{}
		for _, list := range telling {
			for _, p := range list {
				if seen[p.in(l)] {
					t.Errorf("%q stands twice", p.in(l))
				}
				seen[p.in(l)] = true
				for _, other := range all {
					for _, q := range other {
						if q != p && newReader(q.in(l), l).has(p) {
							t.Errorf("%q stands in %q", p.in(l), q.in(l))
						}
					}
				}
			}
		}
		for _, list := range all {
			for _, q := range list {
				r := newReader(q.in(l), l)
				if q != neither && (r.negation() || r.any(contrasts)) {
					t.Errorf("%q denies or contrasts", q.in(l))
				}
			}
		}
	}
}

// Texts look alike as little as real ones do: most are distinct, of some length,
// and in the right script.
func TestTextsAreVaried(t *testing.T) {
	eachDefault(t, func(t *testing.T, c Config, s *Set) {
		distinct, words := map[string]bool{}, map[string]bool{}
		for _, x := range s.Samples {
			distinct[x.Text] = true
			for _, w := range strings.Fields(strings.ToLower(x.TextEN)) {
				words[strings.Trim(w, ",.")] = true
			}
			if !utf8.ValidString(x.Text) || (c.Language == Chinese) != (len(x.Text) > utf8.RuneCountInString(x.Text)) {
				t.Fatalf("%s: text %q", x.ID, x.Text)
			}
		}
		if share := float64(len(distinct)) / float64(len(s.Samples)); share < 0.98 {
			t.Errorf("only %.3f of the texts are distinct", share)
		}
		if len(words) < 250 {
			t.Errorf("only %d English words", len(words))
		}
	})
}

func FuzzReadText(f *testing.F) {
	f.Add("The plot was dull but the ending was brilliant.", true)
	f.Add("but", true)
	f.Add("不算但是", false)
	f.Add("\xff\xfe", false)
	f.Fuzz(func(t *testing.T, text string, english bool) {
		l := Chinese
		if english {
			l = English
		}
		if c, err := ReadText(text, l); err == nil && textClass(c.index()) != c {
			t.Errorf("%q is read as %v, which is no class", text, c)
		}
	})
}
