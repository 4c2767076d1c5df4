package answer

import (
	"slices"
	"strings"
)

// The keys under which an object holds its answer, folded, with "_" for spaces
// and hyphens. What a value is, a score or a label, the value itself says.
var (
	answerKeys = []string{
		"score", "sentiment_score", "polarity_score", "sentiment_intensity", "intensity", "value", "rating",
		"label", "sentiment_label", "class", "category", "polarity", "sentiment_polarity",
		"sentiment", "emotion", "answer", "prediction", "result", "output", "response",
		"得分", "分数", "评分", "情感得分", "情感分数", "情感评分", "情感强度", "情感值",
		"标签", "极性", "情感极性", "类别", "情感类别", "情感倾向", "情感", "情绪", "答案", "结果", "预测",
	}
	rankingKeys    = []string{"ranking", "rank", "ranked_labels", "order", "labels", "排序", "排名"}
	confidenceKeys = []string{"confidence", "conf", "confidence_score", "certainty", "置信度", "信心", "把握"}
)

// gathered is what the members of an object say.
type gathered struct {
	g       Grammar
	answer  Answer
	signs   []int    // polarities of the labels, for the scores to agree with
	failure *Failure // of the first value that is no answer of the grammar
}

// parseObject reads an answer from an object.
func parseObject(n node, g Grammar) (Answer, *Failure) {
	h := gathered{g: g}
	h.g.Strict = true
	if fail := h.object(n); fail != nil {
		return Answer{}, fail
	}
	a := h.answer
	if a.Score == nil && a.Label == "" && a.Ranking == nil {
		if h.failure != nil {
			return Answer{}, h.failure
		}
		return Answer{}, failf(Unparseable, "the object has no answer")
	}
	for _, s := range h.signs {
		if a.Score != nil && float64(s)**a.Score < 0 {
			return Answer{}, failf(Ambiguous, "the label contradicts the score %v", *a.Score)
		}
	}
	return a, nil
}

func (h *gathered) object(n node) *Failure {
	seen := map[string]node{}
	for _, m := range n.members {
		key := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.TrimSpace(fold(m.key)))
		if first, twice := seen[key]; twice && !sameNode(first, m.value) {
			return failf(Ambiguous, "the key %q stands twice", m.key)
		}
		seen[key] = m.value
		var fail *Failure
		switch {
		case slices.Contains(confidenceKeys, key):
			h.confidence(m.value)
		case slices.Contains(rankingKeys, key) && len(h.g.words()) > 0:
			fail = h.ranking(m.value)
		case slices.Contains(answerKeys, key):
			fail = h.member(m.value)
		}
		if fail != nil {
			return fail
		}
	}
	return nil
}

// sameNode reports whether two values are written alike.
func sameNode(a, b node) bool {
	return a.kind == b.kind && a.text == b.text && a.kind <= quoted
}

// member reads one value that may be the answer or hold it.
func (h *gathered) member(n node) *Failure {
	switch {
	case n.kind == object:
		return h.object(n)
	case n.kind == array && h.g.Ranking:
		return h.ranking(n)
	case n.kind == array && len(n.items) == 1:
		return h.member(n.items[0])
	case n.kind == array:
		return failf(Ambiguous, "a list of %d values where one belongs", len(n.items))
	case n.kind == literal && strings.EqualFold(n.text, "null"), strings.TrimSpace(n.text) == "":
		return nil
	}
	a, fail := parseText(n.text, h.g)
	if fail != nil {
		if fail.Reason != Unparseable {
			return fail
		}
		if h.failure == nil {
			h.failure = fail
		}
		h.polarity(n.text)
		return nil
	}
	h.polarity(n.text)
	return h.merge(a)
}

// polarity notes what a label says of the sign of the score.
func (h *gathered) polarity(text string) {
	if c, ok := classOf(strings.TrimSpace(fold(text))); ok {
		h.signs = append(h.signs, c.sign())
	}
}

// merge adds what one value says; two values that differ are ambiguous.
func (h *gathered) merge(a Answer) *Failure {
	to := &h.answer
	switch {
	case to.Score != nil && a.Score != nil && *to.Score != *a.Score:
		return failf(Ambiguous, "the scores %v and %v", *to.Score, *a.Score)
	case to.Label != "" && a.Label != "" && to.Label != a.Label:
		return failf(Ambiguous, "the labels %q and %q", to.Label, a.Label)
	case to.Ranking != nil && a.Ranking != nil && !slices.Equal(to.Ranking, a.Ranking):
		return failf(Ambiguous, "two rankings")
	}
	if a.Score != nil {
		to.Score = a.Score
	}
	if a.Label != "" {
		to.Label = a.Label
	}
	if a.Ranking != nil {
		to.Ranking = a.Ranking
	}
	return nil
}

// ranking reads a list of labels, or a string that holds one.
func (h *gathered) ranking(n node) *Failure {
	if n.kind == object {
		return failf(Unparseable, "an object where a ranking belongs")
	}
	text := n.text
	for _, item := range n.items {
		if item.kind > quoted {
			return failf(Unparseable, "a list in a ranking")
		}
		text += item.text + ","
	}
	g := h.g
	g.Ranking = true
	a, fail := parseText(text, g)
	if fail != nil {
		return fail
	}
	return h.merge(a)
}

// confidence reads a stated confidence; one that cannot be used is a warning.
func (h *gathered) confidence(n node) {
	if n.kind == literal && strings.EqualFold(n.text, "null") {
		return
	}
	ps := pieces(fold(n.text), Grammar{})
	ps = slices.DeleteFunc(ps, func(p piece) bool { return p.kind == space || p.kind == quiet })
	if len(ps) != 1 || ps[0].kind != number && ps[0].kind != percent && ps[0].kind != weak {
		h.answer.Warnings = append(h.answer.Warnings, "the confidence is no number")
		return
	}
	h.answer.claim(ps[0])
}
