package answer

import (
	"slices"
	"strings"
)

// parseText reads an answer that is no JSON object.
func parseText(text string, g Grammar) (Answer, *Failure) {
	ps := pieces(htmlTag.ReplaceAllString(fold(text), " "), g)
	if !slices.ContainsFunc(ps, func(p piece) bool { return p.kind >= word }) {
		return Answer{}, failf(Unparseable, "no letter and no digit")
	}
	var a Answer
	if !g.Strict {
		ps = claimConfidence(ps, &a)
	} else if fail := onlyAnswer(ps, g); fail != nil {
		return Answer{}, fail
	}
	if g.Ranking {
		ranking, fail := ranked(ps, g)
		a.Ranking = ranking
		return only(a, fail)
	}
	if len(g.words()) > 0 {
		label, fail := oneLabel(ps, g)
		if fail != nil {
			return Answer{}, fail
		}
		a.Label = label
	}
	if g.numeric() || g.numericLabels() {
		if fail := oneScore(ps, g, &a); fail != nil {
			return Answer{}, fail
		}
	}
	if a.Score == nil && a.Label == "" {
		return Answer{}, failf(Unparseable, "neither a score nor a label")
	}
	return a, nil
}

func only(a Answer, fail *Failure) (Answer, *Failure) {
	if fail != nil {
		return Answer{}, fail
	}
	return a, nil
}

// onlyAnswer reports what stands beside the answer, which a strict grammar does not take.
func onlyAnswer(ps []piece, g Grammar) *Failure {
	answers := 0
	for _, p := range ps {
		switch {
		case p.kind == space || p.kind == quiet:
		case p.kind >= number && p.kind != percent:
			answers++
		case g.Ranking && p.kind == punct:
		default:
			return failf(Unparseable, "%q beside the answer", p.text)
		}
	}
	if answers > 1 && !g.Ranking {
		return failf(Ambiguous, "%d answers where one belongs", answers)
	}
	return nil
}

// oneScore puts the score that ps name into a.
func oneScore(ps []piece, g Grammar, a *Answer) *Failure {
	found, fail := candidates(ps)
	if fail != nil {
		return fail
	}
	if len(found) == 0 {
		found = wholeWeak(ps)
	}
	if len(found) == 0 {
		if a.Label == "" {
			return failf(Unparseable, "no number")
		}
		return nil
	}
	score, fail := g.score(found[0])
	for _, p := range found[1:] {
		if other, otherFail := g.score(p); otherFail != nil && fail == nil || otherFail == nil && fail == nil && other != score || p.value != found[0].value {
			return failf(Ambiguous, "%q and %q", found[0].text, p.text)
		}
	}
	if fail != nil {
		return fail
	}
	if fail := agree(ps, score); fail != nil {
		return fail
	}
	return g.put(a, score)
}

// put sets the score, or the label that is that number.
func (g Grammar) put(a *Answer, score float64) *Failure {
	if g.numeric() {
		a.Score = &score
	}
	if !g.numericLabels() {
		return nil
	}
	label, ok := g.numericLabel(score)
	if !ok {
		return failf(OutOfRange, "%v is none of the labels", score)
	}
	a.Label = label
	return nil
}

// score checks one number against the scale.
func (g Grammar) score(p piece) (float64, *Failure) {
	if p.kind == fraction && p.over != g.Max {
		return 0, failf(Ambiguous, "%q: the denominator is not the upper end of the scale, %v", p.text, g.Max)
	}
	if g.numeric() && (p.value < g.Min || p.value > g.Max) {
		return 0, failf(OutOfRange, "%v is outside [%v, %v]", p.value, g.Min, g.Max)
	}
	return p.value, nil
}

// candidates returns the numbers that may be the score.
func candidates(ps []piece) (found []piece, fail *Failure) {
	for i, p := range ps {
		switch p.kind {
		case broken:
			return nil, failf(Ambiguous, "%q is no plain number", p.text)
		case percent:
			return nil, failf(Ambiguous, "%q is neither a score nor said to be a confidence", p.text)
		case number, fraction:
			if what := measures(ps, i); what != "" {
				return nil, failf(Ambiguous, "%q: %s", p.text, what)
			}
			found = append(found, p)
		}
	}
	for i, p := range ps {
		if p.kind == weak && len(found) > 0 && linked(ps, i) {
			return nil, failf(Ambiguous, "%q and %q", found[0].text, p.text)
		}
	}
	return found, nil
}

// agree reports a polarity word that contradicts the score.
func agree(ps []piece, score float64) *Failure {
	signs := map[int]bool{}
	contrary := ""
	for i, p := range ps {
		if s := p.class.sign(); p.class != 0 && !negated(ps, i) {
			signs[s] = true
			if float64(s)*score < 0 {
				contrary = p.text
			}
		}
	}
	if len(signs) == 1 && contrary != "" {
		return failf(Ambiguous, "%q, but the score is %v", contrary, score)
	}
	return nil
}

// oneLabel returns the label that ps name, "" for none.
func oneLabel(ps []piece, g Grammar) (string, *Failure) {
	found, first := "", ""
	for i, p := range ps {
		if p.own == "" && p.class == 0 {
			continue
		}
		if why := doubted(ps, i); why != "" {
			return "", failf(Ambiguous, "%q %s", p.text, why)
		}
		if hedged(ps, i) && p.own == "" {
			p.class = p.class.graded(middle)
		}
		l, fail := g.resolve(p)
		if fail != nil {
			return "", fail
		}
		if found != "" && found != l {
			return "", failf(Ambiguous, "%q and %q", first, p.text)
		}
		found, first = l, p.text
	}
	return found, nil
}

// doubted says why a label is not said of the clip, "" if it is.
func doubted(ps []piece, i int) string {
	switch {
	case negated(ps, i):
		return "is negated"
	case asked(ps[i+1:]):
		return "is a question, or denied after it"
	case i+2 < len(ps) && ps[i+1].text == "-" && ps[i+2].kind == word, i > 1 && ps[i-1].text == "-" && ps[i-2].kind == word:
		return "is a part of a compound"
	case i > 0 && (ps[i-1].text == "正" || ps[i-1].text == "负"):
		return "is a part of a compound"
	}
	return ""
}

// reach bounds how many pieces before a label are looked at for words that deny
// it: some thirty English words, or sixty Chinese characters.
const reach = 60

// asked reports whether what follows a label takes it back: "positive?", 积极吗,
// "positive or not", "positive: no".
func asked(after []piece) bool {
	text := strings.Join(strings.Fields(textOf(after[:min(len(after), 6)])), " ")
	text = strings.TrimLeft(text, "*_`\"' ")
	for _, p := range []string{"?", "吗", "与否", "or not", ": no", ": false", "= no", "= false", "=false", ":no", ":false", ":否", ": 否"} {
		if rest, ok := strings.CutPrefix(text, p); ok && (!runsOn(p) || !startsWord(rest)) {
			return true
		}
	}
	return false
}

// hedged reports whether a word of degree stands loose before the label ("weakly
// to strongly positive", "slightly more positive"), which leaves open how much of
// it holds.
func hedged(ps []piece, i int) bool {
	for k := i - 1; k >= max(0, i-reach) && !endsClause(ps[k]); k-- {
		if ps[k].kind == word && slices.ContainsFunc(degrees, func(d degree) bool { return d.text == ps[k].text && d.strength != strong }) {
			return true
		}
	}
	return false
}

// negations are the words and characters that turn a label in their clause into
// something else; harmless are the words in which such characters mean nothing.
var (
	negations = []string{
		"not", "no", "never", "neither", "nor", "without", "hardly", "non", "cannot", "than", "instead", "less", "unlike", "lack", "lacks", "lacking", "absence",
		"far", "fails", "failed", "anything", "opposite", "false", "rarely", "barely", "scarcely", "nothing", "none", "few", "un", "anti",
	}
	hanNegations = "不非没無无未别否反"
	harmless     = strings.NewReplacer("非常", "", "无疑", "", "分别", "")
)

// negated reports whether a word before ps[i], in the same clause, denies it.
func negated(ps []piece, i int) bool {
	chars := ""
	for k := i - 1; k >= max(0, i-reach) && !endsClause(ps[k]); k-- {
		if p := ps[k]; p.kind == word && (slices.Contains(negations, p.text) || strings.HasSuffix(p.text, "n't")) {
			return true
		}
		if ps[k].kind == han {
			chars = ps[k].text + chars
		}
	}
	return strings.ContainsAny(harmless.Replace(chars), hanNegations)
}

func endsClause(p piece) bool {
	return p.kind == punct && strings.Contains(",;:!?", p.text) || p.kind == quiet && (p.text == "." || p.text == "。") || p.kind == space && strings.Contains(p.text, "\n")
}

// wholeWeak returns the number word that is all of an answer, or all but the
// words that announce it: "Score: two", 得分是一.
func wholeWeak(ps []piece) []piece {
	var found []piece
	article := false
	for _, p := range ps {
		switch {
		case p.kind == space || p.kind == quiet || p.class != 0 && p.kind == label:
		case p.kind == weak && len(found) == 0 && !article:
			found = append(found, p)
		case len(found) == 0 && announces(p):
			article = p.text == "the" || p.text == "my"
		case p.kind == han && p.text == "分":
		default:
			return nil
		}
	}
	return found
}

var announcing = []string{"the", "my", "final", "sentiment", "score", "rating", "value", "answer", "prediction", "is", ":", "="}

func announces(p piece) bool {
	return slices.Contains(announcing, p.text) || p.kind == han && strings.Contains("情感得分数评值为是强度答案最终的", p.text)
}
