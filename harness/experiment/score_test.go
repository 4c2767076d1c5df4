package experiment

import (
	"math"
	"testing"

	"uacs/harness/sample"
)

// By hand: net votes over all votes, times the half range; the label on top at a
// third or two thirds of it. A score that is there is never replaced.
func TestScoreRules(t *testing.T) {
	own := 0.25
	votes := &sample.Prediction{Votes: map[string]int{"positive": 4, "negative": 1, "mixed": 2, "neutral": 1}}
	ranking := func(words ...string) *sample.Prediction { return &sample.Prediction{Ranking: words} }
	for _, c := range []struct {
		name string
		rule ScoreRule
		p    *sample.Prediction
		want float64
	}{
		{"no rule", NoScore, votes, math.NaN()},
		{"own score", NoScore, &sample.Prediction{Score: &own}, 0.25},
		{"own score before votes", NetVoteScore, &sample.Prediction{Score: &own, Votes: votes.Votes}, 0.25},
		{"(4−1)/8 of 3", NetVoteScore, votes, 1.125},
		{"votes, but no rule for them", RankingScore, votes, math.NaN()},
		{"strong negative", RankingScore, ranking("negative", "neutral"), -2},
		{"weak negative", RankingScore, ranking("weakly negative"), -1},
		{"neutral", RankingScore, ranking("neutral", "positive"), 0},
		{"weak positive", RankingScore, ranking("weakly positive"), 1},
		{"strong positive", RankingScore, ranking("positive"), 2},
		{"no ranking", RankingScore, &sample.Prediction{Label: "positive"}, math.NaN()},
	} {
		got := c.rule.of(c.p, 3)
		if math.Abs(got-c.want) > 1e-15 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
