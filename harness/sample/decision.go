package sample

import "fmt"

// Decision is a rule that reads one polarity out of a [Prediction]. A model that
// answers with votes or a ranking has no single polarity until a rule is named,
// and the choice can be worth several points of accuracy: on MOSI the votes of
// seven AffectGPT checkpoints give 506 right clips of 656 by strict plurality
// and 522 by net vote.
type Decision struct {
	Name string
	// Doc says in one sentence what the rule does.
	Doc string
	// Of returns the polarity, and false if p lacks what the rule reads.
	Of func(p *Prediction) (Polarity, bool)
}

// Decisions are the rules a config can name, "auto" first.
var Decisions = []Decision{
	{"auto", "the first of score, label, ranking and plurality that the record allows", decideAuto},
	{"score", "sign of the score; exactly 0 is neutral", decideScore},
	{"label", "polarity of the label word", decideLabel},
	{"ranking", "polarity of the first label in the ranking that is not neutral; neutral if there is none", decideRanking},
	{"plurality", "strict plurality of the votes for negative, neutral and positive; a tie is neutral, other words do not count", decidePlurality},
	{"net-vote", "sign of positive minus negative votes; 0 is neutral", decideNetVote},
}

// DecisionByName returns the rule called name; "" means "auto".
func DecisionByName(name string) (Decision, error) {
	if name == "" {
		name = "auto"
	}
	for _, d := range Decisions {
		if d.Name == name {
			return d, nil
		}
	}
	return Decision{}, fmt.Errorf("decision %q is not auto, score, label, ranking, plurality or net-vote", name)
}

func decideAuto(p *Prediction) (Polarity, bool) {
	for _, rule := range []func(*Prediction) (Polarity, bool){decideScore, decideLabel, decideRanking, decidePlurality} {
		if polarity, ok := rule(p); ok {
			return polarity, true
		}
	}
	return Neutral, false
}

func decideScore(p *Prediction) (Polarity, bool) {
	if p.Score == nil {
		return Neutral, false
	}
	return PolarityOf(*p.Score), true
}

func decideLabel(p *Prediction) (Polarity, bool) { return ParsePolarity(p.Label) }

func decideRanking(p *Prediction) (Polarity, bool) {
	for _, word := range p.Ranking {
		if polarity, _ := ParsePolarity(word); polarity != Neutral {
			return polarity, true
		}
	}
	return Neutral, len(p.Ranking) > 0
}

func decidePlurality(p *Prediction) (Polarity, bool) {
	v := p.VoteCounts()
	switch {
	case v.Positive > v.Negative && v.Positive > v.Neutral:
		return Positive, true
	case v.Negative > v.Positive && v.Negative > v.Neutral:
		return Negative, true
	}
	return Neutral, p.Votes != nil
}

func decideNetVote(p *Prediction) (Polarity, bool) {
	v := p.VoteCounts()
	return PolarityOf(float64(v.Positive - v.Negative)), p.Votes != nil
}

// VoteCounts are an answer's votes by polarity. Other counts words that are no
// polarity, such as "mixed".
type VoteCounts struct {
	Negative, Neutral, Positive, Other int
}

// Total is the number of votes.
func (v VoteCounts) Total() int { return v.Negative + v.Neutral + v.Positive + v.Other }

// VoteCounts counts the votes by polarity; all are 0 if p has no votes.
func (p *Prediction) VoteCounts() VoteCounts {
	var v VoteCounts
	for word, n := range p.Votes { // integer sums: the map's order does not matter
		polarity, ok := ParsePolarity(word)
		switch {
		case !ok:
			v.Other += n
		case polarity == Negative:
			v.Negative += n
		case polarity == Positive:
			v.Positive += n
		default:
			v.Neutral += n
		}
	}
	return v
}
