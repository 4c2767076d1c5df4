package experiment

import (
	"fmt"
	"math"

	"uacs/harness/sample"
)

// ScoreRule makes a score out of an answer that has none. There is no true way
// to do it, so a rule is always a named hypothesis.
type ScoreRule string

// The rules.
const (
	// NoScore leaves an answer without a score as it is.
	NoScore ScoreRule = ""
	// NetVoteScore is the share of positive minus negative votes, times the half
	// range of the label scale.
	NetVoteScore ScoreRule = "net-vote"
	// RankingScore places the label on top: strong at two thirds, weak at one
	// third of the half range, neutral at 0.
	RankingScore ScoreRule = "ranking"
)

func (r ScoreRule) validate() error {
	if r != NoScore && r != NetVoteScore && r != RankingScore {
		return fmt.Errorf("%q is not net-vote or ranking", string(r))
	}
	return nil
}

// of returns the score of p under the rule, NaN if there is none.
func (r ScoreRule) of(p *sample.Prediction, halfRange float64) float64 {
	if p.Score != nil {
		return *p.Score
	}
	switch {
	case r == NetVoteScore && p.Votes != nil:
		v := p.VoteCounts()
		return halfRange * float64(v.Positive-v.Negative) / float64(v.Total())
	case r == RankingScore && len(p.Ranking) > 0:
		return halfRange * strength(p.Ranking[0])
	}
	return math.NaN()
}

// strength places a label word on [-1,1].
func strength(word string) float64 {
	switch word {
	case "negative":
		return -2.0 / 3
	case "weakly negative":
		return -1.0 / 3
	case "weakly positive":
		return 1.0 / 3
	case "positive":
		return 2.0 / 3
	}
	return 0
}
