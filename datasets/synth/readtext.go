package synth

import (
	"fmt"
	"strings"
)

// ReadText returns the class of a generated text: the words tell it without
// doubt, which is what makes the posterior given the class the posterior given
// the text. It is the inverse of the grammar, not a sentiment analyser: a text
// that the grammar cannot have made is an error where that shows, and is read
// wrongly where it does not.
func ReadText(text string, l Language) (TextClass, error) {
	r := newReader(text, l)
	t, sentiment := r.class()
	size := max(t.Apparent, -t.Apparent)
	switch {
	case sentiment && (size < 1 || size > 3):
		return t, fmt.Errorf("text %q: its words add up to grade %+d; the grammar has -3 to 3 and no 0 here", text, t.Apparent)
	case !sentiment && t.Construction != Plain && !r.balance():
		return t, fmt.Errorf("text %q: %s, but without a sentiment word of the lexicon", text, t.Construction)
	case t.Marker && t.Apparent <= 0:
		return t, fmt.Errorf("text %q: a marker before a text that does not sound positive", text)
	}
	return t, nil
}

// reader finds phrases in one text. English phrases are matched as whole words:
// the text is reduced to lower case words between single blanks.
type reader struct {
	text string
	l    Language
}

func newReader(text string, l Language) reader {
	if l == English {
		words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c < 'a' || c > 'z' })
		text = " " + strings.Join(words, " ") + " "
	}
	return reader{text, l}
}

// index returns where p stands and how long it is there; -1 if it does not.
func (r reader) index(p phrase) (at, size int) {
	s := p.in(r.l)
	if r.l == English {
		s = " " + strings.ToLower(s) + " "
	}
	return strings.Index(r.text, s), len(s)
}

func (r reader) has(p phrase) bool {
	at, _ := r.index(p)
	return at >= 0
}

func (r reader) any(list []phrase) bool {
	for _, p := range list {
		if r.has(p) {
			return true
		}
	}
	return false
}

// after returns a reader of what follows the phrase of list that r has.
func (r reader) after(list []phrase) reader {
	for _, p := range list {
		if at, size := r.index(p); at >= 0 {
			if r.l == English {
				size-- // keep the blank before the next word
			}
			return reader{r.text[at+size:], r.l}
		}
	}
	return r
}

// neither and someOfIt frame the two balances.
var (
	neither  = phrase{"neither", "既不"}
	someOfIt = phrase{"some of it", "有的地方"}
	not      = phrase{"not", ""}
	atAll    = phrase{"at all", ""}
)

// class reads the class of a text that the grammar made. sentiment says that a
// sentiment word gave the grade; a balance has grade 0 without.
func (r reader) class() (t TextClass, sentiment bool) {
	t.Marker = r.any(markers)
	denied := r.negation()
	switch {
	case denied:
		t.Construction = Negated
	case r.has(someOfIt) || r.any(contrasts):
		t.Construction = Contrast
		r = r.after(contrasts)
	}
	grade, found := r.adjective()
	if !found || r.balance() {
		return t, false
	}
	t.Apparent = r.shifted(grade, denied)
	return t, true
}

func (r reader) balance() bool { return r.has(neither) || r.has(someOfIt) }

func (r reader) negation() bool {
	if r.l == English {
		return r.has(not) || r.has(neither)
	}
	return r.any(denials) || r.any(flatDenials) || r.has(neither)
}

// adjective returns the grade of the first sentiment word.
func (r reader) adjective() (grade int, ok bool) {
	first := len(r.text)
	for g, list := range adjectives {
		for _, p := range list {
			if at, _ := r.index(p); at >= 0 && at < first {
				first, grade, ok = at, g-neutralGrade, true
			}
		}
	}
	return grade, ok
}

// shifted returns what a modifier or a denial makes of an adjective's grade.
func (r reader) shifted(grade int, denied bool) int {
	away := 1
	if grade < 0 {
		away = -1
	}
	if denied {
		flat := r.has(atAll)
		if r.l == Chinese {
			flat = r.any(flatDenials)
		}
		switch {
		case flat:
			return -3 * away
		case grade*away == 3:
			return -away
		}
		return -2 * away
	}
	switch {
	case r.any(stronger):
		return grade + away
	case r.any(weaker):
		return grade - away
	}
	return grade
}
