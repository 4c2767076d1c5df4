package sample

import (
	"math"
	"testing"
)

func TestDecisions(t *testing.T) {
	votes := func(neg, neu, pos, mixed int) *Prediction {
		return &Prediction{Votes: map[string]int{"negative": neg, "neutral": neu, "positive": pos, "mixed": mixed}}
	}
	ranking := func(words ...string) *Prediction { return &Prediction{Ranking: words} }
	for _, c := range []struct {
		name, rule string
		p          *Prediction
		want       Polarity
		ok         bool
	}{
		{"plurality of seven", "plurality", votes(2, 1, 4, 0), Positive, true},
		{"a tie for first place is neutral", "plurality", votes(3, 1, 3, 0), Neutral, true},
		{"other words do not count", "plurality", votes(0, 2, 3, 4), Positive, true},
		{"nothing but other words is neutral", "plurality", votes(0, 0, 0, 7), Neutral, true},
		{"the same votes, net", "net-vote", votes(0, 2, 3, 2), Positive, true},
		{"net tie", "net-vote", votes(3, 1, 3, 0), Neutral, true},
		{"no votes", "plurality", &Prediction{}, Neutral, false},
		{"ranking headed by neutral", "ranking", ranking("neutral", "weakly negative", "positive"), Negative, true},
		{"ranking of neutral alone", "ranking", ranking("neutral"), Neutral, true},
		{"no ranking", "ranking", &Prediction{}, Neutral, false},
		{"negative zero", "score", &Prediction{Score: new(math.Copysign(0, -1))}, Neutral, true},
		{"auto takes the score first", "auto", &Prediction{Score: new(-1.0), Label: "positive"}, Negative, true},
		{"auto falls to the label", "auto", &Prediction{Label: "weakly positive", Ranking: []string{"negative"}}, Positive, true},
		{"auto with an error record", "auto", &Prediction{Error: "refused"}, Neutral, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := DecisionByName(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := d.Of(c.p); got != c.want || ok != c.ok {
				t.Errorf("%s = %v, %v; want %v, %v", c.rule, got, ok, c.want, c.ok)
			}
		})
	}
	if _, err := DecisionByName("coin"); err == nil {
		t.Error("an unknown rule was found")
	}
}
