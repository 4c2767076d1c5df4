package answer

import (
	"slices"
	"strings"
)

// between are the words that may stand between two labels of a ranking.
var between = []string{"then", "and", "followed", "by"}

// ranked reads a list of labels: "positive > neutral", "1. 积极 2. 中性". Between
// two labels only punctuation, the next rank and a few words may stand, so that
// labels strewn over a paragraph are no ranking.
func ranked(ps []piece, g Grammar) ([]string, *Failure) {
	var out []string
	last := lastLabel(ps)
	for i, p := range ps {
		if p.class == 0 && p.own == "" {
			if fail := separates(p, len(out), i < last); fail != nil {
				return nil, fail
			}
			continue
		}
		if why := doubted(ps, i); why != "" {
			return nil, failf(Ambiguous, "%q %s", p.text, why)
		}
		l, fail := g.resolve(p)
		if fail != nil {
			return nil, fail
		}
		if slices.Contains(out, l) {
			return nil, failf(Ambiguous, "%q stands twice", l)
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, failf(Unparseable, "no label")
	}
	return out, nil
}

// lastLabel returns the index of the last label, -1 for none.
func lastLabel(ps []piece) int {
	last := -1
	for i, p := range ps {
		if p.class != 0 || p.own != "" {
			last = i
		}
	}
	return last
}

// separates reports what may not stand after n labels; more says that another follows.
func separates(p piece, n int, more bool) *Failure {
	switch {
	case n == 0 || !more:
		return nil
	case p.kind == space || p.kind == quiet || p.kind == punct && !strings.Contains("?!", p.text):
		return nil
	case p.kind == number && p.value == float64(n+1) || slices.Contains(between, p.text) || p.kind == han && strings.Contains("然后其次再", p.text):
		return nil
	}
	return failf(Ambiguous, "%q between two labels", p.text)
}
