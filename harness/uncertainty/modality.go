package uncertainty

import (
	"slices"
	"strings"

	"uacs/harness/sample"
)

// needsModalities is what [unimodalScores] needs, in words.
const needsModalities = "member_scores of two or more single modalities, named by params members"

// modalityNames are the modalities as predictions call them.
var modalityNames = []string{"text", "audio", "video"}

// unimodalScores returns p's member scores, and false unless they are the scores
// of two or more different modalities. A member is a modality if its name is text,
// audio or video, or a model's name that ends in one of them after a hyphen.
func unimodalScores(p *sample.Prediction) ([]float64, bool) {
	return p.MemberScores, membersAreModalities(p, len(p.MemberScores))
}

// membersAreModalities reports whether p names n members, two or more, each another
// modality.
func membersAreModalities(p *sample.Prediction, n int) bool {
	var names []string
	switch members := p.Params["members"].(type) { // a list read from JSON is []any
	case []string:
		names = members
	case []any:
		for _, m := range members {
			name, _ := m.(string)
			names = append(names, name)
		}
	}
	if len(names) < 2 || len(names) != n {
		return false
	}
	var seen []string
	for _, name := range names {
		modality := name[strings.LastIndex(name, "-")+1:]
		if !slices.Contains(modalityNames, modality) || slices.Contains(seen, modality) {
			return false
		}
		seen = append(seen, modality)
	}
	return true
}
