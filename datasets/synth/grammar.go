package synth

import (
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence is a text before it is put into words: its phrases, chosen once and
// rendered in either language.
type sentence struct {
	class  TextClass
	opener phrase // a marker where the class has one
	first  clause // the conceded clause of a contrast; what both stand for in a balance
	main   clause
	link   phrase // of a contrast
	tail   phrase

	subject, predicate phrase // of a statement of fact
}

// clause says something of one aspect.
type clause struct {
	aspect, copula phrase
	modifier       phrase // stronger, weaker or nothing
	adjective      phrase
	denial         phrase
	flat           bool // denial without reserve
}

func pick(rng *rand.Rand, from []phrase) phrase { return from[rng.IntN(len(from))] }

// newSentence draws a text of class t. Nothing but t decides the distribution of
// the words.
func newSentence(rng *rand.Rand, t TextClass) sentence {
	s := sentence{class: t, opener: pick(rng, openers), tail: pick(rng, tails)}
	if t.Marker {
		s.opener = pick(rng, markers)
	}
	switch {
	case t.Construction == Plain && t.Apparent == 0:
		s.subject, s.predicate = pick(rng, subjects), pick(rng, predicates)
	case t.Construction == Plain:
		s.main = newClause(rng, t.Apparent)
	case t.Apparent == 0: // a balance: neither ... nor, some of it ... some of it
		s.main, s.first = bareClause(rng, 2), bareClause(rng, -2)
	case t.Construction == Negated:
		s.main = newDenial(rng, t.Apparent)
	default:
		s.main, s.link = newClause(rng, t.Apparent), pick(rng, contrasts)
		s.first = bareClause(rng, oppositeGrade(rng, t.Apparent))
		for s.first.aspect == s.main.aspect {
			s.first.aspect = pick(rng, aspects)
		}
	}
	return s
}

// oppositeGrade draws a grade of the other sign.
func oppositeGrade(rng *rand.Rand, grade int) int {
	size := 1 + rng.IntN(3)
	if grade > 0 {
		return -size
	}
	return size
}

func bareClause(rng *rand.Rand, grade int) clause {
	return clause{aspect: pick(rng, aspects), copula: pick(rng, copulas), adjective: pick(rng, adjectives[neutralGrade+grade])}
}

// newClause draws a clause of the given grade, not 0: an adjective of that grade,
// or a weaker or stronger one whose modifier makes up for it.
func newClause(rng *rand.Rand, grade int) clause {
	away := 1
	if grade < 0 {
		away = -1
	}
	switch size := grade * away; {
	case size > 1 && rng.Float64() < 0.4:
		c := bareClause(rng, grade-away)
		c.modifier = pick(rng, stronger)
		return c
	case size == 1 && rng.Float64() < 0.4:
		c := bareClause(rng, grade+away)
		c.modifier = pick(rng, weaker)
		return c
	}
	return bareClause(rng, grade)
}

// newDenial draws a denied clause of the given grade, not 0: to deny the
// strongest words says little, to deny the clear ones says much, and "at all"
// says all.
func newDenial(rng *rand.Rand, grade int) clause {
	away := 1
	if grade < 0 {
		away = -1
	}
	c := bareClause(rng, [...]int{0, -3, -2, -2}[grade*away]*away)
	c.flat = grade*away == 3
	if c.flat {
		c.denial = pick(rng, flatDenials)
	} else {
		c.denial = pick(rng, denials)
	}
	return c
}

func (s sentence) english() string {
	parts := make([]string, 0, 3)
	if s.opener.en != "" {
		parts = append(parts, s.opener.en)
	}
	var body string
	m, f := s.main, s.first
	switch {
	case s.class.Construction == Plain && s.class.Apparent == 0:
		body = s.subject.en + " " + s.predicate.en
	case s.class.Construction == Plain:
		body = m.english()
	case s.class.Construction == Negated && s.class.Apparent == 0:
		body = m.aspect.en + " " + m.copula.en + " neither " + m.adjective.en + " nor " + f.adjective.en
	case s.class.Construction == Negated:
		body = m.aspect.en + " " + m.denial.en + " " + m.adjective.en
		if m.flat {
			body += " at all"
		}
	case s.class.Apparent == 0:
		body = "some of it was " + m.adjective.en + " and some of it was " + f.adjective.en
	default:
		body = f.english() + " " + s.link.en + " " + m.english()
	}
	parts = append(parts, body)
	text := strings.Join(parts, ", ")
	if s.tail.en != "" {
		text += " " + s.tail.en
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

func (c clause) english() string {
	s := c.aspect.en + " " + c.copula.en + " "
	if c.modifier.en != "" {
		s += c.modifier.en + " "
	}
	return s + c.adjective.en
}

func (s sentence) chinese() string {
	parts := make([]string, 0, 3)
	if s.opener.zh != "" {
		parts = append(parts, s.opener.zh)
	}
	m, f := s.main, s.first
	switch {
	case s.class.Construction == Plain && s.class.Apparent == 0:
		parts = append(parts, s.subject.zh+s.predicate.zh)
	case s.class.Construction == Plain:
		parts = append(parts, m.chinese())
	case s.class.Construction == Negated && s.class.Apparent == 0:
		parts = append(parts, m.aspect.zh+m.copula.zh+"既不"+m.adjective.zh+"也不"+f.adjective.zh)
	case s.class.Construction == Negated:
		parts = append(parts, m.aspect.zh+m.denial.zh+m.adjective.zh)
	case s.class.Apparent == 0:
		parts = append(parts, "有的地方很"+m.adjective.zh, "有的地方很"+f.adjective.zh)
	default:
		parts = append(parts, f.chinese(), s.link.zh+m.chinese())
	}
	if s.tail.zh != "" {
		parts = append(parts, s.tail.zh)
	}
	return strings.Join(parts, "，") + "。"
}

// chinese needs a degree word before the adjective; 很, the plainest, stands for
// no modifier.
func (c clause) chinese() string {
	degree := c.modifier.zh
	if degree == "" {
		degree = "很"
	}
	return c.aspect.zh + c.copula.zh + degree + c.adjective.zh
}
