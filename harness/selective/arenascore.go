package selective

import "math"

// ArenaScale is how [ArenaScore] sets cost against quality.
type ArenaScale struct {
	// Beta weighs cost against quality: small values favour quality.
	Beta float64
	// Min and Max are the costs that count as 1 and 0, in the unit of the cost.
	Min, Max float64
}

// RouterArenaScale is the scale of the RouterArena leaderboard: US dollars per
// thousand queries.
var RouterArenaScale = ArenaScale{Beta: 0.1, Min: 0.0044, Max: 200}

// ArenaScore returns RouterArena's score of one operating point, in [0,1],
// higher is better:
//
//	S = (1+β) A C/(β A + C),  C = (log2 Max − log2 cost)/(log2 Max − log2 Min)
//
// with A the quality in [0,1]. A cost outside [Min, Max] is an error, as it
// leaves that range; the source computes on. Quality 0 at the greatest cost
// scores 0, the limit.
//
// Source: RouterArena (2025); compute_arena_score of its code at 4714a9a.
func ArenaScore(quality, cost float64, s ArenaScale) (float64, error) {
	switch {
	case !(s.Beta > 0 && s.Min > 0 && s.Max > s.Min) || math.IsInf(s.Beta+s.Max, 1):
		return invalid("ArenaScore: scale %+v", s)
	case !(quality >= 0 && quality <= 1):
		return invalid("ArenaScore: a quality of %v is outside [0,1]", quality)
	case !(cost >= s.Min && cost <= s.Max):
		return invalid("ArenaScore: a cost of %v is outside [%v,%v]", cost, s.Min, s.Max)
	}
	// The base of the logarithm cancels.
	c := (ln(s.Max) - ln(cost)) / (ln(s.Max) - ln(s.Min))
	if quality == 0 || c == 0 {
		return 0, nil
	}
	return float64((1+s.Beta)*quality) * c / (float64(s.Beta*quality) + c), nil
}
