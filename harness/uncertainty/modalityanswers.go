package uncertainty

import (
	"math"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// The keys of params under which a model tells what it answers to single modalities, the
// others taken away: a map from text, audio and video to probabilities over bins, or to a
// score.
const (
	modalityProbs  = "modality_probs"
	modalityScores = "modality_scores"
)

// distributionsByModality returns what the model says to two or more single modalities, a
// distribution over p.Bins for each; false if it does not say it.
func distributionsByModality(p *sample.Prediction) ([][]float64, bool) {
	if len(p.Bins) < 2 {
		return nil, false
	}
	said, ok := p.Params[modalityProbs].(map[string]any)
	if !ok {
		if !membersAreModalities(p, len(p.MemberProbs)) {
			return nil, false
		}
		return p.MemberProbs, sameLength(p.MemberProbs, len(p.Bins))
	}
	var out [][]float64
	for _, name := range modalityNames { // in one order: sums must not depend on a map's
		if v, there := said[name]; there {
			probs, ok := asNumbers(v)
			if !ok {
				return nil, false
			}
			out = append(out, probs)
		}
	}
	return out, len(out) == len(said) && len(out) >= 2 && sameLength(out, len(p.Bins))
}

// scoresByModality returns the scores that the model gives to two or more single
// modalities.
func scoresByModality(p *sample.Prediction) ([]float64, bool) {
	said, ok := p.Params[modalityScores].(map[string]any)
	if !ok {
		return unimodalScores(p)
	}
	var out []float64
	for _, name := range modalityNames {
		if v, there := said[name]; there {
			score, ok := v.(float64)
			if !ok || math.IsNaN(score) || math.IsInf(score, 0) {
				return nil, false
			}
			out = append(out, score)
		}
	}
	return out, len(out) == len(said) && len(out) >= 2
}

// asNumbers reads a list of probabilities as it comes from JSON or from Go.
func asNumbers(v any) ([]float64, bool) {
	switch v := v.(type) {
	case []float64:
		return v, true
	case []any:
		out := make([]float64, len(v))
		for i, x := range v {
			var ok bool
			if out[i], ok = x.(float64); !ok {
				return nil, false
			}
		}
		return out, true
	}
	return nil, false
}

func sameLength(rows [][]float64, n int) bool {
	for _, r := range rows {
		if len(r) != n {
			return false
		}
		for _, v := range r {
			if !(v >= 0 && v <= 1) {
				return false
			}
		}
	}
	return true
}

// meanOverPairs is the mean of distance over the pairs of n things.
func meanOverPairs(n int, distance func(a, b int) float64) float64 {
	var all []float64
	for a := range n {
		for b := range a {
			all = append(all, distance(a, b))
		}
	}
	return detsum.Mean(all)
}
