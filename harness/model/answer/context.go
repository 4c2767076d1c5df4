package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// htmlTag matches the tags that chat models mark up text with.
var htmlTag = regexp.MustCompile(`</?[a-z]{1,10} ?/?>`)

// words returns the labels of g that are no numbers.
func (g Grammar) words() (out []string) {
	for _, l := range g.Labels {
		if _, ok := labelNumber(l); !ok {
			out = append(out, l)
		}
	}
	return out
}

func (g Grammar) numericLabels() bool { return len(g.words()) < len(g.Labels) }

// numericLabel returns the label that is the number value.
func (g Grammar) numericLabel(value float64) (string, bool) {
	for _, l := range g.Labels {
		if v, ok := labelNumber(l); ok && v == value {
			return l, true
		}
	}
	return "", false
}

// labelNumber reads a label that is a number, such as "-3", "+1" or "−0.5".
func labelNumber(label string) (float64, bool) {
	text := strings.TrimSpace(fold(label))
	if !strings.ContainsAny(text, "0123456789") || strings.ContainsAny(text, "x_pin") { // no hexadecimals, no infinity
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return unsignZero(v), err == nil
}

// following are the words that may stand right after a score; after any other
// word a number is taken to count something: "2 people".
var following = []string{
	"because", "since", "as", "on", "for", "with", "and", "or", "which", "indicating", "given", "the", "is", "due", "but", "so", "based", "point", "points",
	"here", "overall", "to", "in", "from", "reflecting", "suggesting", "this", "he", "she", "they", "i", "would", "seems", "score", "confidence", "out",
}

// hanFollowing are the characters that may stand right after a score.
const hanFollowing = "分的因由表说这是左属为最即也但且而所或和到至"

// bounds are the ends of a text before a number that is a limit and no score.
var bounds = []string{
	"than", "at least", "at most", "below", "above", "over", "under", "not", "isn't", "between", "beyond", "within", "except", "up to",
	"大于", "小于", "超过", "低于", "高于", "不到", "不是", "至少", "最多", "零下", "不足", "并非", "非", "没有", "不", "负的", "负数", "负值", "负号", "為負", "为负",
}

// trailing are the beginnings of a text after a number that is a limit or not all of it.
var trailing = []string{
	"+", "-", "?", " or more", " or less", " or below", " or above", " or higher", " or lower", " or so", " and a half", " and a quarter", " and up",
	"以上", "以下", "以内", "多", "吗",
}

// measures says what keeps the number at i from being a score: that it counts
// something, or limits it.
func measures(ps []piece, i int) string {
	if i > 0 && ps[i-1].text == "第" {
		return "is an ordinal"
	}
	before := textOf(ps[max(0, i-5):i])
	before = strings.TrimRight(before, " ")
	for _, b := range bounds {
		if rest, ok := strings.CutSuffix(before, b); ok && (!runsOn(b) || !runsOn(rest)) {
			return "is a limit"
		}
	}
	after := textOf(ps[i+1 : min(len(ps), i+8)])
	if slices.ContainsFunc(trailing, func(t string) bool { return strings.HasPrefix(after, t) }) {
		return "is a limit, a question or a part"
	}
	k := i + 1
	if k < len(ps) && ps[k].kind == weak {
		return "runs on into another number"
	}
	if k < len(ps) && ps[k].kind == space && !strings.Contains(ps[k].text, "\n") {
		k++
	}
	if k >= len(ps) {
		return ""
	}
	next := ps[k]
	minutes := next.text == "分" && k+1 < len(ps) && (ps[k+1].text == "钟" || ps[k+1].text == "之")
	switch {
	case next.kind == han && (minutes || !strings.Contains(hanFollowing, next.text)),
		next.kind == word && !slices.Contains(following, next.text):
		return "counts something"
	}
	return ""
}

// linked reports whether the number word at i belongs to another number: "1 or two".
func linked(ps []piece, i int) bool {
	before := strings.Fields(textOf(ps[max(0, i-3):i]))
	after := strings.Fields(textOf(ps[i+1 : min(len(ps), i+4)]))
	links := []string{"or", "to", "and", "between", "-", "或", "到", "至", "和"}
	return len(before) > 0 && slices.Contains(links, before[len(before)-1]) || len(after) > 0 && slices.Contains(links, after[0])
}

// claimWords are the words by which a text speaks of its confidence, before or
// after the number.
var (
	claimWords = []string{"confidence", "confident", "certainty", "certain", "sure"}
	claimHan   = []string{"置信度", "信心", "把握", "确信度"}
)

// claimConfidence takes the stated confidence out of ps and puts it into a: "80%
// confident", "confidence: 0.8", 置信度80%.
func claimConfidence(ps []piece, a *Answer) []piece {
	out := slices.Clone(ps)
	spoken := false
	for i, p := range ps {
		if p.kind != number && p.kind != percent && p.kind != weak && p.kind != fraction {
			spoken = spoken || slices.Contains(claimWords[:1], p.text)
			continue
		}
		if !claimedBefore(ps, i) && !claimedAfter(ps, i) {
			continue
		}
		out[i].kind = quiet
		a.claim(p)
		spoken = false
	}
	if spoken && a.Confidence == nil && len(a.Warnings) == 0 {
		a.Warnings = append(a.Warnings, "a confidence without a number")
	}
	return out
}

// claim records the confidence p, or warns if it is none.
func (a *Answer) claim(p piece) {
	c := p.value
	if p.kind == percent {
		c /= 100
	}
	switch {
	case p.kind == fraction || c < 0 || c > 1:
		a.Warnings = append(a.Warnings, "confidence "+strconv.Quote(p.text)+" is neither in [0,1] nor a percentage")
	case a.Confidence != nil && *a.Confidence != c:
		a.Warnings = append(a.Warnings, "two confidences, of which the first is kept")
	default:
		a.Confidence = &c
	}
}

// claimedBefore reports whether a word for confidence announces the number at i.
func claimedBefore(ps []piece, i int) bool {
	for k := i - 1; k >= 0 && k >= i-8; k-- {
		p := ps[k]
		switch {
		case slices.Contains(claimWords[:1], p.text) || p.text == "certainty":
			return true
		case p.kind == han:
			chars := textOf(ps[max(0, k-3) : k+1])
			for _, w := range claimHan {
				if strings.HasSuffix(strings.TrimRight(chars, "是为约"), w) {
					return true
				}
			}
			if !strings.Contains("是为约度心握", p.text) {
				return false
			}
		case p.kind == space || p.kind == quiet && p.text != "." || strings.Contains(":=(", p.text):
		case slices.Contains([]string{"is", "of", "level", "about", "score", "my", "at"}, p.text):
		default:
			return false
		}
	}
	return false
}

// claimedAfter reports whether the number at i is said to be a confidence by what
// follows: "80% confident", 八成 is not read.
func claimedAfter(ps []piece, i int) bool {
	k := skipSpace(ps, i+1)
	if k < len(ps) && slices.Contains(claimWords, ps[k].text) {
		return k+1 >= len(ps) || !strings.Contains(":=", ps[k+1].text) // "1.4 confidence: 0.8"
	}
	chars := strings.TrimPrefix(textOf(ps[k:min(len(ps), k+5)]), "的")
	return slices.ContainsFunc(claimHan, func(w string) bool { return strings.HasPrefix(chars, w) })
}
