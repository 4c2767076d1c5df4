package route

import (
	"fmt"
	"math/rand/v2"
)

// streamRandom keeps the draws of random routing apart from others under one seed.
const streamRandom = 0x72616e646f6d

// Kind says where the score of a clip comes from.
type Kind string

// The kinds of score.
const (
	// Uncertainty is the column U of the clips, and the zero value.
	Uncertainty Kind = ""
	// Learned is the probability of a gain under a learned router.
	Learned Kind = "learned"
	// Drawn is a number that knows nothing of the clip.
	Drawn Kind = "random"
	// Gain is the true gain, which only a reference can know.
	Gain Kind = "gain"
)

// Signal is what a choice compares with its threshold.
type Signal struct {
	Kind Kind
	// Router gives the scores of kind Learned; Seed those of kind Drawn.
	Router *Router
	Seed   uint64
}

// Scores returns one score per clip, higher = to be escalated first. Drawn
// scores depend on the seed and the place of the clip only. An error says which
// feature the router misses.
func (s Signal) Scores(c Clips) ([]float64, error) {
	switch s.Kind {
	case Uncertainty:
		return c.U, nil
	case Learned:
		return s.Router.Scores(c.Features)
	case Drawn:
		rng := rand.New(rand.NewPCG(s.Seed, streamRandom))
		out := make([]float64, len(c.U))
		for i := range out {
			out[i] = rng.Float64()
		}
		return out, nil
	case Gain:
		return gains(c), nil
	}
	return nil, fmt.Errorf("route: unknown kind of score %q", s.Kind)
}

// gains returns by how much escalating each clip raises its quality.
func gains(c Clips) []float64 {
	out := make([]float64, len(c.U))
	for i := range out {
		out[i] = c.Defer[i] - c.Keep[i]
	}
	return out
}
